/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_LEDGER_H
#define LICET_LEDGER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The daemon's own memory, one SQLite file with its write-ahead log beside it, to which one process
 * writes at a time (a lock on the directory, taken for each write): the journal of
 * hand-overs, which makes a repeated one a no-op, and the salts behind the log's pseudonyms.
 *
 * Journal: Postfix hands a message to the LMTP port again when our reply was lost. One row per
 * queue id and recipient path remembers what became of it, whatever today's consent would make of
 * the message. The row holds SHA-256(salt || path), never the path.
 *
 * Attempts: a copy is submitted under a number that was never used before, beside the SHA-256 of
 * its bytes. The guard of the second port admits it under the row's current number only, once, and
 * writes down the queue id that Postfix will give it, before Postfix commits. So a row says
 *   begun      no copy of it can be in Postfix, whatever happened since: submit again;
 *   guarded    Postfix was allowed to take it as that queue id; whether it did is not known here;
 *   submitted  Postfix has it.
 *
 * Subjects: the log names a recipient as SHA-256(salt || address) with a random 16-byte salt per
 * address. Deleting the salt leaves the log as it is and breaks the link to the person.
 *
 * Every call is synced to disk when it returns; safe from several threads. UNAVAILABLE when the
 * file cannot be read or written, or another process writes for longer than a turn (5 s): the
 * caller must defer.
 */
typedef struct Ledger Ledger;

typedef enum { LEDGER_NEW, LEDGER_BEGUN, LEDGER_GUARDED, LEDGER_SUBMITTED } LedgerState;

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

typedef struct {
    LedgerState state;
    char *submitted_queue_id; /* when guarded or submitted */
    int64_t seconds;          /* since it is so, by the system's clock */
} LedgerRow;
void ledger_row_clear (LedgerRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LedgerRow, ledger_row_clear)

/* What the journal knows of a recipient; changes nothing. Caller clears. */
bool ledger_recall (Ledger *ledger, const LedgerKey *key, LedgerRow *ret_row, GError **error);

typedef struct {
    const char *digest; /* SHA-256 of the bytes, hex */
    const char *held;   /* why it is for the hold queue, without addresses; or NULL */
} LedgerCopy;

/*
 * Begins one attempt for all these recipients, in one commit. ret_begun[i] is false for one that is
 * guarded or submitted, which belongs to an earlier attempt and may not be sent again. On failure
 * nothing may be submitted.
 */
bool ledger_begin (Ledger *ledger, const LedgerKey *keys, unsigned count,
                   const LedgerCopy *copy, bool *ret_begun, int64_t *ret_attempt,
                   GError **error);

typedef enum {
    LEDGER_ADMITTED,
    LEDGER_STALE,           /* no such attempt is under way, or not any more */
    LEDGER_OTHER_BYTES,     /* not those that were decided and signed */
    LEDGER_OTHER_RECIPIENT, /* not one of the attempt */
} LedgerVerdict;

/* What knocks at the second port. The recipients' queue_id is the one that Postfix will give. */
typedef struct {
    int64_t attempt;
    const char *digest;
    const LedgerKey *recipients;
    unsigned count;
} LedgerArrival;

/* The guard's question. With LEDGER_ADMITTED the rows say guarded, and *ret_held is why the copy is
 * for the hold queue, or NULL (caller frees); else nothing is changed. */
bool ledger_admit (Ledger *ledger, const LedgerArrival *arrival, LedgerVerdict *ret_verdict,
                   char **ret_held, GError **error);

/* Postfix answered 250 and named its queue id, or evidence says that it has the copy. */
bool ledger_submitted (Ledger *ledger, const LedgerKey *key, const char *submitted_queue_id,
                       GError **error);
/* Postfix answered 4xx or 5xx, or was not reached: the copy is certainly not there. */
bool ledger_failed (Ledger *ledger, const LedgerKey *key, int64_t attempt, GError **error);
/* Nothing is on its way under this number any more. */
bool ledger_end (Ledger *ledger, int64_t attempt, GError **error);
/* Evidence says that Postfix never took what the guard admitted under that queue id, or nothing
 * says anything and it was decided to send again: the row is new again. */
bool ledger_abandon (Ledger *ledger, const LedgerKey *key, const char *submitted_queue_id,
                     GError **error);

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
 * to that address is begun and unfinished, since the journal finds it by the same salt; and when the
 * salt is deleted, but another process still reads the log that has it: then it is to be called again.
 */
bool ledger_erase (Ledger *ledger, const char *address, bool *ret_known, GError **error);
/*
 * The retention of addresses: from ledger_watch on it is remembered who is asked for, so that
 * ledger_erase_unasked spares those who get mail while somebody looks through the log for who got none.
 * One at a time; ledger_unwatch forgets them.
 */
void ledger_watch (Ledger *ledger);
void ledger_unwatch (Ledger *ledger);
/* As ledger_erase; *ret_erased tells whether it was done: neither when the address was asked for, nor while a
 * hand-over to it is under way. UNAVAILABLE otherwise. */
bool ledger_erase_unasked (Ledger *ledger, const char *address, bool *ret_erased,
                           GError **error);
/* Every address that has a pseudonym, by pseudonym (char * to char *). Caller unrefs. */
GHashTable *ledger_addresses (Ledger *ledger, GError **error);

/* How many hand-overs are begun and unfinished. */
unsigned ledger_in_doubt (Ledger *ledger);

/* Removes journal rows older than that many seconds; Postfix has given up by then
 * (maximal_queue_lifetime). */
bool ledger_expire (Ledger *ledger, int64_t seconds, GError **error);

#endif
