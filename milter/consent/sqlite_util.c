/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Opening a database that is ours, and errors with SQLite's own words. Rollback journal, not a
 * write-ahead log, unless the owner locks writers out: before SQLite 3.51.3 a log with two that write or
 * checkpoint at once can lose commits, and tools write beside the daemon.
 */

#include "sqlite_util.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "licet/error.h"

enum { BUSY_MILLISECONDS = 5000 };

bool
database_fail (sqlite3 *database, GError **error)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s",
                 sqlite3_db_filename (database, "main"), sqlite3_errmsg (database));
    return false;
}

bool
database_run (sqlite3 *database, const char *sql, GError **error)
{
    return sqlite3_exec (database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           database_fail (database, error);
}

sqlite3_stmt *
database_prepare (sqlite3 *database, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v3 (database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) ==
        SQLITE_OK)
        return statement;
    database_fail (database, error);
    return NULL;
}

void
database_bind_text (sqlite3_stmt *statement, int column, const char *text)
{
    if (text)
        sqlite3_bind_text (statement, column, text, -1, SQLITE_TRANSIENT);
    else
        sqlite3_bind_null (statement, column);
}

void
database_reset (sqlite3_stmt *statement)
{
    sqlite3_reset (statement);
    sqlite3_clear_bindings (statement);
}

bool
database_finish (sqlite3 *database, sqlite3_stmt *statement, GError **error)
{
    bool ok = sqlite3_step (statement) == SQLITE_DONE || database_fail (database, error);

    database_reset (statement);
    return ok;
}

bool
database_end (sqlite3 *database, bool ok, GError **error)
{
    ok = ok && database_run (database, "COMMIT", error);
    /* Some failures have rolled back already; a second time would be an error. */
    if (!ok && !sqlite3_get_autocommit (database))
        sqlite3_exec (database, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

typedef struct {
    int application_id, version, objects;
} Look;

static bool
look_at (sqlite3 *database, Look *ret_look, GError **error)
{
    static const char sql[] = "SELECT application_id, user_version, (SELECT count(*) FROM "
                              "sqlite_schema) FROM pragma_application_id, pragma_user_version";
    sqlite3_stmt *statement = NULL;
    int status = sqlite3_prepare_v2 (database, sql, -1, &statement, NULL);

    if (status == SQLITE_OK)
        status = sqlite3_step (statement);
    if (status == SQLITE_ROW)
        *ret_look =
            (Look){ sqlite3_column_int (statement, 0), sqlite3_column_int (statement, 1),
                    sqlite3_column_int (statement, 2) };
    else if (status == SQLITE_NOTADB)
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "%s: no database",
                     sqlite3_db_filename (database, "main"));
    else
        database_fail (database, error);
    sqlite3_finalize (statement);
    return status == SQLITE_ROW;
}

static bool
is_blank (const Look *look)
{
    return look->application_id == 0 && look->objects == 0;
}

/* Two programs may find the file blank at once; the second must not make it again. */
static bool
make_schema (sqlite3 *database, const DatabaseKind *kind, GError **error)
{
    Look look = { 0 };

    if (!database_run (database, "BEGIN IMMEDIATE", error))
        return false;
    bool ok = look_at (database, &look, error) &&
              (!is_blank (&look) || database_run (database, kind->schema, error));
    return database_end (database, ok, error);
}

static bool
fail_kind (sqlite3 *database, const DatabaseKind *kind, const Look *look, GError **error)
{
    const char *path = sqlite3_db_filename (database, "main");

    if (look->application_id != kind->application_id || look->version < 1)
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "%s: a database, but not the one of licet that belongs here", path);
    else if (look->version > kind->version)
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "%s: schema version %d is newer than this program knows (%d); right would "
                     "be a newer licet",
                     path, look->version, kind->version);
    else
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "%s: schema version %d is older than this program's (%d) and is only "
                     "brought forward by a program that may write",
                     path, look->version, kind->version);
    return false;
}

/* All steps in one transaction: whoever comes second finds them done. */
static bool
upgrade (sqlite3 *database, const DatabaseKind *kind, const char *const *upgrades,
         GError **error)
{
    Look look = { 0 };

    if (!database_run (database, "BEGIN IMMEDIATE", error))
        return false;
    bool ok = look_at (database, &look, error);
    while (ok && look.version < kind->version)
        ok = database_run (database, upgrades[look.version - 1], error) &&
             look_at (database, &look, error);
    return database_end (database, ok, error);
}

static bool
is_older (const Look *look, const DatabaseKind *kind)
{
    return look->application_id == kind->application_id && look->version >= 1 &&
           look->version < kind->version;
}

static bool
check_kind (sqlite3 *database, const DatabaseKind *kind, const char *const *upgrades,
            bool read_only, GError **error)
{
    Look look = { 0 };

    if (!look_at (database, &look, error))
        return false;
    if (is_blank (&look) && !read_only &&
        (!make_schema (database, kind, error) || !look_at (database, &look, error)))
        return false;
    if (is_older (&look, kind) && !read_only &&
        (!upgrade (database, kind, upgrades, error) || !look_at (database, &look, error)))
        return false;
    return (look.application_id == kind->application_id && look.version == kind->version) ||
           fail_kind (database, kind, &look, error);
}

/* The mode is kept in the file and survives from whoever set another one. */
static bool
set_journal_mode (sqlite3 *database, const char *mode, GError **error)
{
    g_autofree char *sql = g_strdup_printf ("PRAGMA journal_mode = %s", mode);
    sqlite3_stmt *statement = database_prepare (database, sql, error);

    if (!statement)
        return false;
    bool ok = sqlite3_step (statement) == SQLITE_ROW || database_fail (database, error);
    if (ok && g_strcmp0 ((const char *)sqlite3_column_text (statement, 0), mode) != 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: the journal mode cannot be changed to \"%s\"",
                     sqlite3_db_filename (database, "main"), mode);
        ok = false;
    }
    sqlite3_finalize (statement);
    return ok;
}

/* The file is looked at first: nothing is changed in one that is not ours. cache_spill: a long
 * transaction locks readers out only while it commits. */
static bool
set_up (sqlite3 *database, const DatabaseKind *kind, const char *const *upgrades,
        bool read_only, GError **error)
{
    sqlite3_busy_timeout (database, BUSY_MILLISECONDS);
    return check_kind (database, kind, upgrades, read_only, error) &&
           database_run (database,
                         "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
                         "PRAGMA cell_size_check = ON; PRAGMA cache_spill = OFF",
                         error) &&
           (read_only ||
            set_journal_mode (database, kind->write_ahead ? "wal" : "delete", error));
}

/* SQLite would make the file with the process's umask; consent is for the daemon's eyes. */
static void
make_file (const char *path)
{
    int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0)
        close (fd);
}

sqlite3 *
database_open (const char *path, const DatabaseKind *kind, bool read_only, GError **error)
{
    return database_open_upgraded (path, kind, NULL, read_only, error);
}

sqlite3 *
database_open_upgraded (const char *path, const DatabaseKind *kind, const char *const *upgrades,
                        bool read_only, GError **error)
{
    /* SQLite gives names such as ":memory:" and "file:x" a meaning; an absolute one has none. */
    g_autofree char *file = g_canonicalize_filename (path, NULL);
    sqlite3 *database = NULL;

    if (!read_only)
        make_file (file);
    int mode = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (sqlite3_open_v2 (file, &database, mode | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                     database ? sqlite3_errmsg (database) : "no memory");
        sqlite3_close (database);
        return NULL;
    }
    if (!set_up (database, kind, upgrades, read_only, error)) {
        sqlite3_close (database);
        return NULL;
    }
    return database;
}
