/* SPDX-License-Identifier: BSD-2-Clause */

/* The consent CSV: what is read from odd but right files, and the whole message for wrong ones,
 * which must never hold what stands in a field. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/consent.h"
#include "licet/error.h"
#include "licet/limits.h"

#define ALL                                                                                    \
    "address,purpose,state,basis,at,source,wording,evidence,country,subdivision,"              \
    "recipient_class,language,expires,person\n"
#define SHORT "address,purpose,state,at,source\n"

typedef struct {
    const char *name, *given;
    const char *want;  /* the rows as they are written again, below ALL */
    const char *error; /* or the message */
} Row;

static const Row rows[] = {
    { "all columns",
      ALL "a@x.example,offer,granted,express,2026-01-02T03:04:05Z,web,v1,p.pdf,DE,BY,natural,"
          "de,2027-01-01T00:00:00Z,p1\n",
      "a@x.example,offer,granted,express,2026-01-02T03:04:05Z,web,v1,p.pdf,DE,BY,natural,"
      "de,2027-01-01T00:00:00Z,p1\n",
      NULL },
    { "three columns, in any order", "state,address,purpose\nwithdrawn,a@x.example,*\n",
      "a@x.example,*,withdrawn,,,,,,,,,,,\n", NULL },
    { "addresses, purposes and codes in their one form",
      "address,purpose,state,country,subdivision\n<A@X.Example.>,Cross-Sell,granted,us,ca\n",
      "a@x.example,cross-sell,granted,,,,,,US,CA,,,,\n", NULL },
    { "times in their one form",
      SHORT "a@x.example,*,granted,2026-01-02T03:04:05.5+01:00,\nb@x.example,*,granted,"
            "2026-01-02,\n",
      "a@x.example,*,granted,,2026-01-02T02:04:05Z,,,,,,,,,\n"
      "b@x.example,*,granted,,2026-01-02T00:00:00Z,,,,,,,,,\n",
      NULL },
    { "quotes that are not needed",
      "\"address\",\"purpose\",\"state\"\n\"a@x.example\",\"*\","
      "\"granted\"\n",
      "a@x.example,*,granted,,,,,,,,,,,\n", NULL },
    { "quotes that are", SHORT "a@x.example,*,granted,,\"a, \"\"b\"\"\r\nc\"\n",
      "a@x.example,*,granted,,,\"a, \"\"b\"\"\r\nc\",,,,,,,,\n", NULL },
    { "an empty quoted field is empty", SHORT "a@x.example,*,granted,\"\",\"\"\n",
      "a@x.example,*,granted,,,,,,,,,,,\n", NULL },
    { "a single quoted quote", SHORT "a@x.example,*,granted,,\"\"\"\"\n",
      "a@x.example,*,granted,,,\"\"\"\",,,,,,,,\n", NULL },
    { "blanks belong to the field", SHORT "a@x.example,*,granted,, web \n",
      "a@x.example,*,granted,,, web ,,,,,,,,\n", NULL },
    { "empty lines are nothing", "\xef\xbb\xbf" SHORT "\n\r\na@x.example,*,granted,,\r\n\n",
      "a@x.example,*,granted,,,,,,,,,,,\n", NULL },
    { "the same row twice is two rows of the file",
      SHORT "a@x.example,*,granted,,\na@x.example,*,granted,,\n",
      "a@x.example,*,granted,,,,,,,,,,,\na@x.example,*,granted,,,,,,,,,,,\n", NULL },

    { "a file without a header row is not told", "ana.secret@x.example,*,granted\n", NULL,
      "t.csv:1: column 1 has no name; is the header row missing?" },
    { "an empty file", "", NULL,
      "t.csv:1: the file is empty; right would be a header row such as "
      "address,purpose,state" },
    { "a column in capitals", "Address,purpose,state\n", NULL,
      "t.csv:1: unknown column \"Address\"; did you mean \"address\"?" },
    { "a column by another name", "E-Mail,purpose,state\n", NULL,
      "t.csv:1: unknown column \"E-Mail\"; did you mean \"address\"?" },
    { "a time by another name", "address,purpose,state,timestamp\n", NULL,
      "t.csv:1: unknown column \"timestamp\"; did you mean \"at\"?" },
    { "a column that is none", "address,purpose,state,shoe_size\n", NULL,
      "t.csv:1: unknown column \"shoe_size\"" },
    { "semicolons", "\xef\xbb\xbf\"address\";\"purpose\";\"state\"\n", NULL,
      "t.csv:1: separated by ;, right would be commas" },
    { "a column twice", "address,state,purpose,state\n", NULL,
      "t.csv:1: double column \"state\"" },
    { "no column for the purpose", "address,state\n", NULL,
      "t.csv:1: column \"purpose\" is missing" },
    { "a shifted row does not tell the address",
      "at,address,purpose,state\nsecret@x.example,*,granted,\n", NULL,
      "t.csv:2: at: no RFC 3339 time; right would be 2026-11-25T10:00:00Z" },
    { "a bad second time", "address,purpose,state,expires\na@x.example,*,granted,never\n", NULL,
      "t.csv:2: expires: no RFC 3339 time; right would be 2026-11-25T10:00:00Z" },
    { "a time without a zone", SHORT "a@x.example,*,granted,2026-01-02T03:04:05,\n", NULL,
      "t.csv:2: at: no RFC 3339 time; right would be 2026-11-25T10:00:00Z" },
    { "a state in capitals", SHORT "a@x.example,*,Granted,,\n", NULL,
      "t.csv:2: state: right would be granted, withdrawn, pending, suppressed, released, "
      "linked or unlinked" },
    { "an empty state", SHORT "a@x.example,*,,,\n", NULL,
      "t.csv:2: state: right would be granted, withdrawn, pending, suppressed, released, "
      "linked or unlinked" },
    { "an empty purpose", SHORT "a@x.example,,granted,,\n", NULL,
      "t.csv:2: purpose: right would be *, tracking or a promotional purpose such as "
      "newsletter" },
    { "two addresses in one field", SHORT "\"secret@x.example, b@x.example\",*,granted,,\n",
      NULL, "t.csv:2: address: more than one mailbox, or a blank in it" },
    { "a country in words", "address,purpose,state,country\na@x.example,*,granted,Peru\n", NULL,
      "t.csv:2: country: right would be an ISO 3166 code such as DE" },
    { "a country in digits", "address,purpose,state,country\na@x.example,*,granted,49\n", NULL,
      "t.csv:2: country: right would be an ISO 3166 code such as DE" },
    { "a subdivision with its country",
      "address,purpose,state,subdivision\na@x.example,*,granted,US-CA\n", NULL,
      "t.csv:2: subdivision: right would be an ISO 3166-2 code such as CA" },
    { "a language in words", "address,purpose,state,language\na@x.example,*,granted,de_DE\n",
      NULL, "t.csv:2: language: right would be a BCP 47 tag such as de or pt-BR" },
    { "a row too short", SHORT "a@x.example,*,granted\n", NULL,
      "t.csv:2: 3 columns; the header has 5" },
    { "a row too long", SHORT "a@x.example,*,granted,,,,\n", NULL,
      "t.csv:2: 7 columns; the header has 5" },
    { "commas without end", SHORT "a@x.example,,,,,,,,,,,,,,,,,,,,,,\n", NULL,
      "t.csv:2: more columns than the 14 that there are" },
    { "a CR alone", SHORT "a@x.example,*,granted\r,,\n", NULL,
      "t.csv:2: a CR without LF after column 3" },
    { "lines that end in CR", "address,purpose,state\ra@x.example,*,granted\r", NULL,
      "t.csv:1: a CR without LF after column 3" },
    { "a CR at the very end", SHORT "a@x.example,*,granted,,web\r", NULL,
      "t.csv:2: a CR without LF after column 5" },
    { "text after a quoted field", SHORT "a@x.example,*,granted,,\"web\"site\n", NULL,
      "t.csv:2: text after the closing quote of column 5" },
    { "a blank after a quoted field", SHORT "\"a@x.example\" ,*,granted,,\n", NULL,
      "t.csv:2: text after the closing quote of column 1" },
    { "a quote within", SHORT "a@x.example,*,granted,,5\" screen\n", NULL,
      "t.csv:2: a quote inside a field that does not begin with one" },
    { "a quote that is not closed", SHORT "a@x.example,*,granted,,\"web\nb@x.example,*,,,\n",
      NULL, "t.csv:2: a quoted field does not end" },
    { "bytes that are no UTF-8", SHORT "a@x.example,*,granted,,caf\xe9\n", NULL,
      "t.csv:2: column 5 is no valid UTF-8" },
    { "lines are counted through quoted fields",
      SHORT "a@x.example,*,granted,,\"1\n2\r\n3\"\n\nb@x.example,*,sure,,\n", NULL,
      "t.csv:6: state: right would be granted, withdrawn, pending, suppressed, released, "
      "linked or unlinked" },
};

static void
test_row (const void *data)
{
    const Row *row = data;
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) events =
        consent_csv_parse (row->given, strlen (row->given), "t.csv", &error);
    g_autofree char *got = events ? consent_csv_format (events) : NULL;

    g_assert_cmpstr (error ? error->message : NULL, ==, row->error);
    if (row->error) {
        g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
        g_assert_null (strstr (error ? error->message : "", "secret"));
        return;
    }
    g_autofree char *want = g_strconcat (ALL, row->want, NULL);
    g_assert_cmpstr (got, ==, want);
}

static void
test_zero_byte (void)
{
    static const char csv[] = SHORT "a@x.example,*,granted,,a\0b\n";
    g_autoptr (GError) error = NULL;

    g_assert_null (consent_csv_parse (csv, sizeof csv - 1, "t.csv", &error));
    g_assert_cmpstr (error->message, ==, "t.csv:2: column 5 is no valid UTF-8");
}

/* Plain and quoted, of just the size and of one more. */
static void
test_long_field (void)
{
    for (unsigned i = 0; i < 4; i++) {
        const char *quote = i & 1 ? "\"" : "";
        g_autofree char *field = g_strnfill (LIMIT_CSV_FIELD + (i & 2 ? 1 : 0), 'x');
        g_autofree char *csv =
            g_strdup_printf (SHORT "a@x.example,*,granted,,%s%s%s\n", quote, field, quote);
        g_autoptr (GError) error = NULL;
        g_autoptr (GPtrArray) events = consent_csv_parse (csv, strlen (csv), "t.csv", &error);
        g_assert_cmpint (events != NULL, ==, !(i & 2));
        if (i & 2)
            g_assert_true (
                g_str_has_prefix (error->message, "t.csv:2: a field is longer than "));
    }
}

/* Found by fuzzing: the normal form gains quotes, and must still be short enough to be read again. */
static void
test_long_address (void)
{
    g_autofree char *local = g_strnfill (LIMIT_ADDRESS - strlen ("@b@x.example"), 'z');
    g_autofree char *csv =
        g_strdup_printf ("address,purpose,state\n%s@b@x.example,*,granted\n", local);
    g_autoptr (GError) error = NULL;

    g_assert_null (consent_csv_parse (csv, strlen (csv), "t.csv", &error));
    g_assert_true (error && g_str_has_prefix (error->message, "t.csv:2: address: "));
}

/* A row cut at any byte is read or refused, and never read beyond its end. */
static void
test_every_prefix (void)
{
    static const char csv[] =
        SHORT "\"a@x.example\",*,granted,2026-01-02,\"a \"\"b\"\"\r\n\"\r\n";

    for (size_t length = 0; length < sizeof csv; length++) {
        g_autofree char *copy = g_memdup2 (csv, length);
        g_autoptr (GError) error = NULL;
        g_autoptr (GPtrArray) events =
            consent_csv_parse (copy ? copy : "", length, "t.csv", &error);
        g_assert_true ((events != NULL) != (error != NULL));
    }
}

static void
test_load (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-csv.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "t.csv", NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (consent_csv_load (path, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_clear_error (&error);
    g_assert_null (consent_csv_load (dir, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_clear_error (&error);
    g_assert_true (g_file_set_contents (path, SHORT "a@x.example,*,maybe,,\n", -1, NULL));
    g_assert_null (consent_csv_load (path, &error));
    g_autofree char *place = g_strconcat (path, ":2: state: ", NULL);
    g_assert_true (error && g_str_has_prefix (error->message, place));
    g_unlink (path);
    g_rmdir (dir);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/consent-csv/%s", rows[i].name);
        g_test_add_data_func (path, &rows[i], test_row);
    }
    g_test_add_func ("/consent-csv/a byte of value 0", test_zero_byte);
    g_test_add_func ("/consent-csv/a field of the longest size and beyond", test_long_field);
    g_test_add_func ("/consent-csv/an address that grows beyond the bound", test_long_address);
    g_test_add_func ("/consent-csv/cut off anywhere", test_every_prefix);
    g_test_add_func ("/consent-csv/files", test_load);
    return g_test_run ();
}
