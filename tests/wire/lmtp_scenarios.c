/* SPDX-License-Identifier: BSD-2-Clause */

/* Hand-overs from Postfix's queue: what each recipient is answered, and what the second port gets. */

#include "scenarios.h"

#include <string.h>

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
test_in_doubt (void)
{
    LmtpClient *client = world_lmtp (shared);

    smtp_sink_set_mode (shared->sink, SINK_DROPS_AFTER_DATA);
    g_autoptr (GPtrArray) lost = lmtp_deliver (client, "4cDROP", "yes@example.com", MIXED);
    g_autofree char *doubt = world_ask (shared, "status");
    smtp_sink_set_mode (shared->sink, SINK_OK);
    g_autoptr (GPtrArray) again = lmtp_deliver (client, "4cDROP", "yes@example.com", MIXED);
    g_autofree char *settled = world_ask (shared, "status");
    g_ptr_array_unref (smtp_sink_take (shared->sink));

    check_reply (lost, 0, "451 4.4.2 ");
    check_reply (again, 0, "250 2.0.0 submitted");
    g_assert_nonnull (strstr (doubt, "\"in_doubt\":1"));
    g_assert_nonnull (strstr (settled, "\"in_doubt\":0"));
    lmtp_close (client);
}

/* Who is held gets nothing from a port that has not shown that it holds. */
static void
test_held (void)
{
    LmtpClient *client = world_lmtp (shared);

    smtp_sink_set_mode (shared->sink, SINK_HOLDS);
    g_autoptr (GPtrArray) replies =
        lmtp_deliver (client, "4cHELD", "yes@example.com held@example.com", MIXED);
    g_autoptr (GPtrArray) again =
        lmtp_deliver (client, "4cHELD", "yes@example.com held@example.com", MIXED);
    g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);
    g_autofree char *audit = world_audit (shared);
    smtp_sink_set_mode (shared->sink, SINK_OK);

    check_reply (replies, 0, "250 2.0.0 submitted as SINK");
    check_reply (replies, 1, "250 2.0.0 held as SINK");
    check_reply (again, 1, "250 2.0.0 already submitted as SINK");
    g_assert_cmpuint (mails->len, ==, 2);
    g_assert_true (has_command (mail_at (mails, 0), "EHLO licet.example"));
    g_assert_false (has_command (mail_at (mails, 0), "RCPT TO:<nobody@licet.invalid>"));
    g_assert_true (has_command (mail_at (mails, 1), "EHLO hold.licet.invalid"));
    g_assert_true (has_command (mail_at (mails, 1), "RCPT TO:<nobody@licet.invalid>"));
    g_assert_true (has_command (mail_at (mails, 1), "RSET"));
    g_assert_true (is_for (mail_at (mails, 1), "held@example.com"));
    g_assert_nonnull (strstr (mail_at (mails, 1)->data->str, "rain jackets"));
    g_assert_nonnull (strstr (audit, "\"outcome\":\"held\""));
    g_assert_nonnull (strstr (audit, "\"held\":true"));
    lmtp_close (client);
}

static void
test_not_holding (void)
{
    static const SinkMode modes[] = { SINK_OK, SINK_FAILS_PROBE };
    LmtpClient *client = world_lmtp (shared);

    for (unsigned i = 0; i < G_N_ELEMENTS (modes); i++) {
        smtp_sink_set_mode (shared->sink, modes[i]);
        g_autoptr (GPtrArray) replies = lmtp_deliver (
            client, i ? "4cNOTHOLD2" : "4cNOTHOLD1", "yes@example.com held@example.com", MIXED);
        g_autoptr (GPtrArray) mails = smtp_sink_take (shared->sink);
        check_reply (replies, 0, "250 2.0.0 submitted as SINK");
        check_reply (replies, 1, "451 4.3.5 ");
        g_assert_cmpuint (mails->len, ==, 1);
        g_assert_false (is_for (mail_at (mails, 0), "held@example.com"));
    }
    smtp_sink_set_mode (shared->sink, SINK_HOLDS);
    g_autoptr (GPtrArray) later =
        lmtp_deliver (client, "4cNOTHOLD1", "yes@example.com held@example.com", MIXED);
    g_ptr_array_unref (smtp_sink_take (shared->sink));
    smtp_sink_set_mode (shared->sink, SINK_OK);
    check_reply (later, 0, "250 2.0.0 already submitted as SINK");
    check_reply (later, 1, "250 2.0.0 held as SINK");
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
                                             mail->data->len);
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
        { "/wire/lmtp/who is held gets a copy for the hold queue", test_held },
        { "/wire/lmtp/a second port that would deliver it gets none", test_not_holding },
        { "/wire/lmtp/three messages in one write", test_pipelined },
        { "/wire/lmtp/identity and parameters arrive verbatim", test_verbatim },
        { "/wire/lmtp/a bare CR or LF is refused, not smuggled", test_smuggling },
        { "/wire/lmtp/commands and replies", test_commands },
    };

    shared = world;
    for (unsigned i = 0; i < G_N_ELEMENTS (scenarios); i++)
        g_test_add_func (scenarios[i].name, scenarios[i].run);
}
