/* SPDX-License-Identifier: BSD-2-Clause */

/* Preflight without a network: answers come from a table. The whole of it on a real DNS server is in
 * tests/preflight. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "licet/error.h"
#include "licet/preflight.h"
#include "../../milter/policy/authentication_rule.h"
#include "../../milter/sign/preflight_parts.h"
#include "../../milter/sign/sandbox.h"
#include "../../milter/sign/tags.h"

static GBytes *
say (const void *data)
{
    return g_bytes_new (data, strlen (data));
}

static GBytes *
turn_for_ever (const void *data)
{
    volatile bool on = true;

    while (on)
        ;
    return g_bytes_new (data, 1);
}

static GBytes *
sleep_long (const void *data G_GNUC_UNUSED)
{
    sleep (30);
    return g_bytes_new ("late", 4);
}

static GBytes *
crash (const void *data G_GNUC_UNUSED)
{
    signal (SIGSEGV, SIG_DFL);
    raise (SIGSEGV);
    return NULL;
}

static GBytes *
leave (const void *data G_GNUC_UNUSED)
{
    _exit (3);
    return NULL;
}

static GBytes *
talk_long (const void *data G_GNUC_UNUSED)
{
    char *text = g_malloc0 (100000);

    return g_bytes_new_take (text, 100000);
}

#ifndef __SANITIZE_ADDRESS__
static GBytes *
take_memory (const void *data G_GNUC_UNUSED)
{
    void *much = malloc (512u << 20);

    return much ? g_bytes_new ("much", 4) : g_bytes_new ("none", 4);
}
#endif

static void
test_sandbox (void)
{
    static const struct {
        const char *name;
        SandboxFunction run;
        const char *want; /* NULL: the error */
        int code;
    } rows[] = {
        { "an answer comes back", say, "hello", 0 },
        { "who turns for ever is stopped", turn_for_ever, NULL, LICET_ERROR_UNAVAILABLE },
        { "who sleeps is killed at the deadline", sleep_long, NULL, LICET_ERROR_UNAVAILABLE },
        { "a crash is an error", crash, NULL, LICET_ERROR_INTERNAL },
        { "an exit is an error", leave, NULL, LICET_ERROR_INTERNAL },
        { "an answer that is too long is an error", talk_long, NULL, LICET_ERROR_LIMIT },
#ifndef __SANITIZE_ADDRESS__
        { "memory is bounded", take_memory, "none", 0 },
#endif
    };
    const SandboxLimits limits = { 2500, 1, 256u << 20, 1000 };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (GError) error = NULL;
        int64_t start = g_get_monotonic_time ();
        g_autoptr (GBytes) answer = sandbox_run (rows[i].run, "hello", &limits, &error);
        g_test_message ("%s", rows[i].name);
        g_assert_cmpint (g_get_monotonic_time () - start, <, 15 * G_USEC_PER_SEC);
        if (!rows[i].want) {
            g_assert_null (answer);
            g_assert_error (error, LICET_ERROR, rows[i].code);
            continue;
        }
        g_assert_no_error (error);
        g_assert_cmpmem (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer),
                         rows[i].want, strlen (rows[i].want));
    }
}

static void
test_tags (void)
{
    static const struct {
        const char *text, *tag, *value;
        bool ok;
    } rows[] = {
        { "v=DKIM1; k=rsa; p=AB C", "p", "AB C", true },
        { "v=DKIM1;k=rsa;p=", "p", "", true },
        { " v = DKIM1 ; ", "v", "DKIM1", true },
        { "v=DMARC1", "p", NULL, true },
        { "", "v", NULL, true },
        { "v=1; v=2", "v", "1", false },
        { "v=1; rubbish", "v", "1", false },
        { "v=1;; p=x", "v", "1", false },
        { "2=1", "2", "1", false },
        { "v=\x01", "v", "\x01", false },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (TagList) list = tag_list_parse (rows[i].text);
        g_test_message ("%s", rows[i].text);
        g_assert_cmpint (list->problem == NULL, ==, rows[i].ok);
        g_assert_cmpstr (tag_list_get (list, rows[i].tag), ==, rows[i].value);
    }
}

/* "example.org TXT text"; a name without rows does not exist. */
typedef struct {
    const char *name;
    DnsType type;
    const char *text; /* NULL: DNS does not answer */
} Row;

typedef struct {
    const Row *rows;
    unsigned count;
    GPtrArray *answers;
} Table;

static const DnsAnswer *
look_up (void *data, const char *name, DnsType type)
{
    Table *table = data;
    DnsAnswer *answer = dns_answer_new (DNS_NONE, NULL);

    g_ptr_array_add (table->answers, answer);
    for (unsigned i = 0; i < table->count; i++) {
        if (strcmp (table->rows[i].name, name) != 0 || table->rows[i].type != type)
            continue;
        if (!table->rows[i].text) {
            answer->status = DNS_TEMPORARY;
            answer->why = g_strdup ("the resolver does not answer");
            return answer;
        }
        unsigned preference = 10;
        answer->status = DNS_FOUND;
        g_ptr_array_add (answer->records, g_strdup (table->rows[i].text));
        g_array_append_val (answer->preferences, preference);
        answer->ttl = 3600;
    }
    return answer;
}

static const Row right[] = {
    { "shop.test", DNS_TXT, "v=spf1 ip4:192.0.2.1 -all" },
    { "shop.test", DNS_MX, "mx.shop.test" },
    { "mx.shop.test", DNS_A, "192.0.2.80" },
    { "_dmarc.shop.test", DNS_TXT, "v=DMARC1; p=reject; rua=mailto:d@shop.test" },
    { "s1._domainkey.shop.test", DNS_TXT, "v=DKIM1; k=rsa; p=QUJD" },
    { "1.2.0.192.in-addr.arpa", DNS_PTR, "out.shop.test" },
    { "out.shop.test", DNS_A, "192.0.2.1" },
    { "_smtp._tls.shop.test", DNS_TXT, "v=TLSRPTv1; rua=mailto:t@shop.test" },
    { "_mta-sts.shop.test", DNS_TXT, "v=STSv1; id=1" },
    { "mta-sts.shop.test", DNS_A, "192.0.2.80" },
};
static const Row silent[] = {
    { "shop.test", DNS_TXT, NULL },
    { "shop.test", DNS_MX, NULL },
    { "_dmarc.shop.test", DNS_TXT, NULL },
    { "s1._domainkey.shop.test", DNS_TXT, NULL },
    { "1.2.0.192.in-addr.arpa", DNS_PTR, NULL },
    { "_smtp._tls.shop.test", DNS_TXT, NULL },
    { "_mta-sts.shop.test", DNS_TXT, NULL },
};

static PreflightRequest *
make_request (const char *domain)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) none = g_ptr_array_new ();
    g_autoptr (Signer) signer = signer_new (none, &error);
    PreflightRequest *request = preflight_request_new (domain, NULL, signer, 1000, &error);

    g_assert_no_error (error);
    g_clear_pointer (&request->no_key, g_free);
    g_strfreev (request->egress);
    request->egress = g_strsplit ("192.0.2.1", " ", -1);
    SignerKeyUse *key = g_new0 (SignerKeyUse, 1);
    *key = (SignerKeyUse){ g_strdup ("shop.test"), g_strdup ("s1"),
                           g_strdup ("v=DKIM1; k=rsa; p=QUJD"), KEY_USE_ALL, 0 };
    g_ptr_array_add (request->keys, key);
    return request;
}

static PreflightReport *
judge (const Row *rows, unsigned count)
{
    g_autoptr (PreflightRequest) request = make_request ("shop.test");
    g_autoptr (GPtrArray) answers =
        g_ptr_array_new_with_free_func ((GDestroyNotify)dns_answer_free);
    Table table = { rows, count, answers };

    return preflight_judge (request, &(DnsSource){ look_up, &table }, 1000);
}

static void
test_judge (void)
{
    g_autoptr (PreflightReport) good = judge (right, G_N_ELEMENTS (right));
    g_autoptr (PreflightReport) unknown = judge (silent, G_N_ELEMENTS (silent));
    g_autoptr (PreflightReport) empty = judge (NULL, 0);

    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++) {
        bool own = fact == AUTH_SPF_ALIGNED || fact == AUTH_DKIM_ALIGNED; /* no matter of DNS */
        g_test_message ("%s", auth_fact_word (fact));
        g_assert_cmpint (good->authentication->answers[fact], ==, AUTH_YES);
        g_assert_cmpint (unknown->authentication->answers[fact], ==,
                         own ? AUTH_YES : AUTH_UNKNOWN);
        g_assert_cmpint (empty->authentication->answers[fact], ==, own ? AUTH_YES : AUTH_NO);
    }
    g_assert_cmpuint (good->findings->len, ==, 0);
    g_assert_cmpuint (preflight_count (unknown, PREFLIGHT_PROBLEM), ==, 0);
    g_assert_cmpuint (preflight_count (unknown, PREFLIGHT_UNKNOWN), >=, 6);
    g_assert_cmpuint (preflight_count (empty, PREFLIGHT_PROBLEM), >=, 5);
}

static SignerKey *
make_spec (const char *domain, const char *selector, const char *file, const char *sender,
           int64_t from, int64_t to)
{
    SignerKey *key = signer_key_spec_new (domain, selector, file);

    key->from = from;
    key->to = to;
    if (sender)
        key->senders = g_strsplit (sender, " ", -1);
    return key;
}

/* "a b? c+500": what signs, for some, from a time on. Caller frees. */
static char *
describe_keys (const PreflightRequest *request)
{
    GString *text = g_string_new (NULL);

    for (unsigned i = 0; i < request->keys->len; i++) {
        const SignerKeyUse *key = g_ptr_array_index (request->keys, i);
        g_string_append_printf (text, "%s%s%s", text->len ? " " : "", key->selector,
                                key->use == KEY_USE_SOME ? "?" : "");
        if (key->use == KEY_USE_LATER)
            g_string_append_printf (text, "+%" G_GINT64_FORMAT, key->from);
    }
    return g_string_free (text, FALSE);
}

/* The keys that are looked at are those that the signer would choose. */
static void
test_keys (void)
{
    static const struct {
        const char *domain;
        int64_t now;
        const char *want, *why; /* why not all is signed, or NULL */
    } rows[] = {
        { "shop.test", 100, "a b old ann? new+500", NULL },
        { "shop.test", 300, "a b ann? new+500", NULL },
        { "shop.test", 500, "a b ann? new", NULL },
        { "news.shop.test", 100, "c", NULL },
        { "a.news.shop.test", 100, "c", NULL },
        { "other.shop.test", 100, "a b old new+500", NULL },
        { "below.alone.shop.test", 100, "a b old new+500", NULL },
        { "eshop.test", 100, "", "no key for eshop.test" },
        { "test.test", 100, "", "no key for test.test" },
        { "desk.test", 100, "ann?", "no key for desk.test" },
        { "past.test", 300, "", "the key p for past.test signs until" },
        { "past.test", 100, "p", NULL },
        { "table.test", 100, "t?", "no key for table.test" },
        { "all.test", 100, "t", NULL },
        { "sub.all.test", 100, "u", NULL },
    };
    g_autofree char *pem = NULL, *record = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp ("licet-preflight.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "key.pem", NULL);
    g_autofree char *key_table = g_build_filename (dir, "KeyTable", NULL);
    g_autofree char *signing_table = g_build_filename (dir, "SigningTable", NULL);
    g_autofree char *setting = g_strconcat ("refile:", signing_table, NULL);
    g_autofree char *key_rows =
        g_strdup_printf ("one all.test:t:%s\ntwo %%:u:%s\n", path, path);
    g_autoptr (GPtrArray) keys =
        g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_spec_free);

    g_assert_true (signer_key_new ("ed25519", &pem, &record, &error));
    g_assert_true (
        g_file_set_contents_full (path, pem, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error));
    g_assert_true (g_file_set_contents (key_table, key_rows, -1, &error));
    g_assert_true (g_file_set_contents (
        signing_table, "ann@table.test one\n*@all.test one\n*@sub.all.test two\n", -1, &error));
    g_ptr_array_add (keys, make_spec ("shop.test", "a", path, NULL, 0, 0));
    g_ptr_array_add (keys, make_spec ("shop.test", "b", path, NULL, 0, 0));
    g_ptr_array_add (keys, make_spec ("shop.test", "old", path, NULL, 0, 200));
    g_ptr_array_add (keys, make_spec ("shop.test", "ann", path, "ann@desk.test", 0, 0));
    g_ptr_array_add (keys, make_spec ("shop.test", "new", path, NULL, 500, 0));
    g_ptr_array_add (keys, make_spec ("news.shop.test", "c", path, NULL, 0, 0));
    g_ptr_array_add (keys, make_spec ("alone.shop.test", "d", path, NULL, 0, 0));
    ((SignerKey *)keys->pdata[6])->subdomains = false;
    g_ptr_array_add (keys, make_spec ("past.test", "p", path, NULL, 0, 200));
    g_autoptr (Signer) signer = signer_open (
        &(SignerOptions){ .keys = keys, .key_table = key_table, .signing_table = setting },
        &error);
    g_assert_no_error (error);
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (PreflightRequest) request =
            preflight_request_new (rows[i].domain, NULL, signer, rows[i].now, &error);
        g_test_message ("%s", rows[i].domain);
        g_assert_no_error (error);
        g_autofree char *got = describe_keys (request);
        g_assert_cmpstr (got, ==, rows[i].want);
        g_assert_cmpint (request->no_key != NULL, ==, rows[i].why != NULL);
        if (rows[i].why)
            g_assert_true (g_str_has_prefix (request->no_key, rows[i].why));
    }
    unlink (path);
    unlink (key_table);
    unlink (signing_table);
    rmdir (dir);
}

/* A key of named senders decides when there is no other; one of later days never, but it must be
 * published in time. */
static void
test_uses (void)
{
    static const struct {
        KeyUse use;
        int64_t from;
        bool no_key, published;
        AuthAnswer want;
        const char *check; /* the finding, or NULL */
        PreflightGrade grade;
    } rows[] = {
        { KEY_USE_ALL, 0, false, true, AUTH_YES, NULL, 0 },
        { KEY_USE_ALL, 0, false, false, AUTH_NO, "dkim-missing", PREFLIGHT_PROBLEM },
        { KEY_USE_SOME, 0, true, true, AUTH_YES, "dkim-some", PREFLIGHT_NOTE },
        { KEY_USE_SOME, 0, true, false, AUTH_NO, "dkim-missing", PREFLIGHT_PROBLEM },
        { KEY_USE_LATER, 500000, true, true, AUTH_NO, "dkim-none", PREFLIGHT_PROBLEM },
        { KEY_USE_LATER, 500000, true, false, AUTH_NO, "dkim-next", PREFLIGHT_NOTE },
        { KEY_USE_LATER, 100000, true, false, AUTH_NO, "dkim-next", PREFLIGHT_PROBLEM },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (PreflightRequest) request = make_request ("shop.test");
        g_autoptr (GPtrArray) answers =
            g_ptr_array_new_with_free_func ((GDestroyNotify)dns_answer_free);
        Table table = { rows[i].published ? right : NULL,
                        rows[i].published ? G_N_ELEMENTS (right) : 0, answers };
        SignerKeyUse *key = g_ptr_array_index (request->keys, 0);
        bool found = !rows[i].check;

        key->use = rows[i].use;
        key->from = rows[i].from;
        request->no_key = rows[i].no_key ? g_strdup ("no key for shop.test") : NULL;
        g_autoptr (PreflightReport) report =
            preflight_judge (request, &(DnsSource){ look_up, &table }, 1000);
        g_test_message ("row %u", i);
        g_assert_cmpint (report->authentication->answers[AUTH_DKIM], ==, rows[i].want);
        for (unsigned f = 0; f < report->findings->len; f++) {
            const PreflightFinding *finding = g_ptr_array_index (report->findings, f);
            if (rows[i].check && strcmp (finding->check, rows[i].check) == 0) {
                found = true;
                g_assert_cmpint (finding->grade, ==, rows[i].grade);
            }
        }
        g_assert_true (found);
    }
}

static void
test_pack (void)
{
    g_autoptr (PreflightReport) report = judge (silent, G_N_ELEMENTS (silent));
    g_autoptr (GBytes) bytes = preflight_report_pack (report);
    g_autoptr (GError) error = NULL;
    g_autoptr (PreflightReport) again = preflight_report_unpack (bytes, &error);
    g_autoptr (GRand) random = g_rand_new_with_seed (7);

    g_assert_no_error (error);
    g_assert_cmpuint (again->findings->len, ==, report->findings->len);
    for (unsigned i = 0; i < report->findings->len; i++) {
        const PreflightFinding *one = g_ptr_array_index (report->findings, i);
        const PreflightFinding *other = g_ptr_array_index (again->findings, i);
        g_assert_cmpint (one->grade, ==, other->grade);
        g_assert_true (one->check == other->check);
        g_assert_cmpstr (one->what, ==, other->what);
        g_assert_cmpstr (one->publish, ==, other->publish);
    }
    /* A helper that was taken over may send anything. */
    for (unsigned i = 0; i < 5000; i++) {
        size_t length = 0;
        const guint8 *data = g_bytes_get_data (bytes, &length);
        g_autofree guint8 *changed = g_memdup2 (data, length);
        for (int n = g_rand_int_range (random, 1, 8); n > 0; n--)
            changed[g_rand_int_range (random, 0, (int)length)] ^=
                (guint8)(1u << g_rand_int_range (random, 0, 8));
        g_autoptr (GBytes) mutant =
            g_bytes_new (changed, (size_t)g_rand_int_range (random, 0, (int)length + 1));
        g_autoptr (PreflightReport) read = preflight_report_unpack (mutant, NULL);
    }
}

static gpointer
ask_helper (gpointer data)
{
    g_autoptr (PreflightRequest) request = make_request ("shop.test");
    g_autoptr (GError) error = NULL;

    g_free (request->resolver);
    request->resolver = g_strdup ("127.0.0.1:1"); /* where nobody listens */
    g_autoptr (PreflightReport) report = preflight_helper_ask (data, request, 5, &error);
    g_assert_no_error (error);
    g_assert_cmpint (report->authentication->at, ==, 5);
    g_assert_cmpint (report->authentication->answers[AUTH_SPF], ==, AUTH_UNKNOWN);
    g_assert_cmpint (report->authentication->answers[AUTH_DMARC], ==, AUTH_UNKNOWN);
    return NULL;
}

static void
test_helper (void)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (PreflightHelper) helper = preflight_helper_start (&error);
    GThread *threads[3];

    g_assert_no_error (error);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("ask", ask_helper, helper);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
    preflight_helper_stop (helper);
    g_autoptr (PreflightRequest) request = make_request ("shop.test");
    g_autoptr (PreflightReport) report = preflight_helper_ask (helper, request, 5, &error);
    g_assert_null (report);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
}

static Authentication *
make_known (const char *envelope, int64_t at, AuthAnswer answer)
{
    Authentication *known = authentication_new ("shop.test", envelope, at);

    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++)
        authentication_settle (known, fact, answer, "seen");
    return known;
}

static void
test_board (void)
{
    g_autoptr (AuthenticationBoard) board = authentication_board_new ();

    g_assert_null (authentication_board_find (board, "shop.test", "shop.test"));
    authentication_board_put (board, make_known ("shop.test", 10, AUTH_YES));
    authentication_board_put (board, make_known ("shop.test", 20, AUTH_YES));
    g_autoptr (GPtrArray) list = authentication_board_list (board);
    g_assert_cmpuint (list->len, ==, 1);
    g_assert_null (authentication_board_find (board, "news.shop.test", "shop.test"));
    g_autoptr (Authentication) same =
        authentication_board_find (board, "Shop.Test", "SHOP.TEST");
    g_assert_cmpint (same->answers[AUTH_SPF], ==, AUTH_YES);
    g_assert_cmpint (same->at, ==, 20);
    /* Of another envelope SPF is not known, and DKIM still aligns. */
    g_autoptr (Authentication) other =
        authentication_board_find (board, "shop.test", "else.test");
    g_assert_cmpint (other->answers[AUTH_SPF], ==, AUTH_UNKNOWN);
    g_assert_cmpint (other->answers[AUTH_SPF_ALIGNED], ==, AUTH_UNKNOWN);
    g_assert_cmpint (other->answers[AUTH_DKIM], ==, AUTH_YES);
    g_assert_cmpint (other->answers[AUTH_ALIGNED], ==, AUTH_YES);
    g_autoptr (Authentication) null_sender =
        authentication_board_find (board, "shop.test", NULL);
    g_assert_cmpint (null_sender->answers[AUTH_SPF], ==, AUTH_UNKNOWN);
    authentication_board_remove (board, same);
    g_assert_null (authentication_board_find (board, "shop.test", "shop.test"));
}

static void
test_recall (void)
{
    static const struct {
        const char *name;
        AuthAnswer before, now, want;
        int64_t age;
    } rows[] = {
        { "what was seen stands", AUTH_YES, AUTH_UNKNOWN, AUTH_YES, 100 },
        { "so does what was wrong", AUTH_NO, AUTH_UNKNOWN, AUTH_NO, 100 },
        { "but not for ever", AUTH_YES, AUTH_UNKNOWN, AUTH_UNKNOWN, 1001 },
        { "what is seen now counts", AUTH_YES, AUTH_NO, AUTH_NO, 100 },
        { "nothing is nothing", AUTH_UNKNOWN, AUTH_UNKNOWN, AUTH_UNKNOWN, 100 },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (Authentication) before = make_known ("shop.test", 5000, rows[i].before);
        g_autoptr (Authentication) now =
            make_known ("shop.test", 5000 + rows[i].age, rows[i].now);
        authentication_recall (now, before, 1000);
        g_test_message ("%s", rows[i].name);
        g_assert_cmpint (now->answers[AUTH_DMARC], ==, rows[i].want);
        /* Recalled once more it is as old as when it was seen. */
        g_autoptr (Authentication) later =
            make_known ("shop.test", 5000 + 2 * 1000, AUTH_UNKNOWN);
        authentication_recall (later, now, 1000);
        if (rows[i].now == AUTH_UNKNOWN)
            g_assert_cmpint (later->answers[AUTH_DMARC], ==, AUTH_UNKNOWN);
    }
}

/* facts: "spf=yes dkim=no", all others unknown; NULL: nobody has looked. */
static Authentication *
make_facts (const char *facts)
{
    Authentication *known = facts ? authentication_new ("shop.test", "shop.test", 1) : NULL;
    g_auto (GStrv) words = g_strsplit (facts ? facts : "", " ", -1);

    for (char **word = words; *word && **word; word++) {
        g_auto (GStrv) parts = g_strsplit (*word, "=", 2);
        authentication_settle (known, auth_fact_parse (parts[0]),
                               strcmp (parts[1], "yes") == 0 ? AUTH_YES : AUTH_NO, "seen");
    }
    return known;
}

static void
test_rule (void)
{
    static const struct {
        const char *parameters, *facts;
        Verdict want;
    } rows[] = {
        { "require = [ \"spf\", \"dkim\" ];", "spf=yes dkim=yes", VERDICT_SATISFIED },
        { "require = [ \"spf\", \"dkim\" ];", "spf=yes dkim=no", VERDICT_VIOLATED },
        { "require = [ \"spf\", \"dkim\" ];", "dkim=no", VERDICT_VIOLATED },
        { "require = [ \"spf\", \"dkim\" ];", "dkim=yes", VERDICT_CANNOT_TELL },
        { "require = [ \"spf\", \"dkim\" ];", NULL, VERDICT_CANNOT_TELL },
        { "require_one = [ \"spf\", \"dkim\" ];", "spf=no dkim=yes", VERDICT_SATISFIED },
        { "require_one = [ \"spf\", \"dkim\" ];", "dkim=yes", VERDICT_SATISFIED },
        { "require_one = [ \"spf\", \"dkim\" ];", "spf=no", VERDICT_CANNOT_TELL },
        { "require_one = [ \"spf\", \"dkim\" ];", "spf=no dkim=no", VERDICT_VIOLATED },
        { "require = [ \"ptr\" ]; require_one = [ \"spf\" ];", "ptr=yes spf=no",
          VERDICT_VIOLATED },
        { "require = [ \"ptr\" ]; require_one = [ \"spf\" ];", "spf=yes", VERDICT_CANNOT_TELL },
        { "require = [ \"ptr\" ]; require_one = [ \"spf\" ];", "ptr=yes spf=yes",
          VERDICT_SATISFIED },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *text =
            g_strdup_printf ("id = \"R\"; kind = \"authentication\"; applies_to = [ "
                             "\"promotional\" ]; otherwise = "
                             "\"refuse\"; source = \"S\"; provenance = \"verify: x\"; %s",
                             rows[i].parameters);
        g_autoptr (GError) error = NULL;
        g_autoptr (Conffile) file = conffile_parse (text, "R.cfg", &error);
        g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
        Rule *rule = rule_load (conffile_root (file), problems);
        g_autoptr (Authentication) known = make_facts (rows[i].facts);
        g_autoptr (RuleResult) result = rule_result_new ();
        g_assert_cmpuint (problems->len, ==, 0);
        authentication_rule_judge (rule->parameters, known, result);
        g_test_message ("%s %s: %s", rows[i].parameters, rows[i].facts, result->evidence);
        g_assert_cmpint (result->verdict, ==, rows[i].want);
        g_assert_cmpint (result->not_set_up, ==, rows[i].facts == NULL);
        g_assert_cmpint (rule->cannot_tell, ==, ACTION_ALLOW);
        rule_free (rule);
    }
}

int
main (int argc, char *argv[])
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    g_test_add_func ("/preflight/sandbox", test_sandbox);
    g_test_add_func ("/preflight/tags", test_tags);
    g_test_add_func ("/preflight/judge", test_judge);
    g_test_add_func ("/preflight/keys", test_keys);
    g_test_add_func ("/preflight/uses", test_uses);
    g_test_add_func ("/preflight/pack", test_pack);
    g_test_add_func ("/preflight/helper", test_helper);
    g_test_add_func ("/preflight/board", test_board);
    g_test_add_func ("/preflight/recall", test_recall);
    g_test_add_func ("/preflight/rule", test_rule);
    return g_test_run ();
}
