/* SPDX-License-Identifier: BSD-2-Clause */

/* CSV files with the place of every problem; the ledger; the shipped schema. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/consent.h"
#include "licet/error.h"
#include "licet/ledger.h"

#define HEADER "address,purpose,state,at\n"

typedef struct {
    const char *name, *csv, *want; /* want: the message; NULL: it is in order */
    unsigned rows;
} CsvRow;

static const CsvRow csvs[] = {
    { "columns in another order", "state,address,purpose\ngranted,a@x.example,*\n", NULL, 1 },
    { "CRLF, an empty line and no line end at the end",
      HEADER "a@x.example,*,granted,2026-01-01\r\n\r\nb@x.example,*,granted,", NULL, 2 },
    { "a byte order mark", "\xef\xbb\xbf" HEADER "a@x.example,*,granted,\n", NULL, 1 },
    { "a line end inside quotes",
      "address,purpose,state,source\na@x.example,*,granted,\"two\nlines\"\n", NULL, 1 },
    { "a header alone", HEADER, NULL, 0 },
    { "an unknown column", "address,purpose,state,colour\n",
      "t.csv:1: unknown column \"colour\"", 0 },
    { "a column twice", "address,purpose,state,state\n", "t.csv:1: double column \"state\"",
      0 },
    { "a missing column", "address,purpose\n", "t.csv:1: column \"state\" is missing", 0 },
    { "nothing at all", "", "t.csv:1: unknown column \"\"", 0 },
    { "too few fields", HEADER "a@x.example,*\n", "t.csv:2: 2 columns; the header has 4", 0 },
    { "too many fields", HEADER "a@x.example,*,granted,,\n",
      "t.csv:2: 5 columns; the header has 4", 0 },
    { "an unknown state", HEADER "a@x.example,*,yes,\n",
      "t.csv:2: state: right would be granted, withdrawn or pending", 0 },
    { "a transactional purpose", HEADER "a@x.example,receipt,granted,\n",
      "t.csv:2: purpose: right would be *", 0 },
    { "no address", HEADER ",*,granted,\n", "t.csv:2: address: ", 0 },
    { "a bad address is named by its row only", HEADER "secret person@x.example,*,granted,\n",
      "t.csv:2: address: more than one mailbox", 0 },
    { "a bad time", HEADER "a@x.example,*,granted,yesterday\n",
      "t.csv:2: at: no RFC 3339 time", 0 },
    { "the line of a row after one of two lines",
      "address,purpose,state,source\na@x.example,*,granted,\"two\nlines\"\nb@x.example,*,maybe,"
      "\n",
      "t.csv:4: state", 0 },
    { "an open quote", HEADER "\"a@x.example,*,granted,\n",
      "t.csv:2: a quoted field does not end", 0 },
    { "text after a quote", HEADER "\"a@x.example\"b,*,granted,\n",
      "t.csv:2: text after the closing quote of column 1", 0 },
    { "a quote inside", HEADER "a\"b@x.example,*,granted,\n", "t.csv:2: a quote inside a field",
      0 },
    { "not UTF-8", "address,purpose,state,source\na@x.example,*,granted,\xff\n",
      "t.csv:2: column 4 is no valid UTF-8", 0 },
    { "a country that is none",
      "address,purpose,state,country\na@x.example,*,granted,Germany\n",
      "t.csv:2: country: right would be an ISO 3166 code such as DE", 0 },
    { "a basis that is none", "address,purpose,state,basis\na@x.example,*,granted,sure\n",
      "t.csv:2: basis: right would be express", 0 },
};

static void
test_csv (gconstpointer data)
{
    const CsvRow *row = data;
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) events =
        consent_csv_parse (row->csv, strlen (row->csv), "t.csv", &error);

    g_assert_cmpint (events != NULL, ==, row->want == NULL);
    if (row->want) {
        g_test_message ("%s", error->message);
        g_assert_true (g_str_has_prefix (error->message, row->want));
        g_assert_null (strstr (error->message, "secret"));
        return;
    }
    g_assert_cmpuint (events->len, ==, row->rows);
    /* What is written is read again as the same. */
    g_autofree char *text = consent_csv_format (events);
    g_autoptr (GPtrArray) again = consent_csv_parse (text, strlen (text), "again.csv", &error);
    g_assert_no_error (error);
    g_autofree char *twice = consent_csv_format (again);
    g_assert_cmpstr (twice, ==, text);
}

static void
test_schema (void)
{
    g_autofree char *path =
        g_test_build_filename (G_TEST_DIST, "..", "contrib", "schema-sqlite.sql", NULL);
    g_autofree char *shipped = NULL, *made = NULL,
                    *dir = g_dir_make_tmp ("licet-schema.XXXXXX", NULL);
    g_autofree char *file = g_build_filename (dir, "c.db", NULL),
                    *uri = g_strconcat ("sqlite:", file, NULL);
    size_t length = 0;

    g_assert_true (g_file_get_contents (path, &shipped, NULL, NULL));
    g_autoptr (ConsentStore) store = consent_open (uri, NULL);
    g_assert_nonnull (store);
    /* SQLite keeps the text of CREATE as it was given. */
    g_assert_true (g_file_get_contents (file, &made, &length, NULL));
    g_auto (GStrv) statements = g_strsplit (strstr (shipped, "CREATE"), ";", -1);
    for (char **statement = statements; *statement; statement++) {
        const char *text = g_strstrip (*statement);
        if (*text && !memmem (made, length, text, strlen (text)))
            g_test_message ("not in the database: %s", text);
        g_assert_true (!*text || memmem (made, length, text, strlen (text)));
    }
    g_unlink (file);
    g_rmdir (dir);
}

static void
test_journal (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-ledger.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "s.db", NULL), *id = NULL;
    g_autoptr (GError) error = NULL;
    LedgerState state = LEDGER_SUBMITTED;
    Ledger *ledger = ledger_open (path, &error);
    LedgerKey key = { "Q1", "a@x.example", "a@x.example" };

    g_assert_no_error (error);
    g_assert_true (ledger_begin (ledger, &key, &state, &id, &error));
    g_assert_cmpint (state, ==, LEDGER_NEW);
    g_assert_cmpuint (ledger_in_doubt (ledger), ==, 1);
    ledger_free (ledger); /* a crash between begin and the outcome */
    ledger = ledger_open (path, &error);
    g_assert_true (ledger_begin (ledger, &key, &state, &id, &error));
    g_assert_cmpint (state, ==, LEDGER_IN_DOUBT);
    g_assert_true (ledger_recall (ledger, &key, &id, &error));
    g_assert_null (id);
    g_assert_true (ledger_submitted (ledger, &key, "Q2", &error));
    g_assert_true (ledger_begin (ledger, &key, &state, &id, &error));
    g_assert_cmpint (state, ==, LEDGER_SUBMITTED);
    g_assert_cmpstr (id, ==, "Q2");
    g_clear_pointer (&id, g_free);
    g_assert_true (ledger_recall (ledger, &key, &id, &error));
    g_assert_cmpstr (id, ==, "Q2");
    g_clear_pointer (&id, g_free);
    /* Another person, another spelling, another message: each its own row. */
    const LedgerKey others[] = { { "Q1", "b@x.example", "b@x.example" },
                                 { "Q1", "a@x.example", "A@x.example" },
                                 { "Q9", "a@x.example", "a@x.example" } };
    for (unsigned i = 0; i < G_N_ELEMENTS (others); i++) {
        g_assert_true (ledger_begin (ledger, &others[i], &state, &id, &error));
        g_assert_cmpint (state, ==, LEDGER_NEW);
    }
    g_assert_true (ledger_failed (ledger, &others[2], &error));
    g_assert_true (ledger_begin (ledger, &others[2], &state, &id, &error));
    g_assert_cmpint (state, ==, LEDGER_NEW);
    g_assert_true (ledger_expire (ledger, -10, &error));
    g_assert_cmpuint (ledger_in_doubt (ledger), ==, 0);
    ledger_free (ledger);
    g_unlink (path);
    g_rmdir (dir);
}

static void
test_subjects (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-ledger.XXXXXX", NULL),
                    *path = g_build_filename (dir, "s.db", NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (Ledger) ledger = ledger_open (path, &error);
    g_autofree char *first = ledger_subject (ledger, "a@x.example", &error);
    g_autofree char *again = ledger_subject (ledger, "a@x.example", &error);
    g_autofree char *other = ledger_subject (ledger, "b@x.example", &error);
    g_autoptr (Ledger) reader = ledger_open_read_only (path, &error);
    g_autofree char *found = ledger_find_subject (reader, "a@x.example", &error);
    g_autofree char *absent = ledger_find_subject (reader, "c@x.example", &error);

    g_assert_no_error (error);
    g_assert_cmpuint (strlen (first), ==, 64);
    g_assert_cmpstr (first, ==, again);
    g_assert_cmpstr (first, !=, other);
    g_assert_cmpstr (found, ==, first);
    g_assert_null (absent);
    g_assert_null (ledger_open ("/nonexistent/s.db", &error));
    g_assert_true (g_error_matches (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE));
    g_unlink (path);
    g_rmdir (dir);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (csvs); i++) {
        g_autofree char *path = g_strdup_printf ("/csv/%s", csvs[i].name);
        g_test_add_data_func (path, &csvs[i], test_csv);
    }
    g_test_add_func ("/store/the shipped schema is the one that is made", test_schema);
    g_test_add_func ("/ledger/journal", test_journal);
    g_test_add_func ("/ledger/subjects", test_subjects);
    return g_test_run ();
}
