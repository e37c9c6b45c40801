/* SPDX-License-Identifier: BSD-2-Clause */

/* Two mail hosts, each with its licetd, on one PostgreSQL server. */

#include <string.h>

#include "../store/server.h"
#include "scenarios.h"

#include "licet/clock.h"
#include "licet/consent.h"

static Server *server;
static World *
new_host (void)
{
    g_autofree char *uri = server_uri (server, false);
    g_autofree char *settings =
        g_strdup_printf ("queueing_clients = [ \"192.0.2.7\" ];\nconsent = \"%s\";\n"
                         "consent_timeout_ms = 10000;\nlmtp_connections = 60;\n",
                         uri);

    return world_new (settings);
}

/* One row in the store, as of now. */
static void
tell (const char *address, const char *state)
{
    g_autofree char *uri = server_uri (server, false);
    g_autofree char *csv = g_strdup_printf ("address,purpose,state,basis,country\n"
                                            "%s,*,%s,double-opt-in,ES\n",
                                            address, state);
    Clock clock = { 0 };
    g_autoptr (GError) error = NULL;
    g_autoptr (ConsentStore) store = consent_open (uri, &error);
    g_autoptr (GPtrArray) events = consent_csv_parse (csv, strlen (csv), "row.csv", &error);

    g_assert_no_error (error);
    ((ConsentEvent *)g_ptr_array_index (events, 0))->at = clock_now (&clock);
    g_assert_true (consent_append (store, events, &error));
    g_assert_no_error (error);
}

static MilterAnswer *
send_mixed (MilterClient *client, const char *recipient)
{
    return world_send (client, recipient, MIXED, strlen (MIXED));
}

/* The whole message as it was sent, promotion and all, for this recipient. */
static bool
is_whole (const MilterAnswer *answer)
{
    for (unsigned i = 0; i < answer->changes->len; i++) {
        const MilterChange *change = g_ptr_array_index (answer->changes, i);
        if (change->kind == 'b')
            return g_strstr_len (g_bytes_get_data (change->body, NULL),
                                 (gssize)g_bytes_get_size (change->body), "rain jackets");
        if (change->name && strcmp (change->name, "X-Licet-Route") == 0)
            return false; /* the other road */
    }
    return answer->verdict == 'a';
}

/* With the tool on one host; on the other the very next message knows. */
static void
withdraw_on (const World *world, const char *address)
{
    g_autofree char *config = world_path (world, "licet.cfg");
    const char *argv[] = { g_getenv ("LICET"), "consent", "withdraw", address, "*",
                           "--config",         config,    NULL };
    g_autoptr (GError) error = NULL;
    int status = -1;

    g_spawn_sync (NULL, (char **)argv, NULL, 0, NULL, NULL, NULL, NULL, &status, &error);
    g_assert_no_error (error);
    g_assert_cmpint (status, ==, 0);
}

static void
test_withdrawal (void)
{
    World *here = new_host (), *there = new_host ();
    g_autoptr (MilterClient) client = world_milter (there);

    tell ("ana@example.com", "granted");
    for (unsigned i = 0; i < 3; i++) {
        g_autoptr (MilterAnswer) before = send_mixed (client, "ana@example.com");
        g_assert_true (is_whole (before));
    }
    withdraw_on (here, "ana@example.com");
    int64_t start = g_get_monotonic_time ();
    g_autoptr (MilterAnswer) after = send_mixed (client, "ana@example.com");
    g_test_message ("%" G_GINT64_FORMAT " microseconds", g_get_monotonic_time () - start);
    g_assert_cmpint (after->verdict, ==, 'a');
    g_assert_false (is_whole (after));
    g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
    world_free (here);
    world_free (there);
}

typedef struct {
    const World *world;
    unsigned number;
} Sender;

static void *
send_one (void *data)
{
    const Sender *sender = data;
    g_autoptr (MilterClient) client = world_milter (sender->world);
    g_autoptr (MilterAnswer) answer = send_mixed (client, "bea@example.com");

    g_assert_cmpint (answer->verdict, !=, 0);
    return GINT_TO_POINTER (is_whole (answer));
}

static void *
hand_over_one (void *data)
{
    const Sender *sender = data;
    LmtpClient *lmtp = world_lmtp (sender->world);
    g_autofree char *queue_id = g_strdup_printf ("4Q%03u", sender->number);
    g_autoptr (GPtrArray) replies = lmtp_deliver (lmtp, queue_id, "eva@example.com", MIXED);
    const char *reply = g_ptr_array_index (replies, 0);

    g_assert_true (reply[0] == '2' || reply[0] == '4');
    lmtp_close (lmtp);
    return GINT_TO_POINTER (reply[0] == '2');
}

/* Fifty at once over two hosts. */
static unsigned
race (const World *here, const World *there, GThreadFunc run)
{
    Sender senders[50];
    GThread *threads[50];
    unsigned sent = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++) {
        senders[i] = (Sender){ i % 2 ? here : there, i };
        threads[i] = g_thread_new ("send", run, &senders[i]);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        sent += GPOINTER_TO_UINT (g_thread_join (threads[i]));
    return sent;
}

static void
test_cap (void)
{
    World *here = new_host (), *there = new_host ();

    tell ("bea@example.com", "granted");
    tell ("eva@example.com", "granted");
    world_cap (here);
    world_cap (there);
    g_assert_cmpuint (race (here, there, send_one), ==, 1);
    g_assert_cmpuint (race (here, there, hand_over_one), ==, 1);
    world_free (here);
    world_free (there);
}

static void
link_on (const World *world, const char *verb, const char *address, const char *other)
{
    g_autofree char *config = world_path (world, "licet.cfg");
    const char *argv[] = {
        g_getenv ("LICET"), "consent", verb, "--config", config, address, other, NULL
    };
    g_autoptr (GError) error = NULL;
    int status = -1;

    g_spawn_sync (NULL, (char **)argv, NULL, 0, NULL, NULL, NULL, NULL, &status, &error);
    g_assert_no_error (error);
    g_assert_cmpint (status, ==, 0);
}

static bool
is_sent (const World *world, const char *address)
{
    g_autoptr (MilterClient) client = world_milter (world);
    g_autoptr (MilterAnswer) answer = send_mixed (client, address);

    return is_whole (answer);
}

/* A cap protects a person: with a link what went to either address before counts for both, and who is
 * taken out again has what went to their own. */
static void
test_linked_cap (void)
{
    World *here = new_host (), *there = new_host ();
    g_auto (GStrv) parts = g_strsplit (world_capped_policy, "most = 1", 2);
    g_autofree char *two = g_strjoinv ("most = 2", parts);

    tell ("pia@example.com", "granted");
    tell ("pia@example.net", "granted");
    world_write (here, "policies/territories/ES.cfg", two);
    world_write (there, "policies/territories/ES.cfg", two);
    g_free (world_ask (here, "reload"));
    g_free (world_ask (there, "reload"));
    g_assert_true (is_sent (here, "pia@example.com"));
    g_assert_true (is_sent (there, "pia@example.net"));
    link_on (here, "link", "pia@example.com", "pia@example.net");
    g_assert_false (is_sent (there, "pia@example.com"));
    g_assert_false (is_sent (here, "pia@example.net"));
    link_on (here, "unlink", "pia@example.com", NULL);
    g_assert_true (is_sent (there, "pia@example.com"));
    g_assert_false (is_sent (here, "pia@example.com"));
    g_assert_true (is_sent (here, "pia@example.net"));
    world_free (here);
    world_free (there);
}

/* Where the counts of a cap cannot be written down, promotion waits; a receipt leaves, and with room
 * again promotion does. */
static void
test_full_disk (void)
{
    const char *reason = NULL;
    Server *roomy = server;
    Server *small = server_new_confined (SERVER_DATA, 96, &reason);

    if (!small) {
        g_test_skip (reason);
        return;
    }
    server = small;
    World *world = new_host ();
    g_autoptr (MilterClient) client = world_milter (world);
    tell ("kim@example.com", "granted");
    world_cap (world);
    server_fill (small);
    g_autoptr (MilterAnswer) promotion = send_mixed (client, "kim@example.com");
    g_autoptr (MilterAnswer) receipt =
        world_send (client, "kim@example.com", TRANSACTION, strlen (TRANSACTION));
    g_assert_cmpint (promotion->verdict, !=, 'a');
    g_assert_cmpint (receipt->verdict, ==, 'a');
    server_make_room (small);
    g_assert_true (is_sent (world, "kim@example.com"));
    g_assert_false (is_sent (world, "kim@example.com"));
    world_free (world);
    server_free (small);
    server = roomy;
}

/* Every message would wait for a server that is slow; the daemon says that none does any more. */
static void
test_slow (void)
{
    World *world = new_host ();
    g_autoptr (MilterClient) client = world_milter (world);
    g_autofree char *config = world_path (world, "licet.cfg");
    g_autofree char *settings = NULL;

    g_assert_true (g_file_get_contents (config, &settings, NULL, NULL));
    g_auto (GStrv) parts = g_strsplit (settings, "consent_timeout_ms = 10000", 2);
    g_autofree char *hasty = g_strjoinv ("consent_timeout_ms = 500", parts);
    g_assert_true (g_file_set_contents (config, hasty, -1, NULL));
    tell ("kim@example.com", "granted");
    g_free (world_ask (world, "reload"));
    PGconn *lock =
        server_session (server, "BEGIN; LOCK TABLE licet.events IN ACCESS EXCLUSIVE MODE");
    int64_t start = g_get_monotonic_time ();
    for (unsigned i = 0; i < 20; i++) {
        g_autoptr (MilterAnswer) promotion = send_mixed (client, "kim@example.com");
        g_autoptr (MilterAnswer) receipt =
            world_send (client, "kim@example.com", TRANSACTION, strlen (TRANSACTION));
        g_assert_cmpint (promotion->verdict, !=, 'a');
        g_assert_cmpint (receipt->verdict, ==, 'a');
    }
    int64_t took = (g_get_monotonic_time () - start) / G_TIME_SPAN_MILLISECOND;
    g_test_message ("forty messages in %" G_GINT64_FORMAT " ms", took);
    g_assert_cmpint (took, <, 10000); /* of twenty seconds, if each waited */
    g_autofree char *status = world_ask (world, "status");
    g_autofree char *metrics = world_ask (world, "metrics");
    g_assert_nonnull (strstr (status, "\"consent_store\":{\"up\":false,\"closed\":true,"));
    g_assert_nonnull (strstr (metrics, "licet_consent_store_closed 1"));
    PQfinish (lock);
    int64_t deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
    while (!is_sent (world, "kim@example.com") && g_get_monotonic_time () < deadline)
        g_usleep (100000);
    g_autofree char *after = world_ask (world, "status");
    g_assert_nonnull (strstr (after, "\"consent_store\":{\"up\":true,\"closed\":false,"));
    g_assert_nonnull (strstr (after, "\"retry_ms\":0,\"closings\":1}"));
    world_free (world);
}

static void *
send_receipt (void *data)
{
    const Sender *sender = data;
    g_autoptr (MilterClient) client = world_milter (sender->world);
    g_autoptr (MilterAnswer) answer =
        world_send (client, "bea@example.com", TRANSACTION, strlen (TRANSACTION));

    g_assert_cmpint (answer->verdict, !=, 0);
    return GINT_TO_POINTER (answer->verdict == 'a');
}

static void
limit (const World *world, const char *limits)
{
    world_write (world, "policies/sending-limits.cfg", limits);
    g_autofree char *answer = world_ask (world, "reload");
    g_assert_cmpstr (answer, ==, "{\"ok\":true}");
}

static void
test_limit (void)
{
    static const char limits[] =
        "limits = ( { name = \"mail\"; applies_to = [ \"promotional\" ]; per_day = 17; }, "
        "{ name = \"receipts\"; applies_to = [ \"transactional\" ]; per_day = 23; } );";
    World *here = new_host (), *there = new_host ();

    tell ("bea@example.com", "granted");
    tell ("eva@example.com", "granted");
    limit (here, limits);
    limit (there, limits);
    g_assert_cmpuint (race (here, there, send_one), ==, 17);
    g_assert_cmpuint (race (here, there, hand_over_one), ==, 0);
    g_assert_cmpuint (race (here, there, send_receipt), ==, 23);
    g_autofree char *status = world_ask (there, "status");
    g_assert_nonnull (strstr (status, "\"limit\":\"mail\""));
    g_assert_nonnull (strstr (status, "\"day\":17}"));
    g_assert_nonnull (strstr (status, "\"day\":23}"));
    server_run (server, "TRUNCATE licet.sent");
    g_assert_cmpuint (race (here, there, hand_over_one), ==, 17);
    world_free (here);
    world_free (there);
}

static const char interval_policy[] =
    "territory = \"ES\";\nname = \"Test\";\nmixed_mail = \"any-promotion\";\n"
    "rules = ( { id = \"SURVEY\"; kind = \"frequency-cap\"; applies_to = [ \"promotional\" ];\n"
    "    purposes = [ \"survey\" ]; most = 1; hours = 720; otherwise = \"defer\";\n"
    "    source = \"house rule\"; provenance = \"verified: test\"; },\n"
    "  { id = \"DAY\"; kind = \"frequency-cap\"; applies_to = [ \"promotional\" ];\n"
    "    most = 2; hours = 24; otherwise = \"defer\";\n"
    "    source = \"house rule\"; provenance = \"verified: test\"; } );\n";

static bool
passes (World *world, const char *purpose)
{
    g_autofree char *mail =
        g_strdup_printf ("X-Licet-Class: promotional\r\nX-Licet-Purpose: %s\r\n"
                         "From: shop@example.com\r\nTo: ida@example.com\r\n"
                         "Subject: Hello\r\n\r\nTell us what you think, or come and buy.\r\n",
                         purpose);
    g_autoptr (MilterClient) client = world_milter (world);
    g_autoptr (MilterAnswer) answer =
        world_send (client, "ida@example.com", mail, strlen (mail));

    return answer->verdict == 'a';
}

/* An interval between mails of one purpose, and a cap of all, whichever host they leave by. */
static void
test_intervals (void)
{
    World *here = new_host (), *there = new_host ();
    World *const both[] = { here, there };

    tell ("ida@example.com", "granted");
    for (unsigned i = 0; i < 2; i++) {
        world_write (both[i], "policies/territories/ES.cfg", interval_policy);
        g_autofree char *answer = world_ask (both[i], "reload");
        g_assert_cmpstr (answer, ==, "{\"ok\":true}");
    }
    g_assert_true (passes (here, "survey"));
    g_assert_false (passes (there, "survey"));
    g_assert_true (passes (there, "offer"));
    g_assert_false (passes (here, "offer")); /* the third of the day */
    g_autofree char *counted = server_value (
        server, "SELECT string_agg(purpose, ' ' ORDER BY purpose) FROM licet.contacts "
                "WHERE who = (SELECT who FROM licet.contacts WHERE purpose = 'survey')");
    g_assert_cmpstr (counted, ==, "offer survey");
    world_free (here);
    world_free (there);
}

/* Whether anything was sent is not known: promotion waits, a receipt leaves, and the log says so. */
static void
test_limit_down (void)
{
    World *world = new_host ();
    g_autoptr (MilterClient) client = world_milter (world);

    limit (world, "limits = ( { name = \"mail\"; per_day = 17; } );");
    server_run (server, "ALTER TABLE licet.sent RENAME TO gone");
    tell ("kim@example.com", "granted");
    g_autoptr (MilterAnswer) promotion = send_mixed (client, "kim@example.com");
    g_autoptr (MilterAnswer) receipt =
        world_send (client, "kim@example.com", TRANSACTION, strlen (TRANSACTION));
    g_autofree char *status = world_ask (world, "status");
    server_run (server, "ALTER TABLE licet.gone RENAME TO sent");
    g_assert_false (is_whole (promotion));
    g_assert_cmpint (receipt->verdict, ==, 'a');
    g_autofree char *log = world_audit (world);
    g_assert_nonnull (strstr (log, "\"id\":\"LIMIT-mail\""));
    g_assert_nonnull (strstr (log, "\"cannot-tell\""));
    g_assert_nonnull (strstr (status, "\"sent\":null,\"sent_error\":"));
    world_free (world);
}

/* Promotion waits, a receipt leaves; and when the server is back, promotion leaves too. */
static void
test_down (void)
{
    World *world = new_host ();
    g_autoptr (MilterClient) client = world_milter (world);
    int64_t deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
    bool whole = false;

    tell ("kim@example.com", "granted");
    server_kill (server);
    g_autoptr (MilterAnswer) promotion = send_mixed (client, "kim@example.com");
    g_autoptr (MilterAnswer) receipt =
        world_send (client, "kim@example.com", TRANSACTION, strlen (TRANSACTION));
    g_assert_cmpint (promotion->verdict, !=, 'a');
    g_assert_cmpint (receipt->verdict, ==, 'a');
    server_start (server);
    while (!whole && g_get_monotonic_time () < deadline) {
        g_autoptr (MilterAnswer) later = send_mixed (client, "kim@example.com");
        whole = is_whole (later);
        g_usleep (100000);
    }
    g_assert_true (whole);
    world_free (world);
}

/* Who reboots with the database still down has mail, but for promotion. */
static void
test_start_without (void)
{
    server_kill (server);
    World *world = new_host ();
    g_autoptr (MilterClient) client = world_milter (world);
    g_autoptr (MilterAnswer) receipt =
        world_send (client, "kim@example.com", TRANSACTION, strlen (TRANSACTION));
    g_assert_cmpint (receipt->verdict, ==, 'a');
    server_start (server);
    world_free (world);
}

int
main (int argc, char **argv)
{
    static const ServerTest scenarios[] = {
        { "a withdrawal on one is in force on the other", test_withdrawal },
        { "a cap of one holds with fifty at once", test_cap },
        { "a cap is the person's, linked or not", test_linked_cap },
        { "without room for its counts promotion waits", test_full_disk },
        { "a slow server is not waited for by all", test_slow },
        { "a sending limit holds with fifty at once", test_limit },
        { "counts that are not to be had", test_limit_down },
        { "intervals by purpose hold over both", test_intervals },
        { "the server down: promotion waits, a receipt leaves", test_down },
        { "a daemon starts without the server", test_start_without },
    };

    return server_test (argc, argv, "hosts", scenarios, G_N_ELEMENTS (scenarios), &server);
}
