/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Journal and subjects in one SQLite file. Rows of the journal name a recipient's path by its hash
 * with the person's salt, so that nothing in them leads to a person whose salt is deleted.
 * Rollback mode here too: its commits take 0.7 ms where a write-ahead log's take 0.2, but an
 * auditor's read-only opener needs no right to write beside the file, and a second daemon started
 * by mistake cannot lose the commits of the first.
 */

#include "licet/ledger.h"

#include <string.h>
#include <sys/random.h>

#include "licet/error.h"
#include "sqlite_util.h"

enum { SALT_BYTES = 16 };

typedef enum {
    FIND_SUBJECT,
    ADD_SUBJECT,
    ERASE_SUBJECT,
    ALL_SUBJECTS,
    FIND_ROW,
    BEGIN_ROW,
    SUBMIT_ROW,
    FORGET_ROW,
    COUNT_BEGUN,
    COUNT_BEGUN_OF,
    EXPIRE_ROWS,
    STATEMENTS
} Statement;

/* ?1 queue id, ?2 recipient in all statements about a row. */
static const char *const statements[STATEMENTS] = {
    [FIND_SUBJECT] = "SELECT salt FROM subjects WHERE address = ?1",
    [ADD_SUBJECT] = "INSERT INTO subjects (address, salt) VALUES (?1, ?2) "
                    "ON CONFLICT (address) DO NOTHING",
    [ERASE_SUBJECT] = "DELETE FROM subjects WHERE address = ?1",
    [ALL_SUBJECTS] = "SELECT address, salt FROM subjects",
    [FIND_ROW] = "SELECT state = 'submitted', submitted_queue_id FROM journal "
                 "WHERE queue_id = ?1 AND recipient = ?2",
    [BEGIN_ROW] = "INSERT INTO journal (queue_id, recipient, state, at) "
                  "VALUES (?1, ?2, 'begun', unixepoch()) "
                  "ON CONFLICT (queue_id, recipient) DO UPDATE SET at = unixepoch()",
    /* Also without a row: what Postfix has taken must not be handed to it again. */
    [SUBMIT_ROW] = "INSERT INTO journal (queue_id, recipient, state, submitted_queue_id, at) "
                   "VALUES (?1, ?2, 'submitted', ?3, unixepoch()) "
                   "ON CONFLICT (queue_id, recipient) DO UPDATE "
                   "SET state = 'submitted', submitted_queue_id = ?3, at = unixepoch()",
    [FORGET_ROW] = "DELETE FROM journal WHERE queue_id = ?1 AND recipient = ?2 "
                   "AND state = 'begun'",
    [COUNT_BEGUN] = "SELECT count(*) FROM journal WHERE state = 'begun'",
    [COUNT_BEGUN_OF] = "SELECT count(*) FROM journal WHERE state = 'begun' AND recipient = ?1",
    [EXPIRE_ROWS] = "DELETE FROM journal WHERE at < unixepoch() - ?1",
};

static const char schema[] = "PRAGMA application_id = 1818455089;\n"
                             "PRAGMA user_version = 1;\n"
                             "CREATE TABLE journal (\n"
                             "  queue_id TEXT NOT NULL,\n"
                             "  recipient TEXT NOT NULL, -- SHA-256 (salt || path)\n"
                             "  state TEXT NOT NULL CHECK (state IN ('begun', 'submitted')),\n"
                             "  submitted_queue_id TEXT,\n"
                             "  at INTEGER NOT NULL,\n"
                             "  PRIMARY KEY (queue_id, recipient)\n"
                             ") WITHOUT ROWID;\n"
                             "CREATE TABLE subjects (\n"
                             "  address TEXT PRIMARY KEY,\n"
                             "  salt BLOB NOT NULL\n"
                             ") WITHOUT ROWID;\n";

static const DatabaseKind kind = { 0x6c636c31 /* "lcl1" */, 1, schema };

struct Ledger {
    GMutex lock; /* statements of one call belong together */
    sqlite3 *database;
    sqlite3_stmt *prepared[STATEMENTS];
};

void
ledger_free (Ledger *ledger)
{
    if (!ledger)
        return;
    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize (ledger->prepared[i]);
    sqlite3_close (ledger->database);
    g_mutex_clear (&ledger->lock);
    g_free (ledger);
}

static Ledger *
open_ledger (const char *path, bool read_only, GError **error)
{
    sqlite3 *database = database_open (path, &kind, read_only, error);

    if (!database)
        return NULL;
    g_autoptr (Ledger) ledger = g_new0 (Ledger, 1);
    g_mutex_init (&ledger->lock);
    ledger->database = database;
    for (unsigned i = 0; i < STATEMENTS; i++) {
        ledger->prepared[i] = database_prepare (database, statements[i], error);
        if (!ledger->prepared[i])
            return NULL;
    }
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

typedef struct {
    bool known;
    unsigned char bytes[SALT_BYTES];
} Salt;

static char *
pseudonym (const Salt *salt, const char *text)
{
    g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

    g_checksum_update (checksum, salt->bytes, SALT_BYTES);
    g_checksum_update (checksum, (const guchar *)text, (gssize)strlen (text));
    return g_strdup (g_checksum_get_string (checksum));
}

/* Without a row the salt is not known; that is no failure. */
static bool
find_salt (Ledger *ledger, const char *address, Salt *ret_salt, GError **error)
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

static bool
add_salt (Ledger *ledger, const char *address, GError **error)
{
    unsigned char bytes[SALT_BYTES];
    sqlite3_stmt *statement = ledger->prepared[ADD_SUBJECT];

    if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "the system gives no random bytes");
        return false;
    }
    database_bind_text (statement, 1, address);
    sqlite3_bind_blob (statement, 2, bytes, sizeof bytes, SQLITE_TRANSIENT);
    return database_finish (ledger->database, statement, error);
}

/* Reads a new salt back: another process may have been faster. */
static bool
make_salt (Ledger *ledger, const char *address, Salt *ret_salt, GError **error)
{
    if (!find_salt (ledger, address, ret_salt, error))
        return false;
    if (ret_salt->known)
        return true;
    if (!add_salt (ledger, address, error) || !find_salt (ledger, address, ret_salt, error))
        return false;
    if (!ret_salt->known)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: a salt was not kept",
                     sqlite3_db_filename (ledger->database, "main"));
    return ret_salt->known;
}

char *
ledger_subject (Ledger *ledger, const char *address, GError **error)
{
    Salt salt = { 0 };

    g_mutex_lock (&ledger->lock);
    bool ok = make_salt (ledger, address, &salt, error);
    g_mutex_unlock (&ledger->lock);
    return ok ? pseudonym (&salt, address) : NULL;
}

/* The transaction is taken only when there is something to write. */
static char **
make_subjects (Ledger *ledger, const char *const *addresses, GError **error)
{
    unsigned count = g_strv_length ((char **)addresses);
    g_auto (GStrv) subjects = g_new0 (char *, count + 1);
    bool begun = false, ok = true;

    for (unsigned i = 0; ok && i < count; i++) {
        Salt salt = { 0 };
        ok = find_salt (ledger, addresses[i], &salt, error);
        if (ok && !salt.known) {
            ok = begun || database_run (ledger->database, "BEGIN IMMEDIATE", error);
            begun = begun || ok;
            ok = ok && make_salt (ledger, addresses[i], &salt, error);
        }
        if (ok)
            subjects[i] = pseudonym (&salt, addresses[i]);
    }
    if (begun && !database_end (ledger->database, ok, error))
        return NULL;
    return ok ? g_steal_pointer (&subjects) : NULL;
}

char **
ledger_subjects (Ledger *ledger, const char *const *addresses, GError **error)
{
    g_mutex_lock (&ledger->lock);
    char **subjects = make_subjects (ledger, addresses, error);
    g_mutex_unlock (&ledger->lock);
    return subjects;
}

char *
ledger_find_subject (Ledger *ledger, const char *address, GError **error)
{
    Salt salt = { 0 };

    g_mutex_lock (&ledger->lock);
    bool ok = find_salt (ledger, address, &salt, error);
    g_mutex_unlock (&ledger->lock);
    return ok && salt.known ? pseudonym (&salt, address) : NULL;
}

static sqlite3_stmt *
bind_row (Ledger *ledger, Statement which, const LedgerKey *key, const Salt *salt)
{
    sqlite3_stmt *statement = ledger->prepared[which];
    g_autofree char *recipient = pseudonym (salt, key->path);

    database_bind_text (statement, 1, key->queue_id);
    database_bind_text (statement, 2, recipient);
    return statement;
}

static bool
find_row (Ledger *ledger, const LedgerKey *key, const Salt *salt, LedgerState *ret_state,
          char **ret_queue_id, GError **error)
{
    sqlite3_stmt *statement = bind_row (ledger, FIND_ROW, key, salt);
    int status = sqlite3_step (statement);
    bool submitted = status == SQLITE_ROW && sqlite3_column_int (statement, 0);
    bool ok = status == SQLITE_ROW || status == SQLITE_DONE;

    if (!ok)
        database_fail (ledger->database, error);
    *ret_state = submitted              ? LEDGER_SUBMITTED
                 : status == SQLITE_ROW ? LEDGER_IN_DOUBT
                                        : LEDGER_NEW;
    *ret_queue_id =
        submitted ? g_strdup ((const char *)sqlite3_column_text (statement, 1)) : NULL;
    database_reset (statement);
    return ok;
}

/* Runs a statement that changes the row of a key. */
static bool
change_row (Ledger *ledger, Statement which, const LedgerKey *key, const Salt *salt,
            GError **error)
{
    return database_finish (ledger->database, bind_row (ledger, which, key, salt), error);
}

/* One commit for the salt and the row. */
static bool
begin_locked (Ledger *ledger, const LedgerKey *key, LedgerState *ret_state, char **ret_queue_id,
              GError **error)
{
    Salt salt = { 0 };

    if (!database_run (ledger->database, "BEGIN IMMEDIATE", error))
        return false;
    bool ok =
        make_salt (ledger, key->address, &salt, error) &&
        find_row (ledger, key, &salt, ret_state, ret_queue_id, error) &&
        (*ret_state == LEDGER_SUBMITTED || change_row (ledger, BEGIN_ROW, key, &salt, error));
    return database_end (ledger->database, ok, error);
}

bool
ledger_recall (Ledger *ledger, const LedgerKey *key, char **ret_queue_id, GError **error)
{
    g_autofree char *submitted_as = NULL;
    LedgerState state = LEDGER_NEW;
    Salt salt = { 0 };

    g_mutex_lock (&ledger->lock);
    bool ok = find_salt (ledger, key->address, &salt, error) &&
              (!salt.known || find_row (ledger, key, &salt, &state, &submitted_as, error));
    g_mutex_unlock (&ledger->lock);
    if (ok)
        *ret_queue_id = g_steal_pointer (&submitted_as);
    return ok;
}

bool
ledger_begin (Ledger *ledger, const LedgerKey *key, LedgerState *ret_state, char **ret_queue_id,
              GError **error)
{
    g_autofree char *submitted_as = NULL;
    LedgerState state = LEDGER_NEW;

    g_mutex_lock (&ledger->lock);
    bool ok = begin_locked (ledger, key, &state, &submitted_as, error);
    g_mutex_unlock (&ledger->lock);
    if (!ok)
        return false;
    *ret_state = state;
    *ret_queue_id = g_steal_pointer (&submitted_as);
    return true;
}

bool
ledger_submitted (Ledger *ledger, const LedgerKey *key, const char *submitted_queue_id,
                  GError **error)
{
    Salt salt = { 0 };

    g_mutex_lock (&ledger->lock);
    database_bind_text (ledger->prepared[SUBMIT_ROW], 3,
                        submitted_queue_id ? submitted_queue_id : "");
    bool ok = make_salt (ledger, key->address, &salt, error) &&
              change_row (ledger, SUBMIT_ROW, key, &salt, error);
    g_mutex_unlock (&ledger->lock);
    return ok;
}

bool
ledger_failed (Ledger *ledger, const LedgerKey *key, GError **error)
{
    Salt salt = { 0 };

    g_mutex_lock (&ledger->lock);
    bool ok = find_salt (ledger, key->address, &salt, error) &&
              (!salt.known || change_row (ledger, FORGET_ROW, key, &salt, error));
    g_mutex_unlock (&ledger->lock);
    return ok;
}

/* The path of a hand-over is spelled as the envelope has it; most are spelled as the address. */
static bool
is_under_way (Ledger *ledger, const char *address, const Salt *salt, GError **error)
{
    g_autofree char *recipient = pseudonym (salt, address);
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

static bool
erase_locked (Ledger *ledger, const char *address, bool *ret_known, GError **error)
{
    sqlite3_stmt *statement = ledger->prepared[ERASE_SUBJECT];
    Salt salt = { 0 };

    if (!find_salt (ledger, address, &salt, error))
        return false;
    *ret_known = salt.known;
    if (!salt.known)
        return true;
    if (is_under_way (ledger, address, &salt, error) ||
        !database_run (ledger->database, "PRAGMA secure_delete = ON", error))
        return false;
    database_bind_text (statement, 1, address);
    return database_finish (ledger->database, statement, error);
}

bool
ledger_erase (Ledger *ledger, const char *address, bool *ret_known, GError **error)
{
    g_mutex_lock (&ledger->lock);
    bool ok = erase_locked (ledger, address, ret_known, error);
    g_mutex_unlock (&ledger->lock);
    return ok;
}

GHashTable *
ledger_addresses (Ledger *ledger, GError **error)
{
    g_autoptr (GHashTable) table =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    sqlite3_stmt *statement = ledger->prepared[ALL_SUBJECTS];
    int status;

    g_mutex_lock (&ledger->lock);
    while ((status = sqlite3_step (statement)) == SQLITE_ROW) {
        const char *address = (const char *)sqlite3_column_text (statement, 0);
        Salt salt = { .known = sqlite3_column_bytes (statement, 1) == SALT_BYTES };
        if (!salt.known)
            continue;
        memcpy (salt.bytes, sqlite3_column_blob (statement, 1), SALT_BYTES);
        g_hash_table_insert (table, pseudonym (&salt, address), g_strdup (address));
    }
    if (status != SQLITE_DONE)
        database_fail (ledger->database, error);
    database_reset (statement);
    g_mutex_unlock (&ledger->lock);
    return status == SQLITE_DONE ? g_steal_pointer (&table) : NULL;
}

unsigned
ledger_in_doubt (Ledger *ledger)
{
    sqlite3_stmt *statement = ledger->prepared[COUNT_BEGUN];

    g_mutex_lock (&ledger->lock);
    bool ok = sqlite3_step (statement) == SQLITE_ROW;
    unsigned count = ok ? (unsigned)sqlite3_column_int (statement, 0) : 0;
    database_reset (statement);
    g_mutex_unlock (&ledger->lock);
    return count;
}

bool
ledger_expire (Ledger *ledger, int64_t seconds, GError **error)
{
    sqlite3_stmt *statement = ledger->prepared[EXPIRE_ROWS];

    g_mutex_lock (&ledger->lock);
    sqlite3_bind_int64 (statement, 1, seconds);
    bool ok = database_finish (ledger->database, statement, error);
    g_mutex_unlock (&ledger->lock);
    return ok;
}
