/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Which key signs for whom: keys of the settings by domain, sender and date, and OpenDKIM's tables.
 * tests/sign/opendkim.py asks opendkim itself about the same tables.
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "../../milter/sign/hosts.h"
#include "../../milter/sign/roster.h"
#include "../../milter/sign/tables.h"
#include "licet/error.h"

static struct {
    char *dir, *rsa, *ed;
} all;

static char *
write_file (const char *name, const char *text, int mode)
{
    char *path = g_build_filename (all.dir, name, NULL);

    g_assert_true (g_file_set_contents (path, text, -1, NULL));
    g_assert_cmpint (g_chmod (path, mode), ==, 0);
    return path;
}

static char *
new_key (const char *name, const char *algorithm)
{
    char *pem = NULL, *record = NULL;

    g_assert_true (signer_key_new (algorithm, &pem, &record, NULL));
    char *path = write_file (name, pem, 0600);
    g_free (pem);
    g_free (record);
    return path;
}

/* "d s i, d s i" in order, or "-: why". */
static char *
describe (const Roster *roster, const char *from, const char *sender, int64_t now)
{
    g_autofree char *why = NULL;
    SignerCopy copy = { .from = from, .sender = sender, .now = now };
    g_autoptr (GPtrArray) found = roster_choose (roster, &copy, &why);
    GString *text = g_string_new (NULL);

    for (unsigned i = 0; i < found->len; i++) {
        const Signing *signing = g_ptr_array_index (found, i);
        g_string_append_printf (text, "%s%s %s %s", i ? ", " : "", signing->domain,
                                signing->key->selector,
                                signing->identity ? signing->identity : "-");
    }
    if (found->len == 0)
        g_string_append_printf (text, "-: %s", why);
    return g_string_free (text, FALSE);
}

/* Keys of the settings. */

typedef struct {
    const char *domain, *selector, *senders, *identity;
    bool no_subdomains;
    int64_t from, to;
    const char *envelope_senders;
} Spec;

static const Spec specs[] = {
    { "shop.example", "old", NULL, NULL, false, 0, 100, NULL },
    { "shop.example", "new", NULL, NULL, false, 100, 200, NULL },
    { "eu.shop.example", "eu", NULL, "@%", false, 0, 0, NULL },
    { "alone.example", "alone", NULL, NULL, true, 0, 0, NULL },
    { "shop.example", "promo", "news@shop.example @.promo.shop.example", NULL, false, 0, 0,
      NULL },
    { "shop.example", "party", "@third.example *@*.third.example", "@%", false, 0, 0, NULL },
    { "late.example", "late", "boss@shop.example", NULL, false, 500, 0, NULL },
    { "co.uk", "suffix", NULL, NULL, false, 0, 0, NULL },
    { "agency.example", "agency", NULL, NULL, false, 0, 300,
      "@bounce.agency.example x@shop.example" },
};

typedef struct {
    const char *name, *from;
    int64_t now;
    const char *want;
} SpecRow;

static const SpecRow spec_rows[] = {
    { "before the rotation", "a@shop.example", 99, "shop.example old -" },
    { "at the rotation", "a@shop.example", 100, "shop.example new -" },
    { "after the last day", "a@shop.example", 200,
      "-: the key new for shop.example signs until 1970-01-01T00:03:20Z" },
    { "a domain without user", "shop.example", 99, "shop.example old -" },
    { "case does not count", "A@SHOP.Example", 99, "shop.example old -" },
    { "a subdomain", "a@deep.below.shop.example", 99, "shop.example old -" },
    { "the closest parent wins", "a@x.eu.shop.example", 99,
      "eu.shop.example eu @x.eu.shop.example" },
    { "a key that does not go below its domain", "a@x.alone.example", 99,
      "-: no key for x.alone.example; the key alone of alone.example does not sign for "
      "subdomains" },
    { "its domain itself", "a@alone.example", 99, "alone.example alone -" },
    { "a sender of its own", "news@shop.example", 99, "shop.example promo -" },
    { "senders below a domain", "a@x.promo.shop.example", 99, "shop.example promo -" },
    { "not the domain itself", "a@promo.shop.example", 99, "shop.example old -" },
    { "a third party with a row, i= is not of d=", "a@third.example", 99,
      "shop.example party -" },
    { "a third party by wildcard", "a@b.third.example", 99, "shop.example party -" },
    { "a third party without a row", "a@fourth.example", 99, "-: no key for fourth.example" },
    { "a row that waits leaves it to the domain", "boss@shop.example", 99,
      "shop.example old -" },
    { "the same when its time has come", "boss@shop.example", 500, "late.example late -" },
    { "nobody signs for a whole public suffix", "a@shop.co.uk", 99,
      "-: no key for shop.co.uk" },
    { "a name that ends alike", "a@myshop.example", 99, "-: no key for myshop.example" },
    { "U-labels", "a@\xc3\xbc.shop.example", 99, "shop.example old -" },
    { "no domain at all", "", 99, "-: the From field names no domain" },
};

static Roster *
roster_of_specs (void)
{
    g_autoptr (GPtrArray) keys =
        g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_spec_free);
    g_autoptr (GError) error = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS (specs); i++) {
        SignerKey *key = signer_key_spec_new (specs[i].domain, specs[i].selector, all.ed);
        key->senders = specs[i].senders ? g_strsplit (specs[i].senders, " ", -1) : NULL;
        key->identity = g_strdup (specs[i].identity);
        key->subdomains = !specs[i].no_subdomains;
        key->envelope_senders = specs[i].envelope_senders
                                    ? g_strsplit (specs[i].envelope_senders, " ", -1)
                                    : NULL;
        key->from = specs[i].from;
        key->to = specs[i].to;
        g_ptr_array_add (keys, key);
    }
    Roster *roster = roster_new (&(SignerOptions){ .keys = keys }, &error);
    g_assert_no_error (error);
    return roster;
}

static void
test_specs (void)
{
    g_autoptr (Roster) roster = roster_of_specs ();

    for (unsigned i = 0; i < G_N_ELEMENTS (spec_rows); i++) {
        g_autofree char *got = describe (roster, spec_rows[i].from, NULL, spec_rows[i].now);
        g_test_message ("%s", spec_rows[i].name);
        g_assert_cmpstr (got, ==, spec_rows[i].want);
    }
}

typedef struct {
    const char *name, *from, *sender;
    int64_t now;
    const char *want;
} EnvelopeRow;

static const EnvelopeRow envelope_rows[] = {
    { "on top of the key for From", "a@shop.example", "b+1@Bounce.Agency.example", 99,
      "shop.example old -, agency.example agency -" },
    { "alone, where From has none", "a@client.example", "b@bounce.agency.example", 99,
      "agency.example agency -" },
    { "another envelope", "a@client.example", "b@agency.example", 99,
      "-: no key for client.example" },
    { "the null sender", "a@client.example", "", 99, "-: no key for client.example" },
    { "a sender without domain", "a@client.example", "bounce.agency.example", 99,
      "-: no key for client.example" },
    { "nobody knows the envelope", "a@client.example", NULL, 99,
      "-: no key for client.example" },
    { "one key, one signature", "a@agency.example", "b@bounce.agency.example", 99,
      "agency.example agency -" },
    { "after its last day", "a@client.example", "b@bounce.agency.example", 300,
      "-: the key agency for client.example signs until 1970-01-01T00:05:00Z" },
    { "From decides first, whatever the envelope", "a@eu.shop.example", "x@shop.example", 99,
      "eu.shop.example eu @eu.shop.example, agency.example agency -" },
};

static void
test_envelopes (void)
{
    g_autoptr (Roster) roster = roster_of_specs ();

    for (unsigned i = 0; i < G_N_ELEMENTS (envelope_rows); i++) {
        const EnvelopeRow *row = &envelope_rows[i];
        g_autofree char *got = describe (roster, row->from, row->sender, row->now);
        g_test_message ("%s", row->name);
        g_assert_cmpstr (got, ==, row->want);
    }
}

/* Tables. */

typedef struct {
    const char *name, *keys, *signing, *from, *first, *all_rows;
} TableRow;

#define KEYS                                                                                   \
    "# keys\n"                                                                                 \
    "a  shop.example:s1:RSA\n"                                                                 \
    "b\t%:s2:ED   # any\n"                                                                     \
    "\n"                                                                                       \
    "shop.example shop.example:s3:ED\n"

static const TableRow table_rows[] = {
    { "a plain table: the address", KEYS, "x@shop.example a\nshop.example b\n",
      "x@shop.example", "shop.example s1 -", "shop.example s1 -, shop.example s2 -" },
    { "a plain table: the host", KEYS, "x@shop.example a\nshop.example b\n", "y@shop.example",
      "shop.example s2 -", "shop.example s2 -" },
    { "user@.parent before .parent", KEYS, ".shop.example b\nx@.shop.example a\n",
      "x@eu.shop.example", "shop.example s1 -", "shop.example s1 -, eu.shop.example s2 -" },
    { ".parent of a parent", KEYS, ".example b\n", "x@eu.shop.example", "eu.shop.example s2 -",
      "eu.shop.example s2 -" },
    { "user@*, then *", KEYS, "* b\nx@* a\n", "x@other.example", "shop.example s1 -",
      "shop.example s1 -, other.example s2 -" },
    { "a refile goes by its order", KEYS, "refile:*@shop.example b\nx@shop.example a\n",
      "x@shop.example", "shop.example s2 -", "shop.example s2 -, shop.example s1 -" },
    { "a star for everything", KEYS, "refile:*@*.example a\n", "x@eu.shop.example",
      "shop.example s1 -", "shop.example s1 -" },
    { "the domain of From as the name of the key", KEYS, "refile:* %\n", "x@shop.example",
      "shop.example s3 -", "shop.example s3 -" },
    { "a signer with %", KEYS, "refile:* b:box@%\n", "x@shop.example",
      "shop.example s2 box@shop.example", "shop.example s2 box@shop.example" },
    { "a signer of somebody else is left out", KEYS, "refile:* a:@other.example\n",
      "x@shop.example", "shop.example s1 -", "shop.example s1 -" },
    { "case does not count", KEYS, "X@Shop.Example a\n", "x@SHOP.example", "shop.example s1 -",
      "shop.example s1 -" },
    { "a path that depends on the domain", "k %:s4:DIR/%.pem\n", "refile:*@shop.example k\n",
      "x@shop.example", "shop.example s4 -", "shop.example s4 -" },
};

static char *
fill_in (const char *text)
{
    g_autoptr (GString) out = g_string_new (text);
    /* A key in base64 may have such a word in it, but none begins with one. */
    const char *const words[][2] = { { ":RSA", all.rsa }, { ":ED", all.ed }, { ":DIR", all.dir } };

    for (unsigned i = 0; i < G_N_ELEMENTS (words); i++) {
        g_autofree char *value = g_strconcat (":", words[i][1], NULL);
        g_string_replace (out, words[i][0], value, 0);
    }
    return g_string_free (g_steal_pointer (&out), FALSE);
}

static Roster *
roster_of_tables (const char *keys, const char *signing, bool all_rows, GError **error)
{
    bool patterns = g_str_has_prefix (signing, "refile:");
    g_autofree char *key_text = fill_in (keys);
    g_autofree char *key_table = write_file ("KeyTable", key_text, 0600);
    g_autofree char *path =
        write_file ("SigningTable", patterns ? signing + strlen ("refile:") : signing, 0644);
    g_autofree char *table = g_strconcat (patterns ? "refile:" : "", path, NULL);
    SignerOptions options = { .key_table = key_table,
                              .signing_table = table,
                              .all_rows = all_rows };

    return roster_new (&options, error);
}

static void
test_tables (void)
{
    for (unsigned i = 0; i < 2 * G_N_ELEMENTS (table_rows); i++) {
        const TableRow *row = &table_rows[i / 2];
        g_autoptr (GError) error = NULL;
        g_autoptr (Roster) roster = roster_of_tables (row->keys, row->signing, i % 2, &error);
        g_test_message ("%s", row->name);
        g_assert_no_error (error);
        if (!roster)
            continue;
        g_autofree char *got = describe (roster, row->from, NULL, 1);
        g_assert_cmpstr (got, ==, i % 2 ? row->all_rows : row->first);
    }
}

typedef struct {
    const char *name, *keys, *signing, *want; /* a part of the error */
} BrokenRow;

static const BrokenRow broken_rows[] = {
    { "no selector", "a shop.example:RSA\n", "* a\n", "KeyTable:1: no row of a KeyTable" },
    { "no domain", "\na shop example:s:RSA\n", "* a\n",
      "KeyTable:2: the first value is no domain" },
    { "a selector with a blank", "a shop.example:s 1:RSA\n", "* a\n",
      "the second value is no selector" },
    { "a name twice", "a x.example:s:RSA\na y.example:s:RSA\n", "* a\n",
      "KeyTable:2: a second key of this name" },
    { "a key that is not there", "a x.example:s:/nowhere.pem\n", "* a\n",
      "KeyTable:1: /nowhere.pem: " },
    { "text that is no key", "a x.example:s:QUJD\n", "* a\n",
      "KeyTable:1: the third value is neither a path nor a private key" },
    { "a pattern without a name", "a x.example:s:RSA\n", "\n*\n",
      "SigningTable:2: no row of a SigningTable" },
    { "a name that the KeyTable does not have", "a x.example:s:RSA\n", "* a\n* c\n",
      "SigningTable:2: the KeyTable has no key \"c\"" },
    { "a signer that is no address", "a x.example:s:RSA\n", "* a:x.example\n",
      "SigningTable:1: the signer after the colon is no address" },
    { "a pattern in a plain file", "a x.example:s:RSA\n", "* a\nu@* a\n*@x.example a\n",
      "SigningTable:3: \"*@x.example\" is a pattern, and a plain file's rows are no patterns; "
      "right would be refile:" },
    { "each pattern in a plain file", "a x.example:s:RSA\n", "*.x.example a\nu*@x.example a\n",
      "SigningTable:2: \"u*@x.example\"" },
    { "a path per domain for all domains", "a %:s:DIR/%.pem\n", "refile:*@*.example a\n",
      "SigningTable:1: \"*@*.example\" names no single domain" },
};

static void
test_broken_tables (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (broken_rows); i++) {
        const BrokenRow *row = &broken_rows[i];
        g_autoptr (GError) error = NULL;
        g_autoptr (Roster) roster = roster_of_tables (row->keys, row->signing, false, &error);
        g_test_message ("%s: %s", row->name, error ? error->message : "no error");
        g_assert_null (roster);
        g_assert_true (error && strstr (error->message, row->want));
    }
}

static void
check_refused (SignerOptions options, const char *want)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (Roster) roster = roster_new (&options, &error);

    g_assert_null (roster);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_SETTINGS);
    g_assert_nonnull (error ? strstr (error->message, want) : NULL);
}

static void
test_broken_options (void)
{
    g_autofree char *table = write_file ("KeyTable", "a x.example:s:/x\n", 0600);

    check_refused ((SignerOptions){ .key_table = table }, "without signing_table");
    check_refused ((SignerOptions){ .signing_table = table }, "without key_table");
    check_refused ((SignerOptions){ .key_table = table, .signing_table = "mysql://x/y" },
                   "a kind of data set that is not read here");
}

/* A key that is to take over on a day from one of the table. */
static void
test_rotation_beside_a_table (void)
{
    const char *own[] = { "@shop.example", NULL };
    g_autoptr (GError) error = NULL;
    g_autofree char *text = fill_in ("a shop.example:old:RSA\n");
    g_autofree char *key_table = write_file ("KeyTable", text, 0600);
    g_autofree char *rows = write_file ("SigningTable", "*@shop.example a\n", 0644);
    g_autofree char *table = g_strconcat ("refile:", rows, NULL);
    g_autoptr (GPtrArray) keys =
        g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_spec_free);
    SignerKey *key = signer_key_spec_new ("shop.example", "new", all.ed);
    SignerOptions options = { .keys = keys, .key_table = key_table, .signing_table = table };

    key->from = 100;
    key->place = g_strdup ("licet.cfg:3");
    g_ptr_array_add (keys, key);
    check_refused (options, "licet.cfg:3: key 1: never signs for shop.example, since ");
    check_refused (options, "SigningTable:1 comes first; right would be senders");
    key->senders = g_strdupv ((char **)own);
    g_autoptr (Roster) roster = roster_new (&options, &error);
    g_assert_no_error (error);
    g_autofree char *before = describe (roster, "x@shop.example", NULL, 99);
    g_autofree char *after = describe (roster, "x@shop.example", NULL, 100);
    g_assert_cmpstr (before, ==, "shop.example old -");
    g_assert_cmpstr (after, ==, "shop.example new -");
}

/* A key that stands in the table itself makes the table a secret. */
static void
test_inline_key (void)
{
    g_autofree char *pem = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_get_contents (all.ed, &pem, NULL, NULL));
    g_auto (GStrv) lines = g_strsplit (pem, "\n", -1);
    g_autofree char *text = g_strdup_printf ("a shop.example:s:%s\n", lines[1]);
    g_autoptr (Roster) roster = roster_of_tables (text, "* a\n", false, &error);
    g_assert_no_error (error);
    g_autofree char *got = describe (roster, "x@shop.example", NULL, 1);
    g_assert_cmpstr (got, ==, "shop.example s -");

    g_autofree char *path = write_file ("Open", text, 0644);
    g_autofree char *signing = write_file ("SigningTable", "* a\n", 0644);
    check_refused ((SignerOptions){ .key_table = path, .signing_table = signing },
                   "lets others than its owner at the key");
}

/* Hosts. */

typedef struct {
    const char *name, *address;
    bool want;
} HostRow;

#define HOSTS                                                                                  \
    "127.0.0.1\n::1 # loopback\n192.168.0.0/16\n!192.168.7.0/24\n192.168.7.9\n"                \
    ".lan.example\n!bad.lan.example\nmail.example\n2001:db8::/32\n[10.0.0.1]\n"

static const HostRow host_rows[] = {
    { "localhost", "127.0.0.1", true },
    { NULL, "::1", true },
    { NULL, "192.168.1.2", true },
    { NULL, "192.168.7.8", false },
    { NULL, "192.168.7.9", true },
    { NULL, "192.169.0.1", false },
    { "a.lan.example", "9.9.9.9", true },
    { "lan.example", "9.9.9.9", false },
    { "bad.lan.example", "9.9.9.9", false },
    { "bad.lan.example", "127.0.0.1", true },
    { "mail.example", "192.168.7.8", true },
    { "MAIL.example", "9.9.9.9", true },
    { "unknown", "2001:db8:1::5", true },
    { "unknown", "2001:db9::5", false },
    { NULL, "10.0.0.1", true },
    { NULL, "::ffff:10.0.0.1", true },
    { "unknown", NULL, false },
};

static void
test_hosts (void)
{
    g_autofree char *path = write_file ("TrustedHosts", HOSTS, 0644);
    g_autoptr (GError) error = NULL;
    g_autoptr (Hosts) hosts = hosts_read (path, &error);

    g_assert_no_error (error);
    for (unsigned i = 0; i < G_N_ELEMENTS (host_rows); i++) {
        const HostRow *row = &host_rows[i];
        g_test_message ("%s %s", row->name ? row->name : "-",
                        row->address ? row->address : "-");
        g_assert_cmpint (hosts_has (hosts, row->name, row->address), ==, row->want);
    }
}

static void
test_broken_hosts (void)
{
    static const char *const wrong[] = { "192.168.0.0/33", "10.0.0", "a b", "1.2.3.4/x", "@x" };

    for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
        g_autofree char *text = g_strconcat ("127.0.0.1\n", wrong[i], "\n", NULL);
        g_autofree char *path = write_file ("TrustedHosts", text, 0644);
        g_autoptr (GError) error = NULL;
        g_autoptr (Hosts) hosts = hosts_read (path, &error);
        g_test_message ("%s", error ? error->message : wrong[i]);
        g_assert_null (hosts);
        g_assert_nonnull (error ? strstr (error->message, "TrustedHosts:2: ") : NULL);
    }
}

typedef struct {
    const char *pattern, *text;
    bool want;
} GlobRow;

static const GlobRow glob_rows[] = {
    { "*", "", true },         { "", "", true },
    { "", "a", false },        { "a*c", "abbc", true },
    { "a*c", "abbd", false },  { "*@*.b", "x@a.b", true },
    { "*@*.b", "x@b", false }, { "a*b*c", "aXbYbc", true },
    { "**a", "bba", true },    { "A@B", "a@b", true },
    { "a?", "ab", false },
};

static void
test_glob (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (glob_rows); i++) {
        g_test_message ("%s %s", glob_rows[i].pattern, glob_rows[i].text);
        g_assert_cmpint (tables_glob (glob_rows[i].pattern, glob_rows[i].text), ==,
                         glob_rows[i].want);
    }
}

static void
remove_all (void)
{
    g_autoptr (GDir) dir = g_dir_open (all.dir, 0, NULL);

    for (const char *name; (name = g_dir_read_name (dir));) {
        g_autofree char *path = g_build_filename (all.dir, name, NULL);
        g_unlink (path);
    }
    g_rmdir (all.dir);
    g_free (all.rsa);
    g_free (all.ed);
    g_free (all.dir);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    all.dir = g_dir_make_tmp ("licet-roster-XXXXXX", NULL);
    all.rsa = new_key ("rsa.pem", "rsa");
    all.ed = new_key ("shop.example.pem", "ed25519");
    g_test_add_func ("/roster/keys of the settings", test_specs);
    g_test_add_func ("/roster/envelopes", test_envelopes);
    g_test_add_func ("/roster/tables", test_tables);
    g_test_add_func ("/roster/broken tables", test_broken_tables);
    g_test_add_func ("/roster/broken options", test_broken_options);
    g_test_add_func ("/roster/a rotation beside a table", test_rotation_beside_a_table);
    g_test_add_func ("/roster/a key within the table", test_inline_key);
    g_test_add_func ("/roster/trusted hosts", test_hosts);
    g_test_add_func ("/roster/broken hosts", test_broken_hosts);
    g_test_add_func ("/roster/wildcards", test_glob);
    int status = g_test_run ();
    remove_all ();
    return status;
}
