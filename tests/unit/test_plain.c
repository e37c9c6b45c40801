/* SPDX-License-Identifier: BSD-2-Clause */

/* What is plain enough that nobody need be asked how to read it. That GMime sees it alike is the business of
 * tests/fuzz/fuzz_structure.c. */

#include <string.h>

#include "../../milter/message/layout.h"
#include "../../milter/message/plain.h"

typedef struct {
    const char *header; /* with "\n" */
    bool plain;
} HeaderRow;

static const HeaderRow header_rows[] = {
    { "Subject: x\n\n", true },
    { "Subject:\n\n", true },
    { "Subject: x\n y\n\n", true },
    { "Content-Type: text/plain; charset=utf-8\n\n", true },
    { "Content-Type: text/html;\n\tcharset=\"utf-8\"\n\n", true },
    { "Content-Type: multipart/mixed; boundary=\"----=_Part: 1/2;\"\n\n", true },
    { "Content-Transfer-Encoding: Base64\n\n", true },
    { "Content-Disposition: attachment; filename=\"a b.pdf\"\n\n", true },
    { "Content-ID: <a@b>\n\n", true },
    { "\n", false },
    { "Subject: x\n", false },
    { "Subject : x\n\n", false },
    { "Subject: x\n \n\n", false },
    { "Subject: \xc3\xa4\n\n", false },
    { "X_Y: x\n\n", false },
    { "To: a\nTO: b\n\n", false },
    { "Content-Type: text/plain;\n\n", false },
    { "Content-Type: text\n\n", false },
    { "Content-Type: text/plain (x)\n\n", false },
    { "Content-Type: text/plain; charset = utf-8\n\n", false },
    { "Content-Type: text/plain; charset*=utf-8\n\n", false },
    { "Content-Type: text/plain; charset=\"\"\n\n", false },
    { "Content-Type: text/plain; charset=\"utf-8\n\n", false },
    { "Content-Type: text/plain; name=\"=?utf-8?Q?a?=\"\n\n", false },
    { "Content-Type: text/plain; name=\"a\\\"b\"\n\n", false },
    { "Content-Type: multipart/mixed; boundary=\"a\n b\"\n\n", false },
    { "Content-Transfer-Encoding: x-uuencode\n\n", false },
    { "Content-Transfer-Encoding: base64 (x)\n\n", false },
    { "Content-Length: 3\n\n", false },
};

static char *
with_crlf (const char *text)
{
    GString *wire = g_string_new (text);

    g_string_replace (wire, "\n", "\r\n", 0);
    return g_string_free (wire, FALSE);
}

static void
test_headers (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (header_rows); i++) {
        g_autofree char *wire = with_crlf (header_rows[i].header);
        if (plain_header (wire, 0, strlen (wire)) != header_rows[i].plain)
            g_error ("row %u: %s", i, header_rows[i].header);
    }
}

#define MIXED "Content-Type: multipart/mixed; boundary=\"b=\"\n\n"
#define ALT   "--b=\nContent-Type: multipart/alternative; boundary=a\n\n--a\nX: y\n\nx\n--a--\n"

static const HeaderRow message_rows[] = {
    { "Subject: x\n\nx\n", true },
    { MIXED "--b=\nContent-Type: text/plain\n\n-- \nx\n----\n--b=--\n", true },
    { MIXED ALT "--b=\nContent-Type: text/csv\n\nx - y\n--b=--\n", true },
    { MIXED ALT "--b=\nContent-Type: text/csv\n\n-- \n--b=--\n", false },
    { MIXED "--b=\nX: y\n\nx\n--b= \nX: y\n\nx\n--b=--\n", false },
    { MIXED "--b=\nX: y\n\nx\n--b=\n\nx\n--b=--\n", false },
    { MIXED "--b=\nX: y\n\n--b=--\n", false },
    { MIXED "--b=\nContent-Type: message/rfc822\n\nSubject: x\n\nx\n--b=--\n", false },
    { MIXED
      "--b=\nContent-Type: multipart/mixed; boundary=b\n\n--b\nX: y\n\nx\n--b--\n--b=--\n",
      false },
    { "Content-Type: multipart/digest; boundary=a\n\n--a\nX: y\n\nSubject: x\n\nx\n--a--\n",
      false },
    { "Content-Type: multipart/signed; boundary=a\n\n--a\nX: y\n\nx\n--a--\n", false },
    { "Subject: x\n\n", false },
    { "Subject: x\n\nx", false },
};

static void
test_messages (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (message_rows); i++) {
        char *wire = with_crlf (message_rows[i].header);
        g_autoptr (GBytes) bytes = g_bytes_new_take (wire, strlen (wire));
        g_autoptr (Layout) layout = layout_read (bytes, false, NULL);
        if (layout->structure->plain != message_rows[i].plain)
            g_error ("row %u: %s", i, message_rows[i].header);
    }
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/plain/headers", test_headers);
    g_test_add_func ("/plain/messages", test_messages);
    return g_test_run ();
}
