/* SPDX-License-Identifier: BSD-2-Clause */

/* The embedded engine: append-only rows in one SQLite file. */

#include <string.h>

#include "backend.h"
#include "sqlite_util.h"

/* Kept in step with contrib/schema-sqlite.sql (tests/store/conformance.c compares). */
static const char schema[] =
    "CREATE TABLE events (\n"
    "  id INTEGER PRIMARY KEY,\n"
    "  address TEXT NOT NULL,\n"
    "  purpose TEXT NOT NULL,\n"
    "  state TEXT NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending')),\n"
    "  basis TEXT,\n"
    "  at INTEGER NOT NULL,\n"
    "  source TEXT,\n"
    "  wording TEXT,\n"
    "  evidence TEXT,\n"
    "  country TEXT,\n"
    "  subdivision TEXT,\n"
    "  recipient_class TEXT,\n"
    "  language TEXT,\n"
    "  expires INTEGER NOT NULL DEFAULT 0,\n"
    "  person TEXT\n"
    ");\n"
    "CREATE UNIQUE INDEX events_once ON events (address, purpose, state, at, ifnull(source, "
    "''));\n"
    "CREATE INDEX events_person ON events (person) WHERE person IS NOT NULL;\n";

static const DatabaseKind kind = { 0x6c636331 /* "lcc1" */, 1, schema };

#define EVENT_COLUMNS                                                                          \
    "address, purpose, state, basis, at, source, wording, evidence, country, subdivision, "    \
    "recipient_class, language, expires, person"

/* One query for all recipients: the addresses come as one JSON array; a person's addresses are
 * found through the persons of the address's own events. */
static const char find_sql[] =
    "WITH asked(number, address) AS (SELECT key, value FROM json_each(?1)),\n"
    "persons(number, person) AS (SELECT DISTINCT number, person FROM asked JOIN events USING "
    "(address)\n"
    "                            WHERE person IS NOT NULL),\n"
    "linked(number, address) AS (SELECT number, address FROM asked UNION\n"
    "  SELECT number, address FROM persons JOIN events USING (person))\n"
    "SELECT number, " EVENT_COLUMNS
    " FROM linked JOIN events USING (address) ORDER BY number, id";

static const char append_sql[] =
    "INSERT OR IGNORE INTO events (" EVENT_COLUMNS ")\n"
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

static void *
open_sqlite (const char *location, GError **error)
{
    return database_open (location, &kind, false, error);
}

static void
close_sqlite (void *handle)
{
    sqlite3_close (handle);
}

static char *
column_text (sqlite3_stmt *statement, int column)
{
    return g_strdup ((const char *)sqlite3_column_text (statement, column));
}

static ConsentEvent *
read_event (sqlite3_stmt *statement, int first)
{
    ConsentEvent *event = g_new0 (ConsentEvent, 1);

    event->address = column_text (statement, first);
    event->purpose = column_text (statement, first + 1);
    event->state = column_text (statement, first + 2);
    event->basis = column_text (statement, first + 3);
    event->at = sqlite3_column_int64 (statement, first + 4);
    event->source = column_text (statement, first + 5);
    event->wording = column_text (statement, first + 6);
    event->evidence = column_text (statement, first + 7);
    event->country = column_text (statement, first + 8);
    event->subdivision = column_text (statement, first + 9);
    event->recipient_class = column_text (statement, first + 10);
    event->language = column_text (statement, first + 11);
    event->expires = sqlite3_column_int64 (statement, first + 12);
    event->person = column_text (statement, first + 13);
    return event;
}

static char *
addresses_json (const char *const *addresses, unsigned *ret_count)
{
    GString *json = g_string_new ("[");

    for (*ret_count = 0; addresses[*ret_count]; (*ret_count)++) {
        g_string_append (json, *ret_count ? ",\"" : "\"");
        for (const char *c = addresses[*ret_count]; *c; c++) {
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

static GPtrArray *
event_list (void)
{
    return g_ptr_array_new_with_free_func ((GDestroyNotify)consent_event_free);
}

/* Any step result but a row or the end is a failure, never "nothing known". */
static bool
collect_events (sqlite3 *database, sqlite3_stmt *statement, GPtrArray *all, GError **error)
{
    int status;

    while ((status = sqlite3_step (statement)) == SQLITE_ROW) {
        unsigned number = (unsigned)sqlite3_column_int (statement, 0);
        if (number < all->len)
            g_ptr_array_add (g_ptr_array_index (all, number), read_event (statement, 1));
    }
    return status == SQLITE_DONE || database_fail (database, error);
}

static GPtrArray *
find_sqlite (void *handle, const char *const *addresses, GError **error)
{
    unsigned count = 0;
    g_autofree char *json = addresses_json (addresses, &count);
    g_autoptr (GPtrArray) all =
        g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
    g_autoptr (sqlite3_stmt) statement = database_prepare (handle, find_sql, error);

    if (!statement)
        return NULL;
    for (unsigned i = 0; i < count; i++)
        g_ptr_array_add (all, event_list ());
    database_bind_text (statement, 1, json);
    if (!collect_events (handle, statement, all, error))
        return NULL;
    return g_steal_pointer (&all);
}

static GPtrArray *
all_sqlite (void *handle, GError **error)
{
    g_autoptr (GPtrArray) events = event_list ();
    g_autoptr (sqlite3_stmt) statement =
        database_prepare (handle, "SELECT " EVENT_COLUMNS " FROM events ORDER BY id", error);
    int status = SQLITE_ERROR;

    if (!statement)
        return NULL;
    while ((status = sqlite3_step (statement)) == SQLITE_ROW)
        g_ptr_array_add (events, read_event (statement, 0));
    if (status != SQLITE_DONE) {
        database_fail (handle, error);
        return NULL;
    }
    return g_steal_pointer (&events);
}

static bool
insert_event (sqlite3 *database, sqlite3_stmt *statement, const ConsentEvent *event,
              GError **error)
{
    sqlite3_reset (statement);
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
    return database_finish (database, statement, error);
}

static bool
insert_all (sqlite3 *database, const GPtrArray *events, GError **error)
{
    g_autoptr (sqlite3_stmt) statement = database_prepare (database, append_sql, error);

    for (unsigned i = 0; statement && i < events->len; i++)
        if (!insert_event (database, statement, g_ptr_array_index (events, i), error))
            return false;
    return statement != NULL;
}

static bool
append_sqlite (void *handle, const GPtrArray *events, GError **error)
{
    sqlite3_mutex *mutex = sqlite3_db_mutex (handle);

    /* A transaction belongs to the connection: other threads must not slip into it. */
    sqlite3_mutex_enter (mutex);
    bool ok = database_run (handle, "BEGIN IMMEDIATE", error);
    if (ok) {
        ok = insert_all (handle, events, error) && database_run (handle, "COMMIT", error);
        if (!ok && !sqlite3_get_autocommit (handle))
            sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
    }
    sqlite3_mutex_leave (mutex);
    return ok;
}

const ConsentBackend consent_sqlite = {
    "sqlite:", open_sqlite, close_sqlite, find_sqlite, all_sqlite, append_sqlite,
};
