/* SPDX-License-Identifier: BSD-2-Clause */

/* What can go wrong with a database file, and what the store makes of it: an error when it is
 * opened, UNAVAILABLE records with a reason when it is asked, and never UNKNOWN. */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "licet/consent.h"
#include "licet/error.h"

typedef struct {
    char *dir, *path, *uri;
} Place;

static Place
make_place (void)
{
    char *dir = g_dir_make_tmp ("licet-store.XXXXXX", NULL);
    char *path = g_build_filename (dir, "c.db", NULL);

    return (Place){ dir, path, g_strconcat ("sqlite:", path, NULL) };
}

static void
clear_place (Place *place)
{
    g_unlink (place->path);
    g_assert_cmpint (g_rmdir (place->dir), ==, 0); /* no journal stays behind */
    g_free (place->dir);
    g_free (place->path);
    g_free (place->uri);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, clear_place)

static sqlite3 *
run_sql (const char *path, const char *sql)
{
    sqlite3 *database = NULL;

    g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_exec (database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    return database;
}

static GPtrArray *
one_event (const char *address)
{
    g_autofree char *csv =
        g_strdup_printf ("address,purpose,state\n%s@x.example,*,granted\n", address);

    return consent_csv_parse (csv, strlen (csv), "one.csv", NULL);
}

static ConsentStore *
open_with_event (const char *uri)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) events = one_event ("a");
    ConsentStore *store = consent_open (uri, &error);

    g_assert_no_error (error);
    g_assert_true (consent_append (store, events, &error));
    return store;
}

/* Asks for a known and an unknown address; both must have the state. */
static void
expect_state (ConsentStore *store, ConsentState state, const char *reason)
{
    const char *const addresses[] = { "a@x.example", "a@x.example", NULL };
    g_autofree char *failure = NULL;
    g_autoptr (GPtrArray) records =
        consent_ask (store, addresses, PURPOSE_OFFER, G_MAXINT32, &failure);

    g_test_message ("%s", failure ? failure : "no failure");
    g_assert_cmpuint (records->len, ==, 2);
    for (unsigned i = 0; i < records->len; i++) {
        const ConsentRecord *record = g_ptr_array_index (records, i);
        g_assert_cmpstr (record->address, ==, addresses[i]);
        g_assert_cmpstr (consent_state_word (record->promotion->state), ==,
                         consent_state_word (state));
        g_assert_true ((record->tracking->state == CONSENT_UNAVAILABLE) ==
                       (state == CONSENT_UNAVAILABLE));
    }
    g_assert_cmpint (failure != NULL, ==, reason != NULL);
    if (failure && reason) {
        g_assert_nonnull (strstr (failure, reason));
        g_assert_null (strstr (failure, "x.example"));
    }
}

static void
expect_append_error (ConsentStore *store, const char *reason)
{
    g_autoptr (GPtrArray) events = one_event ("b");
    g_autoptr (GError) error = NULL;

    g_assert_false (consent_append (store, events, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_test_message ("%s", error ? error->message : "no error");
    g_assert_nonnull (strstr (error ? error->message : "", reason));
}

typedef struct {
    const char *name;
    const char *uri;  /* NULL: the file below */
    const char *text; /* what the file holds */
    const char *sql;  /* or what was done in it */
    LicetError code;
    const char *want;
} OpenRow;

static const OpenRow opens[] = {
    { "a directory that is not there", .uri = "sqlite:/nonexistent/c.db",
      .code = LICET_ERROR_UNAVAILABLE, .want = "/nonexistent/c.db: unable to open" },
    { "a directory in its place", .uri = "sqlite:/", .code = LICET_ERROR_UNAVAILABLE,
      .want = "unable to open" },
    { "a CSV that is not there", .uri = "/nonexistent/c.csv", .code = LICET_ERROR_UNAVAILABLE,
      .want = "/nonexistent/c.csv: " },
    { "a device for a CSV", .uri = "csv:/dev/zero", .code = LICET_ERROR_UNAVAILABLE,
      .want = "/dev/zero: no regular file" },
    { "another engine, whose password is not told", .uri = "mysql://root:secret@host/db",
      .code = LICET_ERROR_SETTINGS,
      .want =
          "consent store \"mysql\": right would be sqlite:PATH, postgresql://HOST/DATABASE or "
          "FILE.csv" },
    { "no path", .uri = "sqlite:", .code = LICET_ERROR_SETTINGS,
      .want = "right would be sqlite:PATH" },
    { "nothing", .uri = "", .code = LICET_ERROR_SETTINGS, .want = "right would be" },
    { "a file that is no database", .text = "this is no database, but long enough to look at",
      .code = LICET_ERROR_MALFORMED, .want = "c.db: no database" },
    { "a CSV by mistake", .text = "address,purpose,state\n", .code = LICET_ERROR_MALFORMED,
      .want = "c.db: no database" },
    { "a database that is not ours", .sql = "CREATE TABLE mail (id)",
      .code = LICET_ERROR_MALFORMED, .want = "not the one of licet that belongs here" },
    { "an empty database that is not ours", .sql = "PRAGMA application_id = 7",
      .code = LICET_ERROR_MALFORMED, .want = "not the one of licet that belongs here" },
    { "a newer version",
      .sql = "PRAGMA application_id = 1818452785; PRAGMA user_version = 4; CREATE TABLE t (x)",
      .code = LICET_ERROR_MALFORMED, .want = "schema version 4 is newer than" },
    { "ours by name, but without its table",
      .sql = "PRAGMA application_id = 1818452785; PRAGMA user_version = 3; CREATE TABLE t (x)",
      .code = LICET_ERROR_UNAVAILABLE, .want = "no such table: events" },
    { "an older one by name, but without its table",
      .sql = "PRAGMA application_id = 1818452785; PRAGMA user_version = 1; CREATE TABLE t (x)",
      .code = LICET_ERROR_UNAVAILABLE, .want = "no such trigger: events_stay" },
};

static void
test_open (const void *data)
{
    const OpenRow *row = data;
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;

    if (row->text)
        g_assert_true (g_file_set_contents (place.path, row->text, -1, NULL));
    if (row->sql)
        sqlite3_close (run_sql (place.path, row->sql));
    g_autoptr (ConsentStore) store = consent_open (row->uri ? row->uri : place.uri, &error);
    g_assert_null (store);
    g_assert_error (error, LICET_ERROR, (int)row->code);
    g_test_message ("%s", error ? error->message : "no error");
    g_assert_nonnull (strstr (error ? error->message : "", row->want));
    g_assert_null (strstr (error ? error->message : "", "secret"));
}

/* Whatever the umask: consent is for the daemon's eyes. */
static void
test_mode (void)
{
    g_auto (Place) place = make_place ();
    struct stat status;
    mode_t before = umask (0);
    g_autoptr (ConsentStore) store = open_with_event (place.uri);

    umask (before);
    g_assert_cmpint (stat (place.path, &status), ==, 0);
    g_assert_cmpint (status.st_mode & 07777, ==, 0600);
}

/* Left by a process that died between making the file and filling it. */
static void
test_empty_file (void)
{
    g_auto (Place) place = make_place ();

    g_assert_true (g_file_set_contents (place.path, "", 0, NULL));
    g_autoptr (ConsentStore) store = open_with_event (place.uri);
    expect_state (store, CONSENT_GRANTED, NULL);
}

/* Someone's write-ahead log is put back to the mode that takes two writers. */
static void
test_wal (void)
{
    g_auto (Place) place = make_place ();
    g_autofree char *log = g_strconcat (place.path, "-wal", NULL);

    consent_unref (open_with_event (place.uri));
    sqlite3_close (run_sql (place.path, "PRAGMA journal_mode = WAL"));
    g_autoptr (ConsentStore) store = open_with_event (place.uri);
    g_autoptr (GPtrArray) events = one_event ("b");
    g_assert_true (consent_append (store, events, NULL));
    g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
    expect_state (store, CONSENT_GRANTED, NULL);
}

/* A locked store answers after the time it waits, and again when the lock is gone. */
static void
test_locked (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (ConsentStore) store = open_with_event (place.uri);
    sqlite3 *other = run_sql (place.path, "BEGIN EXCLUSIVE");
    int64_t start = g_get_monotonic_time ();

    expect_state (store, CONSENT_UNAVAILABLE, "database is locked");
    g_assert_cmpint (g_get_monotonic_time () - start, <, 8 * G_USEC_PER_SEC);
    sqlite3_exec (other, "ROLLBACK; BEGIN IMMEDIATE", NULL, NULL, NULL);
    expect_state (store, CONSENT_GRANTED, NULL); /* a writer under way hinders no reader */
    expect_append_error (store, "database is locked");
    sqlite3_close (other);
    g_autoptr (GPtrArray) events = one_event ("b");
    g_assert_true (consent_append (store, events, NULL));
}

static void
scribble (const char *path, off_t offset)
{
    char junk[4096];
    int fd = open (path, O_WRONLY | O_CLOEXEC);

    memset (junk, 0xff, sizeof junk);
    g_assert_cmpint (pwrite (fd, junk, sizeof junk, offset), ==, sizeof junk);
    close (fd);
}

/* Pages that turn to junk under the daemon, then before it starts. */
static void
test_corrupt (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;

    consent_unref (open_with_event (place.uri));
    g_autoptr (ConsentStore) running = consent_open (place.uri, NULL);
    for (off_t page = 1; page < 4; page++)
        scribble (place.path, page * 4096);
    expect_state (running, CONSENT_UNAVAILABLE, "malformed");
    expect_append_error (running, "malformed");
    scribble (place.path, 0);
    g_autoptr (ConsentStore) store = consent_open (place.uri, &error);
    g_assert_null (store);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
}

/* The file is replaced, cut off or emptied of its table while the store is open. */
static void
test_table_gone (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (ConsentStore) store = open_with_event (place.uri);

    sqlite3_close (run_sql (place.path, "DROP TABLE events"));
    expect_state (store, CONSENT_UNAVAILABLE, "no such table");
    expect_append_error (store, "no such table");
}

static void
test_cut_off (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (ConsentStore) store = open_with_event (place.uri);

    g_assert_cmpint (truncate (place.path, 4096), ==, 0);
    expect_state (store, CONSENT_UNAVAILABLE, "malformed");
}

/* Who restores a backup over a running daemon must not have it answer from the old file. */
static void
test_replaced (void)
{
    g_auto (Place) place = make_place (), backup = make_place ();
    g_autoptr (ConsentStore) store = open_with_event (place.uri);

    consent_unref (open_with_event (backup.uri));
    g_assert_cmpint (g_rename (backup.path, place.path), ==, 0);
    expect_state (store, CONSENT_UNAVAILABLE, "moved or replaced");
    expect_append_error (store, "readonly");
}

/* Root may write everywhere, so the test gives that up for a while. */
static void
test_read_only (void)
{
    g_auto (Place) place = make_place ();
    uid_t user = geteuid ();

    consent_unref (open_with_event (place.uri));
    g_assert_cmpint (chmod (place.dir, 0555), ==, 0);
    g_assert_cmpint (chmod (place.path, 0444), ==, 0);
    g_assert_true (user != 0 || seteuid (65534) == 0);
    g_autoptr (ConsentStore) store = consent_open (place.uri, NULL);
    g_assert_nonnull (store);
    if (store) {
        expect_state (store, CONSENT_GRANTED, NULL);
        expect_append_error (store, "readonly");
    }
    g_assert_true (user != 0 || seteuid (user) == 0);
    g_assert_cmpint (chmod (place.dir, 0755), ==, 0);
}

static void
test_unreadable (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;
    uid_t user = geteuid ();

    consent_unref (open_with_event (place.uri));
    g_assert_cmpint (chmod (place.dir, 0755), ==, 0);
    g_assert_cmpint (chmod (place.path, 0), ==, 0);
    g_assert_true (user != 0 || seteuid (65534) == 0);
    g_autoptr (ConsentStore) store = consent_open (place.uri, &error);
    g_assert_true (user != 0 || seteuid (user) == 0);
    g_assert_null (store);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
}

static void *
open_and_append (void *data)
{
    g_autoptr (ConsentStore) store = consent_open (data, NULL);
    unsigned stored = 0;

    for (unsigned i = 0; store && i < 20; i++) {
        g_autofree char *name = g_strdup_printf ("t%p-%u", (void *)&store, i);
        g_autoptr (GPtrArray) events = one_event (name);
        stored += consent_append (store, events, NULL);
    }
    return GUINT_TO_POINTER (stored);
}

/* As the daemon and the tool do: each has a connection of its own, on a file not yet there. */
static void
test_writers (void)
{
    g_auto (Place) place = make_place ();
    GThread *threads[4];

    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("append", open_and_append, place.uri);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 20);
    g_autoptr (ConsentStore) store = consent_open (place.uri, NULL);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    g_assert_cmpuint (all->len, ==, 80);
}

static void *
open_only (void *data)
{
    ConsentStore *store = consent_open (data, NULL);

    consent_unref (store);
    return GUINT_TO_POINTER (store != NULL);
}

/* All find the file blank; one makes the table, the others must not stumble over it. */
static void
test_first_opening (void)
{
    for (unsigned round = 0; round < 20; round++) {
        g_auto (Place) place = make_place ();
        GThread *threads[8];
        for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
            threads[i] = g_thread_new ("open", open_only, place.uri);
        for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
            g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 1);
    }
}

static void
test_history_stays (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (ConsentStore) store = open_with_event (place.uri);
    sqlite3 *other = run_sql (place.path, "SELECT 1");
    char *told = NULL;

    g_assert_cmpint (
        sqlite3_exec (other, "UPDATE events SET state = 'withdrawn'", NULL, NULL, &told), ==,
        SQLITE_CONSTRAINT);
    g_assert_cmpstr (told, ==, "events are added, never changed");
    sqlite3_free (told);
    sqlite3_close (other);
    expect_state (store, CONSENT_GRANTED, NULL);
}

static int
add_column (void *data, int columns, char **values, char **names G_GNUC_UNUSED)
{
    for (int i = 0; i < columns; i++)
        g_string_append_printf (data, "%s\n", values[i] ? values[i] : "");
    return 0;
}

static char *
schema_of (const char *path, const char *first)
{
    GString *text = g_string_new (NULL);
    sqlite3 *database = run_sql (path, first);

    sqlite3_exec (database,
                  "PRAGMA application_id; PRAGMA user_version; "
                  "SELECT sql FROM sqlite_schema ORDER BY name",
                  add_column, text, NULL);
    sqlite3_close (database);
    return g_string_free (text, FALSE);
}

/* The shipped schema makes the very database that the program makes, and the program opens it. */
static void
test_schema (void)
{
    g_auto (Place) made = make_place (), shipped = make_place ();
    g_autofree char *file =
        g_test_build_filename (G_TEST_DIST, "..", "contrib", "schema-sqlite.sql", NULL);
    g_autofree char *sql = NULL;

    g_assert_true (g_file_get_contents (file, &sql, NULL, NULL));
    consent_unref (open_with_event (made.uri));
    g_autofree char *want = schema_of (shipped.path, sql);
    g_autofree char *got = schema_of (made.path, "SELECT 1");
    g_assert_cmpstr (got, ==, want);
    g_autoptr (ConsentStore) store = open_with_event (shipped.uri);
    expect_state (store, CONSENT_GRANTED, NULL);
}

/* As version 1 made it. */
static const char schema_1[] =
    "PRAGMA application_id = 1818452785; PRAGMA user_version = 1;"
    "CREATE TABLE events (id INTEGER PRIMARY KEY, address TEXT NOT NULL, purpose TEXT NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending')), basis TEXT,"
    "  at INTEGER NOT NULL, source TEXT, wording TEXT, evidence TEXT, country TEXT,"
    "  subdivision TEXT, recipient_class TEXT, language TEXT,"
    "  expires INTEGER NOT NULL DEFAULT 0, person TEXT);"
    "CREATE UNIQUE INDEX events_once"
    "  ON events (address, purpose, state, at, ifnull(source, ''));"
    "CREATE INDEX events_person ON events (person, address) WHERE person IS NOT NULL;"
    "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN"
    "  SELECT RAISE (ABORT, 'events are added, never changed'); END;"
    "INSERT INTO events (id, address, purpose, state, at, language, person) VALUES"
    "  (3, 'b@x.example', '*', 'withdrawn', 5, 'de', 'p'),"
    "  (7, 'a@x.example', '*', 'granted', 9, 'fr', NULL);";

/* What version 2 had more. */
static const char schema_2[] = "CREATE TABLE secret (id INTEGER PRIMARY KEY, key BLOB NOT NULL);"
                               "INSERT INTO secret VALUES (1, zeroblob(32));"
                               "PRAGMA user_version = 2;";

/* The secret is that of the hashes that are there. */
static void
test_upgrade_2 (void)
{
    g_auto (Place) old = make_place ();

    sqlite3_close (run_sql (old.path, schema_1));
    sqlite3_close (run_sql (old.path, schema_2));
    g_autoptr (ConsentStore) store = consent_open (old.uri, NULL);
    g_assert_nonnull (store);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    g_assert_cmpuint (all->len, ==, 2);
    g_assert_cmpint (((ConsentEvent *)g_ptr_array_index (all, 0))->number, ==, 3);
    g_assert_cmpint (((ConsentEvent *)g_ptr_array_index (all, 0))->arrived, ==, 0);
    g_autofree char *got =
        schema_of (old.path, "CREATE TABLE k AS SELECT 1 / (key = zeroblob(32)) AS x FROM secret");
    g_assert_nonnull (strstr (got, "\n3\n"));
}

/* Rows keep their numbers, by which the log names them; two programs may do it at once. */
static void
test_upgrade (void)
{
    g_auto (Place) old = make_place (), fresh = make_place ();
    GThread *threads[4];

    sqlite3_close (run_sql (old.path, schema_1));
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("open", open_only, old.uri);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 1);
    consent_unref (open_with_event (fresh.uri));
    g_autofree char *got = schema_of (old.path, "SELECT 1");
    g_autofree char *want = schema_of (fresh.path, "SELECT 1");
    g_assert_cmpstr (got, ==, want);
    g_autoptr (ConsentStore) store = consent_open (old.uri, NULL);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    g_autofree char *csv = consent_csv_format (all);
    g_assert_cmpuint (all->len, ==, 2);
    g_assert_cmpint (((ConsentEvent *)g_ptr_array_index (all, 1))->number, ==, 7);
    g_assert_nonnull (
        strstr (csv, "b@x.example,*,withdrawn,,1970-01-01T00:00:05Z,,,,,,,de,,p"));
}

/* What is erased does not stay in the file either. */
static void
test_overwritten (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (ConsentStore) store = open_with_event (place.uri);
    g_autofree char *data = NULL;
    size_t length = 0;
    unsigned erased = 0, kept = 0;

    g_assert_true (g_file_get_contents (place.path, &data, &length, NULL));
    g_assert_nonnull (memmem (data, length, "a@x.example", 11));
    g_assert_true (consent_erase (store, "a@x.example", true, 1, &erased, &kept, NULL));
    g_clear_pointer (&data, g_free);
    g_assert_true (g_file_get_contents (place.path, &data, &length, NULL));
    g_assert_null (memmem (data, length, "a@x.example", 11));
}

static const struct {
    const char *name;
    void (*run) (void);
} tests[] = {
    { "a new file is for its owner alone", test_mode },
    { "an empty file is filled", test_empty_file },
    { "a write-ahead log is put back", test_wal },
    { "a locked file is unavailable until it is not", test_locked },
    { "a corrupt file is unavailable", test_corrupt },
    { "a file that lost its table is unavailable", test_table_gone },
    { "a file that was cut off is unavailable", test_cut_off },
    { "a file that was replaced is unavailable", test_replaced },
    { "a read-only file is read", test_read_only },
    { "an unreadable file is an error", test_unreadable },
    { "several programs make the file at once", test_first_opening },
    { "several writers lose nothing", test_writers },
    { "what was stored cannot be changed", test_history_stays },
    { "the shipped schema is the one that is made", test_schema },
    { "an older schema is brought forward", test_upgrade },
    { "the one before is brought forward", test_upgrade_2 },
    { "what is erased is overwritten", test_overwritten },
};

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (opens); i++) {
        g_autofree char *path = g_strdup_printf ("/broken/%s", opens[i].name);
        g_test_add_data_func (path, &opens[i], test_open);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (tests); i++) {
        g_autofree char *path = g_strdup_printf ("/broken/%s", tests[i].name);
        g_test_add_func (path, tests[i].run);
    }
    return g_test_run ();
}
