/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_LEDGER_PRIVATE_H
#define LICET_CONSENT_LEDGER_PRIVATE_H

#include "licet/ledger.h"
#include "sqlite_util.h"
#include "turn.h"

/* What ledger.c (file, subjects) and ledger_journal.c (rows and attempts) share. */

typedef enum {
    FIND_SUBJECT,
    ADD_SUBJECT,
    ERASE_SUBJECT,
    ALL_SUBJECTS,
    FIND_ROW,
    ADD_ATTEMPT,
    DROP_ATTEMPT_OF,
    BEGIN_ROW,
    FIND_ATTEMPT,
    GUARD_ROW,
    DROP_ATTEMPT,
    SUBMIT_ROW,
    FORGET_ROW,
    ABANDON_ROW,
    COUNT_BEGUN,
    COUNT_BEGUN_OF,
    EXPIRE_ROWS,
    EXPIRE_ATTEMPTS,
    STATEMENTS
} Statement;

struct Ledger {
    Turn turn;     /* statements of one call belong together */
    int directory; /* locked while one writes; -1 of one that only reads */
    sqlite3 *database;
    sqlite3_stmt *prepared[STATEMENTS];
    GHashTable *asked; /* addresses, while somebody watches; or NULL */
};

enum { SALT_BYTES = 16 };

typedef struct {
    bool known;
    unsigned char bytes[SALT_BYTES];
} Salt;

/* The directory of the file, locked (ledger_lock.c): opening may make the tables, bring them forward, and
 * change the journal mode. -1 on failure. */
int ledger_lock_open (const char *path, GError **error);
void ledger_lock_close (int directory);

/* No other process writes meanwhile; the caller has the turn, and waits as long as it would for SQLite.
 * UNAVAILABLE when one still does. */
bool ledger_lock (Ledger *ledger, GError **error);
void ledger_unlock (Ledger *ledger);

/* The turn and the lock; _long: see turn_take_long. On failure neither. */
bool ledger_take (Ledger *ledger, GError **error);
bool ledger_take_long (Ledger *ledger, GError **error);
void ledger_give (Ledger *ledger);

/* Statements of one call belong together: the caller of these has the turn. */

/* Caller frees. */
char *ledger_pseudonym (const Salt *salt, const char *text);
/* Without a row the salt is not known; that is no failure. */
bool ledger_find_salt (Ledger *ledger, const char *address, Salt *ret_salt, GError **error);
bool ledger_make_salt (Ledger *ledger, const char *address, Salt *ret_salt, GError **error);

#endif
