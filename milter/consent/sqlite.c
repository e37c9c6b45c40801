/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The embedded engine: append-only rows in one SQLite file. One connection with kept statements,
 * used under a lock: a question takes less than the threads would win by having their own.
 */

#include <string.h>

#include "backend.h"
#include "licet/error.h"
#include "sqlite_util.h"

/* The statements of contrib/schema-sqlite.sql, to the letter; tests/store compares. */
static const char schema[] =
    "PRAGMA application_id = 1818452785;\n"
    "PRAGMA user_version = 1;\n"
    "CREATE TABLE events (\n"
    "  id INTEGER PRIMARY KEY, -- the order of arrival; the log names rows by it\n"
    "  address TEXT NOT NULL, -- normalised: lower case, domain as A-labels\n"
    "  purpose TEXT NOT NULL, -- '*', 'tracking' or a promotional purpose\n"
    "  state TEXT NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending')),\n"
    "  basis TEXT, -- express, double-opt-in, soft-opt-in, inferred, published, …\n"
    "  at INTEGER NOT NULL, -- seconds since 1970 in UTC, 0 when not known\n"
    "  source TEXT, -- where the person said so\n"
    "  wording TEXT, -- version of the text agreed to\n"
    "  evidence TEXT, -- where the proof is kept\n"
    "  country TEXT, -- ISO 3166 in upper case\n"
    "  subdivision TEXT, -- ISO 3166-2 without the country\n"
    "  recipient_class TEXT, -- natural, company, role, …\n"
    "  language TEXT, -- BCP 47\n"
    "  expires INTEGER NOT NULL DEFAULT 0, -- 0 when the row does not say\n"
    "  person TEXT -- id that the addresses of one person share\n"
    ");\n"
    "CREATE UNIQUE INDEX events_once -- the same statement twice is one row\n"
    "ON events (address, purpose, state, at, ifnull(source, ''));\n"
    "CREATE INDEX events_person -- the way from a person to the addresses\n"
    "ON events (person, address) WHERE person IS NOT NULL;\n"
    "CREATE TRIGGER events_stay -- rows may go, but never change\n"
    "BEFORE UPDATE ON events BEGIN\n"
    "  SELECT RAISE (ABORT, 'events are added, never changed');\n"
    "END;\n";

static const DatabaseKind kind = { 0x6c636331 /* "lcc1" */, 1, schema };

#define COLUMNS                                                                                \
    "id, address, purpose, state, basis, at, source, wording, evidence, country, "             \
    "subdivision, recipient_class, language, expires, person"

/*
 * One query for all recipients; the addresses come as one JSON array. A node is an address or a
 * person; UNION takes each once, so that the walk from address to person to address ends. The
 * CROSS JOINs keep SQLite from beginning at the large table.
 */
static const char find_sql[] =
    "WITH RECURSIVE node(address, person) AS (\n"
    "  SELECT value, NULL FROM json_each(?1)\n"
    "  UNION SELECT NULL, events.person FROM node CROSS JOIN events\n"
    "    ON events.address = node.address WHERE events.person IS NOT NULL\n"
    "  UNION SELECT events.address, NULL FROM node CROSS JOIN events\n"
    "    ON events.person = node.person)\n"
    "SELECT " COLUMNS " FROM (SELECT address AS wanted FROM node) CROSS JOIN events\n"
    "  ON events.address = wanted ORDER BY id";

static const char all_sql[] = "SELECT " COLUMNS " FROM events ORDER BY id";

static const char append_sql[] =
    "INSERT INTO events (" COLUMNS ")\n"
    "VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)\n"
    "ON CONFLICT (address, purpose, state, at, ifnull(source, '')) DO NOTHING";

typedef struct {
    GMutex lock; /* a transaction belongs to the connection, not to a thread */
    sqlite3 *database;
    sqlite3_stmt *find, *all, *append;
} SqliteStore;

static void
close_sqlite (void *handle)
{
    SqliteStore *store = handle;

    sqlite3_finalize (store->find);
    sqlite3_finalize (store->all);
    sqlite3_finalize (store->append);
    sqlite3_close (store->database);
    g_mutex_clear (&store->lock);
    g_free (store);
}

static void *
open_sqlite (const char *location, GError **error)
{
    sqlite3 *database = database_open (location, &kind, false, error);

    if (!database)
        return NULL;
    SqliteStore *store = g_new0 (SqliteStore, 1);
    g_mutex_init (&store->lock);
    store->database = database;
    store->find = database_prepare (database, find_sql, error);
    store->all = store->find ? database_prepare (database, all_sql, error) : NULL;
    store->append = store->all ? database_prepare (database, append_sql, error) : NULL;
    if (store->append)
        return store;
    close_sqlite (store);
    return NULL;
}

static char *
column_text (sqlite3_stmt *statement, int column)
{
    return g_strdup ((const char *)sqlite3_column_text (statement, column));
}

/* In the order of COLUMNS. */
static ConsentEvent *
read_event (sqlite3_stmt *statement)
{
    ConsentEvent *event = g_new0 (ConsentEvent, 1);

    event->number = sqlite3_column_int64 (statement, 0);
    event->address = column_text (statement, 1);
    event->purpose = column_text (statement, 2);
    event->state = column_text (statement, 3);
    event->basis = column_text (statement, 4);
    event->at = sqlite3_column_int64 (statement, 5);
    event->source = column_text (statement, 6);
    event->wording = column_text (statement, 7);
    event->evidence = column_text (statement, 8);
    event->country = column_text (statement, 9);
    event->subdivision = column_text (statement, 10);
    event->recipient_class = column_text (statement, 11);
    event->language = column_text (statement, 12);
    event->expires = sqlite3_column_int64 (statement, 13);
    event->person = column_text (statement, 14);
    return event;
}

/* All rows of a statement, which is reset; the caller holds the lock. */
static GPtrArray *
read_events (SqliteStore *store, sqlite3_stmt *statement, GError **error)
{
    g_autoptr (GPtrArray) events = consent_events_new ();
    int status;

    while ((status = sqlite3_step (statement)) == SQLITE_ROW)
        g_ptr_array_add (events, read_event (statement));
    bool ok = status == SQLITE_DONE || database_fail (store->database, error);
    database_reset (statement);
    return ok ? g_steal_pointer (&events) : NULL;
}

/* SQLite itself takes any UTF-8; only what JSON gives a meaning is escaped (RFC 8259 7). */
static char *
addresses_json (const char *const *addresses)
{
    GString *json = g_string_new ("[");

    for (unsigned i = 0; addresses[i]; i++) {
        g_string_append (json, i ? ",\"" : "\"");
        for (const char *c = addresses[i]; *c; c++) {
            if ((unsigned char)*c < 0x20)
                g_string_append_printf (json, "\\u%04x", (unsigned)*c);
            else
                g_string_append_printf (json, "%s%c", *c == '"' || *c == '\\' ? "\\" : "", *c);
        }
        g_string_append_c (json, '"');
    }
    g_string_append_c (json, ']');
    return g_string_free (json, FALSE);
}

/* SQLite would go on answering from a file that someone has replaced; a withdrawal in the new one
 * must not be missed. */
static bool
is_in_place (SqliteStore *store, GError **error)
{
    int moved = 0;

    sqlite3_file_control (store->database, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (moved)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: the file was moved or replaced; reload to open what is there now",
                     sqlite3_db_filename (store->database, "main"));
    return !moved;
}

static GPtrArray *
find_sqlite (void *handle, const char *const *addresses, GError **error)
{
    SqliteStore *store = handle;
    g_autofree char *json = addresses_json (addresses);

    g_mutex_lock (&store->lock);
    database_bind_text (store->find, 1, json);
    GPtrArray *events =
        is_in_place (store, error) ? read_events (store, store->find, error) : NULL;
    g_mutex_unlock (&store->lock);
    return events;
}

static GPtrArray *
all_sqlite (void *handle, GError **error)
{
    SqliteStore *store = handle;

    g_mutex_lock (&store->lock);
    GPtrArray *events = read_events (store, store->all, error);
    g_mutex_unlock (&store->lock);
    return events;
}

static bool
insert_event (SqliteStore *store, const ConsentEvent *event, GError **error)
{
    sqlite3_stmt *statement = store->append;

    database_bind_text (statement, 1, event->address);
    database_bind_text (statement, 2, event->purpose);
    database_bind_text (statement, 3, event->state);
    database_bind_text (statement, 4, event->basis);
    sqlite3_bind_int64 (statement, 5, event->at);
    database_bind_text (statement, 6, event->source);
    database_bind_text (statement, 7, event->wording);
    database_bind_text (statement, 8, event->evidence);
    database_bind_text (statement, 9, event->country);
    database_bind_text (statement, 10, event->subdivision);
    database_bind_text (statement, 11, event->recipient_class);
    database_bind_text (statement, 12, event->language);
    sqlite3_bind_int64 (statement, 13, event->expires);
    database_bind_text (statement, 14, event->person);
    return database_finish (store->database, statement, error);
}

static bool
append_locked (SqliteStore *store, const GPtrArray *events, GError **error)
{
    bool ok = true;

    if (!database_run (store->database, "BEGIN IMMEDIATE", error))
        return false;
    for (unsigned i = 0; ok && i < events->len; i++)
        ok = insert_event (store, g_ptr_array_index (events, i), error);
    return database_end (store->database, ok, error);
}

static bool
append_sqlite (void *handle, const GPtrArray *events, GError **error)
{
    SqliteStore *store = handle;

    g_mutex_lock (&store->lock);
    bool ok = append_locked (store, events, error);
    g_mutex_unlock (&store->lock);
    return ok;
}

const ConsentBackend consent_sqlite = {
    "sqlite:", open_sqlite, close_sqlite, find_sqlite, all_sqlite, append_sqlite,
};
