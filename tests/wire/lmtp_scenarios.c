/* SPDX-License-Identifier: BSD-2-Clause */

/* Hand-overs from Postfix's queue: what each recipient is answered, and what the second port gets. */

#include "scenarios.h"

#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "licet/limits.h"

static World *shared;

void
check_reply (const GPtrArray *replies, unsigned i, const char *prefix)
{
    const char *reply = g_ptr_array_index (replies, i);

    if (!g_str_has_prefix (reply, prefix))
        g_assert_cmpstr (reply, ==, prefix);
}

static const SinkMail *
mail_at (const GPtrArray *mails, unsigned i)
{
    g_assert_cmpuint (i, <, mails->len);
    return g_ptr_array_index (mails, i);
}

static bool
has_command (const SinkMail *mail, const char *command)
{
    return g_ptr_array_find_with_equal_func (mail->commands, command, g_str_equal, NULL);
}

/* Whether it was sent to this recipient, with whatever parameters. */
static bool
is_for (const SinkMail *mail, const char *address)
{
    g_autofree char *command = g_strdup_printf ("RCPT TO:<%s>", address);

    for (unsigned i = 0; i < mail->commands->len; i++)
        if (g_str_has_prefix (g_ptr_array_index (mail->commands, i), command))
            return true;
    return false;
}

static void
test_four_statuses (void)
{
    LmtpClient *client = world_lmtp (shared);
    g_autoptr (GPtrArray) replies = lmtp_deliver (
        client, "4cFOUR", "yes@example.com no@example.com never@example.com later@example.com",
        MIXED);
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);
    g_autofree char *audit = world_audit (shared);

    check_reply (replies, 0, "250 2.0.0 submitted as SINK");
    check_reply (replies, 1, "250 2.0.0 submitted as SINK");
    check_reply (replies, 2, "550 5.7.1 ");
    check_reply (replies, 3, "451 4.7.1 CO-CONSENT");
    g_assert_cmpuint (mails->len, ==, 2);
    g_assert_nonnull (strstr (mail_at (mails, 0)->data->str, "rain jackets"));
    g_assert_nonnull (strstr (mail_at (mails, 0)->data->str, "\r\n.Paid by card.\r\n"));
    g_assert_null (strstr (mail_at (mails, 1)->data->str, "rain jackets"));
    g_assert_nonnull (strstr (mail_at (mails, 1)->data->str, "\r\n.Paid by card.\r\n"));
    g_assert_null (strstr (mail_at (mails, 0)->data->str, "licet:promotional"));
    g_assert_nonnull (strstr (audit, "\"submitted\""));
    g_assert_nonnull (strstr (audit, "\"refused\""));
    g_assert_nonnull (strstr (audit, "\"deferred\""));
    lmtp_close (client);
}

static void
test_repeated (void)
{
    LmtpClient *client = world_lmtp (shared);
    g_autoptr (GPtrArray) first =
        lmtp_deliver (client, "4cTWICE", "yes@example.com no@example.com", MIXED);
    g_autoptr (GPtrArray) sent = smtp_sink_take (shared->sink);
    g_autoptr (GPtrArray) second =
        lmtp_deliver (client, "4cTWICE", "yes@example.com no@example.com", MIXED);
    g_autoptr (GPtrArray) none = smtp_sink_take (shared->sink);

    check_reply (first, 1, "250 2.0.0 submitted as SINK");
    check_reply (second, 0, "250 2.0.0 already submitted as SINK");
    check_reply (second, 1, "250 2.0.0 already submitted as SINK");
    g_assert_cmpuint (sent->len, ==, 2);
    g_assert_cmpuint (none->len, ==, 0);
    lmtp_close (client);
}

static void
test_repeated_without_id (void)
{
    LmtpClient *client = world_lmtp (shared);
    g_autoptr (GPtrArray) first = lmtp_deliver (client, NULL, "yes@example.com", MIXED);
    g_autoptr (GPtrArray) second = lmtp_deliver (client, NULL, "yes@example.com", MIXED);
    g_autoptr (GPtrArray) sent = smtp_sink_take (shared->sink);

    check_reply (first, 0, "250 2.0.0 submitted");
    check_reply (second, 0, "250 2.0.0 already submitted");
    g_assert_cmpuint (sent->len, ==, 1);
    lmtp_close (client);
}

static void
test_second_port_down (void)
{
    LmtpClient *client = world_lmtp (shared);

    smtp_sink_set_open (shared->sink, false);
    g_autoptr (GPtrArray) down =
        lmtp_deliver (client, "4cDOWN", "yes@example.com no@example.com", MIXED);
    smtp_sink_set_open (shared->sink, true);
    smtp_sink_set_mode (shared->sink, SINK_SAYS_NONSENSE);
    g_autoptr (GPtrArray) nonsense =
        lmtp_deliver (client, "4cDOWN", "yes@example.com no@example.com", MIXED);
    smtp_sink_set_mode (shared->sink, SINK_REFUSES_DATA);
    g_autoptr (GPtrArray) refused =
        lmtp_deliver (client, "4cDOWN", "yes@example.com no@example.com", MIXED);
    smtp_sink_set_mode (shared->sink, SINK_OK);
    g_autoptr (GPtrArray) up =
        lmtp_deliver (client, "4cDOWN", "yes@example.com no@example.com", MIXED);
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);

    for (unsigned i = 0; i < 2; i++) {
        check_reply (down, i, "451 4.4.1 ");
        check_reply (nonsense, i, "451 4.4.1 ");
        check_reply (refused, i, "451 4.3.0 try again");
        check_reply (up, i, "250 2.0.0 submitted");
    }
    g_assert_cmpuint (mails->len, ==, 2);
    lmtp_close (client);
}

static void
test_second_port_refuses_some (void)
{
    LmtpClient *client = world_lmtp (shared);
    g_autoptr (GPtrArray) replies = lmtp_deliver (
        client, "4cSOME", "rejected@example.com yes@example.com busy@example.com", TRANSACTION);
    g_autoptr (GPtrArray) nobody =
        lmtp_deliver (client, "4cNONE", "rejected@example.com busy@example.com", TRANSACTION);
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);

    check_reply (replies, 0, "550 5.1.1 no such user");
    check_reply (replies, 1, "250 2.0.0 submitted");
    check_reply (replies, 2, "450 4.2.1 mailbox busy");
    check_reply (nobody, 0, "550 5.1.1 no such user");
    check_reply (nobody, 1, "450 4.2.1 mailbox busy");
    g_assert_cmpuint (mails->len, ==, 2);
    g_assert_cmpuint (mail_at (mails, 1)->data->len, ==, 0); /* the lone dot after 354 */
    lmtp_close (client);
}

static void
lose_reply (World *world, LmtpClient *client, const char *queue_id)
{
    smtp_sink_set_mode (world->sink, SINK_DROPS_AFTER_DATA);
    g_autoptr (GPtrArray) lost = lmtp_deliver (client, queue_id, "yes@example.com", MIXED);
    smtp_sink_set_mode (world->sink, SINK_OK);
    check_reply (lost, 0, "451 4.4.2 ");
}

/* The journal names the queue id that the sink would have given, the last one of its log. */
static void
write_mail_log (World *world, const char *format)
{
    g_autofree char *audit_status = world_ask (world, "status");
    g_autoptr (GString) log =
        g_string_new ("Nov 24 09:00:00 mail postfix/qmgr[7]: X1: removed\n");

    g_assert_nonnull (strstr (audit_status, "\"in_doubt\":1"));
    for (unsigned i = 1; format && i < 500; i++) {
        g_autofree char *id = g_strdup_printf ("SINK%u", i);
        g_string_append_printf (log, "Nov 24 09:00:00 mail %s\n", format);
        g_string_replace (log, "@ID@", id, 0);
    }
    world_write (world, "mail.log", log->str);
}

static void
test_in_doubt (void)
{
    static const struct {
        const char *name, *log, *reply;
        unsigned sent; /* in all */
    } rows[] = {
        { "4cDOUBT1", "postfix/qmgr[1]: @ID@: from=<a@b>, size=1, nrcpt=1 (queue active)",
          "250 2.0.0 submitted as SINK", 1 },
        { "4cDOUBT2",
          "postfix/cleanup[1]: @ID@: milter-reject: END-OF-MESSAGE from x[y]: 4.7.1",
          "250 2.0.0 submitted as SINK", 2 },
        { "4cDOUBT3", "postfix/smtpd[1]: @ID@: client=localhost[127.0.0.1]", "451 4.4.2 ", 1 },
        { "4cDOUBT4", NULL, "451 4.4.2 ", 1 },
    };
    LmtpClient *client = world_lmtp (shared);

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_test_message ("%s", rows[i].name);
        lose_reply (shared, client, rows[i].name);
        write_mail_log (shared, rows[i].log);
        g_autoptr (GPtrArray) again =
            lmtp_deliver (client, rows[i].name, "yes@example.com", MIXED);
        check_reply (again, 0, rows[i].reply);
        g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);
        g_assert_cmpuint (mails->len, ==, rows[i].sent);
        if (rows[i].reply[0] == '2')
            continue;
        g_usleep (5100 * 1000); /* doubt_seconds, in whole ones */
        g_autoptr (GPtrArray) late =
            lmtp_deliver (client, rows[i].name, "yes@example.com", MIXED);
        check_reply (late, 0, "250 2.0.0 submitted as SINK");
        g_autoptr (GPtrArray) second = smtp_sink_take (shared->sink);
        g_assert_cmpuint (second->len, ==, 1);
        g_autofree char *audit = world_audit (shared);
        g_assert_nonnull (strstr (audit, "\"outcome\":\"in-doubt\""));
    }
    g_autofree char *settled = world_ask (shared, "status");
    g_assert_nonnull (strstr (settled, "\"in_doubt\":0"));
    g_assert_nonnull (strstr (settled, "\"doubts_sent_again\":2"));
    lmtp_close (client);
}

/* Of what inotify watches, which makes one of two that are alike and next to each other. */
static unsigned
count_events (int watch)
{
    char events[4096] __attribute__ ((aligned (__alignof__ (struct inotify_event))));
    ssize_t length = read (watch, events, sizeof events);
    unsigned count = 0;

    for (ssize_t at = 0; at < length; count++)
        at += (ssize_t)(sizeof (struct inotify_event) +
                        ((const struct inotify_event *)(void *)(events + at))->len);
    return count;
}

/* The log may be long, and Postfix waits: one look is for all recipients of a copy. */
static void
test_one_look (void)
{
    static const char both[] = "yes@example.com other@example.com";
    static const char order[] = HEADER "\r\n" ORDER FOOTER;
    World *world = world_new ("");
    LmtpClient *client = world_lmtp (world);
    g_autofree char *log = world_path (world, "mail.log");
    int watch = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);

    smtp_sink_set_mode (world->sink, SINK_DROPS_AFTER_DATA);
    g_autoptr (GPtrArray) lost = lmtp_deliver (client, "4cLOOK", both, order);
    smtp_sink_set_mode (world->sink, SINK_OK);
    check_reply (lost, 1, "451 4.4.2 ");
    g_autoptr (GPtrArray) sent = smtp_sink_take (world->sink);
    g_assert_cmpuint (sent->len, ==, 1);
    world_write (world, "mail.log", "");
    g_assert_cmpint (inotify_add_watch (watch, log, IN_OPEN | IN_CLOSE_NOWRITE), >=, 0);
    g_autoptr (GPtrArray) again = lmtp_deliver (client, "4cLOOK", both, order);
    check_reply (again, 0, "451 4.4.2 ");
    check_reply (again, 1, "451 4.4.2 ");
    g_assert_cmpuint (count_events (watch), ==, 2);
    close (watch);
    lmtp_close (client);
    world_free (world);
}

/* With resend_in_doubt = "no" a person decides. */
static void
test_parked (void)
{
    World *world = world_new ("resend_in_doubt = \"no\";\n");
    LmtpClient *client = world_lmtp (world);

    lose_reply (world, client, "4cPARK");
    g_ptr_array_unref (smtp_sink_take (world->sink));
    g_usleep (5100 * 1000);
    g_autoptr (GPtrArray) parked = lmtp_deliver (client, "4cPARK", "yes@example.com", MIXED);
    check_reply (parked, 0, "451 4.4.2 licet: the copy may have left before a crash");
    write_mail_log (world, "postfix/postsuper[1]: @ID@: removed");
    g_autoptr (GPtrArray) settled = lmtp_deliver (client, "4cPARK", "yes@example.com", MIXED);
    check_reply (settled, 0, "250 2.0.0 submitted as SINK");
    g_autoptr (GPtrArray) none = smtp_sink_take (world->sink);
    g_assert_cmpuint (none->len, ==, 0);
    lmtp_close (client);
    world_free (world);
}

/* Who is held gets a copy that the guard puts on hold. */
static void
test_held (void)
{
    LmtpClient *client = world_lmtp (shared);
    g_autoptr (GPtrArray) replies =
        lmtp_deliver (client, "4cHELD", "yes@example.com held@example.com", MIXED);
    g_autoptr (GPtrArray) again =
        lmtp_deliver (client, "4cHELD", "yes@example.com held@example.com", MIXED);
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);
    g_autofree char *audit = world_audit (shared);

    check_reply (replies, 0, "250 2.0.0 submitted as SINK");
    check_reply (replies, 1, "250 2.0.0 held as SINK");
    check_reply (again, 1, "250 2.0.0 already submitted as SINK");
    g_assert_cmpuint (mails->len, ==, 2);
    g_assert_false (mail_at (mails, 0)->held);
    g_assert_true (mail_at (mails, 1)->held);
    g_assert_true (is_for (mail_at (mails, 1), "held@example.com"));
    g_assert_nonnull (strstr (mail_at (mails, 1)->data->str, "rain jackets"));
    g_assert_nonnull (strstr (audit, "\"outcome\":\"held\""));
    g_assert_nonnull (strstr (audit, "\"held\":true"));
    lmtp_close (client);
}

static void
test_unguarded (void)
{
    LmtpClient *client = world_lmtp (shared);

    smtp_sink_set_mode (shared->sink, SINK_UNGUARDED);
    g_autoptr (GPtrArray) replies =
        lmtp_deliver (client, "4cBARE", "yes@example.com held@example.com", MIXED);
    smtp_sink_set_mode (shared->sink, SINK_OK);
    g_autoptr (GPtrArray) none = smtp_sink_take (shared->sink);
    g_autoptr (GPtrArray) later =
        lmtp_deliver (client, "4cBARE", "yes@example.com held@example.com", MIXED);
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);

    check_reply (replies, 0, "451 4.3.5 ");
    check_reply (replies, 1, "451 4.3.5 ");
    g_assert_cmpuint (none->len, ==, 0);
    check_reply (later, 0, "250 2.0.0 submitted as SINK");
    check_reply (later, 1, "250 2.0.0 held as SINK");
    g_assert_cmpuint (mails->len, ==, 2);
    lmtp_close (client);
}

/* What the second port changes does not get in. */
static void
test_changed (void)
{
    LmtpClient *client = world_lmtp (shared);

    smtp_sink_set_mode (shared->sink, SINK_CHANGES_DATA);
    g_autoptr (GPtrArray) changed = lmtp_deliver (client, "4cCHANGE", "yes@example.com", MIXED);
    smtp_sink_set_mode (shared->sink, SINK_OK);
    g_autoptr (GPtrArray) plain = lmtp_deliver (client, "4cCHANGE", "yes@example.com", MIXED);
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);

    check_reply (changed, 0, "451 4.7.1 the guard says no");
    check_reply (plain, 0, "250 2.0.0 submitted as SINK");
    g_assert_cmpuint (mails->len, ==, 1);
    g_assert_null (strstr (mail_at (mails, 0)->data->str, "X-Licet-Copy"));
    g_assert_true (g_str_has_prefix (mail_at (mails, 0)->wire->str, "X-Licet-Copy: "));
    lmtp_close (client);
}

/* A mark that was used up, replayed by whoever has seen it. */
static void
test_replayed (void)
{
    LmtpClient *client = world_lmtp (shared);
    g_autoptr (GPtrArray) replies = lmtp_deliver (client, "4cREPLAY", "yes@example.com", MIXED);
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);
    const GString *wire = mail_at (mails, 0)->wire;
    g_autofree char *path = world_path (shared, "milter");
    g_autoptr (MilterClient) guard = milter_client_new (path);

    check_reply (replies, 0, "250 2.0.0 submitted as SINK");
    g_assert_true (milter_client_negotiate (guard, MILTER_ACTIONS, MILTER_STEPS));
    milter_client_macros (guard, 'C', "{daemon_name}", "licet-guard", NULL);
    milter_client_connect (guard, "localhost", "127.0.0.1", 4711);
    milter_client_helo (guard, "licet.example");
    milter_client_mail (guard, "<orders@shop.example>", NULL);
    milter_client_rcpt (guard, "<yes@example.com>", NULL);
    milter_client_message (guard, wire->str, wire->len);
    milter_client_macros (guard, 'E', "i", "4cSECOND", NULL);
    g_autoptr (MilterAnswer) answer = milter_client_end (guard);
    g_assert_cmpint (answer->verdict, ==, 'y');
    g_assert_true (g_str_has_prefix (answer->reply, "451 4.7.1 "));
    g_assert_cmpuint (answer->changes->len, ==, 0);
    lmtp_close (client);
}

static void
test_pipelined (void)
{
    LmtpClient *client = world_lmtp (shared);

    for (unsigned i = 0; i < 3; i++)
        lmtp_say (client,
                  "XFORWARD IDENT=4cPIPE%u\r\nMAIL FROM:<orders@shop.example>\r\n"
                  "RCPT TO:<yes@example.com>\r\nDATA\r\n" HEADER "\r\nhello %u\r\n.\r\n",
                  i, i);
    lmtp_say (client, "NOOP\r\nQUIT\r\n");
    for (unsigned i = 0; i < 3; i++) {
        lmtp_expect (client, "250 2.0.0 Ok");
        lmtp_expect (client, "250 2.1.0");
        lmtp_expect (client, "250 2.1.5");
        lmtp_expect (client, "354");
        lmtp_expect (client, "250 2.0.0 submitted");
    }
    lmtp_expect (client, "250 2.0.0 Ok");
    lmtp_expect (client, "221 2.0.0");
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);
    g_assert_cmpuint (mails->len, ==, 3);
    g_assert_nonnull (strstr (mail_at (mails, 2)->data->str, "hello 2\r\n"));
    lmtp_close (client);
}

static void
test_verbatim (void)
{
    LmtpClient *client = world_lmtp (shared);

    lmtp_say (client, "XFORWARD NAME=client.example ADDR=IPV6:2001:db8::7 PORT=4711\r\n"
                      "XFORWARD PROTO=ESMTP HELO=a+2Bb IDENT=4cVERB SOURCE=REMOTE\r\n"
                      "MAIL FROM:<b\xc3\xbcro@shop.example> BODY=8BITMIME SMTPUTF8 RET=HDRS "
                      "ENVID=QQ+2B314 SIZE=900\r\n"
                      "RCPT TO:<yes@example.com> NOTIFY=SUCCESS,FAILURE "
                      "ORCPT=utf-8;j\xc3\xb6rg@example.com\r\nDATA\r\n");
    for (unsigned i = 0; i < 2; i++)
        lmtp_expect (client, "250 2.0.0");
    lmtp_expect (client, "250 2.1.0");
    lmtp_expect (client, "250 2.1.5");
    lmtp_expect (client, "354");
    lmtp_say (client, "%s.\r\n", HEADER "\r\nhello\r\n");
    lmtp_expect (client, "250 2.0.0 submitted");
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);
    const SinkMail *mail = mail_at (mails, 0);
    g_assert_true (has_command (mail, "XFORWARD NAME=client.example ADDR=IPV6:2001:db8::7 "
                                      "PORT=4711 PROTO=ESMTP HELO=a+2Bb IDENT=4cVERB "
                                      "SOURCE=REMOTE"));
    g_autofree char *from = g_strdup_printf ("MAIL FROM:<b\xc3\xbcro@shop.example> SIZE=%zu "
                                             "BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+2B314",
                                             mail->wire->len);
    g_assert_true (has_command (mail, from));
    g_assert_true (has_command (mail, "RCPT TO:<yes@example.com> NOTIFY=SUCCESS,FAILURE "
                                      "ORCPT=utf-8;j\xc3\xb6rg@example.com"));
    lmtp_close (client);
}

static void
test_smuggling (void)
{
    static const char *const bodies[] = {
        "a\n.\nMAIL FROM:<x@y>\r\n",   "a\n.\r\nMAIL FROM:<x@y>\r\n",
        "a\r\n.\nMAIL FROM:<x@y>\r\n", "a\r.\rMAIL FROM:<x@y>\r\n",
        "a\r\n.\rMAIL FROM:<x@y>\r\n",
    };
    LmtpClient *client = world_lmtp (shared);

    for (unsigned i = 0; i < G_N_ELEMENTS (bodies); i++) {
        lmtp_say (client, "MAIL FROM:<orders@shop.example>\r\nRCPT TO:<yes@example.com>\r\n"
                          "RCPT TO:<no@example.com>\r\nDATA\r\n");
        for (unsigned k = 0; k < 3; k++)
            lmtp_expect (client, "250 ");
        lmtp_expect (client, "354 ");
        lmtp_say (client, "%s%s.\r\n", HEADER "\r\n", bodies[i]);
        lmtp_expect (client, "550 5.6.0 ");
        lmtp_expect (client, "550 5.6.0 ");
    }
    lmtp_say (client, "NOOP\nQUIT\r\n");
    lmtp_expect (client, "500 5.5.2");
    lmtp_close (client);
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);
    g_assert_cmpuint (mails->len, ==, 0);
}

static void
test_commands (void)
{
    static const struct {
        const char *name, *say, *want;
    } rows[] = {
        { "a command that is not there", "VRFY x", "500 5.5.2" },
        { "HELO is not LMTP", "HELO x", "500 5.5.2" },
        { "RCPT before MAIL", "RCPT TO:<yes@example.com>", "503 5.5.1" },
        { "DATA before RCPT", "DATA", "503 5.5.1" },
        { "a sender without brackets", "MAIL FROM:a@b", "501 5.1.7" },
        { "a sender with a blank in it", "MAIL FROM:<a b@c>", "501 5.1.7" },
        { "an unknown parameter", "MAIL FROM:<a@b> SOLICIT=x", "555 5.5.4" },
        { "a size beyond the limit", "MAIL FROM:<a@b> SIZE=99999999999", "552 5.3.4" },
        { "bad xtext", "XFORWARD NAME=a+0Ab", "501 5.5.4" },
        { "an attribute without a name", "XFORWARD =x", "501 5.5.4" },
        { "the null sender, in lower case", "mail from:<>", "250 2.1.0" },
        { "MAIL twice", "MAIL FROM:<a@b>", "503 5.5.1" },
        { "no recipient", "RCPT TO:<>", "501 5.1.3" },
        { "a quoted local part with a bracket", "RCPT TO:<\"a>b\"@example.com>", "250 2.1.5" },
        { "a parameter of MAIL at RCPT", "RCPT TO:<a@b> RET=HDRS", "555 5.5.4" },
        { "XFORWARD within a transaction", "XFORWARD NAME=x", "503 5.5.1" },
        { "RSET", "RSET", "250 2.0.0" },
        { "RCPT after RSET", "RCPT TO:<a@b>", "503 5.5.1" },
    };
    LmtpClient *client = world_lmtp (shared);
    unsigned mistakes = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_test_message ("%s", rows[i].name);
        mistakes += rows[i].want[0] == '5';
        lmtp_say (client, "%s\r\n", rows[i].say);
        lmtp_expect (client, rows[i].want);
    }
    g_autofree char *longest = g_strnfill (LIMIT_COMMAND + 10, 'x');
    lmtp_say (client, "%s\r\n", longest);
    lmtp_expect (client, "500 5.5.2");
    for (mistakes++; mistakes <= 20; mistakes++) {
        lmtp_say (client, "VRFY\r\n");
        lmtp_expect (client, "500 5.5.2");
    }
    lmtp_expect (client, "421 4.7.0");
    lmtp_close (client);
}

void
lmtp_scenarios_add (World *world)
{
    static const struct {
        const char *name;
        void (*run) (void);
    } scenarios[] = {
        { "/wire/lmtp/four recipients, four statuses", test_four_statuses },
        { "/wire/lmtp/a repeated hand-over is a no-op", test_repeated },
        { "/wire/lmtp/also without a queue id", test_repeated_without_id },
        { "/wire/lmtp/the second port down, mad, refusing, up", test_second_port_down },
        { "/wire/lmtp/the second port refuses some", test_second_port_refuses_some },
        { "/wire/lmtp/a connection lost after the dot", test_in_doubt },
        { "/wire/lmtp/one look for all recipients of a copy", test_one_look },
        { "/wire/lmtp/a doubt that waits for a person", test_parked },
        { "/wire/lmtp/who is held gets a copy for the hold queue", test_held },
        { "/wire/lmtp/a second port without guard gets none", test_unguarded },
        { "/wire/lmtp/a second port that changes a copy gets none", test_changed },
        { "/wire/lmtp/a mark is good for once", test_replayed },
        { "/wire/lmtp/three messages in one write", test_pipelined },
        { "/wire/lmtp/identity and parameters arrive verbatim", test_verbatim },
        { "/wire/lmtp/a bare CR or LF is refused, not smuggled", test_smuggling },
        { "/wire/lmtp/commands and replies", test_commands },
    };

    shared = world;
    for (unsigned i = 0; i < G_N_ELEMENTS (scenarios); i++)
        g_test_add_func (scenarios[i].name, scenarios[i].run);
}
