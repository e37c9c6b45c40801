/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The real licetd on its sockets: a mail server's milter client and LMTP client on one side, a
 * second port on the other. One function per scenario, its name in main is the sentence.
 */

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios.h"

#include "licet/engine.h"
#include "licet/limits.h"
#include "licet/pipeline.h"

static World *shared;

static MilterAnswer *
send_text (MilterClient *client, const char *recipients, const char *message)
{
    return world_send (client, recipients, message, strlen (message));
}

/* What pipeline_run itself makes of the message, at the time that the signature names. */
static GBytes *
render (const World *world, const char *recipient, const char *message, const GString *result)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *path = world_path (world, "licet.cfg");
    g_autoptr (Engine) engine = engine_new (settings_load (path, NULL), &error);
    g_assert_no_error (error);
    g_autoptr (Envelope) envelope = envelope_new ();
    g_autoptr (GBytes) bytes = g_bytes_new (message, strlen (message));
    const char *time = strstr (result->str, " t=");

    envelope->sender = envelope_path_new ("orders@shop.example", "");
    g_ptr_array_add (envelope->recipients, envelope_path_new (recipient, ""));
    g_autoptr (Plan) plan = pipeline_run (
        engine, envelope, bytes,
        time ? g_ascii_strtoll (time + 3, NULL, 10) : g_get_real_time () / 1000000, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (plan->variants->len, ==, 1);
    return g_bytes_ref (((Variant *)g_ptr_array_index (plan->variants, 0))->bytes);
}

static void
check_in_place (const World *world, const char *recipient, const char *message)
{
    g_autoptr (MilterClient) client = world_milter (world);
    g_autoptr (MilterAnswer) answer = send_text (client, recipient, message);

    g_assert_cmpint (answer->verdict, ==, 'a');
    GString *result = milter_answer_apply (answer, message, strlen (message));
    g_autoptr (GBytes) want = render (world, recipient, message, result);
    g_assert_cmpmem (result->str, result->len, g_bytes_get_data (want, NULL),
                     g_bytes_get_size (want));
    g_string_free (result, TRUE);
}

static void
test_in_place (void)
{
    check_in_place (shared, "yes@example.com", TRANSACTION);
    check_in_place (shared, "yes@example.com", MIXED);
    check_in_place (shared, "no@example.com", MIXED);
    g_autofree char *audit = world_audit (shared);
    g_assert_nonnull (strstr (audit, "\"milter\""));
}

static void
test_signed (void)
{
    g_autofree char *pem = NULL, *record = NULL;
    World *world = world_new ("unsigned_mail = \"defer\";\n");
    g_autofree char *config = world_path (world, "licet.cfg"), *key = world_path (world, "key");
    g_autofree char *text = NULL;
    g_autoptr (MilterClient) client = world_milter (world);

    g_autoptr (MilterAnswer) before = send_text (client, "yes@example.com", TRANSACTION);
    g_assert_cmpint (before->verdict, ==, 'y');
    g_assert_true (g_str_has_prefix (before->reply, "451 4.7.5 "));

    g_assert_true (signer_key_new ("ed25519", &pem, &record, NULL));
    world_write (world, "key", pem);
    g_chmod (key, 0600);
    g_file_get_contents (config, &text, NULL, NULL);
    g_autofree char *with_key = g_strdup_printf (
        "%skeys = ( { domain = \"shop.example\"; selector = \"s1\"; file = \"%s\"; } );\n",
        text, key);
    world_write (world, "licet.cfg", with_key);
    g_autofree char *reloaded = world_ask (world, "reload");
    g_assert_cmpstr (reloaded, ==, "{\"ok\":true}");
    g_autoptr (MilterAnswer) after = send_text (client, "yes@example.com", TRANSACTION);
    g_assert_cmpint (after->verdict, ==, 'a');
    check_in_place (world, "no@example.com", MIXED);

    g_remove (key);
    g_autofree char *refused = world_ask (world, "reload");
    g_assert_nonnull (strstr (refused, "\"ok\":false"));
    check_in_place (shared, "yes@example.com", TRANSACTION);
    world_free (world);
}

static void
test_split_only_routes (void)
{
    g_autoptr (MilterClient) client = world_milter (shared);
    g_autoptr (MilterAnswer) answer =
        send_text (client, "yes@example.com no@example.com", MIXED);

    g_assert_cmpint (answer->verdict, ==, 'a');
    g_assert_cmpuint (answer->changes->len, ==, 1);
    const MilterChange *change = g_ptr_array_index (answer->changes, 0);
    g_assert_cmpint (change->kind, ==, 'i');
    g_assert_cmpuint (change->index, ==, 0);
    g_assert_cmpstr (change->name, ==, "X-Licet-Route");
    g_assert_cmpstr (change->value, ==, " split");
}

static void
test_forged_fields (void)
{
    static const char forged[] =
        "X-Licet-Route: split\r\nx-licet-route:split\r\nX-Licet-Class: transactional\r\n"
        "X-Licet-Route: \r\n split\r\n" HEADER "X-Licet-Route: split\r\n\r\n" ORDER;
    g_autoptr (MilterClient) client = world_milter (shared);
    g_autoptr (MilterAnswer) answer = send_text (client, "yes@example.com", forged);

    g_assert_cmpint (answer->verdict, ==, 'a');
    GString *result = milter_answer_apply (answer, forged, strlen (forged));
    g_autofree char *lower = g_ascii_strdown (result->str, -1);
    g_assert_null (strstr (lower, "x-licet-route"));
    g_string_free (result, TRUE);
    check_in_place (shared, "yes@example.com", forged);
}

static void
test_all_refused (void)
{
    g_autoptr (MilterClient) client = world_milter (shared);
    g_autoptr (MilterAnswer) answer = send_text (client, "never@example.com", MIXED);

    g_assert_cmpint (answer->verdict, ==, 'y');
    g_assert_true (g_str_has_prefix (answer->reply, "550 5.7.1 "));
    g_assert_nonnull (strstr (answer->reply, "DE-CONSENT"));
    g_assert_cmpuint (answer->changes->len, ==, 0);
}

static void
test_all_wait (void)
{
    World *world = world_new ("queueing_clients = [ \"192.0.2.7\" ];\n");
    g_autoptr (MilterClient) plain = world_milter (shared);
    g_autoptr (MilterClient) queueing = world_milter (world);

    g_autoptr (MilterAnswer) kept = send_text (plain, "later@example.com", MIXED);
    g_assert_cmpint (kept->verdict, ==, 'a');
    g_assert_cmpuint (kept->changes->len, ==, 1);
    g_autoptr (MilterAnswer) waits = send_text (queueing, "later@example.com", MIXED);
    g_assert_cmpint (waits->verdict, ==, 'y');
    g_assert_cmpint (waits->reply[0], ==, '4');
    world_free (world);
}

static const char *
reason_for_hold (const MilterAnswer *answer)
{
    for (unsigned i = 0; i < answer->changes->len; i++) {
        const MilterChange *change = g_ptr_array_index (answer->changes, i);
        if (change->kind == 'q')
            return change->value;
    }
    return NULL;
}

static void
test_all_held (void)
{
    g_autoptr (MilterClient) client = world_milter (shared);
    g_autoptr (MilterAnswer) held = send_text (client, "held@example.com", MIXED);
    g_autoptr (MilterAnswer) some =
        send_text (client, "held@example.com no@example.com", MIXED);
    g_autoptr (MilterAnswer) none = send_text (client, "held@example.com", TRANSACTION);
    g_autofree char *status = world_ask (shared, "status");

    g_assert_cmpint (held->verdict, ==, 'a');
    g_assert_cmpstr (reason_for_hold (held), ==,
                     "CA-CONSENT: the recipient has not agreed to promotional mail. Source: "
                     "Test Act s. 1");
    GString *result = milter_answer_apply (held, MIXED, strlen (MIXED));
    g_assert_nonnull (strstr (result->str, "rain jackets"));
    g_assert_null (strstr (result->str, "X-Licet-Purpose"));
    g_string_free (result, TRUE);
    check_in_place (shared, "held@example.com", MIXED);
    g_assert_cmpint (some->verdict, ==, 'a');
    g_assert_cmpuint (some->changes->len, ==, 1);
    g_assert_null (reason_for_hold (some));
    g_assert_cmpint (none->verdict, ==, 'a');
    g_assert_null (reason_for_hold (none));
    g_assert_null (strstr (status, "\"held\":0,"));
}

static void
test_refused_by_postfix (void)
{
    g_autoptr (MilterClient) client = world_milter (shared);

    milter_client_mail (client, "<orders@shop.example>", NULL);
    milter_client_macros (client, 'R', "{rcpt_mailer}", "smtp", NULL);
    milter_client_rcpt (client, "<yes@example.com>", NULL);
    milter_client_macros (client, 'R', "{rcpt_mailer}", "error", NULL);
    milter_client_rcpt (client, "<never@example.com>", NULL);
    milter_client_message (client, MIXED, strlen (MIXED));
    g_autoptr (MilterAnswer) answer = milter_client_end (client);
    g_assert_cmpint (answer->verdict, ==, 'a');
    for (unsigned i = 0; i < answer->changes->len; i++)
        g_assert_cmpstr (((MilterChange *)answer->changes->pdata[i])->name, !=,
                         "X-Licet-Route");
}

static void
test_nobody (void)
{
    g_autoptr (MilterClient) client = world_milter (shared);

    milter_client_mail (client, "<>", NULL);
    milter_client_macros (client, 'R', "{rcpt_mailer}", "error", NULL);
    milter_client_rcpt (client, "<never@example.com>", NULL);
    milter_client_message (client, MIXED, strlen (MIXED));
    g_autoptr (MilterAnswer) answer = milter_client_end (client);
    g_assert_cmpint (answer->verdict, ==, 'a');
}

/* What the pipeline itself turns away is in the log too, with the text that the sender got. */
static void
check_failure_record (const char *error, const char *reply)
{
    g_autofree char *audit = world_audit (shared);
    g_autofree char *wanted = g_strdup_printf ("\"error\":\"%s\"", error);
    const char *record = strstr (audit, wanted);
    const char *said = record ? strstr (record, "\"reply\":\"") : NULL;

    g_assert_nonnull (record);
    g_assert_true (said && g_str_has_prefix (said + strlen ("\"reply\":\""), reply));
}

static void
test_malformed (void)
{
    g_autoptr (MilterClient) client = world_milter (shared);
    g_autoptr (MilterAnswer) answer =
        send_text (client, "yes@example.com", "X-Bad: a\rb\r\n" HEADER "\r\n" ORDER);

    g_assert_cmpint (answer->verdict, ==, 'y');
    g_assert_true (g_str_has_prefix (answer->reply, "550 5.6.0 "));
    check_failure_record ("malformed", "550 5.6.0 ");
}

static void
test_oversize (void)
{
    g_autoptr (MilterClient) client = world_milter (shared);
    GString *big = g_string_new (HEADER "\r\n");

    while (big->len <= LIMIT_MESSAGE_BYTES)
        g_string_append (big, ORDER ORDER ORDER ORDER ORDER ORDER ORDER ORDER);
    g_autoptr (MilterAnswer) answer =
        world_send (client, "yes@example.com", big->str, big->len);
    g_assert_cmpint (answer->verdict, ==, 'y');
    g_assert_true (g_str_has_prefix (answer->reply, "552 5.3.4 "));
    check_failure_record ("limit", "552 5.3.4 ");
    g_string_free (big, TRUE);
    g_autoptr (MilterAnswer) next = send_text (client, "yes@example.com", TRANSACTION);
    g_assert_cmpint (next->verdict, ==, 'a');
}

static void
test_many_on_one_connection (void)
{
    static const char *const recipients[] = { "yes@example.com", "no@example.com",
                                              "never@example.com",
                                              "yes@example.com no@example.com" };
    g_autoptr (MilterClient) client = world_milter (shared);

    for (unsigned i = 0; i < 40; i++) {
        g_autoptr (MilterAnswer) answer = send_text (client, recipients[i % 4], MIXED);
        g_assert_cmpint (answer->verdict, ==, i % 4 == 2 ? 'y' : 'a');
        g_assert_cmpuint (answer->changes->len > 0, ==, i % 4 != 2);
    }
}

static void
test_abort (void)
{
    g_autoptr (MilterClient) client = world_milter (shared);

    milter_client_abort (client);
    milter_client_mail (client, "<orders@shop.example>", NULL);
    milter_client_rcpt (client, "<never@example.com>", NULL);
    milter_client_abort (client);
    milter_client_mail (client, "<orders@shop.example>", NULL);
    milter_client_rcpt (client, "<never@example.com>", NULL);
    milter_client_message (client, MIXED, strlen (MIXED));
    milter_client_abort (client);
    g_autoptr (MilterAnswer) answer = send_text (client, "yes@example.com", TRANSACTION);
    g_assert_cmpint (answer->verdict, ==, 'a');
}

static void
test_old_server (void)
{
    g_autofree char *path = world_path (shared, "milter");
    g_autoptr (MilterClient) spaces = milter_client_new (path);
    g_autoptr (MilterClient) body = milter_client_new (path);
    g_autoptr (MilterClient) hold = milter_client_new (path);

    g_assert_false (
        milter_client_negotiate (spaces, MILTER_ACTIONS, MILTER_STEPS & ~0x100000u));
    g_assert_false (milter_client_negotiate (hold, MILTER_ACTIONS & ~0x20u, MILTER_STEPS));
    g_assert_false (milter_client_negotiate (body, MILTER_ACTIONS & ~0x2u, MILTER_STEPS));
}

static void
test_status (void)
{
    g_autofree char *status = world_ask (shared, "status");
    g_autofree char *unknown = world_ask (shared, "stop\"it");

    g_assert_true (g_str_has_prefix (status, "{\"ok\":true,"));
    g_assert_nonnull (strstr (status, "\"policy_version\":\""));
    g_assert_null (strstr (status, "\"messages\":0,"));
    g_assert_nonnull (strstr (unknown, "\"ok\":false"));
}

static void
test_reload (void)
{
    World *world = world_new ("");
    g_autoptr (MilterClient) client = world_milter (world);
    LmtpClient *lmtp = world_lmtp (world);
    g_autofree char *territory = world_path (world, "policies/territories/DE.cfg");
    g_autofree char *text = NULL;

    milter_client_mail (client, "<orders@shop.example>", NULL);
    g_autofree char *done = world_ask (world, "reload");
    g_assert_cmpstr (done, ==, "{\"ok\":true}");
    milter_client_rcpt (client, "<never@example.com>", NULL);
    milter_client_message (client, MIXED, strlen (MIXED));
    g_autoptr (MilterAnswer) answer = milter_client_end (client);
    g_assert_cmpint (answer->verdict, ==, 'y');

    g_file_get_contents (territory, &text, NULL, NULL);
    world_write (world, "policies/territories/DE.cfg", "territory = \"DE\";\nrules = [ (;\n");
    g_autofree char *broken = world_ask (world, "reload");
    g_assert_nonnull (strstr (broken, "\"ok\":false"));
    g_assert_nonnull (strstr (broken, "DE.cfg:"));
    g_autoptr (MilterAnswer) still = send_text (client, "never@example.com", MIXED);
    g_assert_cmpint (still->verdict, ==, 'y');
    g_autoptr (GPtrArray) replies = lmtp_deliver (lmtp, "4cREL", "yes@example.com", MIXED);
    check_reply (replies, 0, "250 ");
    lmtp_close (lmtp);
    world_free (world);
}

/* What only a restart brings is told, until there is one or the setting is what it was. */
static void
test_reload_of_fixed (void)
{
    World *world = world_new ("");
    g_autofree char *path = world_path (world, "licet.cfg");
    g_autofree char *text = NULL;

    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_autofree char *changed = g_strconcat (
        text, "message_memory = 65;\nlmtp_connections = 3;\nmx_milliseconds = 7;\n", NULL);
    world_write (world, "licet.cfg", changed);
    g_autofree char *told = world_ask (world, "reload");
    g_assert_cmpstr (told, ==,
                     "{\"ok\":true,\"restart_needed_for\":\"message_memory, lmtp_connections\"}");
    world_write (world, "licet.cfg", text);
    g_autofree char *none = world_ask (world, "reload");
    g_assert_cmpstr (none, ==, "{\"ok\":true}");
    world_free (world);
}

/* The policies' own cases are run before the policies are taken. */
static void
test_cases (void)
{
    static const char name[] = "policies/territories/DE.cfg";
    World *world = world_new ("");
    g_autofree char *path = world_path (world, name);
    g_autofree char *text = NULL;

    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_autofree char *right = g_strconcat (text,
                                          "tests = ( { name = \"a stranger\"; mail = "
                                          "\"newsletter\"; expect = \"refuse\"; rule = "
                                          "\"DE-CONSENT\"; } );\n",
                                          NULL);
    g_autofree char *wrong = g_strconcat (text,
                                          "tests = ( { name = \"a stranger\"; mail = "
                                          "\"newsletter\"; expect = \"deliver\"; } );\n",
                                          NULL);
    world_write (world, name, right);
    g_autofree char *done = world_ask (world, "reload");
    g_assert_cmpstr (done, ==, "{\"ok\":true}");
    g_autofree char *before = world_ask (world, "status");
    world_write (world, name, wrong);
    g_autofree char *missed = world_ask (world, "reload");
    g_assert_nonnull (strstr (missed, "\"ok\":false"));
    g_assert_nonnull (
        strstr (missed, "case \\\"a stranger\\\": wanted deliver, got refuse by"));
    g_autofree char *after = world_ask (world, "status");
    const char *version = strstr (before, "\"policy_version\":");
    g_autofree char *same = g_strndup (version, strcspn (version, ","));
    g_assert_nonnull (strstr (after, same));
    world_free (world);
}

/* libmilter has a thread that would take them, and stop. */
static void
check_only_main_hears (const World *world)
{
    g_autofree char *path = g_strdup_printf ("/proc/%d/task", (int)world->pid);
    g_autoptr (GDir) tasks = g_dir_open (path, 0, NULL);
    unsigned others = 0;

    g_assert_nonnull (tasks);
    for (const char *task; (task = g_dir_read_name (tasks));) {
        g_autofree char *file = g_strdup_printf ("%s/%s/status", path, task);
        g_autofree char *status = NULL;
        if (atoi (task) == (int)world->pid || !g_file_get_contents (file, &status, NULL, NULL))
            continue;
        const char *blocked = strstr (status, "SigBlk:\t");
        g_assert_nonnull (blocked);
        guint64 bits = g_ascii_strtoull (blocked + 8, NULL, 16);
        for (const int *number = (const int[]){ SIGHUP, SIGINT, SIGTERM, 0 }; *number; number++)
            g_assert_cmpuint (bits >> (*number - 1) & 1, ==, 1);
        others++;
    }
    g_assert_cmpuint (others, >, 2);
}

static void
test_signals (void)
{
    World *world = world_new ("");

    for (unsigned i = 0; i < 200; i++) {
        kill (world->pid, SIGHUP);
        g_usleep (i % 4 * 500);
    }
    check_in_place (world, "yes@example.com", MIXED);
    g_autofree char *status = world_ask (world, "status");
    g_assert_null (strstr (status, "\"reloads\":0,"));
    g_assert_nonnull (strstr (status, "\"reloads_failed\":0,"));
    check_only_main_hears (world);
    g_autoptr (MilterClient) idle = world_milter (world);
    LmtpClient *lmtp = world_lmtp (world);
    int ended = world_stop (world);
    g_assert_true (WIFEXITED (ended));
    g_assert_cmpint (WEXITSTATUS (ended), ==, 0);
    lmtp_close (lmtp);
    world_free (world);
}

/* Started by mistake beside the first: it says why, and leaves its sockets. */
static void
test_second_daemon (void)
{
    World *world = world_new ("");
    g_autofree char *config = world_path (world, "licet.cfg"), *text = NULL, *errors = NULL;
    g_autofree char *other = world_path (world, "other.cfg");
    const char *program = g_getenv ("LICETD");
    char *argv[] = { (char *)(program ? program : "./licetd"), "--config", other, NULL };
    int ended = 0;

    g_file_get_contents (config, &text, NULL, NULL);
    g_autoptr (GString) changed = g_string_new (text);
    g_string_replace (changed, "/milter\"", "/milter2\"", 1);
    g_string_replace (changed, "/lmtp\"", "/lmtp2\"", 1);
    g_string_replace (changed, "/state.db\"", "/state2.db\"", 1);
    g_string_replace (changed, "/audit.jsonl\"", "/audit2.jsonl\"", 1);
    world_write (world, "other.cfg", changed->str);
    g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                                 &errors, &ended, NULL));
    g_assert_true (WIFEXITED (ended));
    g_assert_cmpint (WEXITSTATUS (ended), ==, 75); /* EX_TEMPFAIL */
    g_assert_nonnull (strstr (errors, "/control: another daemon listens there"));
    check_in_place (world, "yes@example.com", MIXED);
    world_free (world);
}

/* As a full disk: neither log nor journal may grow. */
static void
limit_files (const World *world, rlim_t bytes)
{
    struct rlimit limit = { bytes, RLIM_INFINITY };

    g_assert_cmpint (prlimit (world->pid, RLIMIT_FSIZE, &limit, NULL), ==, 0);
}

static void
test_no_record_no_mail (void)
{
    World *world = world_new ("");
    g_autoptr (MilterClient) client = world_milter (world);
    LmtpClient *lmtp = world_lmtp (world);

    limit_files (world, 0);
    g_autoptr (MilterAnswer) full = send_text (client, "yes@example.com", TRANSACTION);
    g_autoptr (GPtrArray) kept = lmtp_deliver (lmtp, "4cFULL", "yes@example.com", MIXED);
    g_autoptr (GPtrArray) none = smtp_sink_take (world->sink);
    limit_files (world, RLIM_INFINITY);
    g_autoptr (MilterAnswer) room = send_text (client, "yes@example.com", TRANSACTION);
    g_autoptr (GPtrArray) sent = lmtp_deliver (lmtp, "4cFULL", "yes@example.com", MIXED);
    g_autoptr (GPtrArray) one = smtp_sink_take (world->sink);

    g_assert_cmpint (full->verdict, ==, 'y');
    g_assert_true (full->reply && g_str_has_prefix (full->reply, "451 4.3.0 "));
    check_reply (kept, 0, "451 4.3.0 ");
    g_assert_cmpuint (none->len, ==, 0);
    g_assert_cmpint (room->verdict, ==, 'a');
    check_reply (sent, 0, "250 2.0.0 submitted");
    g_assert_cmpuint (one->len, ==, 1);
    lmtp_close (lmtp);
    world_free (world);
}

/* In the same file, not in a new one of that name. */
static void
spoil_file (const World *world, const char *name)
{
    g_autofree char *path = world_path (world, name);
    g_autofree char *garbage = g_strnfill (65536, 'x');
    FILE *file = fopen (path, "r+");

    g_assert_nonnull (file);
    g_assert_cmpuint (fwrite (garbage, 1, strlen (garbage), file), ==, strlen (garbage));
    fclose (file);
}

/* The consent store breaks while the daemon runs: promotion waits, a transaction leaves. */
static void
test_store_down (void)
{
    World *world = world_new ("queueing_clients = [ \"192.0.2.7\" ];\nconsent = \"sqlite:"
                              "@DIR@/consent.db\";\n");
    g_autoptr (MilterClient) client = world_milter (world);

    spoil_file (world, "consent.db");
    g_autoptr (MilterAnswer) promotion = send_text (client, "yes@example.com", MIXED);
    g_autoptr (MilterAnswer) receipt = send_text (client, "yes@example.com", TRANSACTION);
    g_assert_cmpint (promotion->verdict, ==, 'y');
    g_assert_true (promotion->reply && promotion->reply[0] == '4');
    g_assert_cmpint (receipt->verdict, ==, 'a');
    world_free (world);
}

/* By either edge, and a reload keeps the count. */
static void
test_frequency (void)
{
    World *world = world_new ("queueing_clients = [ \"192.0.2.7\" ];\n");
    g_autoptr (MilterClient) client = world_milter (world);

    world_cap (world);
    g_autoptr (MilterAnswer) first = send_text (client, "yes@example.com", MIXED);
    g_assert_cmpint (first->verdict, ==, 'a');
    g_autofree char *reloaded = world_ask (world, "reload");
    g_assert_cmpstr (reloaded, ==, "{\"ok\":true}");
    g_autoptr (MilterAnswer) second = send_text (client, "yes@example.com", MIXED);
    g_assert_cmpint (second->verdict, ==, 'y');
    g_assert_true (second->reply && g_str_has_prefix (second->reply, "451 4.7.1 CAP: "));
    g_autoptr (MilterAnswer) receipt = send_text (client, "yes@example.com", TRANSACTION);
    g_assert_cmpint (receipt->verdict, ==, 'a');

    LmtpClient *lmtp = world_lmtp (world);
    g_autoptr (GPtrArray) third = lmtp_deliver (lmtp, "4Q01", "no@example.com", MIXED);
    g_autoptr (GPtrArray) fourth = lmtp_deliver (lmtp, "4Q02", "no@example.com", MIXED);
    g_assert_true (g_str_has_prefix (g_ptr_array_index (third, 0), "250"));
    g_assert_true (g_str_has_prefix (g_ptr_array_index (fourth, 0), "451"));
    lmtp_close (lmtp);
    world_free (world);
}

int
main (int argc, char *argv[])
{
    static const struct {
        const char *name;
        void (*run) (void);
    } scenarios[] = {
        { "/wire/milter/changes in place give pipeline_run's bytes", test_in_place },
        { "/wire/milter/signed when there is a key, deferred when not", test_signed },
        { "/wire/milter/a split adds one field only", test_split_only_routes },
        { "/wire/milter/fields forged by the client are removed", test_forged_fields },
        { "/wire/milter/all refused is one 550", test_all_refused },
        { "/wire/milter/all wait is 4xx for queueing clients only", test_all_wait },
        { "/wire/milter/all held is one quarantine", test_all_held },
        { "/wire/milter/recipients refused by Postfix do not count", test_refused_by_postfix },
        { "/wire/milter/a message for nobody is harmless", test_nobody },
        { "/wire/milter/a malformed message is 550", test_malformed },
        { "/wire/milter/a message past the limit is 552", test_oversize },
        { "/wire/milter/forty messages on one connection", test_many_on_one_connection },
        { "/wire/milter/an abort forgets the message", test_abort },
        { "/wire/milter/a server without what we need is refused", test_old_server },
        { "/wire/control/status", test_status },
        { "/wire/control/a reload keeps connections, a broken one the state", test_reload },
        { "/wire/control/a reload names what takes a restart", test_reload_of_fixed },
        { "/wire/control/policies whose cases come out otherwise are not taken", test_cases },
        { "/wire/process/one promotional mail a day", test_frequency },
        { "/wire/process/SIGHUP reloads, SIGTERM ends", test_signals },
        { "/wire/process/a second daemon says so and ends", test_second_daemon },
        { "/wire/process/what cannot be recorded does not leave", test_no_record_no_mail },
        { "/wire/process/the store down: promotion waits, a receipt leaves", test_store_down },
    };

    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    shared = world_new ("");
    for (unsigned i = 0; i < G_N_ELEMENTS (scenarios); i++)
        g_test_add_func (scenarios[i].name, scenarios[i].run);
    lmtp_scenarios_add (shared);
    sign_scenarios_add ();
    slow_scenarios_add ();
    int status = g_test_run ();
    world_free (shared);
    return status;
}
