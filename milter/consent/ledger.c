/* SPDX-License-Identifier: BSD-2-Clause */

/* Journal and subjects in one SQLite file. Rows name recipients by pseudonym only. */

#include "licet/ledger.h"

#include <string.h>
#include <sys/random.h>

#include "licet/error.h"
#include "sqlite_util.h"

struct Ledger {
    GMutex lock; /* statements of one call belong together */
    sqlite3 *database;
};

enum { SALT_BYTES = 16 };

static const char schema[] = "CREATE TABLE journal (\n"
                             "  queue_id TEXT NOT NULL,\n"
                             "  subject TEXT NOT NULL,\n"
                             "  variant TEXT NOT NULL,\n"
                             "  state TEXT NOT NULL CHECK (state IN ('begun', 'submitted')),\n"
                             "  submitted_queue_id TEXT,\n"
                             "  at INTEGER NOT NULL,\n"
                             "  PRIMARY KEY (queue_id, subject, variant)\n"
                             ") WITHOUT ROWID;\n"
                             "CREATE TABLE subjects (\n"
                             "  address TEXT PRIMARY KEY,\n"
                             "  salt BLOB NOT NULL\n"
                             ") WITHOUT ROWID;\n";

static const DatabaseKind kind = { 0x6c636c31 /* "lcl1" */, 1, schema };

static Ledger *
open_ledger (const char *path, bool read_only, GError **error)
{
    sqlite3 *database = database_open (path, &kind, read_only, error);

    if (!database)
        return NULL;
    Ledger *ledger = g_new0 (Ledger, 1);
    g_mutex_init (&ledger->lock);
    ledger->database = database;
    return ledger;
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

void
ledger_free (Ledger *ledger)
{
    if (!ledger)
        return;
    sqlite3_close (ledger->database);
    g_mutex_clear (&ledger->lock);
    g_free (ledger);
}

static char *
pseudonym (const unsigned char *salt, const char *address)
{
    g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

    g_checksum_update (checksum, salt, SALT_BYTES);
    g_checksum_update (checksum, (const guchar *)address, (gssize)strlen (address));
    return g_strdup (g_checksum_get_string (checksum));
}

/* NULL without an error when there is no salt. */
static char *
find_locked (Ledger *ledger, const char *address, GError **error)
{
    g_autoptr (sqlite3_stmt) statement = database_prepare (
        ledger->database, "SELECT salt FROM subjects WHERE address = ?1", error);

    if (!statement)
        return NULL;
    database_bind_text (statement, 1, address);
    int status = sqlite3_step (statement);
    if (status == SQLITE_ROW && sqlite3_column_bytes (statement, 0) == SALT_BYTES)
        return pseudonym (sqlite3_column_blob (statement, 0), address);
    if (status != SQLITE_DONE)
        database_fail (ledger->database, error);
    return NULL;
}

static char *
make_locked (Ledger *ledger, const char *address, GError **error)
{
    unsigned char salt[SALT_BYTES];
    g_autoptr (sqlite3_stmt) statement = database_prepare (
        ledger->database, "INSERT INTO subjects (address, salt) VALUES (?1, ?2)", error);

    if (!statement)
        return NULL;
    if (getrandom (salt, sizeof salt, 0) != sizeof salt) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL,
                     "the system gives no random bytes");
        return NULL;
    }
    database_bind_text (statement, 1, address);
    sqlite3_bind_blob (statement, 2, salt, sizeof salt, SQLITE_TRANSIENT);
    return database_finish (ledger->database, statement, error) ? pseudonym (salt, address)
                                                                : NULL;
}

static char *
subject_locked (Ledger *ledger, const char *address, GError **error)
{
    g_autoptr (GError) cause = NULL;
    char *subject = find_locked (ledger, address, &cause);

    if (cause) {
        g_propagate_error (error, g_steal_pointer (&cause));
        return NULL;
    }
    return subject ? subject : make_locked (ledger, address, error);
}

char *
ledger_subject (Ledger *ledger, const char *address, GError **error)
{
    g_mutex_lock (&ledger->lock);
    char *subject = subject_locked (ledger, address, error);
    g_mutex_unlock (&ledger->lock);
    return subject;
}

char *
ledger_find_subject (Ledger *ledger, const char *address, GError **error)
{
    g_mutex_lock (&ledger->lock);
    char *subject = find_locked (ledger, address, error);
    g_mutex_unlock (&ledger->lock);
    return subject;
}

/* What the journal says; a row that is new is put there as begun. */
static bool
begin_locked (Ledger *ledger, const char *queue_id, const char *subject, const char *variant,
              LedgerState *ret_state, char **ret_queue_id, GError **error)
{
    g_autoptr (sqlite3_stmt) look =
        database_prepare (ledger->database,
                          "SELECT state, submitted_queue_id FROM journal WHERE queue_id = ?1 "
                          "AND subject = ?2 AND variant = ?3",
                          error);
    g_autoptr (sqlite3_stmt) put = database_prepare (
        ledger->database,
        "INSERT INTO journal VALUES (?1, ?2, ?3, 'begun', NULL, strftime('%s', 'now'))", error);

    if (!look || !put)
        return false;
    database_bind_text (look, 1, queue_id);
    database_bind_text (look, 2, subject);
    database_bind_text (look, 3, variant);
    int status = sqlite3_step (look);
    if (status == SQLITE_ROW) {
        bool submitted = strcmp ((const char *)sqlite3_column_text (look, 0), "submitted") == 0;
        *ret_state = submitted ? LEDGER_SUBMITTED : LEDGER_IN_DOUBT;
        *ret_queue_id =
            submitted ? g_strdup ((const char *)sqlite3_column_text (look, 1)) : NULL;
        return true;
    }
    if (status != SQLITE_DONE)
        return database_fail (ledger->database, error);
    sqlite3_reset (look);
    database_bind_text (put, 1, queue_id);
    database_bind_text (put, 2, subject);
    database_bind_text (put, 3, variant);
    if (!database_finish (ledger->database, put, error))
        return false;
    *ret_state = LEDGER_NEW;
    *ret_queue_id = NULL;
    return true;
}

bool
ledger_begin (Ledger *ledger, const char *queue_id, const char *recipient, const char *variant,
              LedgerState *ret_state, char **ret_queue_id, GError **error)
{
    g_mutex_lock (&ledger->lock);
    g_autofree char *subject = subject_locked (ledger, recipient, error);
    bool ok = subject &&
              begin_locked (ledger, queue_id, subject, variant, ret_state, ret_queue_id, error);
    g_mutex_unlock (&ledger->lock);
    return ok;
}

/* Runs a statement on one row; ?4 is an extra text where the statement has one. */
static bool
change_row (Ledger *ledger, const char *sql, const char *queue_id, const char *recipient,
            const char *variant, const char *extra, GError **error)
{
    bool ok = false;

    g_mutex_lock (&ledger->lock);
    g_autofree char *subject = subject_locked (ledger, recipient, error);
    g_autoptr (sqlite3_stmt) statement =
        subject ? database_prepare (ledger->database, sql, error) : NULL;
    if (statement) {
        database_bind_text (statement, 1, queue_id);
        database_bind_text (statement, 2, subject);
        database_bind_text (statement, 3, variant);
        if (extra)
            database_bind_text (statement, 4, extra);
        ok = database_finish (ledger->database, statement, error);
    }
    g_mutex_unlock (&ledger->lock);
    return ok;
}

bool
ledger_submitted (Ledger *ledger, const char *queue_id, const char *recipient,
                  const char *variant, const char *submitted_queue_id, GError **error)
{
    return change_row (ledger,
                       "UPDATE journal SET state = 'submitted', submitted_queue_id = ?4 "
                       "WHERE queue_id = ?1 AND subject = ?2 AND variant = ?3",
                       queue_id, recipient, variant,
                       submitted_queue_id ? submitted_queue_id : "", error);
}

bool
ledger_failed (Ledger *ledger, const char *queue_id, const char *recipient, const char *variant,
               GError **error)
{
    return change_row (
        ledger, "DELETE FROM journal WHERE queue_id = ?1 AND subject = ?2 AND variant = ?3",
        queue_id, recipient, variant, NULL, error);
}

unsigned
ledger_in_doubt (Ledger *ledger)
{
    unsigned count = 0;

    g_mutex_lock (&ledger->lock);
    g_autoptr (sqlite3_stmt) statement = database_prepare (
        ledger->database, "SELECT count(*) FROM journal WHERE state = 'begun'", NULL);
    if (statement && sqlite3_step (statement) == SQLITE_ROW)
        count = (unsigned)sqlite3_column_int (statement, 0);
    g_mutex_unlock (&ledger->lock);
    return count;
}

bool
ledger_expire (Ledger *ledger, int64_t seconds, GError **error)
{
    g_mutex_lock (&ledger->lock);
    g_autoptr (sqlite3_stmt) statement = database_prepare (
        ledger->database, "DELETE FROM journal WHERE at < strftime('%s', 'now') - ?1", error);
    if (statement)
        sqlite3_bind_int64 (statement, 1, seconds);
    bool ok = statement && database_finish (ledger->database, statement, error);
    g_mutex_unlock (&ledger->lock);
    return ok;
}
