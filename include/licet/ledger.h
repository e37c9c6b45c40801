/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_LEDGER_H
#define LICET_LEDGER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The daemon's own memory, one SQLite file with one writing connection: the journal of
 * hand-overs, which makes a repeated one a no-op, and the salts behind the log's pseudonyms.
 *
 * Journal: Postfix hands a message to the LMTP port again when our reply was lost. One row per
 * queue id and recipient path remembers what was already submitted, whatever today's consent
 * would make of the message. The row holds SHA-256(salt || path), never the path. A row that says
 * "begun" after a crash is in doubt: the copy may or may not have been accepted.
 *
 * Subjects: the log names a recipient as SHA-256(salt || address) with a random 16-byte salt per
 * address. Deleting the salt leaves the log as it is and breaks the link to the person.
 *
 * Every call is synced to disk when it returns; safe from several threads. UNAVAILABLE when the
 * file cannot be read or written: the caller must defer.
 */
typedef struct Ledger Ledger;

typedef enum {
    LEDGER_NEW,       /* never seen: begun now */
    LEDGER_IN_DOUBT,  /* begun earlier and never finished: begun again now */
    LEDGER_SUBMITTED, /* already handed to Postfix: nothing to do */
} LedgerState;

Ledger *ledger_open (const char *path, GError **error);
/* For tools: reads subjects, writes nothing, does not create the file. */
Ledger *ledger_open_read_only (const char *path, GError **error);
void ledger_free (Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ledger, ledger_free)

/* One recipient of one hand-over. */
typedef struct {
    const char *queue_id; /* of the message that Postfix hands over */
    const char *address;  /* normalised: the person */
    const char *path;     /* as the envelope has it: "Ana@x" and "ana@x" get a copy each */
} LedgerKey;

/* The queue id under which the copy was submitted, or NULL in *ret_queue_id when it was not.
 * Caller frees. False with UNAVAILABLE. */
bool ledger_recall (Ledger *ledger, const LedgerKey *key, char **ret_queue_id, GError **error);

/* Begins a hand-over. With LEDGER_SUBMITTED, *ret_queue_id is the queue id it got (caller
 * frees), else NULL. False with UNAVAILABLE; nothing may be submitted then. */
bool ledger_begin (Ledger *ledger, const LedgerKey *key, LedgerState *ret_state,
                   char **ret_queue_id, GError **error);
/* Postfix answered 250 and named its queue id. */
bool ledger_submitted (Ledger *ledger, const LedgerKey *key, const char *submitted_queue_id,
                       GError **error);
/* Postfix answered 4xx or 5xx, or was not reached: the copy is certainly not there. */
bool ledger_failed (Ledger *ledger, const LedgerKey *key, GError **error);

/* The pseudonym of a normalised address as 64 hex digits, made when absent. Caller frees. */
char *ledger_subject (Ledger *ledger, const char *address, GError **error);
/* The same of a list, with one sync for all that are new. Ended by NULL, as is the result. Caller
 * frees with g_strfreev. */
char **ledger_subjects (Ledger *ledger, const char *const *addresses, GError **error);
/* The same, but NULL without an error when there is none. */
char *ledger_find_subject (Ledger *ledger, const char *address, GError **error);

/*
 * Deletes the salt of an address and overwrites it in the file: nothing leads from the log to the
 * person any more. *ret_known tells whether there was one. UNAVAILABLE as well while a hand-over
 * to that address is begun and unfinished, since the journal finds it by the same salt.
 */
bool ledger_erase (Ledger *ledger, const char *address, bool *ret_known, GError **error);
/* Every address that has a pseudonym, by pseudonym (char * to char *). Caller unrefs. */
GHashTable *ledger_addresses (Ledger *ledger, GError **error);

/* How many hand-overs are begun and unfinished. */
unsigned ledger_in_doubt (Ledger *ledger);

/* Removes journal rows older than that many seconds; Postfix has given up by then
 * (maximal_queue_lifetime). */
bool ledger_expire (Ledger *ledger, int64_t seconds, GError **error);

#endif
