/* SPDX-License-Identifier: BSD-2-Clause */

/* What became of a copy of an earlier hand-over: the journal, and where that is in doubt, Postfix. */

#include "handover_private.h"

#include <string.h>

#include "doubt.h"
#include "outcome.h"

#include "licet/log.h"

static void
note_earlier (Handover *handover, unsigned recipient, const char *copy)
{
    g_autofree char *reply =
        g_strdup_printf ("250 2.0.0 already submitted as %s", *copy ? copy : "unknown");

    handover_say_done (handover, recipient, "already-submitted", reply, copy);
}

static void
fail_journal (Handover *handover, unsigned recipient, const GError *error)
{
    handover_log_failure (handover, "journal", error);
    handover_answer_one (handover, recipient, "journal", error, outcome_reply (error));
}

static void
note_settled (Handover *handover, unsigned recipient, const char *copy)
{
    g_autoptr (GError) error = NULL;
    LedgerKey key = handover_key_of (handover, recipient);
    g_autofree char *reply = g_strdup_printf ("250 2.0.0 submitted as %s", copy);

    if (!ledger_submitted (daemon_ledger (handover->daemon), &key, copy, &error)) {
        fail_journal (handover, recipient, error);
        return;
    }
    daemon_count (handover->daemon, COUNT_SETTLED);
    handover_say_done (handover, recipient, "submitted", reply, copy);
}

/* The row is new again, and the recipient will be served. */
static void
abandon (Handover *handover, unsigned recipient, const char *copy)
{
    g_autoptr (GError) error = NULL;
    LedgerKey key = handover_key_of (handover, recipient);

    if (!ledger_abandon (daemon_ledger (handover->daemon), &key, copy, &error))
        fail_journal (handover, recipient, error);
}

/* Loss is worse than a double, unless the settings say otherwise. Either way it is in the log. */
static void
decide_doubt (Handover *handover, unsigned recipient, const char *copy)
{
    bool again = strcmp (handover->engine->settings->resend_in_doubt, "yes") == 0;
    g_autofree char *text = g_strdup_printf ("in doubt: may have left as %s; %s", copy,
                                             again ? "sent again" : "waits for a person");

    log_warning (handover->envelope->queue_id, "lmtp: recipient=%u %s", recipient, text);
    if (!handover_record_outcome (handover, recipient, "in-doubt", text, copy)) {
        handover_set_reply (handover, recipient, outcome_reply (NULL));
    } else if (again) {
        daemon_count (handover->daemon, COUNT_SENT_AGAIN);
        abandon (handover, recipient, copy);
    } else {
        handover_set_reply (handover, recipient, REPLY_PARKED);
    }
}

/* A look at a long log takes seconds, and Postfix waits: once for all recipients of a copy. */
static DoubtVerdict
look (Handover *handover, unsigned recipient, const LedgerRow *row)
{
    g_autofree char *evidence = NULL;
    const char *copy = row->submitted_queue_id;

    if (g_strcmp0 (handover->doubted, copy) == 0)
        return handover->doubt;
    handover->doubt = doubt_settle (handover->engine->settings, copy, row->seconds, &evidence);
    g_free (handover->doubted);
    handover->doubted = g_strdup (copy);
    log_info (handover->envelope->queue_id, "lmtp: recipient=%u guarded as %s: %s", recipient,
              copy, evidence);
    return handover->doubt;
}

/* The guard let the copy in, and then something broke: what does Postfix know of it? */
static void
settle (Handover *handover, unsigned recipient, const LedgerRow *row)
{
    const char *copy = row->submitted_queue_id;

    switch (look (handover, recipient, row)) {
    case DOUBT_THERE:
        note_settled (handover, recipient, copy);
        return;
    case DOUBT_NOT_THERE:
        abandon (handover, recipient, copy);
        return;
    case DOUBT_WAIT:
        handover_answer_one (handover, recipient, "settle", NULL, REPLY_IN_DOUBT);
        return;
    case DOUBT_OPEN:
        decide_doubt (handover, recipient, copy);
        return;
    }
    g_assert_not_reached ();
}

/* Postfix asks again about recipients whose 250 was lost. What left stays so, whatever today's
 * consent or policies would say. */
void
handover_recall (Handover *handover, unsigned recipient)
{
    g_autoptr (GError) error = NULL;
    g_auto (LedgerRow) row = { 0 };
    LedgerKey key = handover_key_of (handover, recipient);

    if (!ledger_recall (daemon_ledger (handover->daemon), &key, &row, &error)) {
        fail_journal (handover, recipient, error);
        return;
    }
    switch (row.state) {
    case LEDGER_NEW:
    case LEDGER_BEGUN: /* and never let in */
        return;
    case LEDGER_GUARDED:
        settle (handover, recipient, &row);
        return;
    case LEDGER_SUBMITTED:
        note_earlier (handover, recipient, row.submitted_queue_id);
        return;
    }
    g_assert_not_reached ();
}
