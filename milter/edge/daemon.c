/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What all edges share: the snapshot in force behind one lock, ledger, log, clock and counters.
 * A reload builds a whole new snapshot first and swaps one pointer; messages under way keep
 * theirs.
 */

#include "licet/edge.h"

#include <malloc.h>
#include <string.h>
#include <sys/eventfd.h>

#include "guard.h"
#include "tally.h"

#include "licet/json_text.h"
#include "licet/log.h"
#include "licet/rehearsal.h"

struct Daemon {
    GMutex lock;   /* engine */
    GMutex reload; /* one reload at a time */
    Engine *engine;
    char *settings_path;
    char **fixed; /* settings_fixed at the start */
    Ledger *ledger;
    Contacts *contacts;
    Quotas *quotas;
    Audit *audit;
    AuthenticationBoard *authentications;
    MailHostsBoard *mail_hosts;
    int watcher; /* eventfd, or -1 */
    Guard *guard;
    Tally *tally;
    GMutex checkpoint_lock;
    char *checkpoint; /* the newest */
    int audit_mail;   /* AuditMailState */
    int store_failed; /* the consent store did not answer the last message */
    Clock clock;
    int64_t started; /* monotonic microseconds */
    unsigned counters[COUNT_LAST];
};

static const char *const counter_names[] = {
    [COUNT_MESSAGES] = "messages",
    [COUNT_IN_PLACE] = "in_place",
    [COUNT_SPLIT] = "split",
    [COUNT_REFUSED] = "refused",
    [COUNT_DEFERRED] = "deferred",
    [COUNT_HELD] = "held",
    [COUNT_FAILED] = "failed",
    [COUNT_HANDED_OVER] = "handed_over",
    [COUNT_SUBMITTED] = "submitted",
    [COUNT_SETTLED] = "doubts_settled",
    [COUNT_SENT_AGAIN] = "doubts_sent_again",
    [COUNT_TURNED_AWAY] = "turned_away",
    [COUNT_CROWDED] = "crowded",
    [COUNT_RELOADS] = "reloads",
    [COUNT_RELOADS_FAILED] = "reloads_failed",
    [COUNT_AUDIT_MAILS] = "audit_mails",
    [COUNT_AUDIT_MAILS_FAILED] = "audit_mails_failed",
};

static const char *const audit_mail_words[] = {
    [AUDIT_MAIL_OFF] = "off",
    [AUDIT_MAIL_DUE] = "due",
    [AUDIT_MAIL_SENT] = "sent",
    [AUDIT_MAIL_FAILING] = "failing",
};

/* A second way out for checkpoints: who keeps the daemon's messages elsewhere can compare. The third
 * is by mail, when it is due. */
static void
tell_checkpoint (const char *checkpoint, void *data)
{
    Daemon *daemon = data;

    log_info (NULL, "audit: %s", checkpoint);
    g_mutex_lock (&daemon->checkpoint_lock);
    g_free (daemon->checkpoint);
    daemon->checkpoint = g_strdup (checkpoint);
    g_mutex_unlock (&daemon->checkpoint_lock);
}

static char *
key_path (const Settings *settings)
{
    g_autofree char *dir = g_path_get_dirname (settings->state);

    return *settings->audit_key ? g_strdup (settings->audit_key)
                                : g_build_filename (dir, "audit-key.pem", NULL);
}

static Audit *
open_audit (Daemon *daemon, GError **error)
{
    const Settings *settings = daemon->engine->settings;
    g_autofree char *key = key_path (settings);
    AuditOptions options = {
        .path = settings->audit_log,
        .key = key,
        .checkpoints = settings->audit_checkpoints,
        .segment_bytes = (uint64_t)settings->audit_segment << 20,
        .days = (unsigned)settings->audit_days,
        .reserve_bytes = (uint64_t)settings->audit_reserve << 20,
        .without_evidence = strcmp (settings->audit_evidence, "omit") == 0,
        .without_facts = strcmp (settings->audit_facts, "omit") == 0,
        .witness = tell_checkpoint,
        .witness_data = daemon,
    };

    return audit_open (&options, clock_now (&daemon->clock), error);
}

/* What decides is kept and named in the log before it decides anything. */
static bool
record_policies (Daemon *daemon, const Engine *engine, GError **error)
{
    const Settings *settings = daemon->engine->settings;
    g_autofree char *hash =
        audit_archive (settings->audit_log, engine->settings->policies, error);

    return hash && audit_policies (daemon->audit, policy_set_version (engine->policies), hash,
                                   daemon_now (daemon), error);
}

static bool
open_counts (Daemon *daemon, const Settings *settings, GError **error)
{
    ConsentOptions options = settings_consent_options (settings);
    g_autofree char *contacts = settings_counts (settings, ".contacts");
    g_autofree char *sent = settings_counts (settings, ".sent");

    daemon->contacts = contacts_open_with (contacts, &options, error);
    daemon->quotas =
        daemon->contacts ? quotas_open_with (sent, &options, daemon_now (daemon), error) : NULL;
    return daemon->quotas != NULL;
}

static void
share_mail_hosts (const Daemon *daemon, Engine *engine)
{
    engine->mail_hosts = engine->settings->mx_milliseconds > 0 ? daemon->mail_hosts : NULL;
}

/* Reading policies and trying their cases takes much that is not needed again. */
static void
give_back_memory (void)
{
    malloc_trim (0);
}

Daemon *
daemon_new (Engine *engine, const char *settings_path, const Clock *clock, GError **error)
{
    g_autoptr (Daemon) daemon = g_new0 (Daemon, 1);

    g_mutex_init (&daemon->lock);
    g_mutex_init (&daemon->reload);
    g_mutex_init (&daemon->checkpoint_lock);
    daemon->engine = engine;
    daemon->settings_path = g_strdup (settings_path);
    daemon->fixed = settings_fixed (engine->settings);
    daemon->clock = *clock;
    daemon->started = g_get_monotonic_time ();
    daemon->watcher = -1;
    daemon->authentications = authentication_board_new ();
    engine->authentications = daemon->authentications;
    daemon->mail_hosts = mail_hosts_board_new ();
    share_mail_hosts (daemon, engine);
    daemon->tally = tally_new ();
    daemon->guard = guard_new (error);
    if (!daemon->guard)
        return NULL;
    daemon->ledger = ledger_open (engine->settings->state, error);
    if (!daemon->ledger)
        return NULL;
    if (!open_counts (daemon, engine->settings, error))
        return NULL;
    engine->contacts = daemon->contacts;
    engine->quotas = daemon->quotas;
    daemon->audit = open_audit (daemon, error);
    if (!daemon->audit || !record_policies (daemon, engine, error))
        return NULL;
    give_back_memory ();
    return g_steal_pointer (&daemon);
}

void
daemon_free (Daemon *daemon)
{
    if (!daemon)
        return;
    audit_close (daemon->audit, daemon_now (daemon));
    engine_unref (daemon->engine);
    g_clear_pointer (&daemon->ledger, ledger_free);
    g_clear_pointer (&daemon->contacts, contacts_free);
    g_clear_pointer (&daemon->quotas, quotas_free);
    authentication_board_free (daemon->authentications);
    mail_hosts_board_free (daemon->mail_hosts);
    guard_free (daemon->guard);
    tally_free (daemon->tally);
    g_free (daemon->settings_path);
    g_strfreev (daemon->fixed);
    g_mutex_clear (&daemon->lock);
    g_mutex_clear (&daemon->reload);
    g_mutex_clear (&daemon->checkpoint_lock);
    g_free (daemon->checkpoint);
    g_free (daemon);
}

Engine *
daemon_engine (Daemon *daemon)
{
    g_mutex_lock (&daemon->lock);
    Engine *engine = engine_ref (daemon->engine);
    g_mutex_unlock (&daemon->lock);
    return engine;
}

Ledger *
daemon_ledger (Daemon *daemon)
{
    return daemon->ledger;
}

Contacts *
daemon_contacts (Daemon *daemon)
{
    return daemon->contacts;
}

Tally *
daemon_tally (Daemon *daemon)
{
    return daemon->tally;
}

Audit *
daemon_audit (Daemon *daemon)
{
    return daemon->audit;
}

char *
daemon_checkpoint (Daemon *daemon)
{
    g_mutex_lock (&daemon->checkpoint_lock);
    char *checkpoint = g_strdup (daemon->checkpoint);
    g_mutex_unlock (&daemon->checkpoint_lock);
    return checkpoint;
}

void
daemon_note_audit_mail (Daemon *daemon, AuditMailState state)
{
    g_atomic_int_set (&daemon->audit_mail, (int)state);
}

AuditMailState
daemon_audit_mail (const Daemon *daemon)
{
    return (AuditMailState)g_atomic_int_get (&daemon->audit_mail);
}

AuthenticationBoard *
daemon_authentications (Daemon *daemon)
{
    return daemon->authentications;
}

MailHostsBoard *
daemon_mail_hosts (Daemon *daemon)
{
    return daemon->mail_hosts;
}

void
daemon_watch (Daemon *daemon, int wake)
{
    g_atomic_int_set (&daemon->watcher, wake);
}

void
daemon_look (Daemon *daemon)
{
    int wake = g_atomic_int_get (&daemon->watcher);

    if (wake >= 0)
        eventfd_write (wake, 1);
}

Guard *
daemon_guard (Daemon *daemon)
{
    return daemon->guard;
}

int64_t
daemon_now (const Daemon *daemon)
{
    return clock_now (&daemon->clock);
}

void
daemon_save_counts (Daemon *daemon)
{
    g_autoptr (GError) error = NULL;

    if (!quotas_save (daemon->quotas, &error))
        log_error (NULL, "sending limits: %s", error->message);
}

Quotas *
daemon_quotas (Daemon *daemon)
{
    return daemon->quotas;
}

void
daemon_tick (Daemon *daemon)
{
    g_autoptr (GError) audit_error = NULL, metrics_error = NULL;

    daemon_save_counts (daemon);

    if (!audit_tick (daemon->audit, daemon_now (daemon), &audit_error))
        log_error (NULL, "audit: %s", audit_error->message);
    if (!daemon_write_metrics (daemon, &metrics_error))
        log_error (NULL, "metrics: %s", metrics_error->message);
}

unsigned
daemon_counter (const Daemon *daemon, Counter counter)
{
    return (unsigned)g_atomic_int_get (&daemon->counters[counter]);
}

const char *
daemon_counter_name (Counter counter)
{
    return counter_names[counter];
}

void
daemon_count (Daemon *daemon, Counter counter)
{
    g_atomic_int_inc (&daemon->counters[counter]);
}

/* Who can add a setting learns which one; the sender only that one is missing. */
static void
note_gaps (const char *queue_id, const char *edge, const Plan *plan)
{
    g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);

    for (unsigned i = 0; i < plan->decisions->len; i++) {
        const Decision *decision = plan_decision (plan, i);
        for (unsigned j = 0; j < decision->rules->len; j++) {
            const RuleResult *result = g_ptr_array_index (decision->rules, j);
            bool decides = g_strcmp0 (decision->rule, result->id) == 0;
            if (decides && result->not_set_up && result->remedy &&
                g_hash_table_add (told, result->id))
                log_warning (queue_id, "%s: rule=%s is not set up; right would be: %s", edge,
                             result->id, result->remedy);
        }
    }
}

/* A line for each message that felt it, and one for who is to be woken. */
void
daemon_note_plan (Daemon *daemon, const char *queue_id, const char *edge, const Plan *plan)
{
    const char *failure = plan->consent_failure;
    int failed = failure != NULL;
    bool changed =
        g_atomic_int_compare_and_exchange (&daemon->store_failed, failed ? 0 : 1, failed);

    note_gaps (queue_id, edge, plan);
    if (failure)
        log_warning (queue_id, "%s: consent store: %s", edge, failure);
    if (changed && failed)
        log_error (NULL, "consent_store=down text=\"%s\"", failure);
    else if (changed)
        log_info (NULL, "consent_store=up");
}

static bool
is_counted (const Decision *decision)
{
    if (decision->copy != COPY_WHOLE || decision->legal_class != CLASS_PROMOTIONAL)
        return false;
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (strcmp (result->kind, "frequency-cap") == 0 &&
            result->verdict != VERDICT_NOT_APPLICABLE)
            return true;
    }
    return false;
}

/* Those that had room when it was decided; a cap that is only watched holds nothing back. */
static GArray *
list_caps (const Decision *decision)
{
    GArray *caps = g_array_new (FALSE, FALSE, sizeof (ContactCap));

    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        ContactCap cap = { result->counted_since, result->most, result->counted };
        if (result->most > 0 && result->mode == MODE_ENFORCE &&
            result->verdict == VERDICT_SATISFIED)
            g_array_append_val (caps, cap);
    }
    return caps;
}

bool
daemon_reserve_contact (Daemon *daemon, const Decision *decision, const char *queue_id,
                        bool *ret_reserved, GError **error)
{
    g_autoptr (GArray) caps = list_caps (decision);
    const Contact contact = { daemon_now (daemon), decision->purpose };

    *ret_reserved = true;
    return !is_counted (decision) ||
           contacts_reserve (daemon->contacts, (const char *const *)decision->facts->names,
                             queue_id, &contact, (const ContactCap *)(void *)caps->data,
                             caps->len, ret_reserved, error);
}

bool
daemon_release_contact (Daemon *daemon, const Decision *decision, const char *queue_id,
                        GError **error)
{
    return !is_counted (decision) ||
           contacts_release (daemon->contacts, decision->facts->names[0], queue_id, error);
}

static Engine *
swap_engine (Daemon *daemon, Engine *engine)
{
    g_mutex_lock (&daemon->lock);
    Engine *old = daemon->engine;
    daemon->engine = engine;
    g_mutex_unlock (&daemon->lock);
    return old;
}

static bool
load_and_swap (Daemon *daemon, GError **error)
{
    Settings *settings = settings_load (daemon->settings_path, error);
    if (!settings)
        return false;
    g_autoptr (Engine) fresh = engine_new (settings, error);
    if (!fresh || !engine_is_ready (fresh, error) || !rehearse_engine (fresh, error) ||
        !audit_reopen (daemon->audit, daemon_now (daemon), error) ||
        !record_policies (daemon, fresh, error))
        return false;
    fresh->contacts = daemon->contacts;
    fresh->quotas = daemon->quotas;
    fresh->authentications = daemon->authentications;
    share_mail_hosts (daemon, fresh);
    engine_unref (swap_engine (daemon, g_steal_pointer (&fresh)));
    return true;
}

bool
daemon_reload (Daemon *daemon, GError **error)
{
    g_mutex_lock (&daemon->reload);
    bool loaded = load_and_swap (daemon, error);
    g_mutex_unlock (&daemon->reload);
    give_back_memory ();
    daemon_count (daemon, loaded ? COUNT_RELOADS : COUNT_RELOADS_FAILED);
    if (loaded)
        daemon_look (daemon);
    return loaded;
}

char *
daemon_waits_for_restart (Daemon *daemon)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);

    return settings_fixed_changes ((const char *const *)daemon->fixed, engine->settings);
}

static void
append_facts (GString *json, const Authentication *known)
{
    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++) {
        g_autofree char *time = clock_format (known->times[fact]);
        g_string_append_printf (
            json, "%s\"%s\":{\"answer\":\"%s\",\"at\":\"%s\",\"because\":", fact ? "," : "",
            auth_fact_word (fact), auth_answer_word (known->answers[fact]), time);
        json_text_append (json, known->reasons[fact]);
        g_string_append_c (json, '}');
    }
}

char *
daemon_preflight (Daemon *daemon)
{
    g_autoptr (GPtrArray) list = authentication_board_list (daemon->authentications);
    GString *json = g_string_new ("{\"ok\":true,\"domains\":[");

    for (unsigned i = 0; i < list->len; i++) {
        const Authentication *known = g_ptr_array_index (list, i);
        g_string_append (json, i ? ",{\"domain\":" : "{\"domain\":");
        json_text_append (json, known->domain);
        g_string_append (json, ",\"envelope\":");
        json_text_append (json, known->envelope);
        g_string_append_printf (json, ",\"age_seconds\":%" G_GINT64_FORMAT ",\"problems\":%u,",
                                daemon_now (daemon) - known->at, known->problems);
        g_string_append (json, "\"facts\":{");
        append_facts (json, known);
        g_string_append (json, "}}");
    }
    g_string_append (json, "]}");
    return g_string_free (json, FALSE);
}

/* What counts against sending limits, by their keys. */
static void
append_sent (GString *json, Daemon *daemon)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) list = quotas_list (daemon->quotas, daemon_now (daemon), &error);

    if (!list) {
        g_string_append (json, ",\"sent\":null,\"sent_error\":");
        json_text_append (json, error->message);
        return;
    }
    g_string_append (json, ",\"sent\":[");
    for (unsigned i = 0; i < list->len; i++) {
        const QuotaUse *use = g_ptr_array_index (list, i);
        g_string_append (json, i ? ",{\"limit\":" : "{\"limit\":");
        json_text_append (json, use->key);
        g_string_append_printf (json,
                                ",\"minute\":%" G_GINT64_FORMAT ",\"hour\":%" G_GINT64_FORMAT
                                ",\"day\":%" G_GINT64_FORMAT "}",
                                use->used[QUOTA_MINUTE], use->used[QUOTA_HOUR],
                                use->used[QUOTA_DAY]);
    }
    g_string_append_c (json, ']');
}

static void
append_store (GString *json, Daemon *daemon, const Engine *engine)
{
    ConsentHealth health;

    consent_health (engine->store, &health);
    g_string_append_printf (
        json,
        ",\"consent_store\":{\"up\":%s,\"closed\":%s,"
        "\"retry_ms\":%" G_GINT64_FORMAT ",\"closings\":%" G_GUINT64_FORMAT "}",
        g_atomic_int_get (&daemon->store_failed) ? "false" : "true",
        health.is_closed ? "true" : "false", health.retry_ms, health.closings);
}

char *
daemon_status (Daemon *daemon)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    g_autoptr (GString) json = g_string_new ("{\"ok\":true,\"version\":");
    g_autofree char *now = clock_format (daemon_now (daemon));

    json_text_append (json, PACKAGE_VERSION);
    g_string_append (json, ",\"time\":");
    json_text_append (json, now);
    g_string_append_printf (json, ",\"uptime_seconds\":%" G_GINT64_FORMAT,
                            (g_get_monotonic_time () - daemon->started) / G_USEC_PER_SEC);
    for (unsigned i = 0; i < COUNT_LAST; i++)
        g_string_append_printf (json, ",\"%s\":%d", counter_names[i],
                                g_atomic_int_get (&daemon->counters[i]));
    g_string_append_printf (json, ",\"audit_mail\":\"%s\"",
                            audit_mail_words[daemon_audit_mail (daemon)]);
    g_string_append (json, ",\"policy_version\":");
    json_text_append (json, policy_set_version (engine->policies));
    append_store (json, daemon, engine);
    append_sent (json, daemon);
    g_string_append_printf (json, ",\"territories\":%u,\"rules\":%u,\"in_doubt\":%u}",
                            policy_set_territory_count (engine->policies),
                            policy_set_rule_count (engine->policies),
                            ledger_in_doubt (daemon->ledger));
    return g_string_free (g_steal_pointer (&json), FALSE);
}
