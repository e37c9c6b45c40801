/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/contacts.h"

#include <string.h>
#include <sys/random.h>

#include "licet/error.h"
#include "sqlite_util.h"

enum { KEY_BYTES = 32 };

typedef enum { FIND_KEY, ADD_KEY, ADD_ROW, LIST_ROWS, EXPIRE_ROWS, STATEMENTS } Statement;

static const char *const statements[STATEMENTS] = {
    [FIND_KEY] = "SELECT key FROM secret",
    [ADD_KEY] = "INSERT INTO secret (id, key) VALUES (1, ?1) ON CONFLICT (id) DO NOTHING",
    [ADD_ROW] = "INSERT INTO contacts (who, queue_id, at) VALUES (?1, ?2, ?3) "
                "ON CONFLICT (who, queue_id) DO NOTHING",
    [LIST_ROWS] = "SELECT at FROM contacts WHERE who = ?1 AND at >= ?2 ORDER BY at",
    [EXPIRE_ROWS] = "DELETE FROM contacts WHERE at < ?1",
};

static const char schema[] = "PRAGMA application_id = 1818456113;\n"
                             "PRAGMA user_version = 1;\n"
                             "CREATE TABLE secret (\n"
                             "  id INTEGER PRIMARY KEY CHECK (id = 1),\n"
                             "  key BLOB NOT NULL\n"
                             ");\n"
                             "CREATE TABLE contacts (\n"
                             "  who TEXT NOT NULL, -- HMAC-SHA-256 (key, person or address)\n"
                             "  queue_id TEXT NOT NULL,\n"
                             "  at INTEGER NOT NULL,\n"
                             "  PRIMARY KEY (who, queue_id)\n"
                             ") WITHOUT ROWID;\n"
                             "CREATE INDEX contacts_at ON contacts (at);\n";

static const DatabaseKind kind = { 0x6c637031 /* "lcp1" */, 1, schema };

struct Contacts {
    GMutex lock;
    sqlite3 *database;
    sqlite3_stmt *prepared[STATEMENTS];
    unsigned char key[KEY_BYTES];
};

void
contacts_free (Contacts *contacts)
{
    if (!contacts)
        return;
    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize (contacts->prepared[i]);
    sqlite3_close (contacts->database);
    g_mutex_clear (&contacts->lock);
    g_free (contacts);
}

static bool
add_key (Contacts *contacts, GError **error)
{
    unsigned char bytes[KEY_BYTES];
    sqlite3_stmt *statement = contacts->prepared[ADD_KEY];

    if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "the system gives no random bytes");
        return false;
    }
    sqlite3_bind_blob (statement, 1, bytes, sizeof bytes, SQLITE_TRANSIENT);
    return database_finish (contacts->database, statement, error);
}

/* The key of the file, which is made with it. */
static bool
read_key (Contacts *contacts, GError **error)
{
    sqlite3_stmt *statement = contacts->prepared[FIND_KEY];

    if (!add_key (contacts, error))
        return false;
    int status = sqlite3_step (statement);
    bool whole = status == SQLITE_ROW && sqlite3_column_bytes (statement, 0) == KEY_BYTES;
    if (whole)
        memcpy (contacts->key, sqlite3_column_blob (statement, 0), KEY_BYTES);
    else
        database_fail (contacts->database, error);
    database_reset (statement);
    return whole;
}

Contacts *
contacts_open (const char *path, GError **error)
{
    sqlite3 *database = database_open (path, &kind, false, error);

    if (!database)
        return NULL;
    g_autoptr (Contacts) contacts = g_new0 (Contacts, 1);
    g_mutex_init (&contacts->lock);
    contacts->database = database;
    for (unsigned i = 0; i < STATEMENTS; i++) {
        contacts->prepared[i] = database_prepare (database, statements[i], error);
        if (!contacts->prepared[i])
            return NULL;
    }
    return read_key (contacts, error) ? g_steal_pointer (&contacts) : NULL;
}

static void
bind_who (const Contacts *contacts, sqlite3_stmt *statement, const char *who)
{
    g_autofree char *hash = g_compute_hmac_for_data (
        G_CHECKSUM_SHA256, contacts->key, KEY_BYTES, (const guchar *)who, strlen (who));

    database_bind_text (statement, 1, hash);
}

bool
contacts_add (Contacts *contacts, const char *who, const char *queue_id, int64_t at,
              GError **error)
{
    sqlite3_stmt *statement = contacts->prepared[ADD_ROW];

    g_mutex_lock (&contacts->lock);
    bind_who (contacts, statement, who);
    database_bind_text (statement, 2, queue_id ? queue_id : "");
    sqlite3_bind_int64 (statement, 3, at);
    bool ok = database_finish (contacts->database, statement, error);
    g_mutex_unlock (&contacts->lock);
    return ok;
}

GArray *
contacts_since (Contacts *contacts, const char *who, int64_t since, GError **error)
{
    sqlite3_stmt *statement = contacts->prepared[LIST_ROWS];
    g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (int64_t));
    int status = SQLITE_ROW;

    g_mutex_lock (&contacts->lock);
    bind_who (contacts, statement, who);
    sqlite3_bind_int64 (statement, 2, since);
    while ((status = sqlite3_step (statement)) == SQLITE_ROW) {
        int64_t at = sqlite3_column_int64 (statement, 0);
        g_array_append_val (times, at);
    }
    if (status != SQLITE_DONE)
        database_fail (contacts->database, error);
    database_reset (statement);
    g_mutex_unlock (&contacts->lock);
    return status == SQLITE_DONE ? g_steal_pointer (&times) : NULL;
}

bool
contacts_expire (Contacts *contacts, int64_t before, GError **error)
{
    sqlite3_stmt *statement = contacts->prepared[EXPIRE_ROWS];

    g_mutex_lock (&contacts->lock);
    sqlite3_bind_int64 (statement, 1, before);
    bool ok = database_finish (contacts->database, statement, error);
    g_mutex_unlock (&contacts->lock);
    return ok;
}
