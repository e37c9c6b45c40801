/* SPDX-License-Identifier: BSD-2-Clause */

/* The daemon's counters as Prometheus reads them (text exposition format 0.0.4). */

#include "licet/edge.h"

#include <string.h>

#include "licet/error.h"

#include "tally.h"

typedef struct {
    const char *name, *type, *help;
    double value;
} Metric;

static void
add_metric (GString *text, const Metric *metric)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf (text, "# HELP licet_%s %s\n# TYPE licet_%s %s\nlicet_%s %s\n",
                            metric->name, metric->help, metric->name, metric->type,
                            metric->name,
                            g_ascii_formatd (digits, sizeof digits, "%.6f", metric->value));
}

static void
add_counters (GString *text, const Daemon *daemon)
{
    for (unsigned i = 0; i < COUNT_LAST; i++) {
        g_autofree char *name = g_strconcat (daemon_counter_name (i), "_total", NULL);
        g_autofree char *help =
            g_strdup_printf ("The counter %s of licet status.", daemon_counter_name (i));
        add_metric (text, &(Metric){ name, "counter", help, daemon_counter (daemon, i) });
    }
}

static void
add_log (GString *text, Daemon *daemon)
{
    AuditStatus status = audit_status (daemon_audit (daemon));
    const Metric metrics[] = {
        { "audit_records_total", "counter", "Records written to the log.",
          (double)status.records },
        { "audit_bytes_total", "counter", "Bytes written to the log.", (double)status.bytes },
        { "audit_syncs_total", "counter", "Writes to the log, each with one sync.",
          (double)status.syncs },
        { "audit_sync_seconds_total", "counter", "Time spent in them.",
          (double)status.sync_microseconds / G_USEC_PER_SEC },
        { "audit_checkpoints_total", "counter", "Signed checkpoints.",
          (double)status.checkpoints },
        { "audit_failures_total", "counter",
          "Writes of the log or of a checkpoint that failed.", (double)status.failures },
        { "audit_last_record", "gauge", "Number of the last record.", (double)status.size },
        { "audit_room_bytes", "gauge", "Bytes free on the log's file system.",
          (double)status.room },
        { "audit_checkpoint_timestamp_seconds", "gauge", "Time of the last checkpoint.",
          (double)status.checkpoint_time },
        { "audit_mail_failing", "gauge", "Whether mail to the auditors cannot be sent.",
          daemon_audit_mail (daemon) == AUDIT_MAIL_FAILING },
        { "handovers_in_doubt", "gauge", "Hand-overs begun and unfinished.",
          ledger_in_doubt (daemon_ledger (daemon)) },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (metrics); i++)
        add_metric (text, &metrics[i]);
}

static void
add_fact_samples (GString *text, const Authentication *known)
{
    static const int values[] = { [AUTH_UNKNOWN] = -1, [AUTH_NO] = 0, [AUTH_YES] = 1 };

    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++)
        g_string_append_printf (
            text, "licet_preflight{domain=\"%s\",envelope=\"%s\",fact=\"%s\"} %d\n",
            known->domain, known->envelope, auth_fact_word (fact),
            values[known->answers[fact]]);
}

static void
add_preflight (GString *text, Daemon *daemon)
{
    g_autoptr (GPtrArray) list = authentication_board_list (daemon_authentications (daemon));

    if (list->len == 0)
        return;
    g_string_append (text, "# HELP licet_preflight 1 yes, 0 no, -1 DNS did not say.\n"
                           "# TYPE licet_preflight gauge\n");
    for (unsigned i = 0; i < list->len; i++)
        add_fact_samples (text, g_ptr_array_index (list, i));
    g_string_append (text, "# HELP licet_preflight_timestamp_seconds Time of the last look.\n"
                           "# TYPE licet_preflight_timestamp_seconds gauge\n");
    for (unsigned i = 0; i < list->len; i++) {
        const Authentication *known = g_ptr_array_index (list, i);
        g_string_append_printf (
            text,
            "licet_preflight_timestamp_seconds{domain=\"%s\",envelope=\"%s\"} %" G_GINT64_FORMAT
            "\n",
            known->domain, known->envelope, known->at);
    }
    g_string_append (text,
                     "# HELP licet_preflight_problems What is to be published otherwise.\n"
                     "# TYPE licet_preflight_problems gauge\n");
    for (unsigned i = 0; i < list->len; i++) {
        const Authentication *known = g_ptr_array_index (list, i);
        g_string_append_printf (text,
                                "licet_preflight_problems{domain=\"%s\",envelope=\"%s\"} %u\n",
                                known->domain, known->envelope, known->problems);
    }
}

/* Senders would be a series each, and say who writes how much. */
static void
add_sent (GString *text, Daemon *daemon)
{
    g_autoptr (GPtrArray) list =
        quotas_list (daemon_quotas (daemon), daemon_now (daemon), NULL);
    bool first = true;

    for (unsigned i = 0; list && i < list->len; i++) {
        const QuotaUse *use = g_ptr_array_index (list, i);
        if (strchr (use->key, '@'))
            continue;
        if (first)
            g_string_append (text, "# HELP licet_sent What counts against a sending limit.\n"
                                   "# TYPE licet_sent gauge\n");
        first = false;
        for (unsigned window = 0; window < QUOTA_WINDOWS; window++)
            g_string_append_printf (
                text, "licet_sent{limit=\"%s\",window=\"%s\"} %" G_GINT64_FORMAT "\n", use->key,
                quota_window_word (window), use->used[window]);
    }
}

/* Since the last reload: each has a signer of its own. */
static void
add_signatures (GString *text, Daemon *daemon)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    unsigned verified = 0, wrong = 0;

    signer_counts (engine->signer, &verified, &wrong);
    add_metric (text, &(Metric){ "signatures_verified_total", "counter",
                                 "Messages whose own signature was looked at.", verified });
    add_metric (text,
                &(Metric){ "signatures_wrong_total", "counter",
                           "Messages among them that were not sent, as it was wrong.", wrong });
}

/* Since the last reload as well. */
static void
add_store (GString *text, Daemon *daemon)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    ConsentHealth health;

    consent_health (engine->store, &health);
    add_metric (text, &(Metric){ "consent_store_closed", "gauge",
                                 "Whether the consent store is not asked for the moment.",
                                 health.is_closed });
    add_metric (text, &(Metric){ "consent_store_closings_total", "counter",
                                 "How often it was closed.", (double)health.closings });
}

char *
daemon_metrics (Daemon *daemon)
{
    GString *text = g_string_new (NULL);

    add_counters (text, daemon);
    add_signatures (text, daemon);
    add_store (text, daemon);
    tally_write (daemon_tally (daemon), text);
    add_log (text, daemon);
    add_preflight (text, daemon);
    add_sent (text, daemon);
    return g_string_free (text, FALSE);
}

/* A reader must never see half a file. */
bool
daemon_write_metrics (Daemon *daemon, GError **error)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    g_autoptr (GError) cause = NULL;
    g_autofree char *text = NULL;

    if (!*engine->settings->metrics_file)
        return true;
    text = daemon_metrics (daemon);
    if (g_file_set_contents_full (engine->settings->metrics_file, text, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0644, &cause))
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
    return false;
}
