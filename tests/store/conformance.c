/* SPDX-License-Identifier: BSD-2-Clause */

/* One table of scenarios on every engine of the consent store; then what can go wrong with a
 * database file. */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "licet/clock.h"
#include "licet/consent.h"
#include "licet/error.h"

#define HEADER                                                                                 \
    "address,purpose,state,basis,at,source,wording,evidence,country,subdivision,recipient_"    \
    "class,language,expires,person\n"

typedef struct {
    const char *name, *csv, *address, *now;
    Purpose purpose;
    ConsentState want;
    bool pending;
    const char *basis, *country, *person;
} Row;

static const Row rows[] = {
    { "nothing known", "b@x.example,*,granted,express,2026-01-01,,,,,,,,,\n", "a@x.example",
      "2026-06-01", PURPOSE_OFFER, CONSENT_UNKNOWN, false, NULL, NULL, NULL },
    { "granted for all purposes", "a@x.example,*,granted,express,2026-01-01,,,,de,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", "DE",
      NULL },
    { "granted for another purpose",
      "a@x.example,newsletter,granted,express,2026-01-01,,,,,,,,,\n", "a@x.example",
      "2026-06-01", PURPOSE_OFFER, CONSENT_UNKNOWN, false, NULL, NULL, NULL },
    { "tracking is no promotion", "a@x.example,tracking,granted,express,2026-01-01,,,,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_UNKNOWN, false, NULL, NULL, NULL },
    { "the newer withdrawal wins",
      "a@x.example,*,granted,express,2026-01-01,,,,,,,,,\na@x.example,*,withdrawn,,2026-02-01,,"
      ",,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_REFUSED, false, NULL, NULL, NULL },
    { "the order of rows does not matter",
      "a@x.example,*,withdrawn,,2026-02-01,,,,,,,,,\na@x.example,*,granted,express,2026-01-01,,"
      ",,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_REFUSED, false, NULL, NULL, NULL },
    { "the newer grant wins",
      "a@x.example,*,withdrawn,,2026-02-01,,,,,,,,,\na@x.example,*,granted,express,2026-03-01,,"
      ",,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", NULL,
      NULL },
    { "at the same second the withdrawal wins",
      "a@x.example,*,withdrawn,,2026-02-01,,,,,,,,,\na@x.example,*,granted,express,2026-02-01,,"
      ",,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_REFUSED, false, NULL, NULL, NULL },
    { "a withdrawal of one purpose leaves the others",
      "a@x.example,*,granted,express,2026-01-01,,,,,,,,,\na@x.example,survey,withdrawn,,2026-"
      "02-01,,,,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", NULL,
      NULL },
    { "a withdrawal of everything covers one purpose",
      "a@x.example,offer,granted,express,2026-01-01,,,,,,,,,\na@x.example,*,withdrawn,,2026-02-"
      "01,,,,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_REFUSED, false, NULL, NULL, NULL },
    { "what lies in the future does not count yet",
      "a@x.example,*,granted,express,2026-01-01,,,,,,,,,\na@x.example,*,withdrawn,,2026-07-01,,"
      ",,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", NULL,
      NULL },
    { "pending is not consent", "a@x.example,*,pending,double-opt-in,2026-01-01,,,,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_UNKNOWN, true, "double-opt-in", NULL,
      NULL },
    { "pending does not undo a grant",
      "a@x.example,*,granted,express,2026-01-01,,,,,,,,,\na@x.example,*,pending,double-opt-in,"
      "2026-02-01,,,,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", NULL,
      NULL },
    { "pending does not undo a withdrawal",
      "a@x.example,*,withdrawn,,2026-01-01,,,,,,,,,\na@x.example,*,pending,double-opt-in,2026-"
      "02-01,,,,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_REFUSED, false, NULL, NULL, NULL },
    { "a withdrawal counts for all addresses of a person",
      "a@x.example,*,granted,express,2026-01-01,,,,ES,,,,,p1\nb@x.example,*,withdrawn,,2026-02-"
      "01,,,,DE,,,,,p1\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_REFUSED, false, NULL, "ES", "p1" },
    { "so does a grant",
      "b@x.example,*,granted,express,2026-02-01,,,,DE,,,,,p1\na@x.example,survey,withdrawn,,"
      "2026-01-01,,,,,,,,,p1\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", "DE",
      "p1" },
    { "another person's withdrawal does not",
      "a@x.example,*,granted,express,2026-01-01,,,,,,,,,p1\nb@x.example,*,withdrawn,,2026-02-"
      "01,,,,,,,,,p2\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", NULL,
      "p1" },
    { "the newest country counts",
      "a@x.example,*,granted,express,2026-01-01,,,,DE,,,,,\na@x.example,survey,granted,express,"
      "2026-02-01,,,,FR,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", "FR",
      NULL },
    { "addresses are compared in their normal form",
      "\"A@X.Example\",*,granted,express,2026-01-01,,,,,,,,,\n", "a@x.example", "2026-06-01",
      PURPOSE_OFFER, CONSENT_GRANTED, false, "express", NULL, NULL },
    { "quotes and commas survive",
      "a@x.example,*,granted,express,2026-01-01,\"the \"\"form\"\", page 1\",,,,,,,,\n",
      "a@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", NULL,
      NULL },
    { "an address that SQL and JSON could trip over",
      "\"\"\"a'b\\\\\"\"@x.example\",*,granted,express,2026-01-01,,,,,,,,,\n",
      "\"a'b\\\\\"@x.example", "2026-06-01", PURPOSE_OFFER, CONSENT_GRANTED, false, "express", NULL,
      NULL },
};

typedef struct {
    const Row *row;
    bool sqlite;
} Case;

static GPtrArray *
events_of (const char *csv)
{
    g_autofree char *text = g_strconcat (HEADER, csv, NULL);
    g_autoptr (GError) error = NULL;
    GPtrArray *events = consent_csv_parse (text, strlen (text), "row.csv", &error);

    g_assert_no_error (error);
    return events;
}

static ConsentStore *
open_with (const Case *this, const char *dir)
{
    g_autofree char *uri =
        this->sqlite ? g_strdup_printf ("sqlite:%s/c.db", dir) : g_strdup ("memory:");
    g_autoptr (GError) error = NULL;
    ConsentStore *store = consent_open (uri, &error);
    g_autoptr (GPtrArray) events = events_of (this->row->csv);

    g_assert_no_error (error);
    /* Twice: the same events are not stored again. */
    for (unsigned i = 0; i < 2; i++)
        g_assert_true (consent_append (store, events, &error));
    g_autoptr (GPtrArray) all = consent_all (store, &error);
    g_assert_cmpuint (all->len, ==, events->len);
    return store;
}

static void
test_ask (gconstpointer data)
{
    const Case *this = data;
    const Row *row = this->row;
    g_autofree char *dir = g_dir_make_tmp ("licet-store.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "c.db", NULL);
    g_autoptr (ConsentStore) store = open_with (this, dir);
    const char *const addresses[] = { "other@x.example", row->address, row->address, NULL };
    g_autofree char *failure = NULL;
    int64_t now = 0;

    g_assert_true (clock_parse (row->now, &now, NULL));
    g_autoptr (GPtrArray) records = consent_ask (store, addresses, row->purpose, now, &failure);
    g_assert_null (failure);
    g_assert_cmpuint (records->len, ==, 3);
    for (unsigned i = 1; i < 3; i++) { /* an address asked twice is answered twice */
        const ConsentRecord *record = g_ptr_array_index (records, i);
        g_assert_cmpstr (record->address, ==, row->address);
        g_assert_cmpstr (consent_state_word (record->promotion->state), ==,
                         consent_state_word (row->want));
        g_assert_cmpint (record->promotion->pending, ==, row->pending);
        g_assert_cmpstr (record->promotion->basis, ==, row->basis);
        g_assert_cmpstr (record->country, ==, row->country);
        g_assert_cmpstr (record->person, ==, row->person);
    }
    const ConsentRecord *other = g_ptr_array_index (records, 0);
    g_assert_cmpint (other->promotion->state, ==, CONSENT_UNKNOWN);
    g_unlink (path);
    g_rmdir (dir);
}

static void
test_thousand (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-store.XXXXXX", NULL);
    g_autofree char *uri = g_strdup_printf ("sqlite:%s/c.db", dir),
                    *path = g_build_filename (dir, "c.db", NULL);
    g_autoptr (ConsentStore) store = consent_open (uri, NULL);
    g_autoptr (GString) csv = g_string_new (NULL);
    g_auto (GStrv) addresses = g_new0 (char *, 1001);

    for (unsigned i = 0; i < 1000; i++) {
        addresses[i] = g_strdup_printf ("r%u@x.example", i);
        if (i % 2)
            g_string_append_printf (csv,
                                    "r%u@x.example,*,granted,express,2026-01-01,,,,,,,,,\n", i);
    }
    g_autoptr (GPtrArray) events = events_of (csv->str);
    g_assert_true (consent_append (store, events, NULL));
    g_autoptr (GPtrArray) records =
        consent_ask (store, (const char *const *)addresses, PURPOSE_OFFER, G_MAXINT32, NULL);
    for (unsigned i = 0; i < 1000; i++)
        g_assert_cmpint (((ConsentRecord *)g_ptr_array_index (records, i))->promotion->state,
                         ==, i % 2 ? CONSENT_GRANTED : CONSENT_UNKNOWN);
    g_unlink (path);
    g_rmdir (dir);
}

static void
expect_open_error (const char *uri, int code, const char *part)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (ConsentStore) store = consent_open (uri, &error);

    g_assert_null (store);
    g_assert_true (g_error_matches (error, LICET_ERROR, code));
    g_test_message ("%s", error ? error->message : "no error");
    g_assert_true (error && strstr (error->message, part));
}

static void
test_files (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-store.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "c.db", NULL),
                    *uri = g_strconcat ("sqlite:", path, NULL);

    expect_open_error ("sqlite:/nonexistent/c.db", LICET_ERROR_UNAVAILABLE,
                       "/nonexistent/c.db: ");
    expect_open_error ("mysql://x", LICET_ERROR_SETTINGS,
                       "right would be sqlite:PATH or FILE.csv");
    expect_open_error ("/nonexistent.csv", LICET_ERROR_UNAVAILABLE, "/nonexistent.csv");
    g_assert_true (g_file_set_contents (path, "this is no database, but long enough to look at",
                                        -1, NULL));
    expect_open_error (uri, LICET_ERROR_UNAVAILABLE, "not a database");
    g_unlink (path);
    g_rmdir (dir);
}

/* What happens to a store that breaks under a running daemon: UNAVAILABLE, never UNKNOWN. */
static void
test_corrupt (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-store.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "c.db", NULL),
                    *uri = g_strconcat ("sqlite:", path, NULL);
    g_autoptr (ConsentStore) store = consent_open (uri, NULL);
    g_autoptr (GPtrArray) events =
        events_of ("a@x.example,*,granted,express,2026-01-01,,,,,,,,,\n");
    const char *const addresses[] = { "a@x.example", "b@x.example", NULL };
    g_autofree char *failure = NULL;
    struct stat status;

    g_assert_true (consent_append (store, events, NULL));
    g_assert_cmpint (stat (path, &status), ==, 0);
    g_assert_cmpint (status.st_mode & 0777, ==, 0600);
    int fd = open (path, O_WRONLY);
    g_autofree char *junk = g_malloc (8192);
    memset (junk, 0xff, 8192);
    g_assert_cmpint (pwrite (fd, junk, 8192, 4096), ==, 8192);
    close (fd);
    g_autoptr (ConsentStore) again = consent_open (uri, NULL);
    g_autoptr (GPtrArray) records =
        consent_ask (again ? again : store, addresses, PURPOSE_OFFER, G_MAXINT32, &failure);
    g_assert_nonnull (failure);
    g_assert_null (strstr (failure ? failure : "", "a@x.example"));
    for (unsigned i = 0; i < 2; i++)
        g_assert_cmpint (((ConsentRecord *)g_ptr_array_index (records, i))->promotion->state,
                         ==, CONSENT_UNAVAILABLE);
    g_unlink (path);
    g_rmdir (dir);
}

static void
test_csv_is_read_only (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-store.XXXXXX", NULL),
                    *path = g_build_filename (dir, "c.csv", NULL);
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (
        path, HEADER "a@x.example,*,granted,express,2026-01-01,,,,,,,,,\n", -1, NULL));
    g_autoptr (ConsentStore) store = consent_open (path, NULL);
    g_autoptr (GPtrArray) events =
        events_of ("b@x.example,*,granted,express,2026-01-01,,,,,,,,,\n");
    g_assert_false (consent_append (store, events, &error));
    g_assert_true (g_error_matches (error, LICET_ERROR, LICET_ERROR_SETTINGS));
    g_unlink (path);
    g_rmdir (dir);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned engine = 0; engine < 2; engine++)
        for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
            Case *this = g_new0 (Case, 1);
            this->row = &rows[i];
            this->sqlite = engine == 1;
            g_autofree char *path = g_strdup_printf (
                "/store/%s/%s", this->sqlite ? "sqlite" : "memory", rows[i].name);
            g_test_add_data_func_full (path, this, test_ask, g_free);
        }
    g_test_add_func ("/store/sqlite/a thousand recipients in one question", test_thousand);
    g_test_add_func ("/store/files that cannot be opened", test_files);
    g_test_add_func ("/store/sqlite/a file that breaks is unavailable", test_corrupt);
    g_test_add_func ("/store/csv is read only", test_csv_is_read_only);
    return g_test_run ();
}
