/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Read admit_copy. Whatever is not provably a copy that this daemon is submitting right now, byte
 * for byte as it was decided, gets 451: mail of others stays with its sender, and a copy of ours is
 * made again from Postfix's queue.
 */

#include "admit.h"

#include <string.h>

#include "apply.h"
#include "guard.h"
#include "outcome.h"

#include "licet/address.h"
#include "licet/digest.h"
#include "licet/error.h"
#include "licet/log.h"

static const char *
turn_away (Daemon *daemon, const Session *session, const char *reason)
{
    daemon_count (daemon, COUNT_TURNED_AWAY);
    log_warning (session->envelope->queue_id, "guard: turned away: %s; client=%s", reason,
                 session->client_address ? session->client_address : "unknown");
    return REPLY_NOT_OURS;
}

static const char *
word_of (LedgerVerdict verdict)
{
    switch (verdict) {
    case LEDGER_ADMITTED:
        return "nothing is wrong";
    case LEDGER_STALE:
        return "the attempt is over, or another one has taken its place";
    case LEDGER_OTHER_BYTES:
        return "its bytes are not those that were decided";
    case LEDGER_OTHER_RECIPIENT:
        return "a recipient is not one of the attempt";
    }
    g_assert_not_reached ();
}

/* Takes their addresses; the paths are the envelope's. */
static LedgerKey *
list_recipients (const Envelope *envelope, GPtrArray *addresses)
{
    LedgerKey *keys = g_new0 (LedgerKey, envelope->recipients->len);

    for (unsigned i = 0; i < envelope->recipients->len; i++) {
        const char *path = envelope_recipient (envelope, i)->address;
        char *address = address_key (path);
        g_ptr_array_add (addresses, address);
        keys[i] = (LedgerKey){ envelope->queue_id, address, path };
    }
    return keys;
}

static bool
ask_journal (Daemon *daemon, const Session *session, int64_t attempt,
             LedgerVerdict *ret_verdict, char **ret_held, GError **error)
{
    g_autofree char *digest = digest_sha256 (session->bytes->str, session->bytes->len);
    g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
    g_autofree LedgerKey *keys = list_recipients (session->envelope, addresses);
    LedgerArrival arrival = { attempt, digest, keys, session->envelope->recipients->len };

    return ledger_admit (daemon_ledger (daemon), &arrival, ret_verdict, ret_held, error);
}

static const char *
let_in (SMFICTX *ctx, Daemon *daemon, const Session *session, const char *held)
{
    g_autoptr (GError) error = NULL;

    if (apply_unmark (ctx, &error) && (!held || apply_hold (ctx, held, &error)))
        return NULL;
    return turn_away (daemon, session, error->message);
}

const char *
admit_copy (SMFICTX *ctx, Daemon *daemon, const Session *session)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *held = NULL;
    LedgerVerdict verdict = LEDGER_STALE;
    int64_t attempt = 0;

    if (session->problem)
        return turn_away (daemon, session, "it is too big");
    if (!session->mark)
        return turn_away (daemon, session, "it has no mark");
    if (!guard_read (daemon_guard (daemon), session->mark, &attempt))
        return turn_away (daemon, session, "its mark is not of this daemon's making");
    if (!session->envelope->queue_id || session->envelope->recipients->len == 0)
        return turn_away (daemon, session, "Postfix names no queue id or no recipient");
    if (!ask_journal (daemon, session, attempt, &verdict, &held, &error))
        return turn_away (daemon, session, error->message);
    if (verdict != LEDGER_ADMITTED)
        return turn_away (daemon, session, word_of (verdict));
    return let_in (ctx, daemon, session, held);
}
