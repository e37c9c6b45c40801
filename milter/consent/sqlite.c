/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The embedded engine: append-only rows in one SQLite file. One connection with kept statements,
 * used under a lock: a question takes less than the threads would win by having their own.
 */

#include <string.h>

#include "backend.h"
#include "licet/error.h"
#include "sqlite_util.h"
#include "turn.h"

#define EVENTS_TABLE                                                                           \
    "CREATE TABLE events (\n"                                                                  \
    "  id INTEGER PRIMARY KEY, -- the order of arrival; the log names rows by it\n"            \
    "  address TEXT NOT NULL, -- normalised: lower case, domain as A-labels\n"                 \
    "  purpose TEXT NOT NULL, -- '*', 'tracking' or a promotional purpose\n"                   \
    "  state TEXT NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending', "               \
    "'suppressed',\n"                                                                          \
    "    'released', 'linked', 'unlinked')),\n"                                                \
    "  basis TEXT, -- express, double-opt-in, …; of a suppression bounce, complaint, …\n"  \
    "  at INTEGER NOT NULL, -- seconds since 1970 in UTC, 0 when not known\n"                  \
    "  source TEXT, -- where the person said so\n"                                             \
    "  wording TEXT, -- version of the text agreed to\n"                                       \
    "  evidence TEXT, -- where the proof is kept\n"                                            \
    "  country TEXT, -- ISO 3166 in upper case\n"                                              \
    "  subdivision TEXT, -- ISO 3166-2 without the country\n"                                  \
    "  recipient_class TEXT, -- natural, company, role, …\n"                                 \
    "  language TEXT, -- BCP 47\n"                                                             \
    "  expires INTEGER NOT NULL DEFAULT 0, -- 0 when the row does not say\n"                   \
    "  person TEXT, -- id that the addresses of one person share\n"                            \
    "  arrived INTEGER NOT NULL DEFAULT 0 -- when it was stored, 0 when not known\n"           \
    ");\n"

#define EVENTS_REST                                                                            \
    "CREATE UNIQUE INDEX events_once -- the same statement twice is one row\n"                 \
    "ON events (address, purpose, state, at, ifnull(source, ''));\n"                           \
    "CREATE INDEX events_person -- the way from a person to the addresses\n"                   \
    "ON events (person, address) WHERE person IS NOT NULL;\n"                                  \
    "CREATE TRIGGER events_stay -- rows may go, but never change\n"                            \
    "BEFORE UPDATE ON events BEGIN\n"                                                          \
    "  SELECT RAISE (ABORT, 'events are added, never changed');\n"                             \
    "END;\n"

#define SECRET                                                                                 \
    "CREATE TABLE secret ( -- of the hashes that stay of erased people\n"                      \
    "  id INTEGER PRIMARY KEY CHECK (id = 1),\n"                                               \
    "  key BLOB NOT NULL\n"                                                                    \
    ");\n"                                                                                     \
    "INSERT INTO secret VALUES (1, randomblob(32));\n"

/* The statements of contrib/schema-sqlite.sql, to the letter; tests/store compares. */
static const char schema[] = "PRAGMA application_id = 1818452785;\n"
                             "PRAGMA user_version = 3;\n" EVENTS_TABLE EVENTS_REST SECRET;

/* SQLite changes no CHECK of a table that is there, and keeps the text of a table that it adds to. */
#define REMAKE                                                                                 \
    "DROP TRIGGER events_stay;\n"                                                              \
    "DROP INDEX events_once;\n"                                                                \
    "DROP INDEX events_person;\n"                                                              \
    "ALTER TABLE events RENAME TO events_old;\n" EVENTS_TABLE                                  \
    "INSERT INTO events SELECT *, 0 FROM events_old ORDER BY id;\n"                            \
    "DROP TABLE events_old;\n" EVENTS_REST

static const char *const upgrades[] = {
    REMAKE SECRET "PRAGMA user_version = 3;\n",
    REMAKE "PRAGMA user_version = 3;\n",
};

static const DatabaseKind kind = { 0x6c636331 /* "lcc1" */, 3, schema, false };

#define COLUMNS                                                                                \
    "id, address, purpose, state, basis, at, source, wording, evidence, country, "             \
    "subdivision, recipient_class, language, expires, person, arrived"

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

/* The same of one address alone. */
static const char find_one_sql[] =
    "SELECT " COLUMNS " FROM events WHERE address = ?1 ORDER BY id";

/* Sorted in a file of SQLite's own when it is much. */
static const char each_sql[] = "SELECT " COLUMNS " FROM events ORDER BY at, id";

static const char addresses_sql[] =
    "SELECT DISTINCT address FROM events WHERE address > ?1 ORDER BY address LIMIT ?2";

static const char erase_sql[] = "DELETE FROM events WHERE address = ?1";

static const char key_sql[] = "SELECT key FROM secret";

static const char append_sql[] =
    "INSERT INTO events (" COLUMNS ")\n"
    "VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)\n"
    "ON CONFLICT (address, purpose, state, at, ifnull(source, '')) DO NOTHING";

/* An address has two names, or four with a tag. */
enum { FEW_NAMES = 8 };

typedef enum {
    FIND,
    FIND_ONE,
    APPEND,
    ADDRESSES,
    ERASE,
    KEY,
    BEGIN,
    END,
    STATEMENTS
} Statement;

static const char *const statements[STATEMENTS] = {
    [FIND] = find_sql,           [FIND_ONE] = find_one_sql, [APPEND] = append_sql,
    [ADDRESSES] = addresses_sql, [ERASE] = erase_sql,       [KEY] = key_sql,
    [BEGIN] = "BEGIN",           [END] = "COMMIT",
};

typedef struct {
    Turn turn; /* a transaction belongs to the connection, not to a thread */
    sqlite3 *database;
    sqlite3_stmt *prepared[STATEMENTS];
} SqliteStore;

static void
close_sqlite (void *handle)
{
    SqliteStore *store = handle;

    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize (store->prepared[i]);
    sqlite3_close (store->database);
    turn_clear (&store->turn);
    g_free (store);
}

static void *
open_sqlite (const char *location, const ConsentOptions *options G_GNUC_UNUSED, GError **error)
{
    sqlite3 *database = database_open_upgraded (location, &kind, upgrades, false, error);

    if (!database)
        return NULL;
    SqliteStore *store = g_new0 (SqliteStore, 1);
    store->database = database;
    turn_init (&store->turn, database);
    for (unsigned i = 0; i < STATEMENTS; i++) {
        store->prepared[i] = database_prepare (database, statements[i], error);
        if (!store->prepared[i]) {
            close_sqlite (store);
            return NULL;
        }
    }
    return store;
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
    event->arrived = sqlite3_column_int64 (statement, 15);
    return event;
}

/* All rows of a statement, which is reset; the caller has the turn. */
static bool
read_events (SqliteStore *store, sqlite3_stmt *statement, GPtrArray *events, GError **error)
{
    int status;

    while ((status = sqlite3_step (statement)) == SQLITE_ROW)
        g_ptr_array_add (events, read_event (statement));
    bool ok = status == SQLITE_DONE || database_fail (store->database, error);
    database_reset (statement);
    return ok;
}

/* SQLite itself takes any UTF-8; only what JSON gives a meaning is escaped (RFC 8259 7). */
static char *
addresses_json (const char *const *addresses)
{
    GString *json = g_string_new ("[");

    for (unsigned i = 0; addresses[i]; i++) {
        g_string_append (json, i ? ",\"" : "\"");
        for (const char *c = addresses[i]; *c; c++) {
            if ((unsigned char)*c < 0x20) {
                g_string_append_printf (json, "\\u%04x", (unsigned)*c);
                continue;
            }
            if (*c == '"' || *c == '\\')
                g_string_append_c (json, '\\');
            g_string_append_c (json, *c);
        }
        g_string_append_c (json, '"');
    }
    g_string_append_c (json, ']');
    return g_string_free (json, FALSE);
}

static int
compare_numbers (const void *a, const void *b)
{
    const ConsentEvent *first = *(ConsentEvent *const *)a, *second = *(ConsentEvent *const *)b;

    return (first->number > second->number) - (first->number < second->number);
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

static bool
find_all (SqliteStore *store, const char *const *addresses, GPtrArray *events, GError **error)
{
    g_autofree char *json = addresses_json (addresses);

    database_bind_text (store->prepared[FIND], 1, json);
    return read_events (store, store->prepared[FIND], events, error);
}

/* Names are different, so each row comes once. In the order of arrival over all of them. */
static bool
find_each (SqliteStore *store, const char *const *addresses, GPtrArray *events, GError **error)
{
    bool ok = true;

    for (; ok && *addresses; addresses++) {
        database_bind_text (store->prepared[FIND_ONE], 1, *addresses);
        ok = read_events (store, store->prepared[FIND_ONE], events, error);
    }
    g_ptr_array_sort (events, compare_numbers);
    return ok;
}

/* In one transaction: all names are asked at one moment, and the file is locked and looked at once,
 * which costs more than to find a row. */
static bool
find_few (SqliteStore *store, const char *const *addresses, GPtrArray *events, GError **error)
{
    if (!database_finish (store->database, store->prepared[BEGIN], error))
        return false;
    bool ok = find_each (store, addresses, events, error) &&
              database_finish (store->database, store->prepared[END], error);
    if (!sqlite3_get_autocommit (store->database))
        sqlite3_exec (store->database, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

/* The walk costs what five questions cost, and is needed only where there is a person to walk to. */
static bool
find_locked (SqliteStore *store, const char *const *addresses, GPtrArray *events,
             GError **error)
{
    bool walk = g_strv_length ((char **)addresses) > FEW_NAMES;

    if (!is_in_place (store, error) || (!walk && !find_few (store, addresses, events, error)))
        return false;
    for (unsigned i = 0; !walk && i < events->len; i++)
        walk = ((const ConsentEvent *)g_ptr_array_index (events, i))->person != NULL;
    if (!walk)
        return true;
    g_ptr_array_set_size (events, 0);
    return find_all (store, addresses, events, error);
}

static GPtrArray *
find_sqlite (void *handle, const char *const *addresses, GError **error)
{
    SqliteStore *store = handle;
    g_autoptr (GPtrArray) events = consent_events_new ();

    turn_take (&store->turn);
    bool ok = find_locked (store, addresses, events, error);
    turn_give (&store->turn);
    return ok ? g_steal_pointer (&events) : NULL;
}

/* On a connection of its own: who is called may use the store. */
static bool
each_sqlite (void *handle, ConsentVisit visit, void *data, GError **error)
{
    SqliteStore *store = handle;
    sqlite3 *database =
        database_open (sqlite3_db_filename (store->database, "main"), &kind, true, error);
    sqlite3_stmt *statement = database ? database_prepare (database, each_sql, error) : NULL;
    bool ok = statement != NULL;
    int status = SQLITE_DONE;

    while (ok && (status = sqlite3_step (statement)) == SQLITE_ROW)
        ok = visit (read_event (statement), data, error);
    if (ok && status != SQLITE_DONE)
        ok = database_fail (database, error);
    sqlite3_finalize (statement);
    sqlite3_close (database);
    return ok;
}

static GPtrArray *
addresses_sqlite (void *handle, const char *after, unsigned limit, GError **error)
{
    SqliteStore *store = handle;
    sqlite3_stmt *statement = store->prepared[ADDRESSES];
    g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
    int status;

    turn_take (&store->turn);
    database_bind_text (statement, 1, after);
    sqlite3_bind_int64 (statement, 2, limit);
    while ((status = sqlite3_step (statement)) == SQLITE_ROW)
        g_ptr_array_add (found, column_text (statement, 0));
    bool ok = status == SQLITE_DONE || database_fail (store->database, error);
    database_reset (statement);
    turn_give (&store->turn);
    return ok ? g_steal_pointer (&found) : NULL;
}

static bool
key_sqlite (void *handle, unsigned char ret_key[CONSENT_KEY_BYTES], GError **error)
{
    SqliteStore *store = handle;
    sqlite3_stmt *statement = store->prepared[KEY];

    turn_take (&store->turn);
    int status = sqlite3_step (statement);
    bool whole =
        status == SQLITE_ROW && sqlite3_column_bytes (statement, 0) == CONSENT_KEY_BYTES;
    if (whole)
        memcpy (ret_key, sqlite3_column_blob (statement, 0), CONSENT_KEY_BYTES);
    else if (status == SQLITE_ROW || status == SQLITE_DONE)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: its secret is damaged",
                     sqlite3_db_filename (store->database, "main"));
    else
        database_fail (store->database, error);
    database_reset (statement);
    turn_give (&store->turn);
    return whole;
}

static bool
insert_event (SqliteStore *store, const ConsentEvent *event, GError **error)
{
    sqlite3_stmt *statement = store->prepared[APPEND];

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
    sqlite3_bind_int64 (statement, 15, consent_event_arrival (event));
    return database_finish (store->database, statement, error);
}

static bool
insert_all (SqliteStore *store, const GPtrArray *events, GError **error)
{
    for (unsigned i = 0; i < events->len; i++)
        if (!insert_event (store, g_ptr_array_index (events, i), error))
            return false;
    return true;
}

static bool
append_sqlite (void *handle, const GPtrArray *events, GError **error)
{
    SqliteStore *store = handle;

    turn_take (&store->turn);
    bool ok = database_run (store->database, "BEGIN IMMEDIATE", error) &&
              database_end (store->database, insert_all (store, events, error), error);
    turn_give (&store->turn);
    return ok;
}

static bool
insert_supply (SqliteStore *store, ConsentSupply supply, void *data, GError **error)
{
    GError *cause = NULL;
    GPtrArray *events;
    bool ok = true;

    while (ok && (events = supply (data, &cause))) {
        ok = insert_all (store, events, error);
        g_ptr_array_unref (events);
    }
    if (cause)
        g_propagate_error (error, cause);
    return ok && !cause;
}

/* Of a million events not all changed pages fit into memory. To write them early, SQLite locks
 * readers out until the end, so this is done for nothing else. */
static bool
load_sqlite (void *handle, ConsentSupply supply, void *data, GError **error)
{
    SqliteStore *store = handle;

    turn_take_long (&store->turn);
    bool ok =
        database_run (store->database,
                      "PRAGMA cache_size = -65536; PRAGMA cache_spill = ON; BEGIN IMMEDIATE",
                      error) &&
        database_end (store->database, insert_supply (store, supply, data, error), error);
    sqlite3_exec (store->database, "PRAGMA cache_spill = OFF; PRAGMA cache_size = -2000", NULL,
                  NULL, NULL);
    turn_give (&store->turn);
    return ok;
}

static bool
erase_locked (SqliteStore *store, const char *const *addresses, const GPtrArray *events,
              GError **error)
{
    sqlite3_stmt *statement = store->prepared[ERASE];

    for (; *addresses; addresses++) {
        database_bind_text (statement, 1, *addresses);
        if (!database_finish (store->database, statement, error))
            return false;
    }
    return insert_all (store, events, error);
}

/* With secure_delete the rows are overwritten in the file as well. */
static bool
erase_sqlite (void *handle, const char *const *addresses, const GPtrArray *events,
              GError **error)
{
    SqliteStore *store = handle;

    turn_take (&store->turn);
    bool ok =
        database_run (store->database, "PRAGMA secure_delete = ON; BEGIN IMMEDIATE", error) &&
        database_end (store->database, erase_locked (store, addresses, events, error), error);
    sqlite3_exec (store->database, "PRAGMA secure_delete = OFF", NULL, NULL, NULL);
    turn_give (&store->turn);
    return ok;
}

const ConsentBackend consent_sqlite = {
    .scheme = "sqlite:",
    .open = open_sqlite,
    .close = close_sqlite,
    .find = find_sqlite,
    .each = each_sqlite,
    .append = append_sqlite,
    .load = load_sqlite,
    .addresses = addresses_sqlite,
    .erase = erase_sqlite,
    .key = key_sqlite,
};
