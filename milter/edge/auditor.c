/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Mails the newest checkpoint to the auditors of the settings, by the clock, on a thread of its own:
 * whatever becomes of that mail, no other waits for it. It goes to the second port as copies do,
 * under an attempt of the journal, which is also how a restart knows what is done. The key stands
 * for the time at which the mail was due, so that an auditor who hears nothing in due time knows
 * that something is wrong, also where the log did not grow.
 */

#include "licet/edge.h"

#include <string.h>

#include "doubt.h"
#include "net.h"
#include "outcome.h"
#include "submit.h"

#include "licet/address.h"
#include "licet/audit_mail.h"
#include "licet/digest.h"
#include "licet/error.h"
#include "licet/log.h"
#include "licet/pipeline.h"

enum {
    LOOK_SECONDS = 60,
    BACK_OFF_FIRST = 5, /* doubled before it is used */
    DOUBLINGS = 10,
    BACK_OFF_MOST = 3600,
    FAILURES_TO_TELL = 2, /* Postfix may start after us */
};

struct AuditorEdge {
    Daemon *daemon;
    GMutex lock; /* stopping, stream */
    GCond changed;
    bool stopping;
    NetStream *stream; /* of a submission under way */
    unsigned failures; /* in a row */
    GThread *thread;
};

/* One mail that is due. */
typedef struct {
    Daemon *daemon;
    const Engine *engine;
    const Settings *settings; /* of engine */
    int64_t due;
    char *name;      /* stands for a queue id in the journal */
    GPtrArray *to;   /* char *, borrowed: who has not got it */
    GPtrArray *keys; /* char *, their addresses as the journal knows them */
    bool waits;      /* for what a submission without an answer left open */
} Round;

static void
round_init (Round *round, Daemon *daemon, const Engine *engine)
{
    const Settings *settings = engine->settings;
    int64_t now = daemon_now (daemon), period = settings->audit_mail_hours * 3600;

    round->daemon = daemon;
    round->engine = engine;
    round->settings = settings;
    round->due = now - now % period;
    round->name = g_strdup_printf ("checkpoint-%" G_GINT64_FORMAT, round->due);
    round->to = g_ptr_array_new ();
    round->keys = g_ptr_array_new_with_free_func (g_free);
}

static void
round_clear (Round *round)
{
    g_free (round->name);
    g_clear_pointer (&round->to, g_ptr_array_unref);
    g_clear_pointer (&round->keys, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Round, round_clear)

static LedgerKey
key_of (const Round *round, unsigned i)
{
    return (LedgerKey){ round->name, g_ptr_array_index (round->keys, i),
                        g_ptr_array_index (round->to, i) };
}

/* A checkpoint that comes twice harms nobody: it is sent again unless there is evidence. */
static bool
settle (Round *round, const LedgerKey *key, const LedgerRow *row, bool *ret_wanted,
        GError **error)
{
    g_autofree char *evidence = NULL;
    Ledger *ledger = daemon_ledger (round->daemon);
    const char *copy = row->submitted_queue_id;

    switch (doubt_settle (round->settings, copy, row->seconds, &evidence)) {
    case DOUBT_THERE:
        return ledger_submitted (ledger, key, copy, error);
    case DOUBT_WAIT:
        round->waits = true;
        return true;
    case DOUBT_NOT_THERE:
    case DOUBT_OPEN:
        *ret_wanted = true;
        return ledger_abandon (ledger, key, copy, error);
    }
    g_assert_not_reached ();
}

static bool
recall (Round *round, const LedgerKey *key, bool *ret_wanted, GError **error)
{
    g_auto (LedgerRow) row = { 0 };

    if (!ledger_recall (daemon_ledger (round->daemon), key, &row, error))
        return false;
    *ret_wanted = row.state == LEDGER_NEW || row.state == LEDGER_BEGUN;
    return row.state != LEDGER_GUARDED || settle (round, key, &row, ret_wanted, error);
}

static bool
list_waiting (Round *round, GError **error)
{
    for (char **to = round->settings->audit_mail_to; *to; to++) {
        g_autofree char *address = address_key (*to);
        LedgerKey key = { round->name, address, *to };
        bool wanted = false;
        if (!recall (round, &key, &wanted, error))
            return false;
        if (!wanted)
            continue;
        g_ptr_array_add (round->to, *to);
        g_ptr_array_add (round->keys, g_steal_pointer (&address));
    }
    return true;
}

static GBytes *
write_mail (const Round *round, GError **error)
{
    const Settings *settings = round->settings;
    g_autofree char *checkpoint = daemon_checkpoint (round->daemon);
    AuditMail mail = {
        .from = settings->audit_mail_from,
        .to = round->to,
        .checkpoint = checkpoint,
        .hostname = settings->hostname,
        .due = round->due,
        .now = daemon_now (round->daemon),
    };
    g_autoptr (GBytes) bytes = audit_mail_write (&mail, error);

    g_autofree const char **to = g_new0 (const char *, round->to->len + 1);
    for (unsigned i = 0; i < round->to->len; i++)
        to[i] = g_ptr_array_index (round->to, i);
    SignerCopy copy = { mail.from, mail.from, to, mail.now, NULL };
    return bytes ? pipeline_sign_own (round->engine, bytes, &copy, error) : NULL;
}

static bool
begin (const Round *round, GBytes *bytes, int64_t *ret_attempt, GError **error)
{
    size_t length = 0;
    const void *data = g_bytes_get_data (bytes, &length);
    g_autofree char *digest = digest_sha256 (data, length);
    g_autofree LedgerKey *keys = g_new0 (LedgerKey, round->to->len);
    g_autofree bool *begun = g_new0 (bool, round->to->len);
    const LedgerCopy copy = { digest, NULL };

    for (unsigned i = 0; i < round->to->len; i++)
        keys[i] = key_of (round, i);
    return ledger_begin (daemon_ledger (round->daemon), keys, round->to->len, &copy, begun,
                         ret_attempt, error);
}

static Envelope *
make_envelope (const Round *round, GArray *all)
{
    Envelope *envelope = envelope_new ();

    envelope->sender = envelope_path_new (round->settings->audit_mail_from, "");
    for (unsigned i = 0; i < round->to->len; i++) {
        g_ptr_array_add (envelope->recipients,
                         envelope_path_new (g_ptr_array_index (round->to, i), ""));
        g_array_append_val (all, i);
    }
    return envelope;
}

/* net_stream_wake comes from the thread that stops us. */
static void
watch_stream (NetStream *stream, void *data)
{
    AuditorEdge *edge = data;

    g_mutex_lock (&edge->lock);
    edge->stream = stream;
    if (stream && edge->stopping)
        net_stream_wake (stream);
    g_mutex_unlock (&edge->lock);
}

static Submission *
submit (AuditorEdge *edge, const Round *round, GBytes *bytes, int64_t attempt, GError **error)
{
    g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (unsigned));
    g_autoptr (GPtrArray) nobody = g_ptr_array_new ();
    g_autoptr (Envelope) envelope = make_envelope (round, all);
    Guard *guard = daemon_guard (round->daemon);
    g_autofree char *mark = guard_mark (guard, attempt);
    SubmitJob job = {
        .to = round->settings->submit_to,
        .hostname = round->settings->hostname,
        .envelope = envelope,
        .xforward = nobody,
        .recipients = all,
        .bytes = bytes,
        .guard = guard,
        .mark = mark,
        .watch = watch_stream,
        .watch_data = edge,
    };

    return submit_copy (&job, error);
}

/* The reply of one who did not get it becomes the error. */
static bool
note_reply (const Round *round, unsigned i, const Submission *submission, int64_t attempt,
            GError **error)
{
    const char *reply = g_ptr_array_index (submission->replies, i);
    LedgerKey key = key_of (round, i);
    Ledger *ledger = daemon_ledger (round->daemon);
    bool doubt = submission->in_doubt && strcmp (reply, REPLY_IN_DOUBT) == 0;

    if (outcome_is_positive (reply))
        return ledger_submitted (ledger, &key, submission->queue_id, error);
    if (!doubt && !ledger_failed (ledger, &key, attempt, error))
        return false;
    g_autofree char *text = outcome_without_addresses (reply);
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "second port: %s", text);
    return false;
}

static bool
note_replies (const Round *round, const Submission *submission, int64_t attempt, GError **error)
{
    bool all = true;

    for (unsigned i = 0; i < round->to->len; i++) {
        g_autoptr (GError) cause = NULL;
        if (note_reply (round, i, submission, attempt, &cause))
            continue;
        if (all)
            g_propagate_error (error, g_steal_pointer (&cause));
        all = false;
    }
    return all;
}

static void
note_no_submission (const Round *round, int64_t attempt)
{
    for (unsigned i = 0; i < round->to->len; i++) {
        LedgerKey key = key_of (round, i);
        ledger_failed (daemon_ledger (round->daemon), &key, attempt, NULL);
    }
}

static bool
send_mail (AuditorEdge *edge, const Round *round, GError **error)
{
    int64_t attempt = 0;
    g_autoptr (GBytes) bytes = write_mail (round, error);

    if (!bytes || !begin (round, bytes, &attempt, error))
        return false;
    g_autoptr (Submission) submission = submit (edge, round, bytes, attempt, error);
    bool all = submission && note_replies (round, submission, attempt, error);
    if (!submission)
        note_no_submission (round, attempt);
    if (!submission || !submission->queue_id)
        ledger_end (daemon_ledger (round->daemon), attempt, NULL);
    else
        log_info (submission->queue_id, "audit: checkpoint mailed to the auditor");
    return all;
}

static bool
is_stopping (AuditorEdge *edge)
{
    g_mutex_lock (&edge->lock);
    bool stopping = edge->stopping;
    g_mutex_unlock (&edge->lock);
    return stopping;
}

static void
note_success (AuditorEdge *edge)
{
    if (edge->failures >= FAILURES_TO_TELL)
        log_info (NULL, "audit: mail to the auditor works again");
    edge->failures = 0;
    daemon_note_audit_mail (edge->daemon, AUDIT_MAIL_SENT);
}

static void
note_failure (AuditorEdge *edge, const GError *cause)
{
    if (is_stopping (edge))
        return;
    daemon_count (edge->daemon, COUNT_AUDIT_MAILS_FAILED);
    if (++edge->failures < FAILURES_TO_TELL)
        return;
    daemon_note_audit_mail (edge->daemon, AUDIT_MAIL_FAILING);
    if (edge->failures == FAILURES_TO_TELL)
        log_warning (NULL, "audit: mail to the auditor cannot be sent and is tried again: %s",
                     cause->message);
}

/* Seconds until the next look. */
static int64_t
look (AuditorEdge *edge)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (Engine) engine = daemon_engine (edge->daemon);
    g_auto (Round) round = { 0 };

    if (!*engine->settings->audit_mail_to) {
        edge->failures = 0;
        daemon_note_audit_mail (edge->daemon, AUDIT_MAIL_OFF);
        return LOOK_SECONDS;
    }
    round_init (&round, edge->daemon, engine);
    if (daemon_audit_mail (edge->daemon) == AUDIT_MAIL_OFF)
        daemon_note_audit_mail (edge->daemon, AUDIT_MAIL_DUE);
    bool listed = list_waiting (&round, &error);
    if (listed && round.to->len == 0) {
        if (!round.waits)
            note_success (edge);
        return LOOK_SECONDS;
    }
    if (listed && send_mail (edge, &round, &error)) {
        daemon_count (edge->daemon, COUNT_AUDIT_MAILS);
        note_success (edge);
        return LOOK_SECONDS;
    }
    note_failure (edge, error);
    return MIN ((int64_t)BACK_OFF_FIRST << MIN (edge->failures, DOUBLINGS), BACK_OFF_MOST);
}

/* False when it is time to stop. */
static bool
rest (AuditorEdge *edge, int64_t seconds)
{
    int64_t end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

    g_mutex_lock (&edge->lock);
    while (!edge->stopping && g_cond_wait_until (&edge->changed, &edge->lock, end))
        continue;
    bool goes_on = !edge->stopping;
    g_mutex_unlock (&edge->lock);
    return goes_on;
}

static void *
run (void *data)
{
    AuditorEdge *edge = data;

    while (rest (edge, look (edge)))
        continue;
    return NULL;
}

AuditorEdge *
auditor_edge_start (Daemon *daemon)
{
    AuditorEdge *edge = g_new0 (AuditorEdge, 1);

    edge->daemon = daemon;
    g_mutex_init (&edge->lock);
    g_cond_init (&edge->changed);
    edge->thread = g_thread_new ("auditor", run, edge);
    return edge;
}

void
auditor_edge_stop (AuditorEdge *edge)
{
    g_mutex_lock (&edge->lock);
    edge->stopping = true;
    g_cond_broadcast (&edge->changed);
    if (edge->stream)
        net_stream_wake (edge->stream);
    g_mutex_unlock (&edge->lock);
    g_thread_join (edge->thread);
    g_mutex_clear (&edge->lock);
    g_cond_clear (&edge->changed);
    g_free (edge);
}
