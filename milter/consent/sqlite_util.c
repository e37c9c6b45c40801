/* SPDX-License-Identifier: BSD-2-Clause */

/* Opening a database that is ours, and errors with SQLite's own words. */

#include "sqlite_util.h"

#include <fcntl.h>
#include <unistd.h>

#include "licet/error.h"

enum { BUSY_MILLISECONDS = 5000 };

bool
database_fail (sqlite3 *database, GError **error)
{
    const char *path = sqlite3_db_filename (database, "main");

    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s",
                 path ? path : "database", sqlite3_errmsg (database));
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

    if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) == SQLITE_OK)
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

bool
database_finish (sqlite3 *database, sqlite3_stmt *statement, GError **error)
{
    return sqlite3_step (statement) == SQLITE_DONE || database_fail (database, error);
}

static bool
read_pragma (sqlite3 *database, const char *sql, int *ret_value, GError **error)
{
    g_autoptr (sqlite3_stmt) statement = database_prepare (database, sql, error);

    if (!statement)
        return false;
    if (sqlite3_step (statement) != SQLITE_ROW)
        return database_fail (database, error);
    *ret_value = sqlite3_column_int (statement, 0);
    return true;
}

static bool
create_schema (sqlite3 *database, const DatabaseKind *kind, GError **error)
{
    g_autofree char *sql = g_strdup_printf (
        "BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;",
        kind->schema, kind->application_id, kind->version);

    return database_run (database, sql, error);
}

static bool
check_kind (sqlite3 *database, const DatabaseKind *kind, const char *path, bool read_only,
            GError **error)
{
    int id = 0, version = 0, tables = 0;

    if (!read_pragma (database, "PRAGMA application_id", &id, error) ||
        !read_pragma (database, "PRAGMA user_version", &version, error) ||
        !read_pragma (database, "SELECT count(*) FROM sqlite_schema", &tables, error))
        return false;
    if (tables == 0 && id == 0 && !read_only)
        return create_schema (database, kind, error);
    if (id != kind->application_id) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "%s: a database, but not licet's", path);
        return false;
    }
    if (version > kind->version) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "%s: schema version %d is newer than this program knows (%d); right would "
                     "be a newer licet",
                     path, version, kind->version);
        return false;
    }
    return true;
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
    sqlite3 *database = NULL;
    int flags =
        (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_FULLMUTEX;

    if (!read_only)
        make_file (path);
    if (sqlite3_open_v2 (path, &database, flags, NULL) != SQLITE_OK) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                     database ? sqlite3_errmsg (database) : "no memory");
        sqlite3_close (database);
        return NULL;
    }
    sqlite3_busy_timeout (database, BUSY_MILLISECONDS);
    if (!database_run (database, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
                       error) ||
        !check_kind (database, kind, path, read_only, error)) {
        sqlite3_close (database);
        return NULL;
    }
    return database;
}
