/* SPDX-License-Identifier: BSD-2-Clause */

/* The contacts of one host: a file with one connection. */

#include "contacts_backend.h"

#include <string.h>
#include <sys/random.h>

#include "licet/error.h"
#include "sqlite_util.h"
#include "turn.h"

typedef enum {
    FIND_KEY,
    ADD_KEY,
    HAS_ROW,
    COUNT_ROWS,
    ADD_ROW,
    REMOVE_ROW,
    LIST_ROWS,
    ERASE_ROWS,
    EXPIRE_ROWS,
    STATEMENTS
} Statement;

static const char *const statements[STATEMENTS] = {
    [FIND_KEY] = "SELECT key FROM secret",
    [ADD_KEY] = "INSERT INTO secret (id, key) VALUES (1, ?1) ON CONFLICT (id) DO NOTHING",
    [HAS_ROW] = "SELECT 1 FROM contacts WHERE who IN (SELECT value FROM json_each(?1)) "
                "AND queue_id = ?2",
    [COUNT_ROWS] = "SELECT count(DISTINCT queue_id) FROM contacts "
                   "WHERE who IN (SELECT value FROM json_each(?1)) AND at >= ?2 "
                   "AND (?3 IS NULL OR instr(?3, ' ' || purpose || ' '))",
    [ADD_ROW] = "INSERT INTO contacts (who, queue_id, at, purpose) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT (who, queue_id) DO NOTHING",
    [REMOVE_ROW] = "DELETE FROM contacts WHERE who = ?1 AND queue_id = ?2",
    /* Beside min() SQLite gives the other columns of that row. */
    [LIST_ROWS] = "SELECT min(at), purpose FROM contacts "
                  "WHERE who IN (SELECT value FROM json_each(?1)) AND at >= ?2 "
                  "AND queue_id IS NOT ?3 GROUP BY queue_id ORDER BY 1",
    [ERASE_ROWS] = "DELETE FROM contacts WHERE who = ?1",
    [EXPIRE_ROWS] = "DELETE FROM contacts WHERE at < ?1",
};

static const char schema[] = "PRAGMA application_id = 1818456113;\n"
                             "PRAGMA user_version = 2;\n"
                             "CREATE TABLE secret (\n"
                             "  id INTEGER PRIMARY KEY CHECK (id = 1),\n"
                             "  key BLOB NOT NULL\n"
                             ");\n"
                             "CREATE TABLE contacts (\n"
                             "  who TEXT NOT NULL, -- HMAC-SHA-256 (key, address)\n"
                             "  queue_id TEXT NOT NULL,\n"
                             "  at INTEGER NOT NULL,\n"
                             "  purpose TEXT NOT NULL DEFAULT '', -- '': not kept\n"
                             "  PRIMARY KEY (who, queue_id)\n"
                             ") WITHOUT ROWID;\n"
                             "CREATE INDEX contacts_at ON contacts (at);\n";

/* Version 1 knew no purposes. */
static const char *const upgrades[] = {
    "ALTER TABLE contacts ADD COLUMN purpose TEXT NOT NULL DEFAULT '';\n"
    "PRAGMA user_version = 2;\n",
};

static const DatabaseKind kind = { 0x6c637031 /* "lcp1" */, 2, schema, false };

typedef struct {
    Turn turn;
    sqlite3 *database;
    sqlite3_stmt *prepared[STATEMENTS];
    unsigned char key[CONTACTS_KEY_BYTES];
} File;

static void
close_file (void *handle)
{
    File *file = handle;

    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize (file->prepared[i]);
    sqlite3_close (file->database);
    turn_clear (&file->turn);
    g_free (file);
}

static bool
add_key (File *file, GError **error)
{
    unsigned char bytes[CONTACTS_KEY_BYTES];
    sqlite3_stmt *statement = file->prepared[ADD_KEY];

    if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "the system gives no random bytes");
        return false;
    }
    sqlite3_bind_blob (statement, 1, bytes, sizeof bytes, SQLITE_TRANSIENT);
    return database_finish (file->database, statement, error);
}

/* The key of the file, which is made with it. */
static bool
read_key (File *file, GError **error)
{
    sqlite3_stmt *statement = file->prepared[FIND_KEY];

    if (!add_key (file, error))
        return false;
    int status = sqlite3_step (statement);
    bool whole =
        status == SQLITE_ROW && sqlite3_column_bytes (statement, 0) == CONTACTS_KEY_BYTES;
    if (whole)
        memcpy (file->key, sqlite3_column_blob (statement, 0), CONTACTS_KEY_BYTES);
    else
        database_fail (file->database, error);
    database_reset (statement);
    return whole;
}

static void *
open_file (const char *location, const ConsentOptions *options G_GNUC_UNUSED, GError **error)
{
    sqlite3 *database = database_open_upgraded (location, &kind, upgrades, false, error);

    if (!database)
        return NULL;
    File *file = g_new0 (File, 1);
    file->database = database;
    turn_init (&file->turn, database);
    bool ok = true;
    for (unsigned i = 0; ok && i < STATEMENTS; i++) {
        file->prepared[i] = database_prepare (database, statements[i], error);
        ok = file->prepared[i] != NULL;
    }
    if (ok && read_key (file, error))
        return file;
    close_file (file);
    return NULL;
}

static bool
key_of_file (void *handle, unsigned char ret_key[CONTACTS_KEY_BYTES],
             GError **error G_GNUC_UNUSED)
{
    memcpy (ret_key, ((File *)handle)->key, CONTACTS_KEY_BYTES);
    return true;
}

/* The first column of the one row, or 0 without a row. */
static bool
read_number (File *file, sqlite3_stmt *statement, int64_t *ret_number, GError **error)
{
    int status = sqlite3_step (statement);
    bool ok =
        status == SQLITE_ROW || status == SQLITE_DONE || database_fail (file->database, error);

    *ret_number = status == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
    database_reset (statement);
    return ok;
}

static bool
has_row (File *file, const char *names, const char *queue_id, bool *ret_has, GError **error)
{
    sqlite3_stmt *statement = file->prepared[HAS_ROW];
    int64_t number = 0;

    database_bind_text (statement, 1, names);
    database_bind_text (statement, 2, queue_id);
    bool ok = read_number (file, statement, &number, error);
    *ret_has = number != 0;
    return ok;
}

static bool
fits (File *file, const char *names, const ContactCap *cap, bool *ret_fits, GError **error)
{
    sqlite3_stmt *statement = file->prepared[COUNT_ROWS];
    int64_t number = 0;

    database_bind_text (statement, 1, names);
    sqlite3_bind_int64 (statement, 2, cap->since);
    database_bind_text (statement, 3, cap->purposes);
    bool ok = read_number (file, statement, &number, error);
    *ret_fits = number < cap->most;
    return ok;
}

static bool
add_row (File *file, const char *who, const char *queue_id, const Contact *contact,
         GError **error)
{
    sqlite3_stmt *statement = file->prepared[ADD_ROW];

    database_bind_text (statement, 1, who);
    database_bind_text (statement, 2, queue_id);
    sqlite3_bind_int64 (statement, 3, contact->at);
    database_bind_text (statement, 4, contact_purpose_word (contact->purpose));
    return database_finish (file->database, statement, error);
}

typedef struct {
    const char *names; /* of the person, as a JSON array */
    const char *who, *queue_id;
    const Contact *contact;
    const ContactCap *caps;
    unsigned count;
} Wish;

static bool
reserve_locked (File *file, const Wish *wish, bool *ret_reserved, GError **error)
{
    bool has = false, free = true;

    if (!has_row (file, wish->names, wish->queue_id, &has, error))
        return false;
    for (unsigned i = 0; !has && free && i < wish->count; i++)
        if (!fits (file, wish->names, &wish->caps[i], &free, error))
            return false;
    *ret_reserved = has || free;
    return !*ret_reserved || add_row (file, wish->who, wish->queue_id, wish->contact, error);
}

/* Of hashes, which need no escapes. Caller frees. */
static char *
json_of (const char *const *hashes)
{
    g_autofree char *inner = g_strjoinv ("\",\"", (char **)hashes);

    return g_strconcat ("[\"", inner, "\"]", NULL);
}

/* BEGIN IMMEDIATE: between counting and adding nobody else writes. */
static bool
reserve_in_file (void *handle, const char *const *who, const char *queue_id,
                 const Contact *contact, const ContactCap *caps, unsigned count,
                 bool *ret_reserved, GError **error)
{
    File *file = handle;
    g_autofree char *names = json_of (who);
    Wish wish = { names, who[0], queue_id, contact, caps, count };

    turn_take (&file->turn);
    bool ok =
        database_run (file->database, "BEGIN IMMEDIATE", error) &&
        database_end (file->database, reserve_locked (file, &wish, ret_reserved, error), error);
    turn_give (&file->turn);
    return ok;
}

static bool
release_in_file (void *handle, const char *who, const char *queue_id, GError **error)
{
    File *file = handle;
    sqlite3_stmt *statement = file->prepared[REMOVE_ROW];

    turn_take (&file->turn);
    database_bind_text (statement, 1, who);
    database_bind_text (statement, 2, queue_id);
    bool ok = database_finish (file->database, statement, error);
    turn_give (&file->turn);
    return ok;
}

static GArray *
since_in_file (void *handle, const char *const *who, int64_t since, const char *queue_id,
               GError **error)
{
    File *file = handle;
    sqlite3_stmt *statement = file->prepared[LIST_ROWS];
    g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Contact));
    g_autofree char *names = json_of (who);
    int status = SQLITE_ROW;

    turn_take (&file->turn);
    database_bind_text (statement, 1, names);
    sqlite3_bind_int64 (statement, 2, since);
    database_bind_text (statement, 3, queue_id);
    while ((status = sqlite3_step (statement)) == SQLITE_ROW) {
        Contact contact = { sqlite3_column_int64 (statement, 0),
                            contact_purpose_parse (
                                (const char *)sqlite3_column_text (statement, 1)) };
        g_array_append_val (found, contact);
    }
    if (status != SQLITE_DONE)
        database_fail (file->database, error);
    database_reset (statement);
    turn_give (&file->turn);
    return status == SQLITE_DONE ? g_steal_pointer (&found) : NULL;
}

/* With secure_delete the rows are overwritten in the file as well. */
static bool
erase_in_file (void *handle, const char *who, unsigned *ret_erased, GError **error)
{
    File *file = handle;
    sqlite3_stmt *statement = file->prepared[ERASE_ROWS];

    turn_take (&file->turn);
    database_bind_text (statement, 1, who);
    bool ok = database_run (file->database, "PRAGMA secure_delete = ON", error) &&
              database_finish (file->database, statement, error);
    *ret_erased = ok ? (unsigned)sqlite3_changes (file->database) : 0;
    sqlite3_exec (file->database, "PRAGMA secure_delete = OFF", NULL, NULL, NULL);
    turn_give (&file->turn);
    return ok;
}

static bool
expire_in_file (void *handle, int64_t before, GError **error)
{
    File *file = handle;
    sqlite3_stmt *statement = file->prepared[EXPIRE_ROWS];

    turn_take (&file->turn);
    sqlite3_bind_int64 (statement, 1, before);
    bool ok = database_finish (file->database, statement, error);
    turn_give (&file->turn);
    return ok;
}

const ContactsBackend contacts_sqlite = {
    .open = open_file,
    .close = close_file,
    .key = key_of_file,
    .reserve = reserve_in_file,
    .release = release_in_file,
    .since = since_in_file,
    .erase = erase_in_file,
    .expire = expire_in_file,
};
