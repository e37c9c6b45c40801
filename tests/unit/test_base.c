/* SPDX-License-Identifier: BSD-2-Clause */

/* Addresses, times and ESMTP parameters. */

#include "licet/address.h"
#include "licet/clock.h"
#include "licet/envelope.h"
#include "licet/error.h"

typedef struct {
    const char *name, *given, *want; /* want NULL: MALFORMED or LIMIT */
} Row;

static const Row addresses[] = {
    { "the domain and the local part become lower case", "Ana.Perez@Example.COM",
      "ana.perez@example.com" },
    { "angle brackets go", "<ana@example.com>", "ana@example.com" },
    { "blanks around go", "  ana@example.com ", "ana@example.com" },
    { "tags and dots stay", "a.n.a+shop@gmail.com", "a.n.a+shop@gmail.com" },
    { "a domain of other letters becomes A-labels", "ana@bücher.example",
      "ana@xn--bcher-kva.example" },
    { "upper-case U-labels are the same domain", "ana@BÜCHER.example",
      "ana@xn--bcher-kva.example" },
    { "A-labels stay", "ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example" },
    { "a trailing dot of the domain goes", "ana@example.com.", "ana@example.com" },
    { "decomposed letters of the local part are composed", "jose\xcc\x81@example.com",
      "josé@example.com" },
    { "quotes that are not needed go", "\"ana\"@example.com", "ana@example.com" },
    { "quotes that are needed stay", "\"ana perez\"@example.com", "\"ana perez\"@example.com" },
    { "a quoted pair is what it quotes", "\"an\\a\"@example.com", "ana@example.com" },
    { "an at sign in quotes belongs to the local part", "\"a@b\"@example.com",
      "\"a@b\"@example.com" },
    { "an underscore in a host name is seen in practice", "a@my_host.example.com",
      "a@my_host.example.com" },
    { "a hyphen within a label", "a@x-y--z.example", "a@x-y--z.example" },
    { "a label that begins with a hyphen (RFC 1123 2.1)", "a@-x.example", NULL },
    { "a label that ends with one", "a@x-.example", NULL },
    { "a hyphen alone", "a@-", NULL },
    { "a label of 64", "a@0123456789012345678901234567890123456789012345678901234567890123.x",
      NULL },
    { "an address literal stays", "a@[192.0.2.1]", "a@[192.0.2.1]" },
    { "no at sign", "ana", NULL },
    { "no local part", "@example.com", NULL },
    { "no domain", "ana@", NULL },
    { "an empty label", "ana@example..com", NULL },
    { "two addresses", "ana@example.com,bob@example.com", NULL },
    { "a blank inside", "ana perez@example.com", NULL },
    { "a line feed", "ana@example.com\nRCPT TO:<x@y.example>", NULL },
    { "not UTF-8", "an\xff@example.com", NULL },
    { "empty", "", NULL },
};

static void
test_normalise (gconstpointer data)
{
    const Row *row = data;
    g_autoptr (GError) error = NULL;
    g_autofree char *got = address_normalise (row->given, &error);

    g_assert_cmpstr (got, ==, row->want);
    if (!row->want)
        g_assert_true (error && error->domain == LICET_ERROR);
    /* The normal form is its own normal form. */
    g_autofree char *again = got ? address_normalise (got, NULL) : NULL;
    g_assert_cmpstr (again, ==, row->want);
}

static const Row tags[] = {
    { "a tag goes", "ana+shop@example.com", "ana@example.com" },
    { "from the first plus on", "ana+shop+x@example.com", "ana@example.com" },
    { "an empty tag", "ana+@example.com", "ana@example.com" },
    { "nothing but a tag stays", "+shop@example.com", "+shop@example.com" },
    { "dots stay", "a.na@gmail.com", "a.na@gmail.com" },
    { "in quotes a plus may mean anything", "\"a +b\"@example.com", "\"a +b\"@example.com" },
    { "beyond ASCII", "jürgen+1@xn--bcher-kva.example", "jürgen@xn--bcher-kva.example" },
};

static void
test_tag (gconstpointer data)
{
    const Row *row = data;
    g_autofree char *got = address_without_tag (row->given);

    g_assert_cmpstr (got, ==, row->want);
}

static const Row countries[] = {
    { "a country code", "a@shop.de", "DE" },
    { "uk is GB", "a@shop.co.uk", "GB" },
    { "a generic domain", "a@example.com", NULL },
    { "co is sold as a generic name", "a@startup.co", NULL },
    { "com.co is Colombia", "a@tienda.com.co", "CO" },
    { "io says nothing about a person", "a@dev.io", NULL },
    { "an A-label is no country code", "a@xn--p1ai", NULL },
};

static void
test_country (gconstpointer data)
{
    const Row *row = data;

    g_assert_cmpstr (address_country (row->given), ==, row->want);
}

static const Row safe[] = {
    { "plain", "a@b.example", "yes" },
    { "the null address", "", "yes" },
    { "quoted blank", "\"a b\"@c.example", "yes" },
    { "a blank would end the path", "a b@c.example", "no" },
    { "a bracket would end the path", "a>@c.example", "no" },
    { "a line end would be a command", "a@c.example\r\nDATA", "no" },
    { "an open quote", "\"a@c.example", "no" },
};

static void
test_safe (gconstpointer data)
{
    const Row *row = data;

    g_assert_cmpint (address_is_safe (row->given), ==, row->want[0] == 'y');
}

static void
test_domains (void)
{
    g_autofree char *organisation = address_organisational_domain ("mail.shop.co.uk");
    g_autofree char *suffix = address_organisational_domain ("co.uk");
    g_autofree char *masked = address_masked ("ana@example.com");

    g_assert_cmpstr (organisation, ==, "shop.co.uk");
    g_assert_cmpstr (suffix, ==, "co.uk");
    g_assert_cmpstr (masked, ==, "a***@example.com");
}

static const Row times[] = {
    { "UTC", "2026-11-25T10:00:00Z", "2026-11-25T10:00:00Z" },
    { "an offset", "2026-11-25T10:00:00+02:00", "2026-11-25T08:00:00Z" },
    { "a date alone is its first second", "2026-11-25", "2026-11-25T00:00:00Z" },
    { "a year of three digits keeps its zero", "0610-02-03", "0610-02-03T00:00:00Z" },
    { "a leap day", "2028-02-29", "2028-02-29T00:00:00Z" },
    { "no such day", "2026-02-30", NULL },
    { "no zone", "2026-11-25T10:00:00", NULL },
    { "no separators", "20261125T100000Z", NULL },
    { "words", "tomorrow", NULL },
    { "empty", "", NULL },
};

static void
test_times (gconstpointer data)
{
    const Row *row = data;
    int64_t time = -1;
    bool ok = clock_parse (row->given, &time, NULL);
    g_autofree char *got = ok ? clock_format (time) : NULL;

    g_assert_cmpstr (got, ==, row->want);
    if (!row->want)
        g_assert_cmpint (time, ==, -1); /* untouched on failure */
}

static void
test_mail_date (void)
{
    g_autofree char *date = clock_format_mail (1795687200);

    g_assert_cmpstr (date, ==, "Thu, 26 Nov 2026 10:00:00 +0000");
}

static void
test_params (void)
{
    g_autoptr (EnvelopePath) path =
        envelope_path_new ("a@b.example", "NOTIFY=SUCCESS,FAILURE smtputf8 ORCPT=rfc822;a+40b");
    g_autofree char *notify = envelope_path_param (path, "notify");
    g_autofree char *flag = envelope_path_param (path, "SMTPUTF8");
    g_autofree char *absent = envelope_path_param (path, "NOTI");

    g_assert_cmpstr (notify, ==, "SUCCESS,FAILURE");
    g_assert_cmpstr (flag, ==, "");
    g_assert_null (absent);
}

#define ADD_ROWS(prefix, rows, function)                                                       \
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {                                       \
        g_autofree char *path = g_strdup_printf (prefix "/%s", rows[i].name);                  \
        g_test_add_data_func (path, &rows[i], function);                                       \
    }

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    ADD_ROWS ("/address/normalise", addresses, test_normalise)
    ADD_ROWS ("/address/tag", tags, test_tag)
    ADD_ROWS ("/address/country", countries, test_country)
    ADD_ROWS ("/address/safe", safe, test_safe)
    ADD_ROWS ("/clock/parse", times, test_times)
    g_test_add_func ("/address/domains", test_domains);
    g_test_add_func ("/clock/mail-date", test_mail_date);
    g_test_add_func ("/envelope/params", test_params);
    return g_test_run ();
}
