/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Rows and attempts. An attempt is one transaction with the second port; its number is the fence:
 * whoever begins anew takes the rows over with a new number, and the guard lets nothing in under
 * an old one.
 */

#include <string.h>

#include "ledger_private.h"

static sqlite3_stmt *
bind_row (Ledger *ledger, Statement which, const LedgerKey *key, const Salt *salt)
{
    sqlite3_stmt *statement = ledger->prepared[which];
    g_autofree char *recipient = ledger_pseudonym (salt, key->path);

    database_bind_text (statement, 1, key->queue_id);
    database_bind_text (statement, 2, recipient);
    return statement;
}

static LedgerState
state_of (const char *word)
{
    return strcmp (word, "submitted") == 0 ? LEDGER_SUBMITTED
           : strcmp (word, "guarded") == 0 ? LEDGER_GUARDED
                                           : LEDGER_BEGUN;
}

static bool
find_row (Ledger *ledger, const LedgerKey *key, const Salt *salt, LedgerRow *ret_row,
          GError **error)
{
    sqlite3_stmt *statement = bind_row (ledger, FIND_ROW, key, salt);
    int status = sqlite3_step (statement);
    bool ok = status == SQLITE_ROW || status == SQLITE_DONE;

    if (!ok)
        database_fail (ledger->database, error);
    if (status == SQLITE_ROW)
        *ret_row = (LedgerRow){ state_of ((const char *)sqlite3_column_text (statement, 0)),
                                g_strdup ((const char *)sqlite3_column_text (statement, 1)),
                                sqlite3_column_int64 (statement, 2) };
    database_reset (statement);
    return ok;
}

void
ledger_row_clear (LedgerRow *row)
{
    g_clear_pointer (&row->submitted_queue_id, g_free);
}

bool
ledger_recall (Ledger *ledger, const LedgerKey *key, LedgerRow *ret_row, GError **error)
{
    Salt salt = { 0 };
    LedgerRow row = { 0 };

    turn_take (&ledger->turn);
    bool ok = ledger_find_salt (ledger, key->address, &salt, error) &&
              (!salt.known || find_row (ledger, key, &salt, &row, error));
    turn_give (&ledger->turn);
    if (ok)
        *ret_row = row;
    return ok;
}

static bool
add_attempt (Ledger *ledger, const LedgerCopy *copy, int64_t *ret_number, GError **error)
{
    sqlite3_stmt *statement = ledger->prepared[ADD_ATTEMPT];

    database_bind_text (statement, 1, copy->digest);
    database_bind_text (statement, 2, copy->held);
    if (!database_finish (ledger->database, statement, error))
        return false;
    *ret_number = sqlite3_last_insert_rowid (ledger->database);
    return true;
}

/* The attempt before loses its number: what is still on its way with it will not be let in. */
static bool
begin_row (Ledger *ledger, const LedgerKey *key, int64_t attempt, bool *ret_begun,
           GError **error)
{
    Salt salt = { 0 };

    if (!ledger_make_salt (ledger, key->address, &salt, error) ||
        !database_finish (ledger->database, bind_row (ledger, DROP_ATTEMPT_OF, key, &salt),
                          error))
        return false;
    sqlite3_stmt *statement = bind_row (ledger, BEGIN_ROW, key, &salt);
    sqlite3_bind_int64 (statement, 3, attempt);
    if (!database_finish (ledger->database, statement, error))
        return false;
    *ret_begun = sqlite3_changes (ledger->database) == 1;
    return true;
}

static bool
begin_locked (Ledger *ledger, const LedgerKey *keys, unsigned count, const LedgerCopy *copy,
              bool *begun, int64_t *ret_attempt, GError **error)
{
    if (!database_run (ledger->database, "BEGIN IMMEDIATE", error))
        return false;
    bool ok = add_attempt (ledger, copy, ret_attempt, error);
    for (unsigned i = 0; ok && i < count; i++)
        ok = begin_row (ledger, &keys[i], *ret_attempt, &begun[i], error);
    return database_end (ledger->database, ok, error);
}

bool
ledger_begin (Ledger *ledger, const LedgerKey *keys, unsigned count, const LedgerCopy *copy,
              bool *ret_begun, int64_t *ret_attempt, GError **error)
{
    g_autofree bool *begun = g_new0 (bool, count);
    int64_t attempt = 0;

    if (!ledger_take (ledger, error))
        return false;
    bool ok = begin_locked (ledger, keys, count, copy, begun, &attempt, error);
    ledger_give (ledger);
    if (!ok)
        return false;
    memcpy (ret_begun, begun, count * sizeof *begun);
    *ret_attempt = attempt;
    return true;
}

/* *ret_held is the caller's when the attempt is there. */
static bool
find_attempt (Ledger *ledger, int64_t attempt, const char *digest, LedgerVerdict *ret_verdict,
              char **ret_held, GError **error)
{
    sqlite3_stmt *statement = ledger->prepared[FIND_ATTEMPT];

    sqlite3_bind_int64 (statement, 1, attempt);
    int status = sqlite3_step (statement);
    bool ok = status == SQLITE_ROW || status == SQLITE_DONE;
    if (!ok)
        database_fail (ledger->database, error);
    *ret_verdict = LEDGER_STALE;
    if (status == SQLITE_ROW) {
        bool same = strcmp ((const char *)sqlite3_column_text (statement, 0), digest) == 0;
        *ret_verdict = same ? LEDGER_ADMITTED : LEDGER_OTHER_BYTES;
        *ret_held = g_strdup ((const char *)sqlite3_column_text (statement, 1));
    }
    database_reset (statement);
    return ok;
}

static bool
guard_row (Ledger *ledger, const LedgerArrival *arrival, const LedgerKey *key,
           LedgerVerdict *ret_verdict, GError **error)
{
    Salt salt = { 0 };
    sqlite3_stmt *statement = ledger->prepared[GUARD_ROW];

    if (!ledger_find_salt (ledger, key->address, &salt, error))
        return false;
    g_autofree char *recipient = ledger_pseudonym (&salt, key->path);
    sqlite3_bind_int64 (statement, 1, arrival->attempt);
    database_bind_text (statement, 2, recipient);
    database_bind_text (statement, 3, key->queue_id);
    if (!database_finish (ledger->database, statement, error))
        return false;
    if (!salt.known || sqlite3_changes (ledger->database) != 1)
        *ret_verdict = LEDGER_OTHER_RECIPIENT;
    return true;
}

static bool
drop_attempt (Ledger *ledger, int64_t attempt, GError **error)
{
    sqlite3_stmt *statement = ledger->prepared[DROP_ATTEMPT];

    sqlite3_bind_int64 (statement, 1, attempt);
    return database_finish (ledger->database, statement, error);
}

static bool
admit_locked (Ledger *ledger, const LedgerArrival *arrival, LedgerVerdict *ret_verdict,
              char **ret_held, GError **error)
{
    if (!database_run (ledger->database, "BEGIN IMMEDIATE", error))
        return false;
    bool ok =
        find_attempt (ledger, arrival->attempt, arrival->digest, ret_verdict, ret_held, error);
    for (unsigned i = 0; ok && *ret_verdict == LEDGER_ADMITTED && i < arrival->count; i++)
        ok = guard_row (ledger, arrival, &arrival->recipients[i], ret_verdict, error);
    ok = ok && drop_attempt (ledger, arrival->attempt, error);
    if (ok && *ret_verdict != LEDGER_ADMITTED)
        return database_run (ledger->database, "ROLLBACK", error);
    return database_end (ledger->database, ok, error);
}

bool
ledger_admit (Ledger *ledger, const LedgerArrival *arrival, LedgerVerdict *ret_verdict,
              char **ret_held, GError **error)
{
    g_autofree char *held = NULL;
    LedgerVerdict verdict = LEDGER_STALE;

    if (!ledger_take (ledger, error))
        return false;
    bool ok = admit_locked (ledger, arrival, &verdict, &held, error);
    ledger_give (ledger);
    if (!ok)
        return false;
    *ret_verdict = verdict;
    *ret_held = g_steal_pointer (&held);
    return true;
}

bool
ledger_submitted (Ledger *ledger, const LedgerKey *key, const char *submitted_queue_id,
                  GError **error)
{
    Salt salt = { 0 };

    if (!ledger_take_long (ledger, error))
        return false;
    bool ok = ledger_make_salt (ledger, key->address, &salt, error);
    if (ok) {
        sqlite3_stmt *statement = bind_row (ledger, SUBMIT_ROW, key, &salt);
        database_bind_text (statement, 3, submitted_queue_id ? submitted_queue_id : "");
        ok = database_finish (ledger->database, statement, error);
    }
    ledger_give (ledger);
    return ok;
}

static bool
fail_locked (Ledger *ledger, const LedgerKey *key, int64_t attempt, GError **error)
{
    Salt salt = { 0 };

    if (!ledger_find_salt (ledger, key->address, &salt, error))
        return false;
    if (!salt.known)
        return true;
    sqlite3_stmt *statement = bind_row (ledger, FORGET_ROW, key, &salt);
    sqlite3_bind_int64 (statement, 3, attempt);
    return database_finish (ledger->database, statement, error);
}

bool
ledger_failed (Ledger *ledger, const LedgerKey *key, int64_t attempt, GError **error)
{
    if (!ledger_take_long (ledger, error))
        return false;
    bool ok = fail_locked (ledger, key, attempt, error);
    ledger_give (ledger);
    return ok;
}

bool
ledger_end (Ledger *ledger, int64_t attempt, GError **error)
{
    if (!ledger_take_long (ledger, error))
        return false;
    bool ok = drop_attempt (ledger, attempt, error);
    ledger_give (ledger);
    return ok;
}

bool
ledger_abandon (Ledger *ledger, const LedgerKey *key, const char *submitted_queue_id,
                GError **error)
{
    Salt salt = { 0 };

    if (!ledger_take_long (ledger, error))
        return false;
    bool ok = ledger_find_salt (ledger, key->address, &salt, error);
    if (ok && salt.known) {
        sqlite3_stmt *statement = bind_row (ledger, ABANDON_ROW, key, &salt);
        database_bind_text (statement, 3, submitted_queue_id);
        ok = database_finish (ledger->database, statement, error);
    }
    ledger_give (ledger);
    return ok;
}

unsigned
ledger_in_doubt (Ledger *ledger)
{
    sqlite3_stmt *statement = ledger->prepared[COUNT_BEGUN];

    turn_take (&ledger->turn);
    bool ok = sqlite3_step (statement) == SQLITE_ROW;
    unsigned count = ok ? (unsigned)sqlite3_column_int (statement, 0) : 0;
    database_reset (statement);
    turn_give (&ledger->turn);
    return count;
}

static bool
expire (Ledger *ledger, Statement which, int64_t seconds, GError **error)
{
    sqlite3_stmt *statement = ledger->prepared[which];

    sqlite3_bind_int64 (statement, 1, seconds);
    return database_finish (ledger->database, statement, error);
}

bool
ledger_expire (Ledger *ledger, int64_t seconds, GError **error)
{
    if (!ledger_take (ledger, error))
        return false;
    bool ok = expire (ledger, EXPIRE_ROWS, seconds, error) &&
              expire (ledger, EXPIRE_ATTEMPTS, seconds, error);
    ledger_give (ledger);
    return ok;
}
