/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Read handover_run first. The order is what makes it safe: who was served by an earlier hand-over
 * of the same message is answered before anything is decided again, records are on disk before the
 * first copy leaves, the journal says "begun" before a copy is sent and "submitted" after Postfix has
 * it, and a reply is 250 only then. Whatever is lost in between makes Postfix ask again.
 */

#include "handover.h"

#include <string.h>

#include "guard.h"
#include "handover_private.h"
#include "outcome.h"
#include "submit.h"
#include "tally.h"

#include "licet/address.h"
#include "licet/digest.h"
#include "licet/error.h"
#include "licet/log.h"
#include "licet/pipeline.h"

void
handover_set_reply (Handover *handover, unsigned recipient, const char *reply)
{
    g_free (handover->replies->pdata[recipient]);
    handover->replies->pdata[recipient] = g_strdup (reply);
}

void
handover_log_failure (const Handover *handover, const char *stage, const GError *error)
{
    daemon_count (handover->daemon, COUNT_FAILED);
    g_autofree char *text = outcome_quoted (error->message);
    log_error (handover->envelope->queue_id, "lmtp: stage=%s error=%s text=%s", stage,
               licet_error_word (error), text);
}

/* The second record of a recipient. A failure is logged; whether it matters is for the caller. */
bool
handover_record_outcome (Handover *handover, unsigned recipient, const char *outcome,
                         const char *reply, const char *copy)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *text = outcome_without_addresses (reply);

    if (audit_outcome (daemon_audit (handover->daemon), daemon_ledger (handover->daemon),
                       handover->envelope, recipient, outcome, text, copy,
                       daemon_now (handover->daemon), &error))
        return true;
    handover_log_failure (handover, "audit", error);
    return false;
}

/* Why recipients get their reply without a decision, or without the copy that was decided. Returns
 * the reply that may be given: a refusal without its record is none yet. */
static const char *
record_failure (const Handover *handover, const char *stage, const GError *cause,
                const char *reply, const GArray *recipients)
{
    g_autoptr (GError) error = NULL;
    AuditFailure failure = { .edge = "lmtp", .stage = stage, .cause = cause, .reply = reply };

    if (audit_failure (daemon_audit (handover->daemon), daemon_ledger (handover->daemon),
                       handover->envelope, &failure, recipients, daemon_now (handover->daemon),
                       &error))
        return reply;
    handover_log_failure (handover, "audit", error);
    return outcome_is_temporary (reply) ? reply : outcome_reply (error);
}

LedgerKey
handover_key_of (const Handover *handover, unsigned recipient)
{
    return (LedgerKey){
        .queue_id = handover->envelope->queue_id,
        .address = g_ptr_array_index (handover->addresses, recipient),
        .path = envelope_recipient (handover->envelope, recipient)->address,
    };
}

static bool
is_answered (const Handover *handover, unsigned recipient)
{
    return g_ptr_array_index (handover->replies, recipient) != NULL;
}

static void
answer_these (Handover *handover, const GArray *recipients, const char *stage,
              const GError *cause, const char *reply)
{
    if (recipients->len == 0)
        return;
    const char *given = record_failure (handover, stage, cause, reply, recipients);
    for (unsigned i = 0; i < recipients->len; i++)
        handover_set_reply (handover, g_array_index (recipients, unsigned, i), given);
}

void
handover_answer_one (Handover *handover, unsigned recipient, const char *stage,
                     const GError *cause, const char *reply)
{
    g_autoptr (GArray) one = g_array_new (FALSE, FALSE, sizeof (unsigned));

    g_array_append_val (one, recipient);
    answer_these (handover, one, stage, cause, reply);
}

static void
turn_away (Handover *handover, unsigned recipient, const Decision *decision)
{
    bool refused = decision->outcome == OUTCOME_REFUSE;
    const char *fallback =
        refused ? "550 5.7.1 licet: refused by policy" : "450 4.7.1 licet: deferred by policy";
    g_autofree char *reply = outcome_clean (decision->reply, fallback);

    daemon_count (handover->daemon, refused ? COUNT_REFUSED : COUNT_DEFERRED);
    /* A refusal without its record is none yet. */
    if (!handover_record_outcome (handover, recipient, refused ? "refused" : "deferred", reply,
                                  NULL))
        handover_set_reply (handover, recipient, outcome_reply (NULL));
    else
        handover_set_reply (handover, recipient, reply);
}

static void
turn_away_some (Handover *handover)
{
    for (unsigned i = 0; i < handover->replies->len; i++) {
        const Decision *decision = plan_decision (handover->plan, i);
        bool held_back =
            decision->outcome == OUTCOME_REFUSE || decision->outcome == OUTCOME_DEFER;
        if (held_back && !is_answered (handover, i))
            turn_away (handover, i, decision);
    }
}

/* Postfix has the copy; a 250 says so, unless the record could not be written: the journal will know
 * when Postfix asks again. */
void
handover_say_done (Handover *handover, unsigned recipient, const char *outcome,
                   const char *reply, const char *copy)
{
    if (handover_record_outcome (handover, recipient, outcome, reply, copy))
        handover_set_reply (handover, recipient, reply);
    else
        handover_set_reply (handover, recipient, outcome_reply (NULL));
}

/* Whether there is still a place for this copy under the caps; otherwise it has its reply. Asked
 * again later, the rule decides with what the others have sent by then. */
static bool
reserve (Handover *handover, unsigned recipient)
{
    g_autoptr (GError) error = NULL;
    bool reserved = false;

    if (is_answered (handover, recipient))
        return false;
    if (!daemon_reserve_contact (handover->daemon, plan_decision (handover->plan, recipient),
                                 handover->envelope->queue_id, &reserved, &error)) {
        handover_log_failure (handover, "contacts", error);
        handover_answer_one (handover, recipient, "contacts", error, outcome_reply (error));
    } else if (!reserved) {
        handover_answer_one (handover, recipient, "contacts", NULL, REPLY_CAP_REACHED);
    }
    return reserved;
}

/* The copy did not leave; a place that stays taken does no harm to anybody's mailbox. */
static void
release (Handover *handover, unsigned recipient)
{
    g_autoptr (GError) error = NULL;

    if (!daemon_release_contact (handover->daemon, plan_decision (handover->plan, recipient),
                                 handover->envelope->queue_id, &error))
        handover_log_failure (handover, "contacts", error);
}

/* Who is to get a copy, has no reply yet and has a place under the caps. */
static GArray *
list_waiting (Handover *handover, const Variant *variant)
{
    GArray *waiting = g_array_new (FALSE, FALSE, sizeof (unsigned));

    for (unsigned i = 0; i < variant->recipients->len; i++) {
        unsigned recipient = g_array_index (variant->recipients, unsigned, i);
        if (reserve (handover, recipient))
            g_array_append_val (waiting, recipient);
    }
    return waiting;
}

/* The reason is for who decides; it names rule and statute. NULL for a copy that leaves. */
static char *
reason_for_hold (const Handover *handover, const Variant *variant, unsigned recipient)
{
    const Decision *decision = plan_decision (handover->plan, recipient);

    return variant->held ? outcome_without_addresses (decision->reply) : NULL;
}

/* Begins one attempt for all of them, and keeps those for whom it was begun. The number of the
 * attempt, or 0. */
static int64_t
begin (Handover *handover, const Variant *variant, GArray *waiting)
{
    g_autoptr (GError) error = NULL;
    g_autofree LedgerKey *keys = g_new0 (LedgerKey, waiting->len);
    g_autofree bool *begun = g_new0 (bool, waiting->len);
    size_t length = 0;
    const void *bytes = g_bytes_get_data (variant->bytes, &length);
    g_autofree char *digest = digest_sha256 (bytes, length);
    g_autofree char *held =
        reason_for_hold (handover, variant, g_array_index (waiting, unsigned, 0));
    const LedgerCopy copy = { digest, held };
    int64_t attempt = 0;

    for (unsigned i = 0; i < waiting->len; i++)
        keys[i] = handover_key_of (handover, g_array_index (waiting, unsigned, i));
    if (!ledger_begin (daemon_ledger (handover->daemon), keys, waiting->len, &copy, begun,
                       &attempt, &error)) {
        handover_log_failure (handover, "journal", error);
        for (unsigned i = 0; i < waiting->len; i++)
            release (handover, g_array_index (waiting, unsigned, i));
        answer_these (handover, waiting, "journal", error, outcome_reply (error));
        return 0;
    }
    /* The guard has just let in what an earlier hand-over had on its way. */
    for (unsigned i = waiting->len; i-- > 0;) {
        if (begun[i])
            continue;
        handover_answer_one (handover, g_array_index (waiting, unsigned, i), "settle", NULL,
                             REPLY_IN_DOUBT);
        g_array_remove_index (waiting, i);
    }
    return attempt;
}

/* Postfix has the copy: nothing that fails from here on may send it again. */
static void
note_submitted (Handover *handover, unsigned recipient, const char *copy)
{
    LedgerKey key = handover_key_of (handover, recipient);
    g_autoptr (GError) error = NULL;
    bool held = plan_decision (handover->plan, recipient)->outcome == OUTCOME_HOLD;
    const char *outcome = held ? "held" : "submitted";
    g_autofree char *reply = g_strdup_printf ("250 2.0.0 %s as %s", outcome, copy);

    daemon_count (handover->daemon, held ? COUNT_HELD : COUNT_SUBMITTED);
    quota_hold_commit (handover->plan->quotas, recipient);
    if (!ledger_submitted (daemon_ledger (handover->daemon), &key, copy, &error))
        handover_log_failure (handover, "journal", error);
    handover_say_done (handover, recipient, outcome, reply, copy);
}

/* The copy is certainly not there. */
static void
note_failed (Handover *handover, unsigned recipient, int64_t attempt, const char *reply)
{
    LedgerKey key = handover_key_of (handover, recipient);
    g_autoptr (GError) error = NULL;
    const char *outcome = outcome_is_temporary (reply) ? "deferred" : "refused";

    if (!ledger_failed (daemon_ledger (handover->daemon), &key, attempt, &error))
        handover_log_failure (handover, "journal", error);
    release (handover, recipient);
    /* A refusal without its record is none yet. */
    if (!handover_record_outcome (handover, recipient, outcome, reply, NULL))
        reply = outcome_reply (NULL);
    handover_set_reply (handover, recipient, reply);
}

static void
note_submission (Handover *handover, const GArray *recipients, int64_t attempt,
                 const Submission *submission)
{
    for (unsigned i = 0; i < recipients->len; i++) {
        unsigned recipient = g_array_index (recipients, unsigned, i);
        const char *reply = g_ptr_array_index (submission->replies, i);
        if (outcome_is_positive (reply))
            note_submitted (handover, recipient, submission->queue_id);
        else if (submission->in_doubt && strcmp (reply, REPLY_IN_DOUBT) == 0)
            /* the journal knows more when Postfix asks again */
            handover_answer_one (handover, recipient, "submit", NULL, reply);
        else
            note_failed (handover, recipient, attempt, reply);
    }
}

static void
note_no_submission (Handover *handover, const GArray *recipients, int64_t attempt,
                    const GError *error)
{
    bool unreached = g_error_matches (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    bool unguarded = g_error_matches (error, LICET_ERROR, LICET_ERROR_SETTINGS);
    const char *reply = unreached   ? REPLY_UNREACHABLE
                        : unguarded ? REPLY_UNGUARDED
                                    : outcome_reply (error);

    handover_log_failure (handover, "submit", error);
    for (unsigned i = 0; i < recipients->len; i++)
        note_failed (handover, g_array_index (recipients, unsigned, i), attempt, reply);
}

static bool
may_leave (const Handover *handover, const Variant *variant)
{
    return variant->signatures->len > 0 ||
           strcmp (handover->engine->settings->unsigned_mail, "defer") != 0;
}

/* What of the attempt is not used up by the guard must not lie about. */
static void
end_attempt (Handover *handover, int64_t attempt)
{
    g_autoptr (GError) error = NULL;

    if (!ledger_end (daemon_ledger (handover->daemon), attempt, &error))
        handover_log_failure (handover, "journal", error);
}

static void
submit_to (Handover *handover, const Variant *variant, const GArray *recipients,
           int64_t attempt)
{
    g_autoptr (GError) error = NULL;
    Guard *guard = daemon_guard (handover->daemon);
    g_autofree char *mark = guard_mark (guard, attempt);
    SubmitJob job = {
        .to = handover->engine->settings->submit_to,
        .hostname = handover->engine->settings->hostname,
        .envelope = handover->envelope,
        .xforward = handover->xforward,
        .recipients = recipients,
        .bytes = variant->bytes,
        .guard = guard,
        .mark = mark,
    };
    bool fits = variant_is_for (variant, handover->envelope, recipients, &error);
    g_autoptr (Submission) submission = fits ? submit_copy (&job, &error) : NULL;

    if (submission)
        note_submission (handover, recipients, attempt, submission);
    else
        note_no_submission (handover, recipients, attempt, error);
    if (!submission || !submission->queue_id)
        end_attempt (handover, attempt);
}

static void
submit_variant (Handover *handover, const Variant *variant)
{
    g_autoptr (GArray) waiting = list_waiting (handover, variant);

    if (waiting->len == 0)
        return;
    int64_t attempt = begin (handover, variant, waiting);
    if (attempt != 0 && waiting->len > 0)
        submit_to (handover, variant, waiting, attempt);
}

static void
submit_variants (Handover *handover)
{
    for (unsigned i = 0; i < handover->plan->variants->len; i++) {
        const Variant *variant = g_ptr_array_index (handover->plan->variants, i);
        if (may_leave (handover, variant)) {
            submit_variant (handover, variant);
            continue;
        }
        g_autoptr (GArray) waiting = list_waiting (handover, variant);
        answer_these (handover, waiting, "sign", NULL, REPLY_UNSIGNED);
    }
}

static void
log_replies (const Handover *handover)
{
    unsigned counts[3] = { 0 };

    for (unsigned i = 0; i < handover->replies->len; i++) {
        const char *reply = g_ptr_array_index (handover->replies, i);
        counts[outcome_is_positive (reply) ? 0 : outcome_is_temporary (reply) ? 1 : 2]++;
    }
    g_autofree char *summary = outcome_summary (handover->plan);
    g_autofree char *unsigned_why = outcome_unsigned (handover->plan);
    log_info (handover->envelope->queue_id,
              "lmtp: class=%s copies=%u submitted=%u deferred=%u refused=%u%s%s",
              message_class_word (handover->plan->classification->class),
              handover->plan->variants->len, counts[0], counts[1], counts[2], summary,
              unsigned_why);
}

/* The recipients without a reply yet. */
static GArray *
list_unanswered (const Handover *handover)
{
    GArray *list = g_array_new (FALSE, FALSE, sizeof (unsigned));

    for (unsigned i = 0; i < handover->replies->len; i++)
        if (!is_answered (handover, i))
            g_array_append_val (list, i);
    return list;
}

static void
answer_rest (Handover *handover, const char *stage, const GError *cause, const char *reply)
{
    g_autoptr (GArray) unanswered = list_unanswered (handover);

    answer_these (handover, unanswered, stage, cause, reply);
}

static void
carry_out (Handover *handover, const GArray *unanswered)
{
    g_autoptr (GError) error = NULL;

    daemon_note_plan (handover->daemon, handover->envelope->queue_id, "lmtp", handover->plan);
    if (!audit_decisions (daemon_audit (handover->daemon), daemon_ledger (handover->daemon),
                          handover->envelope, handover->plan, "lmtp", unanswered,
                          daemon_now (handover->daemon), &error)) {
        handover_log_failure (handover, "audit", error);
        answer_rest (handover, "audit", error, outcome_reply (error));
        return;
    }
    tally_add (daemon_tally (handover->daemon), handover->plan, unanswered);
    turn_away_some (handover);
    submit_variants (handover);
    log_replies (handover);
}

static void
run_pipeline (Handover *handover, GBytes *bytes, const GArray *unanswered)
{
    g_autoptr (GError) error = NULL;
    int64_t deadline =
        g_get_monotonic_time () + handover->engine->settings->message_seconds * G_USEC_PER_SEC;
    g_autoptr (Plan) plan = pipeline_run (handover->engine, handover->envelope, bytes,
                                          daemon_now (handover->daemon), &error);

    handover->plan = plan;
    if (!plan) {
        handover_log_failure (handover, "pipeline", error);
        answer_rest (handover, "pipeline", error, outcome_reply (error));
    } else if (g_get_monotonic_time () > deadline) {
        answer_rest (handover, "deadline", NULL, REPLY_TOO_LATE);
    } else {
        carry_out (handover, unanswered);
    }
}

static GPtrArray *
normalise_all (const Envelope *envelope)
{
    GPtrArray *addresses = g_ptr_array_new_with_free_func (g_free);

    for (unsigned i = 0; i < envelope->recipients->len; i++)
        g_ptr_array_add (addresses, address_key (envelope_recipient (envelope, i)->address));
    return addresses;
}

GPtrArray *
handover_run (Daemon *daemon, const Envelope *envelope, const GPtrArray *xforward,
              GBytes *bytes)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    g_autoptr (GPtrArray) addresses = normalise_all (envelope);
    Handover handover = {
        .daemon = daemon,
        .engine = engine,
        .envelope = envelope,
        .xforward = xforward,
        .addresses = addresses,
        .replies = g_ptr_array_new_with_free_func (g_free),
    };

    daemon_count (daemon, COUNT_HANDED_OVER);
    g_ptr_array_set_size (handover.replies, (int)envelope->recipients->len);
    for (unsigned i = 0; i < envelope->recipients->len; i++)
        handover_recall (&handover, i);
    g_free (handover.doubted);
    g_autoptr (GArray) unanswered = list_unanswered (&handover);
    if (unanswered->len > 0)
        run_pipeline (&handover, bytes, unanswered);
    return handover.replies;
}

const char *
handover_refuse (Daemon *daemon, const Envelope *envelope, const GError *cause)
{
    Handover handover = { .daemon = daemon, .envelope = envelope };

    handover_log_failure (&handover, "receive", cause);
    return record_failure (&handover, "receive", cause, outcome_reply (cause), NULL);
}
