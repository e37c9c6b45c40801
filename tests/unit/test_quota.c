/* SPDX-License-Identifier: BSD-2-Clause */

/* Counts of what was sent, and the limits of sending-limits.cfg. */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "licet/clock.h"
#include "licet/error.h"
#include "licet/policy.h"
#include "licet/quota.h"

static char *
make_path (char **ret_dir)
{
    *ret_dir = g_dir_make_tmp ("licet-quota.XXXXXX", NULL);
    return g_build_filename (*ret_dir, "sent.db", NULL);
}

static void
remove_all (const char *dir, const char *path)
{
    g_unlink (path);
    g_rmdir (dir);
}

/* One recipient takes one of each, or learns which is full. */
static bool
take (QuotaHold *hold, const QuotaLimit *limits, unsigned count, unsigned recipient,
      QuotaAnswer *ret_answer)
{
    g_autoptr (GArray) recipients = g_array_new (FALSE, FALSE, sizeof (unsigned));
    g_autoptr (GError) error = NULL;

    g_array_append_val (recipients, recipient);
    g_assert_true (quota_hold_take (hold, limits, count, recipients, ret_answer, &error));
    g_assert_no_error (error);
    return ret_answer->taken == 1;
}

/* A message to `recipients`, of which those that fit leave. Returns how many did. */
static unsigned
send (Quotas *quotas, const QuotaLimit *limits, unsigned count, unsigned recipients,
      int64_t now, QuotaAnswer *ret_full)
{
    g_autoptr (QuotaHold) hold = quota_hold_new (quotas, now);
    unsigned sent = 0;

    for (unsigned i = 0; i < recipients; i++) {
        if (!take (hold, limits, count, i, ret_full))
            continue;
        quota_hold_commit (hold, i);
        sent++;
    }
    return sent;
}

static void
test_windows (void)
{
    static const struct {
        const char *name;
        int64_t minute, hour, day; /* the limit */
        int64_t after;             /* seconds after the first message */
        unsigned recipients, want; /* of the second message; the first has 5 */
        int64_t until;             /* seconds after the first, 0: it fits */
    } rows[] = {
        { "no limit", -1, -1, -1, 0, 100, 100, 0 },
        { "room in the minute", 10, -1, -1, 0, 6, 5, 60 },
        { "the next minute is new", 10, -1, -1, 60, 10, 10, 0 },
        { "the same minute, later", 10, -1, -1, 59, 6, 5, 60 },
        { "the hour slides", -1, 7, -1, 1800, 3, 2, 3600 },
        { "after an hour all fits", -1, 7, -1, 3600, 7, 7, 0 },
        { "the day slides", -1, -1, 5, 86399, 1, 0, 86400 },
        { "after a day all fits", -1, -1, 5, 86400, 5, 5, 0 },
        { "the tightest decides", 100, 50, 6, 0, 3, 1, 86400 },
        { "the longest wait is told", 5, 5, 100, 0, 1, 0, 3600 },
        { "nothing may be sent", -1, -1, 0, 0, 1, 0, -1 },
    };
    const int64_t start = 1700000040; /* at the beginning of a minute */

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *dir = NULL;
        g_autofree char *path = make_path (&dir);
        g_autoptr (GError) error = NULL;
        g_autoptr (Quotas) quotas = quotas_open (path, start, &error);
        QuotaLimit limit = { "k", false, { rows[i].minute, rows[i].hour, rows[i].day } };
        QuotaLimit free = { "k", false, { -1, -1, -1 } };
        QuotaAnswer full = { 0 };
        g_test_message ("%s", rows[i].name);
        g_assert_no_error (error);
        send (quotas, &free, 1, 5, start, &full);
        unsigned sent =
            send (quotas, &limit, 1, rows[i].recipients, start + rows[i].after, &full);
        g_assert_cmpuint (sent, ==, rows[i].want);
        if (rows[i].until)
            g_assert_cmpint (full.until, ==, rows[i].until < 0 ? 0 : start + rows[i].until);
        else
            g_assert_cmpuint (sent, ==, rows[i].recipients);
        remove_all (dir, path);
    }
}

static int64_t
used (Quotas *quotas, const char *key, int64_t now)
{
    g_autoptr (GPtrArray) list = quotas_list (quotas, now, NULL);

    for (unsigned i = 0; i < list->len; i++)
        if (strcmp (((QuotaUse *)g_ptr_array_index (list, i))->key, key) == 0)
            return ((QuotaUse *)g_ptr_array_index (list, i))->used[QUOTA_DAY];
    return 0;
}

static void
test_hold (void)
{
    g_autofree char *dir = NULL;
    g_autofree char *path = make_path (&dir);
    g_autoptr (Quotas) quotas = quotas_open (path, 6000, NULL);
    const QuotaLimit limits[] = { { "a", false, { -1, 3, -1 } },
                                  { "m", true, { -1, 2, -1 } },
                                  { "b", false, { -1, 2, -1 } } };
    QuotaAnswer full = { 0 };
    QuotaHold *hold = quota_hold_new (quotas, 6000);

    /* What is taken and not committed is given back; nobody else gets it meanwhile. */
    g_assert_true (take (hold, limits, 3, 0, &full));
    g_assert_true (take (hold, limits, 3, 1, &full));
    g_assert_false (take (hold, limits, 3, 2, &full));
    g_assert_cmpuint (full.limit, ==, 2);
    g_assert_cmpuint (full.window, ==, QUOTA_HOUR);
    g_assert_cmpint (used (quotas, "a", 6000), ==, 2); /* none of the limits of the third */
    g_assert_cmpint (used (quotas, "m", 6000), ==, 1); /* one message */
    quota_hold_commit (hold, 1);
    quota_hold_free (hold);
    g_assert_cmpint (used (quotas, "a", 6000), ==, 1);
    g_assert_cmpint (used (quotas, "b", 6000), ==, 1);
    g_assert_cmpint (used (quotas, "m", 6000), ==, 1);
    /* A message of which nothing leaves counts for nothing. */
    hold = quota_hold_new (quotas, 6000);
    g_assert_true (take (hold, limits, 2, 0, &full));
    quota_hold_free (hold);
    g_assert_cmpint (used (quotas, "m", 6000), ==, 1);
    quota_hold_commit (NULL, 0);
    remove_all (dir, path);
}

static void
test_restart (void)
{
    g_autofree char *dir = NULL;
    g_autofree char *path = make_path (&dir);
    g_autoptr (GError) error = NULL;
    const QuotaLimit limit = { "k", false, { -1, 10, -1 } };
    QuotaAnswer full = { 0 };
    Quotas *quotas = quotas_open (path, 6000, NULL);

    g_assert_cmpuint (send (quotas, &limit, 1, 7, 6000, &full), ==, 7);
    g_assert_true (quotas_save (quotas, &error));
    g_assert_true (quotas_save (quotas, &error)); /* nothing to do */
    quotas_free (quotas);
    quotas = quotas_open (path, 6100, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (send (quotas, &limit, 1, 7, 6100, &full), ==, 3);
    g_assert_true (quotas_save (quotas, &error));
    quotas_free (quotas);
    quotas = quotas_open (path, 6000 + 3 * 86400, &error);
    g_assert_cmpint (used (quotas, "k", 6000 + 3 * 86400), ==, 0);
    quotas_free (quotas);
    g_assert_true (g_file_set_contents (path,
                                        "no database at all, but long enough to be read as "
                                        "a header of one hundred bytes, which it is not....",
                                        -1, NULL));
    g_assert_null (quotas_open (path, 6000, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
    remove_all (dir, path);
}

static gpointer
send_many (gpointer data)
{
    const QuotaLimit limit = { "k", false, { -1, 1000, -1 } };
    QuotaAnswer full = { 0 };
    size_t sent = 0;

    for (unsigned i = 0; i < 500; i++)
        sent += send (data, &limit, 1, 1, 6000, &full);
    return (gpointer)sent;
}

static void
test_threads (void)
{
    g_autofree char *dir = NULL;
    g_autofree char *path = make_path (&dir);
    g_autoptr (Quotas) quotas = quotas_open (path, 6000, NULL);
    GThread *threads[4];
    size_t sent = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("send", send_many, quotas);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        sent += (size_t)g_thread_join (threads[i]);
    g_assert_cmpuint (sent, ==, 1000); /* of 2000, and not one more */
    remove_all (dir, path);
}

static PolicySet *
load (const char *limits, GError **error)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-sending.XXXXXX", NULL);
    const char *const files[][2] = {
        { "licet-policy.cfg", "default_territory = \"XX\"; unsubscribe_words = [ \"u\" ];" },
        { "territories/XX.cfg",
          "territory = \"XX\"; name = \"N\"; mixed_mail = \"any-promotion\"; "
          "rules = ();" },
        { "sending-limits.cfg", limits },
    };
    g_autofree char *territories = g_build_filename (dir, "territories", NULL);

    g_mkdir (territories, 0700);
    for (unsigned i = 0; i < G_N_ELEMENTS (files); i++) {
        g_autofree char *path = g_build_filename (dir, files[i][0], NULL);
        g_assert_true (g_file_set_contents (path, files[i][1], -1, NULL));
    }
    PolicySet *set = policy_set_load (dir, error);
    for (unsigned i = 0; i < G_N_ELEMENTS (files); i++) {
        g_autofree char *path = g_build_filename (dir, files[i][0], NULL);
        g_unlink (path);
    }
    g_rmdir (territories);
    g_rmdir (dir);
    return set;
}

static char *
describe (const char *limits, const char *from, const char *time)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (PolicySet) set = load (limits, &error);
    g_autofree char *text = g_strdup_printf ("From: %s\r\nSubject: x\r\n\r\nx\r\n", from);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (Message) message = message_parse (bytes, &error);
    GString *found = g_string_new (NULL);
    int64_t now = 0;

    g_assert_no_error (error);
    g_assert_true (clock_parse (time, &now, NULL));
    g_autoptr (GPtrArray) list = policy_sending_limits (set, message, now);
    for (unsigned i = 0; i < list->len; i++) {
        const SendingLimit *limit = g_ptr_array_index (list, i);
        g_autofree char *one = sending_limit_describe (limit);
        g_string_append_printf (found, "%s%s%s%s%s", found->len ? " | " : "", one,
                                limit->promotional ? " P" : "",
                                limit->transactional ? " T" : "", limit->personal ? " L" : "");
    }
    return g_string_free (found, FALSE);
}

#define PLAN                                                                                   \
    "limits = ( { name = \"new\"; domains = [ \"new.test\" ]; per_day = 9000; warm_up = ( "    \
    "{ from = \"2026-12-01\"; per_day = 200; }, { from = \"2026-12-08\"; per_day = 1000; "     \
    "per_hour = 100; }, { from = \"2026-12-15\"; } ); } );"

static void
test_files (void)
{
    static const struct {
        const char *limits, *from, *time, *want;
    } rows[] = {
        { "limits = ( { name = \"all\"; per_hour = 10; } );", "a@x.test", "2026-12-01",
          "all: 10 recipients in an hour P T L" },
        { "limits = ( { name = \"c\"; per_minute = 1; per_day = 9; count = \"messages\"; "
          "applies_to "
          "= [ \"promotional\" ]; each = \"domain\"; } );",
          "a@x.test", "2026-12-01", "c/x.test: 1 messages in a minute, 9 messages in a day P" },
        { "limits = ( { name = \"c\"; per_day = 9; each = \"sender\"; applies_to = [ "
          "\"transactional\", \"personal\" ]; } );",
          "Ann <Ann@X.test>", "2026-12-01", "c/ann@x.test: 9 recipients in a day T L" },
        { "limits = ( { name = \"c\"; per_day = 9; domains = [ \"x.test\" ]; } );",
          "a@sub.x.test", "2026-12-01", "c: 9 recipients in a day P T L" },
        { "limits = ( { name = \"c\"; per_day = 9; domains = [ \"x.test\" ]; } );", "a@ax.test",
          "2026-12-01", "" },
        { "limits = ( { name = \"c\"; per_day = 9; senders = [ \"News@x.test\" ]; } );",
          "news@x.test", "2026-12-01", "c: 9 recipients in a day P T L" },
        { "limits = ( { name = \"c\"; per_day = 9; senders = [ \"news@x.test\" ]; } );",
          "olds@x.test", "2026-12-01", "" },
        { PLAN, "a@new.test", "2026-11-30T23:59:59Z", "new: 9000 recipients in a day P T L" },
        { PLAN, "a@new.test", "2026-12-01T00:00:00Z", "new: 200 recipients in a day P T L" },
        { PLAN, "a@new.test", "2026-12-07T23:59:59Z", "new: 200 recipients in a day P T L" },
        { PLAN, "a@new.test", "2026-12-08T00:00:00Z",
          "new: 100 recipients in an hour, 1000 recipients in a day P T L" },
        { PLAN, "a@new.test", "2027-01-01T00:00:00Z", "new: 9000 recipients in a day P T L" },
        { "limits = ();", "a@x.test", "2026-12-01", "" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *got = describe (rows[i].limits, rows[i].from, rows[i].time);
        g_assert_cmpstr (got, ==, rows[i].want);
    }
}

static void
test_mistakes (void)
{
    static const struct {
        const char *limits, *want;
    } rows[] = {
        { "limits = ( { name = \"x\"; } );", "nothing is limited" },
        { "limits = ( { name = \"a b\"; per_day = 1; } );", "is no name" },
        { "limits = ( { name = \"x\"; per_day = 1; }, { name = \"x\"; per_day = 2; } );",
          "second limit" },
        { "limits = ( { name = \"x\"; per_dy = 1; } );", "per_dy" },
        { "limits = ( { name = \"x\"; per_day = -1; } );", "per_day" },
        { "limits = ( { name = \"x\"; per_day = 1; applies_to = [ \"spam\" ]; } );", "spam" },
        { "limits = ( { name = \"x\"; per_day = 1; domains = [ \"a b\" ]; } );", "a b" },
        { "limits = ( { name = \"x\"; per_day = 1; senders = [ \"nobody\" ]; } );",
          "sending-limits.cfg:1" },
        { "limits = ( { name = \"x\"; per_day = 1; warm_up = ( { from = \"soon\"; } ); } );",
          "from" },
        { "limits = ( { name = \"x\"; warm_up = ( { from = \"2026-12-02\"; per_day = 1; }, { "
          "from = "
          "\"2026-12-01\"; per_day = 2; } ); } );",
          "later one" },
        { "limit = ();", "limit" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (GError) error = NULL;
        g_autoptr (PolicySet) set = load (rows[i].limits, &error);
        g_test_message ("%s", rows[i].limits);
        g_assert_null (set);
        g_assert_error (error, LICET_ERROR, LICET_ERROR_POLICY);
        g_assert_nonnull (strstr (error->message, "sending-limits.cfg:"));
        g_assert_nonnull (strstr (error->message, rows[i].want));
    }
}

int
main (int argc, char *argv[])
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    g_test_add_func ("/quota/windows", test_windows);
    g_test_add_func ("/quota/hold", test_hold);
    g_test_add_func ("/quota/restart", test_restart);
    g_test_add_func ("/quota/threads", test_threads);
    g_test_add_func ("/quota/files", test_files);
    g_test_add_func ("/quota/mistakes", test_mistakes);
    return g_test_run ();
}
