/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_SQLITE_UTIL_H
#define LICET_CONSENT_SQLITE_UTIL_H

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

/* What the SQLite engine of the store and the ledger share. */

typedef struct {
    int application_id; /* tells our files from others (PRAGMA application_id) */
    int version;        /* of the schema (PRAGMA user_version) */
    const char *schema;
} DatabaseKind;

/*
 * Opens or makes a database, mode 0600. Rollback journal and synchronous=FULL: before SQLite
 * 3.51.3 a write-ahead log with two writers can lose commits, and tools write beside the daemon.
 * MALFORMED for a file that is not ours or of a newer version, UNAVAILABLE otherwise.
 */
sqlite3 *database_open (const char *path, const DatabaseKind *kind, bool read_only,
                        GError **error);

/* UNAVAILABLE with SQLite's words and the file; returns false. */
bool database_fail (sqlite3 *database, GError **error);

bool database_run (sqlite3 *database, const char *sql, GError **error);

/* NULL with UNAVAILABLE. */
sqlite3_stmt *database_prepare (sqlite3 *database, const char *sql, GError **error);

/* NULL binds as NULL. */
void database_bind_text (sqlite3_stmt *statement, int column, const char *text);

/* Runs a statement that gives no row. */
bool database_finish (sqlite3 *database, sqlite3_stmt *statement, GError **error);

static inline void
finalize_statement (sqlite3_stmt *statement)
{
    sqlite3_finalize (statement);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, finalize_statement)

#endif
