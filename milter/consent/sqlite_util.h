/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_SQLITE_UTIL_H
#define LICET_CONSENT_SQLITE_UTIL_H

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

/*
 * What the SQLite engine of the store and the ledger share. A connection and its statements are
 * used under a lock of the owner's. Errors are UNAVAILABLE with the file and SQLite's own words,
 * which name no values; any step result but a row or the end is one.
 */

typedef struct {
    int application_id; /* tells our files from others (PRAGMA application_id) */
    int version;        /* of the schema (PRAGMA user_version) */
    const char *schema; /* makes the tables and sets both */
    bool write_ahead;   /* a log instead of a rollback journal: the owner sees to it that one writes at a time */
} DatabaseKind;

/*
 * Opens or makes a database, mode 0600, in the kind's journal mode with synchronous=FULL. MALFORMED for a
 * file that is no database, not ours or of a newer version; an older one is brought forward.
 * Read-only makes and changes nothing, and refuses an older one.
 */
sqlite3 *database_open (const char *path, const DatabaseKind *kind, bool read_only,
                        GError **error);

/* The same for a kind of more than one version: upgrades[i] brings version i + 1 to the next and
 * sets it. */
sqlite3 *database_open_upgraded (const char *path, const DatabaseKind *kind,
                                 const char *const *upgrades, bool read_only, GError **error);

/* Sets the error; returns false. */
bool database_fail (sqlite3 *database, GError **error);

bool database_run (sqlite3 *database, const char *sql, GError **error);

/* A statement to keep. NULL on failure. */
sqlite3_stmt *database_prepare (sqlite3 *database, const char *sql, GError **error);

/* NULL binds as NULL. */
void database_bind_text (sqlite3_stmt *statement, int column, const char *text);

/* Makes a statement ready for its next use, and forgets what was bound. */
void database_reset (sqlite3_stmt *statement);

/* Runs a statement that gives no row, and resets it. */
bool database_finish (sqlite3 *database, sqlite3_stmt *statement, GError **error);

/* Ends a transaction: commits when ok, else or when that fails rolls back. Returns whether it was
 * committed. */
bool database_end (sqlite3 *database, bool ok, GError **error);

#endif
