/* SPDX-License-Identifier: BSD-2-Clause */

/* What is known of who takes mail: ages, failures, and that nobody waits for a DNS that is silent. */

#include <string.h>

#include "licet/mail_hosts.h"

typedef struct {
    MailHostsBoard *board;
    unsigned asked;
} World;

static bool
count (void *data, const char *domain)
{
    World *world = data;

    g_assert_cmpstr (domain, ==, "shop.test");
    world->asked++;
    return true;
}

static MailHosts *
hosts_at (const char *host, int64_t at)
{
    char *list[] = { (char *)host, NULL };

    return mail_hosts_new ("shop.test", g_strdupv (list), NULL, at);
}

static MailHosts *
find (World *world, int64_t now)
{
    const char *domain = "shop.test";
    g_autoptr (GPtrArray) found = mail_hosts_board_find (world->board, &domain, 1, 20, now, now);

    g_assert_cmpuint (found->len, ==, 1);
    return mail_hosts_ref (g_ptr_array_index (found, 0));
}

static void
expect (World *world, int64_t now, const char *host, unsigned asked)
{
    g_autoptr (MailHosts) known = find (world, now);

    g_assert_cmpstr (known->hosts[0], ==, host);
    g_assert_true ((known->failure == NULL) == (host != NULL));
    g_assert_cmpuint (world->asked, ==, asked);
}

static void
test_age (void)
{
    World world = { .board = mail_hosts_board_new () };

    mail_hosts_board_open (world.board, count, &world);
    mail_hosts_board_put (world.board, hosts_at ("mx.test", 7), 600, 1000);
    expect (&world, 1599, "mx.test", 0);
    expect (&world, 1600, NULL, 1);
    mail_hosts_board_put (world.board, hosts_at ("new.test", 7), 1, 1601); /* no less than 300 */
    expect (&world, 1900, "new.test", 1);
    expect (&world, 1901, NULL, 2);
    mail_hosts_board_free (world.board);
}

static void
test_failure (void)
{
    World world = { .board = mail_hosts_board_new () };

    mail_hosts_board_open (world.board, count, &world);
    mail_hosts_board_put (world.board, mail_hosts_new ("shop.test", NULL, "SERVFAIL", 7), 0, 1000);
    expect (&world, 1059, NULL, 0);
    mail_hosts_board_put (world.board, hosts_at ("mx.test", 7), 300, 2000);
    mail_hosts_board_put (world.board, mail_hosts_new ("shop.test", NULL, "SERVFAIL", 7), 0, 3000);
    expect (&world, 3059, "mx.test", 0);
    expect (&world, 3060, NULL, 1);
    mail_hosts_board_put (world.board,
                          mail_hosts_new ("shop.test", NULL, "SERVFAIL", 7), 0, 2000 + 86401);
    expect (&world, 2000 + 86402, NULL, 1);
    mail_hosts_board_free (world.board);
}

static void
test_silence (void)
{
    World world = { .board = mail_hosts_board_new () };
    int64_t begin = g_get_monotonic_time ();

    mail_hosts_board_open (world.board, count, &world);
    for (unsigned i = 0; i < 50; i++)
        expect (&world, 1000, NULL, 1);
    /* Three waits of 20 ms, not fifty. */
    g_assert_cmpint (g_get_monotonic_time () - begin, <, 50 * 20 * 1000);
    mail_hosts_board_close (world.board);
    mail_hosts_board_put (world.board, hosts_at ("mx.test", 7), 300, 1000);
    expect (&world, 1001, "mx.test", 1);
    mail_hosts_board_free (world.board);
}

static bool
ask_any (void *data, const char *domain G_GNUC_UNUSED)
{
    ((World *)data)->asked++;
    return true;
}

/* Mail to one domain whose servers are dead does not keep mail to others from waiting. */
static void
test_dead_domain (void)
{
    const char *dead = "shop.test", *others[] = { "a.test", "b.test" };
    World world = { .board = mail_hosts_board_new () };

    mail_hosts_board_open (world.board, ask_any, &world);
    for (unsigned i = 0; i < 10; i++) {
        int64_t moment = 1000 + 100 * (int64_t)i;
        mail_hosts_board_put (world.board, mail_hosts_new (dead, NULL, "SERVFAIL", 7), 0, moment);
        g_autoptr (GPtrArray) none =
            mail_hosts_board_find (world.board, &dead, 1, 60 * 1000, moment + 61, 7);
    }
    int64_t begin = g_get_monotonic_time ();
    g_autoptr (GPtrArray) found = mail_hosts_board_find (world.board, others, 2, 20, 5000, 7);
    g_assert_cmpint (g_get_monotonic_time () - begin, >=, 20 * 1000);
    mail_hosts_board_free (world.board);
}

static void *
answer_late (void *data)
{
    World *world = data;

    g_usleep (30 * 1000);
    mail_hosts_board_put (world->board, hosts_at ("mx.test", 7), 300, 1000);
    return NULL;
}

static void
test_wait (void)
{
    const char *domains[] = { "shop.test", NULL, "shop.test" };
    World world = { .board = mail_hosts_board_new () };

    mail_hosts_board_open (world.board, count, &world);
    GThread *thread = g_thread_new ("answer", answer_late, &world);
    g_autoptr (GPtrArray) found =
        mail_hosts_board_find (world.board, domains, 3, 60 * 1000, 1000, 7);
    g_thread_join (thread);
    g_assert_cmpuint (world.asked, ==, 1);
    g_assert_null (g_ptr_array_index (found, 1));
    for (unsigned i = 0; i < 3; i += 2)
        g_assert_cmpstr (((MailHosts *)g_ptr_array_index (found, i))->hosts[0], ==, "mx.test");
    mail_hosts_board_free (world.board);
}

int
main (int argc, char *argv[])
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/mail-hosts/age", test_age);
    g_test_add_func ("/mail-hosts/failure", test_failure);
    g_test_add_func ("/mail-hosts/silence", test_silence);
    g_test_add_func ("/mail-hosts/a dead domain", test_dead_domain);
    g_test_add_func ("/mail-hosts/wait", test_wait);
    return g_test_run ();
}
