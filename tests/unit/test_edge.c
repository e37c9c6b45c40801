/* SPDX-License-Identifier: BSD-2-Clause */

/* The parts of the edge that need no daemon: the reply table, LMTP arguments, line ends. */

#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../milter/edge/lmtp_command.h"
#include "../milter/edge/net.h"
#include "../milter/edge/outcome.h"

#include "licet/error.h"

static void
test_error_replies (void)
{
    static const struct {
        const char *name;
        LicetError code;
        const char *want;
    } rows[] = {
        { "a store that is down is temporary", LICET_ERROR_UNAVAILABLE, "451 4.3.0 " },
        { "a malformed message is permanent", LICET_ERROR_MALFORMED, "550 5.6.0 " },
        { "a message past a limit is permanent", LICET_ERROR_LIMIT, "552 5.3.4 " },
        { "wrong settings are not the sender's fault", LICET_ERROR_SETTINGS, "451 4.3.5 " },
        { "nor are wrong policies", LICET_ERROR_POLICY, "451 4.3.5 " },
        { "our own bug is temporary", LICET_ERROR_INTERNAL, "451 4.3.0 " },
        { "a code from the future is our own bug", (LicetError)99, "451 4.3.0 " },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (GError) error = g_error_new (LICET_ERROR, (int)rows[i].code, "x");
        g_test_message ("%s", rows[i].name);
        g_assert_true (g_str_has_prefix (outcome_reply (error), rows[i].want));
    }
    g_autoptr (GError) foreign = g_error_new (G_MARKUP_ERROR, 1, "x");
    g_assert_true (g_str_has_prefix (outcome_reply (foreign), "451 4.3.0 "));
}

static void
test_replies (void)
{
    static const struct {
        const char *name, *given, *clean, *code, *status, *text, *masked;
    } rows[] = {
        { "a whole reply", "550 5.7.1 no <a@b>: no", "550 5.7.1 no <a@b>: no", "550", "5.7.1",
          "no <a@b>: no", "550 5.7.1 no <address>: no" },
        { "without an enhanced status", "450 busy a@b", "450 busy a@b", "450", "4.0.0",
          "busy a@b", "450 busy <address>" },
        { "a status of another class is text", "550 4.7.1 x", "550 4.7.1 x", "550", "5.0.0",
          "4.7.1 x", "550 4.7.1 x" },
        { "the code alone", "250", "250", "250", "2.0.0", "", "250" },
        { "control and 8-bit characters", "550 5.1.1 a\tb\x80", "550 5.1.1 a?b?", "550",
          "5.1.1", "a?b?", "550 5.1.1 a?b?" },
        { "no reply at all", "SSH-2.0", "451 4.3.0 x", "451", "4.3.0", "x", "451 4.3.0 x" },
        { "an intermediate reply", "354 go", "451 4.3.0 x", "451", "4.3.0", "x",
          "451 4.3.0 x" },
        { "nothing", "", "451 4.3.0 x", "451", "4.3.0", "x", "451 4.3.0 x" },
        { "a bracket without its other half", "550 5.1.1 <a@b", "550 5.1.1 <a@b", "550",
          "5.1.1", "<a@b", "550 5.1.1 <address>" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *clean = outcome_clean (rows[i].given, "451 4.3.0 x");
        g_autofree char *code = NULL, *status = NULL, *text = NULL;
        g_autofree char *masked = outcome_without_addresses (clean);
        g_test_message ("%s", rows[i].name);
        outcome_split (clean, &code, &status, &text);
        g_assert_cmpstr (clean, ==, rows[i].clean);
        g_assert_cmpstr (code, ==, rows[i].code);
        g_assert_cmpstr (status, ==, rows[i].status);
        g_assert_cmpstr (text, ==, rows[i].text);
        g_assert_cmpstr (masked, ==, rows[i].masked);
    }
}

static void
add_decision (Plan *plan, Outcome outcome, const char *reply)
{
    Decision *decision = g_new0 (Decision, 1);

    decision->facts = g_new0 (RecipientFacts, 1);
    decision->rules = g_ptr_array_new ();
    decision->outcome = outcome;
    decision->reply = g_strdup (reply);
    g_ptr_array_add (plan->decisions, decision);
}

static void
test_one_reply_for_all (void)
{
    g_autoptr (Plan) plan = plan_new ();

    g_autofree char *none = outcome_reply_for_all (plan, OUTCOME_REFUSE);
    g_assert_true (g_str_has_prefix (none, "550 5.7.1 "));
    add_decision (plan, OUTCOME_DEFER, "450 4.7.1 later");
    add_decision (plan, OUTCOME_REFUSE, "550 5.7.1 A");
    add_decision (plan, OUTCOME_REFUSE, "550 5.7.1 A");
    g_autofree char *same = outcome_reply_for_all (plan, OUTCOME_REFUSE);
    g_assert_cmpstr (same, ==, "550 5.7.1 A");
    add_decision (plan, OUTCOME_REFUSE, "550 5.7.1 B");
    g_autofree char *different = outcome_reply_for_all (plan, OUTCOME_REFUSE);
    g_assert_cmpstr (different, ==, "550 5.7.1 A (first of 2 reasons)");
}

static void
test_attributes (void)
{
    static const struct {
        const char *name, *given, *want_name, *want_value;
    } rows[] = {
        { "plain", "NAME=client.example", "NAME", "client.example" },
        { "xtext", "HELO=a+2Bb+3Dc+40", "HELO", "a+b=c@" },
        { "an empty value", "HELO=", "HELO", "" },
        { "an unfinished escape", "HELO=a+2", NULL, NULL },
        { "no hex digits", "HELO=a+zz", NULL, NULL },
        { "an escaped line feed", "HELO=a+0Ab", NULL, NULL },
        { "an escaped NUL", "HELO=a+00b", NULL, NULL },
        { "no value", "HELO", NULL, NULL },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *name = NULL, *value = NULL;
        g_test_message ("%s", rows[i].name);
        g_assert_cmpint (lmtp_parse_attribute (rows[i].given, &name, &value), ==,
                         rows[i].want_name != NULL);
        g_assert_cmpstr (name, ==, rows[i].want_name);
        g_assert_cmpstr (value, ==, rows[i].want_value);
    }
}

typedef struct {
    const char *name, *wire, *want; /* want NULL: MALFORMED or LIMIT */
    int code;
} DataRow;

static const DataRow data_rows[] = {
    { "an ordinary text", "a\r\nb\r\n.\r\n", "a\r\nb\r\n", 0 },
    { "an empty text", ".\r\n", "", 0 },
    { "stuffed dots", "..\r\n..a\r\na.\r\n.b\r\n.\r\n", ".\r\n.a\r\na.\r\nb\r\n", 0 },
    { "a dot after a bare LF is no end", "a\n.\r\nb\r\n.\r\n", NULL, LICET_ERROR_MALFORMED },
    { "a dot before a bare LF is no end", "a\r\n.\nb\r\n.\r\n", NULL, LICET_ERROR_MALFORMED },
    { "a bare CR", "a\rb\r\n.\r\n", NULL, LICET_ERROR_MALFORMED },
    { "CR CR LF", "a\r\r\n.\r\n", NULL, LICET_ERROR_MALFORMED },
    { "a bare LF at the start", "\n\r\n.\r\n", NULL, LICET_ERROR_MALFORMED },
    { "too long", "123456789012345678901234567890123\r\n.\r\n", NULL, LICET_ERROR_LIMIT },
};

typedef struct {
    int fd;
    const char *wire;
    size_t repeat;
} Writer;

static void *
write_slowly (void *data)
{
    const Writer *writer = data;

    for (size_t i = 0; i < writer->repeat; i++)
        g_assert_cmpint (write (writer->fd, "x.\r\n", 4), ==, 4);
    for (const char *c = writer->wire; *c; c++)
        g_assert_cmpint (write (writer->fd, c, 1), ==, 1);
    g_assert_cmpint (write (writer->fd, "NEXT\r\n", 6), ==, 6);
    return NULL;
}

/* Byte by byte, and what follows the end must still be there. */
static void
check_data (const DataRow *row, size_t repeat)
{
    g_autoptr (GError) error = NULL;
    int code = repeat > 0 ? (int)LICET_ERROR_LIMIT : row->code;
    int pair[2];

    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
    Writer writer = { pair[0], row->wire, repeat };
    GThread *thread = g_thread_new ("writer", write_slowly, &writer);
    g_autoptr (NetStream) stream = net_stream_new (pair[1], 5);
    g_autoptr (GBytes) bytes = net_read_data (stream, 32, &error);
    g_autofree char *next = net_read_line (stream, 100, NULL);
    g_thread_join (thread);
    close (pair[0]);

    if (row->want && repeat == 0)
        g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), row->want,
                         strlen (row->want));
    else
        g_assert_error (error, LICET_ERROR, code);
    g_assert_cmpstr (next, ==, "NEXT");
}

static void
test_data (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (data_rows); i++) {
        g_test_message ("%s", data_rows[i].name);
        check_data (&data_rows[i], 0);
    }
}

/* What is dropped past the limit must neither hide the end nor look like it: all lines end in a
 * dot, and the cut falls on every place of a line. */
static void
test_data_past_limit (void)
{
    for (unsigned i = 0; i < 4; i++) {
        static const char *const tails[] = { "x\r\n.\r\n", "xx\r\n.\r\n", "\r\n.\r\n",
                                             "xxx.\r\n.\r\n" };
        DataRow row = { "past the limit", tails[i], NULL, LICET_ERROR_LIMIT };
        check_data (&row, 40000 + i);
    }
}

static void
test_lines (void)
{
    static const char wire[] = "one\r\ntwo\nthree\r\nfour\rfive\r\n123456789012\r\nlast\r\n";
    static const struct {
        const char *want;
        int code;
    } rows[] = {
        { "one", 0 },
        { NULL, LICET_ERROR_MALFORMED },
        { NULL, LICET_ERROR_MALFORMED },
        { NULL, LICET_ERROR_LIMIT },
        { "last", 0 },
        { NULL, LICET_ERROR_UNAVAILABLE },
    };
    int pair[2];

    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
    g_assert_cmpint (write (pair[0], wire, strlen (wire)), ==, strlen (wire));
    close (pair[0]);
    g_autoptr (NetStream) stream = net_stream_new (pair[1], 5);
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (GError) error = NULL;
        g_autofree char *line = net_read_line (stream, 10, &error);
        g_assert_cmpstr (line, ==, rows[i].want);
        if (!rows[i].want)
            g_assert_error (error, LICET_ERROR, rows[i].code);
    }
}

int
main (int argc, char *argv[])
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    g_test_add_func ("/edge/the reply for each error", test_error_replies);
    g_test_add_func ("/edge/replies are cleaned, split and masked", test_replies);
    g_test_add_func ("/edge/one reply for all recipients", test_one_reply_for_all);
    g_test_add_func ("/edge/XFORWARD attributes", test_attributes);
    g_test_add_func ("/edge/the end of DATA", test_data);
    g_test_add_func ("/edge/the end of DATA past the limit", test_data_past_limit);
    g_test_add_func ("/edge/lines", test_lines);
    return g_test_run ();
}
