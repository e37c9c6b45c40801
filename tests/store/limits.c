/* SPDX-License-Identifier: BSD-2-Clause */

/* Sending limits over several hosts: the counts in PostgreSQL answer as those in memory do, whoever
 * asks at once. */

#include <glib/gstdio.h>
#include <string.h>

#include "server.h"

#include "licet/error.h"
#include "licet/quota.h"

static Server *server;
enum { START = 1700000040, SENDERS = 24, MESSAGES = 25 };

static Quotas *
open_shared (void)
{
    g_autofree char *uri = server_uri (server, true);
    ConsentOptions options = { .timeout_ms = 30000, .connections = SENDERS / 2 };
    g_autoptr (GError) error = NULL;
    Quotas *quotas = quotas_open_with (uri, &options, START, &error);

    g_assert_no_error (error);
    return quotas;
}

/* As text, so that two can be compared. Caller frees. */
static char *
describe (const QuotaAnswer *answer, unsigned wanted)
{
    if (answer->taken == wanted)
        return g_strdup_printf ("all %u", wanted);
    return g_strdup_printf (
        "%u of %u, limit %u, window %u, used %" G_GINT64_FORMAT ", until %" G_GINT64_FORMAT,
        answer->taken, wanted, answer->limit, answer->window, answer->used, answer->until);
}

static char *
describe_uses (Quotas *quotas, int64_t now)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) list = quotas_list (quotas, now, &error);
    GString *text = g_string_new (NULL);

    g_assert_no_error (error);
    for (unsigned i = 0; i < list->len; i++) {
        const QuotaUse *use = g_ptr_array_index (list, i);
        g_string_append_printf (
            text, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
            use->key, use->used[0], use->used[1], use->used[2]);
    }
    return g_string_free (text, FALSE);
}

/* Takes in two steps, of which some recipients leave. */
static char *
send (Quotas *quotas, const QuotaLimit *limits, unsigned count, unsigned recipients,
      int64_t now, unsigned leaves)
{
    g_autoptr (QuotaHold) hold = quota_hold_new (quotas, now);
    g_autoptr (GError) error = NULL;
    GString *text = g_string_new (NULL);

    for (unsigned first = 0; first < recipients;) {
        g_autoptr (GArray) some = g_array_new (FALSE, FALSE, sizeof (unsigned));
        QuotaAnswer answer;
        for (unsigned n = (recipients + 1) / 2; n > 0 && first < recipients; n--, first++)
            g_array_append_val (some, first);
        g_assert_true (quota_hold_take (hold, limits, count, some, &answer, &error));
        g_assert_no_error (error);
        g_autofree char *one = describe (&answer, some->len);
        g_string_append_printf (text, "%s; ", one);
    }
    for (unsigned i = 0; i < recipients; i++)
        if (leaves >> i % 8 & 1)
            quota_hold_commit (hold, i);
    return g_string_free (text, FALSE);
}

/* What PostgreSQL answers is what memory answers, over messages of all kinds in all minutes. */
static void
test_same (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-limits.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "sent", NULL);
    static const char *const keys[] = { "a", "b/x.test", "c/\"ann\\\"@x.test" };
    int64_t now = START;
    unsigned full = 0;

    server_empty (server);
    g_autoptr (Quotas) shared = open_shared (), own = quotas_open (path, START, NULL);
    g_autoptr (GRand) random = g_rand_new_with_seed (7);
    for (unsigned round = 0; round < 400; round++) {
        QuotaLimit limits[G_N_ELEMENTS (keys)];
        for (unsigned i = 0; i < G_N_ELEMENTS (keys); i++) {
            limits[i] = (QuotaLimit){ .key = keys[i], .per_message = g_rand_boolean (random) };
            for (unsigned window = 0; window < QUOTA_WINDOWS; window++)
                limits[i].most[window] =
                    g_rand_int_range (random, -1, (int)(6 << (2 * window)));
        }
        unsigned count = (unsigned)g_rand_int_range (random, 1, 4);
        unsigned recipients = (unsigned)g_rand_int_range (random, 1, 6);
        unsigned leaves = g_rand_int (random);
        now += g_rand_int_range (random, 0, 3) * g_rand_int_range (random, 0, 1500);
        g_autofree char *want = send (own, limits, count, recipients, now, leaves);
        g_autofree char *got = send (shared, limits, count, recipients, now, leaves);
        g_assert_cmpstr (got, ==, want);
        g_autofree char *own_uses = describe_uses (own, now);
        g_autofree char *shared_uses = describe_uses (shared, now);
        g_assert_cmpstr (shared_uses, ==, own_uses);
        full += strstr (want, "limit") != NULL;
        if (g_test_failed ())
            return;
    }
    g_assert_cmpuint (full, >, 50);
    g_assert_cmpuint (full, <, 350);
    g_unlink (path);
    g_rmdir (dir);
}

typedef struct {
    Quotas *quotas;
    unsigned number;
    int *sent, *waited;
} Racer;

/* Each message to three, under two limits in an order of its own; every fifth hand-over fails. */
static void *
race (void *data)
{
    const Racer *racer = data;
    const QuotaLimit limits[] = {
        { "both", false, { -1, 500, -1 } },
        { racer->number % 2 ? "odd" : "even", true, { -1, -1, 9000 } }
    };
    const QuotaLimit turned[] = { limits[1], limits[0] };

    for (unsigned i = 0; i < MESSAGES; i++) {
        g_autoptr (QuotaHold) hold = quota_hold_new (racer->quotas, START);
        g_autoptr (GArray) recipients = g_array_new (FALSE, FALSE, sizeof (unsigned));
        g_autoptr (GError) error = NULL;
        QuotaAnswer answer = { 0 };
        for (unsigned recipient = 0; recipient < 3; recipient++)
            g_array_append_val (recipients, recipient);
        g_assert_true (quota_hold_take (hold, racer->number % 3 ? limits : turned, 2,
                                        recipients, &answer, &error));
        g_assert_no_error (error);
        for (unsigned recipient = 0; recipient < answer.taken && i % 5; recipient++)
            quota_hold_commit (hold, recipient);
        g_atomic_int_add (racer->sent, i % 5 ? (int)answer.taken : 0);
        g_atomic_int_add (racer->waited, 3 - (int)answer.taken);
    }
    return NULL;
}

/* Over two hosts. Returns how many recipients got something. */
static int
race_all (Quotas *first, Quotas *second)
{
    Racer racers[SENDERS];
    GThread *threads[SENDERS];
    int sent = 0, waited = 0;

    for (unsigned i = 0; i < SENDERS; i++) {
        racers[i] = (Racer){ i % 2 ? first : second, i, &sent, &waited };
        threads[i] = g_thread_new ("race", race, &racers[i]);
    }
    for (unsigned i = 0; i < SENDERS; i++)
        g_thread_join (threads[i]);
    g_test_message ("%d sent, %d waited", sent, waited);
    g_assert_cmpint (waited, >, 0);
    return sent;
}

static void
test_racing (void)
{
    server_empty (server);
    g_autoptr (Quotas) first = open_shared (), second = open_shared ();

    int sent = race_all (first, second);
    g_assert_cmpint (sent, <=, 500);
    g_autofree char *counted =
        server_value (server, "SELECT sum(n) FROM licet.sent WHERE key = 'both'");
    /* What did not leave is given back to the last one. */
    g_assert_cmpint (g_ascii_strtoll (counted, NULL, 10), ==, sent);
    /* What is left over is there for the next. */
    const QuotaLimit limit = { "both", false, { -1, 500, -1 } };
    unsigned left = 500 - (unsigned)sent;
    g_autofree char *rest = send (first, &limit, 1, left + 2, START, 0xff);
    g_autofree char *end =
        server_value (server, "SELECT sum(n) FROM licet.sent WHERE key = 'both'");
    g_assert_cmpstr (end, ==, "500");
    g_assert_nonnull (strstr (rest, "used 500"));
}

/* Nobody knows, and nothing is held; what could not be given back stays counted. */
static void
test_down (void)
{
    const QuotaLimit limit = { "k", false, { -1, 2, -1 } };
    g_autoptr (GArray) recipients = g_array_new (FALSE, TRUE, sizeof (unsigned));
    g_autoptr (GError) error = NULL;
    QuotaAnswer answer = { 0 };

    server_empty (server);
    g_array_set_size (recipients, 1);
    g_autoptr (Quotas) quotas = open_shared ();
    QuotaHold *lost = quota_hold_new (quotas, START);
    g_assert_true (quota_hold_take (lost, &limit, 1, recipients, &answer, &error));
    server_kill (server);
    quota_hold_free (lost);
    QuotaHold *hold = quota_hold_new (quotas, START);
    g_assert_false (quota_hold_take (hold, &limit, 1, recipients, &answer, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_assert_null (quotas_list (quotas, START, NULL));
    quota_hold_free (hold);
    server_start (server);
    bool back = false;
    for (unsigned i = 0; i < 200 && !back; i++) {
        g_autoptr (QuotaHold) later = quota_hold_new (quotas, START);
        back = quota_hold_take (later, &limit, 1, recipients, &answer, NULL);
        g_usleep (100000);
    }
    g_assert_cmpuint (answer.taken, ==, 1);
    g_autofree char *text = describe_uses (quotas, START);
    g_assert_cmpstr (text, ==, "k 1 1 1\n");
}

/* What no window needs goes, once an hour. */
static void
test_forgetting (void)
{
    const QuotaLimit limit = { "k", false, { -1, -1, -1 } };
    int64_t later = START + 3 * 86400;

    server_empty (server);
    g_autoptr (Quotas) quotas = open_shared ();
    g_free (send (quotas, &limit, 1, 1, START, 0xff));
    g_assert_true (quotas_save (quotas, NULL));
    g_free (send (quotas, &limit, 1, 1, later, 0xff));
    g_autofree char *both = server_value (server, "SELECT count(*) FROM licet.sent");
    g_assert_true (quotas_save (quotas, NULL));
    g_autofree char *one = server_value (server, "SELECT count(*) FROM licet.sent");
    g_assert_cmpstr (both, ==, "2");
    g_assert_cmpstr (one, ==, "1");
}

/* What one host with a wrong clock takes for old the others still need; it takes no more than is left,
 * and what it takes ends for the others as their own does. */
static void
test_ahead (void)
{
    const QuotaLimit limit = { "k", false, { -1, -1, 5 } },
                     hourly = { "h", false, { -1, 5, -1 } };
    int64_t now = g_get_real_time () / G_USEC_PER_SEC;

    server_empty (server);
    g_autoptr (Quotas) right = open_shared (), ahead = open_shared ();
    g_free (send (right, &limit, 1, 5, now, 0xff));
    g_free (send (ahead, &limit, 1, 1, now + 30 * 86400, 0xff));
    g_assert_true (quotas_save (ahead, NULL));
    g_autofree char *kept = server_value (server, "SELECT sum(n) FROM licet.sent");
    g_assert_cmpstr (kept, ==, "5");
    g_free (send (ahead, &hourly, 1, 4, now + 6 * 3600, 0));
    g_free (send (ahead, &hourly, 1, 4, now + 6 * 3600, 0x3));
    g_autofree char *left = server_value (server, "SELECT sum(n) FROM licet.sent WHERE key = 'h'");
    g_assert_cmpstr (left, ==, "2");
    g_autofree char *later = server_value (
        server, "SELECT count(*) FROM licet.sent WHERE minute > extract(epoch FROM now()) / 60");
    g_assert_cmpstr (later, ==, "0");
}

/* Tables of the version before get those of the counts. */
static void
test_older (void)
{
    server_empty (server);
    Quotas *quotas = open_shared ();
    g_free (describe_uses (quotas, START));
    quotas_free (quotas);
    server_set_back (server);
    g_autoptr (Quotas) again = open_shared ();
    const QuotaLimit limit = { "k", false, { -1, 1, -1 } };
    g_autofree char *text = send (again, &limit, 1, 2, START, 0xff);
    g_assert_cmpstr (text, ==, "all 1; 0 of 1, limit 0, window 1, used 1, until 1700003640; ");
}

int
main (int argc, char **argv)
{
    static const ServerTest tests[] = {
        { "the server answers as memory does", test_same },
        { "the last place is one, whoever asks at once", test_racing },
        { "a server that is down is told of", test_down },
        { "old counts are forgotten", test_forgetting },
        { "a clock that is ahead forgets nothing of others", test_ahead },
        { "older tables are brought forward", test_older },
    };

    return server_test (argc, argv, "limits", tests, G_N_ELEMENTS (tests), &server);
}
