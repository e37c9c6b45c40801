/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Journal and subjects in one SQLite file. Rows of the journal name a recipient's path by its hash
 * with the person's salt, so that nothing in them leads to a person whose salt is deleted.
 * A write-ahead log: one sync for a commit instead of five. Who writes has the directory locked
 * (flock), since two that write at once could lose commits (sqlite_util.c). The log goes when the last
 * one closes the file, and an auditor who may only read reads it while it is there. It holds pages as
 * they were, so what erases a salt empties it.
 */

#include "licet/ledger.h"

#include <string.h>
#include <sys/random.h>

#include "ledger_private.h"

#include "licet/error.h"

/* ?1 queue id, ?2 recipient in all statements about a row, ?1 the number in those about an attempt. */
static const char *const statements[STATEMENTS] = {
    [FIND_SUBJECT] = "SELECT salt FROM subjects WHERE address = ?1",
    [ADD_SUBJECT] = "INSERT INTO subjects (address, salt) VALUES (?1, ?2) "
                    "ON CONFLICT (address) DO NOTHING",
    [ERASE_SUBJECT] = "DELETE FROM subjects WHERE address = ?1",
    [ALL_SUBJECTS] = "SELECT address, salt FROM subjects",
    [FIND_ROW] = "SELECT state, submitted_queue_id, unixepoch() - at FROM journal "
                 "WHERE queue_id = ?1 AND recipient = ?2",
    [ADD_ATTEMPT] = "INSERT INTO attempts (digest, held, at) VALUES (?1, ?2, unixepoch())",
    [DROP_ATTEMPT_OF] = "DELETE FROM attempts WHERE number = (SELECT attempt FROM journal "
                        "WHERE queue_id = ?1 AND recipient = ?2)",
    /* Not where the guard has been faster: that attempt is on its way and has to be settled first. */
    [BEGIN_ROW] =
        "INSERT INTO journal (queue_id, recipient, state, attempt, at) "
        "VALUES (?1, ?2, 'begun', ?3, unixepoch()) "
        "ON CONFLICT (queue_id, recipient) DO UPDATE SET attempt = ?3, at = unixepoch() "
        "WHERE state = 'begun'",
    [FIND_ATTEMPT] = "SELECT digest, held FROM attempts WHERE number = ?1",
    [GUARD_ROW] =
        "UPDATE journal SET state = 'guarded', submitted_queue_id = ?3, at = unixepoch() "
        "WHERE attempt = ?1 AND recipient = ?2 AND state != 'submitted' AND state = 'begun'",
    [DROP_ATTEMPT] = "DELETE FROM attempts WHERE number = ?1",
    /* Also without a row: what Postfix has taken must not be handed to it again. */
    [SUBMIT_ROW] =
        "INSERT INTO journal (queue_id, recipient, state, attempt, submitted_queue_id, at) "
        "VALUES (?1, ?2, 'submitted', 0, ?3, unixepoch()) "
        "ON CONFLICT (queue_id, recipient) DO UPDATE "
        "SET state = 'submitted', submitted_queue_id = ?3, at = unixepoch()",
    [FORGET_ROW] = "DELETE FROM journal WHERE queue_id = ?1 AND recipient = ?2 "
                   "AND state != 'submitted' AND attempt = ?3",
    [ABANDON_ROW] = "DELETE FROM journal WHERE queue_id = ?1 AND recipient = ?2 "
                    "AND state = 'guarded' AND submitted_queue_id = ?3",
    [COUNT_BEGUN] = "SELECT count(*) FROM journal WHERE state != 'submitted'",
    [COUNT_BEGUN_OF] =
        "SELECT count(*) FROM journal WHERE state != 'submitted' AND recipient = ?1",
    [EXPIRE_ROWS] = "DELETE FROM journal WHERE at < unixepoch() - ?1",
    [EXPIRE_ATTEMPTS] = "DELETE FROM attempts WHERE at < unixepoch() - ?1",
};

#define SCHEMA_JOURNAL                                                                         \
    "CREATE TABLE journal (\n"                                                                 \
    "  queue_id TEXT NOT NULL,\n"                                                              \
    "  recipient TEXT NOT NULL, -- SHA-256 (salt || path)\n"                                   \
    "  state TEXT NOT NULL CHECK (state IN ('begun', 'guarded', 'submitted')),\n"              \
    "  attempt INTEGER NOT NULL, -- the one that counts\n"                                     \
    "  submitted_queue_id TEXT, -- as soon as guarded\n"                                       \
    "  at INTEGER NOT NULL,\n"                                                                 \
    "  PRIMARY KEY (queue_id, recipient)\n"                                                    \
    ") WITHOUT ROWID;\n"                                                                       \
    "CREATE INDEX journal_attempt ON journal (attempt) WHERE state != 'submitted';\n"          \
    "CREATE TABLE attempts ( -- under way; a number is never used twice\n"                     \
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,\n"                                            \
    "  digest TEXT NOT NULL, -- SHA-256 of the copy\n"                                         \
    "  held TEXT, -- why it goes to the hold queue; NULL when it leaves\n"                     \
    "  at INTEGER NOT NULL\n"                                                                  \
    ");\n"

static const char schema[] =
    "PRAGMA application_id = 1818455089;\n"
    "PRAGMA user_version = 2;\n" SCHEMA_JOURNAL "CREATE TABLE subjects (\n"
    "  address TEXT PRIMARY KEY,\n"
    "  salt BLOB NOT NULL\n"
    ") WITHOUT ROWID;\n";

/* Version 1 knew no attempts. What it had begun may be begun again. */
static const char from_1[] =
    "PRAGMA user_version = 2;\n"
    "ALTER TABLE journal RENAME TO journal_1;\n" SCHEMA_JOURNAL
    "INSERT INTO journal SELECT queue_id, recipient, state, 0, submitted_queue_id, at "
    "FROM journal_1;\n"
    "DROP TABLE journal_1;\n";

static const DatabaseKind kind = { 0x6c636c31 /* "lcl1" */, 2, schema, true };

/* Without a log whoever may only read needs no more than the file; while another has it open, it stays. */
static void
end_log (Ledger *ledger)
{
    if (!ledger_take (ledger, NULL))
        return;
    sqlite3_busy_timeout (ledger->database, 0);
    sqlite3_exec (ledger->database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    ledger_give (ledger);
}

void
ledger_free (Ledger *ledger)
{
    if (!ledger)
        return;
    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize (ledger->prepared[i]);
    if (ledger->directory >= 0)
        end_log (ledger);
    sqlite3_close (ledger->database);
    turn_clear (&ledger->turn);
    ledger_lock_close (ledger->directory);
    g_clear_pointer (&ledger->asked, g_hash_table_unref);
    g_free (ledger);
}

static Ledger *
open_ledger (const char *path, bool read_only, GError **error)
{
    static const char *const upgrades[] = { from_1 };
    int directory = read_only ? -1 : ledger_lock_open (path, error);

    if (!read_only && directory < 0)
        return NULL;
    sqlite3 *database = database_open_upgraded (path, &kind, upgrades, read_only, error);
    if (!database) {
        ledger_lock_close (directory);
        return NULL;
    }
    g_autoptr (Ledger) ledger = g_new0 (Ledger, 1);
    ledger->directory = directory;
    ledger->database = database;
    turn_init (&ledger->turn, database);
    for (unsigned i = 0; i < STATEMENTS; i++) {
        ledger->prepared[i] = database_prepare (database, statements[i], error);
        if (!ledger->prepared[i])
            return NULL;
    }
    ledger_unlock (ledger);
    return g_steal_pointer (&ledger);
}

Ledger *
ledger_open (const char *path, GError **error)
{
    return open_ledger (path, false, error);
}

Ledger *
ledger_open_read_only (const char *path, GError **error)
{
    return open_ledger (path, true, error);
}

char *
ledger_pseudonym (const Salt *salt, const char *text)
{
    g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

    g_checksum_update (checksum, salt->bytes, SALT_BYTES);
    g_checksum_update (checksum, (const guchar *)text, (gssize)strlen (text));
    return g_strdup (g_checksum_get_string (checksum));
}

/* Without a row the salt is not known; that is no failure. */
bool
ledger_find_salt (Ledger *ledger, const char *address, Salt *ret_salt, GError **error)
{
    sqlite3_stmt *statement = ledger->prepared[FIND_SUBJECT];

    database_bind_text (statement, 1, address);
    int status = sqlite3_step (statement);
    bool ok = status == SQLITE_DONE || status == SQLITE_ROW;
    if (!ok)
        database_fail (ledger->database, error);
    if (status == SQLITE_ROW && sqlite3_column_bytes (statement, 0) == SALT_BYTES) {
        memcpy (ret_salt->bytes, sqlite3_column_blob (statement, 0), SALT_BYTES);
        ret_salt->known = true;
    } else if (status == SQLITE_ROW) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: a salt is damaged",
                     sqlite3_db_filename (ledger->database, "main"));
        ok = false;
    }
    database_reset (statement);
    return ok;
}

/* The salt is not known yet where another process was faster. */
static bool
add_salt (Ledger *ledger, const char *address, Salt *ret_salt, GError **error)
{
    Salt salt = { 0 };
    sqlite3_stmt *statement = ledger->prepared[ADD_SUBJECT];

    if (getrandom (salt.bytes, SALT_BYTES, 0) != SALT_BYTES) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "the system gives no random bytes");
        return false;
    }
    database_bind_text (statement, 1, address);
    sqlite3_bind_blob (statement, 2, salt.bytes, SALT_BYTES, SQLITE_TRANSIENT);
    if (!database_finish (ledger->database, statement, error))
        return false;
    salt.known = sqlite3_changes (ledger->database) == 1;
    *ret_salt = salt;
    return true;
}

static bool
make_salt (Ledger *ledger, const char *address, Salt *ret_salt, GError **error)
{
    if (!add_salt (ledger, address, ret_salt, error) ||
        (!ret_salt->known && !ledger_find_salt (ledger, address, ret_salt, error)))
        return false;
    if (!ret_salt->known)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: a salt was not kept",
                     sqlite3_db_filename (ledger->database, "main"));
    return ret_salt->known;
}

bool
ledger_make_salt (Ledger *ledger, const char *address, Salt *ret_salt, GError **error)
{
    return ledger_find_salt (ledger, address, ret_salt, error) &&
           (ret_salt->known || make_salt (ledger, address, ret_salt, error));
}

/* Those of the salts that are not known yet are made. One alone needs no transaction of ours. */
static bool
make_salts (Ledger *ledger, const char *const *addresses, Salt *salts, unsigned count,
            GError **error)
{
    unsigned unknown = 0;
    bool ok = true;

    for (unsigned i = 0; ledger->asked && i < count; i++)
        g_hash_table_add (ledger->asked, g_strdup (addresses[i]));
    for (unsigned i = 0; ok && i < count; i++) {
        ok = ledger_find_salt (ledger, addresses[i], &salts[i], error);
        unknown += !salts[i].known;
    }
    if (!ok || unknown == 0)
        return ok;
    if (!ledger_lock (ledger, error))
        return false;
    bool begun = unknown > 1;
    ok = !begun || database_run (ledger->database, "BEGIN IMMEDIATE", error);
    for (unsigned i = 0; ok && i < count; i++)
        ok = salts[i].known || make_salt (ledger, addresses[i], &salts[i], error);
    ok = begun ? database_end (ledger->database, ok, error) : ok;
    ledger_unlock (ledger);
    return ok;
}

char *
ledger_subject (Ledger *ledger, const char *address, GError **error)
{
    Salt salt = { 0 };

    turn_take (&ledger->turn);
    bool ok = make_salts (ledger, &address, &salt, 1, error);
    turn_give (&ledger->turn);
    return ok ? ledger_pseudonym (&salt, address) : NULL;
}

char **
ledger_subjects (Ledger *ledger, const char *const *addresses, GError **error)
{
    unsigned count = g_strv_length ((char **)addresses);
    g_autofree Salt *salts = g_new0 (Salt, count + 1);

    turn_take (&ledger->turn);
    bool ok = make_salts (ledger, addresses, salts, count, error);
    turn_give (&ledger->turn);
    if (!ok)
        return NULL;
    char **subjects = g_new0 (char *, count + 1);
    for (unsigned i = 0; i < count; i++)
        subjects[i] = ledger_pseudonym (&salts[i], addresses[i]);
    return subjects;
}

char *
ledger_find_subject (Ledger *ledger, const char *address, GError **error)
{
    Salt salt = { 0 };

    turn_take (&ledger->turn);
    bool ok = ledger_find_salt (ledger, address, &salt, error);
    turn_give (&ledger->turn);
    return ok && salt.known ? ledger_pseudonym (&salt, address) : NULL;
}

/* The path of a hand-over is spelled as the envelope has it; most are spelled as the address. */
static bool
is_under_way (Ledger *ledger, const char *address, const Salt *salt, GError **error)
{
    g_autofree char *recipient = ledger_pseudonym (salt, address);
    sqlite3_stmt *statement = ledger->prepared[COUNT_BEGUN_OF];

    database_bind_text (statement, 1, recipient);
    bool begun =
        sqlite3_step (statement) != SQLITE_ROW || sqlite3_column_int (statement, 0) > 0;
    database_reset (statement);
    if (begun)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: a hand-over to this address is under way; ask again later",
                     sqlite3_db_filename (ledger->database, "main"));
    return begun;
}

/* What was written is in the file, and the log that has it as it was is cut to nothing: unless somebody
 * still reads it when the time of the turn has passed. */
static bool
empty_log (Ledger *ledger, GError **error)
{
    int status =
        sqlite3_wal_checkpoint_v2 (ledger->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

    if (status == SQLITE_OK)
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "%s: what was erased is still in the write-ahead log, which another process reads: %s",
                 sqlite3_db_filename (ledger->database, "main"),
                 sqlite3_errmsg (ledger->database));
    return false;
}

static bool
erase_locked (Ledger *ledger, const char *address, bool *ret_known, GError **error)
{
    sqlite3_stmt *statement = ledger->prepared[ERASE_SUBJECT];
    Salt salt = { 0 };

    if (!ledger_find_salt (ledger, address, &salt, error))
        return false;
    *ret_known = salt.known;
    if (!salt.known)
        return empty_log (ledger, error); /* the time before it may have failed */
    if (is_under_way (ledger, address, &salt, error) ||
        !database_run (ledger->database, "PRAGMA secure_delete = ON", error))
        return false;
    database_bind_text (statement, 1, address);
    return database_finish (ledger->database, statement, error) && empty_log (ledger, error);
}

bool
ledger_erase (Ledger *ledger, const char *address, bool *ret_known, GError **error)
{
    if (!ledger_take (ledger, error))
        return false;
    bool ok = erase_locked (ledger, address, ret_known, error);
    ledger_give (ledger);
    return ok;
}

void
ledger_watch (Ledger *ledger)
{
    turn_take (&ledger->turn);
    ledger->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    turn_give (&ledger->turn);
}

void
ledger_unwatch (Ledger *ledger)
{
    turn_take (&ledger->turn);
    g_clear_pointer (&ledger->asked, g_hash_table_unref);
    turn_give (&ledger->turn);
}

bool
ledger_erase_unasked (Ledger *ledger, const char *address, bool *ret_erased, GError **error)
{
    Salt salt = { 0 };
    bool erased = false;

    if (!ledger_take (ledger, error))
        return false;
    bool asked = ledger->asked && g_hash_table_contains (ledger->asked, address);
    bool ok = asked || ledger_find_salt (ledger, address, &salt, error);
    bool idle = ok && salt.known && !is_under_way (ledger, address, &salt, NULL);
    ok = ok && (!idle || erase_locked (ledger, address, &erased, error));
    ledger_give (ledger);
    if (ok)
        *ret_erased = erased;
    return ok;
}

GHashTable *
ledger_addresses (Ledger *ledger, GError **error)
{
    g_autoptr (GHashTable) table =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    sqlite3_stmt *statement = ledger->prepared[ALL_SUBJECTS];
    int status;

    turn_take (&ledger->turn);
    while ((status = sqlite3_step (statement)) == SQLITE_ROW) {
        const char *address = (const char *)sqlite3_column_text (statement, 0);
        Salt salt = { .known = sqlite3_column_bytes (statement, 1) == SALT_BYTES };
        if (!salt.known)
            continue;
        memcpy (salt.bytes, sqlite3_column_blob (statement, 1), SALT_BYTES);
        g_hash_table_insert (table, ledger_pseudonym (&salt, address), g_strdup (address));
    }
    if (status != SQLITE_DONE)
        database_fail (ledger->database, error);
    database_reset (statement);
    turn_give (&ledger->turn);
    return status == SQLITE_DONE ? g_steal_pointer (&table) : NULL;
}
