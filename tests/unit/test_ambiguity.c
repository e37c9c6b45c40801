/* SPDX-License-Identifier: BSD-2-Clause */

/* Messages that two readers could understand differently: each is named, and none is edited. */

#include <string.h>

#include "licet/error.h"
#include "licet/message.h"

/* Rows are written with "\n" and read with CRLF. */
static Message *
parse (const char *text)
{
    GString *wire = g_string_new (text);
    g_autoptr (GError) error = NULL;

    g_string_replace (wire, "\n", "\r\n", 0);
    g_autoptr (GBytes) bytes = g_string_free_to_bytes (wire);
    Message *message = message_parse (bytes, &error);
    g_assert_no_error (error);
    return message;
}

#define B71  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEAD "From: shop@example.org\nMIME-Version: 1.0\n"

typedef struct {
    const char *name;
    const char *text;
    const char *want; /* part of the reason */
} AmbiguityRow;

static const AmbiguityRow ambiguity_rows[] = {
    { "two Content-Type fields",
      HEAD "Content-Type: text/plain\nContent-Type: text/html\n\nx\n", "given twice" },
    { "two transfer encodings in a part",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Transfer-Encoding: 7bit\n"
           "Content-Transfer-Encoding: base64\n\nAAAA\n--a--\n",
      "given twice" },
    { "two MIME-Version fields", HEAD "MIME-Version: 1.0\n\nx\n", "given twice" },
    { "two From fields", HEAD "From: other@example.org\n\nx\n", "two From" },
    { "one parameter twice",
      HEAD "Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nx\n--a--\n",
      "parameter given twice" },
    { "a boundary in the form of RFC 2231",
      HEAD "Content-Type: multipart/mixed; boundary*=us-ascii''a\n\n--a\n\nx\n--a--\n",
      "RFC 2231" },
    { "a comment inside the type", HEAD "Content-Type: text/(c)html\n\nx\n", "no type" },
    { "a type without a subtype", HEAD "Content-Type: text\n\nx\n", "no type" },
    { "a multipart without a boundary", HEAD "Content-Type: multipart/mixed\n\nx\n",
      "usable boundary" },
    { "a multipart without its end",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n", "without its end" },
    { "an inner multipart without its end",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\n"
           "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--a--\n",
      "without its end" },
    { "a multipart without parts",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\nx\n--a--\n", "without parts" },
    { "one boundary at two levels",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\n"
           "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n--a--\n",
      "two levels" },
    { "text after a boundary",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a junk\n--a--\n",
      "text after a boundary" },
    { "an encoded multipart",
      HEAD "Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: base64\n\n"
           "--a\n\nx\n--a--\n",
      "encoded multipart" },
    { "a part header without an empty line",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\nX: y\n--a--\n", "empty line" },
    { "a header line that is no field", "From: a@example.org\nno field\n\nx\n", "no field" },
    { "base64 with bytes of another alphabet",
      HEAD "Content-Transfer-Encoding: base64\n\nYWJj!YWJj\n", "broken transfer encoding" },
    { "base64 that goes on after its end",
      HEAD "Content-Transfer-Encoding: base64\n\nYQ==YWJj\n", "broken transfer encoding" },
    { "base64 that is cut off", HEAD "Content-Transfer-Encoding: base64\n\nYWJjY\n",
      "broken transfer encoding" },
    { "an equals sign that is no escape",
      HEAD "Content-Transfer-Encoding: quoted-printable\n\na=b\n", "broken transfer encoding" },
    { "a bare CR in the body", HEAD "\nx\ry\n", "bare CR" },
    { "two dispositions",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Disposition: inline\n"
           "Content-Disposition: attachment\n\nx\n--a--\n",
      "given twice" },
    { "two Subject fields", HEAD "Subject: a\nSubject: b\n\nx\n", "two Subject" },
    { "a boundary that ends in a blank",
      HEAD "Content-Type: multipart/mixed; boundary=\"a \"\n\n--a \n\nx\n--a --\n",
      "usable boundary" },
    { "a boundary of 71 characters",
      HEAD "Content-Type: multipart/mixed; boundary=" B71 "\n\n--" B71 "\n\nx\n--" B71 "--\n",
      "usable boundary" },
    { "a boundary that begins another one",
      HEAD "Content-Type: multipart/mixed; boundary=ab\n\n--ab\n"
           "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--ab\n\ny\n--ab--\n",
      "without its end" },
    { "a transfer encoding with a comment",
      HEAD "Content-Transfer-Encoding: base64 (really)\n\nYWJj\n", "no token" },
    { "two transfer encodings in one field",
      HEAD "Content-Transfer-Encoding: 7bit base64\n\nYWJj\n", "no token" },
    { "a message in base64",
      HEAD "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
           "U3ViamVjdDogeAoKYm9keQo=\n",
      "an encoded message" },
    { "a message in quoted-printable",
      HEAD "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
           "Subject: x\n\nbo=64y\n",
      "an encoded message" },
    { "text after the padding of base64",
      HEAD "Content-Transfer-Encoding: base64\n\nYQ==\nOrder now!\n",
      "broken transfer encoding" },
    { "padding in the middle of base64",
      HEAD "Content-Transfer-Encoding: base64\n\nYQ=\n=YWJj\n", "broken transfer encoding" },
    { "a NUL in quoted-printable text",
      HEAD "Content-Transfer-Encoding: quoted-printable\n\na=00b\n", "NUL byte in a text" },
    { "a NUL in base64 HTML",
      HEAD "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\nPHA+AGE=\n",
      "NUL byte in a text" },
};

static void
test_ambiguity (const void *data)
{
    const AmbiguityRow *row = data;
    g_autoptr (Message) message = parse (row->text);
    const char *reason = message_ambiguity (message);

    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    g_autoptr (GError) error = NULL;

    g_assert_nonnull (reason);
    g_assert_nonnull (strstr (reason ? reason : "", row->want));
    g_ptr_array_add (edits, edit_cut_new ("strip", 0, 0, 1, "", NULL));
    g_autoptr (GBytes) result = message_render (message, edits, &error);
    g_assert_null (result);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
    g_ptr_array_set_size (edits, 0);
    g_autoptr (GBytes) same = message_render (message, edits, NULL);
    g_assert_true (same && g_bytes_equal (same, message_bytes (message)));
}

/* NUL bytes are no part of a C string. */
static void
test_nul (void)
{
    static const char text[] = "Subject: x\r\n\r\na\0b\r\n";
    g_autoptr (GBytes) bytes = g_bytes_new (text, sizeof text - 1);
    g_autoptr (Message) message = message_parse (bytes, NULL);

    g_assert_nonnull (strstr (message_ambiguity (message), "a NUL byte"));
}

/* What is signed, encrypted or another message is understood by all, and not ours. */
static void
test_foreign (void)
{
    static const struct {
        const char *type, *want;
    } types[] = {
        { "multipart/signed; boundary=a", "inside a signed part" },
        { "multipart/encrypted; boundary=a", "inside an encrypted part" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (types); i++) {
        g_autofree char *text = g_strdup_printf (
            HEAD "Content-Type: %s\n\n--a\n\n[licet:promotional]\nx\n[/licet:promotional]\n"
                 "--a\nContent-Type: application/octet-stream\n\nx\n--a--\n",
            types[i].type);
        g_autoptr (Message) message = parse (text);
        g_assert_null (message_ambiguity (message));
        g_assert_nonnull (strstr (message_leaf (message, 0)->locked, types[i].want));
        g_assert_cmpuint (message_marked_blocks (message)->len, ==, 0);
        g_assert_nonnull (message_mark_problem (message));
    }
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (ambiguity_rows); i++) {
        g_autofree char *path = g_strdup_printf ("/ambiguity/%s", ambiguity_rows[i].name);
        g_test_add_data_func (path, &ambiguity_rows[i], test_ambiguity);
    }
    g_test_add_func ("/ambiguity/a NUL in the body", test_nul);
    g_test_add_func ("/ambiguity/signed and encrypted parts are locked", test_foreign);
    return g_test_run ();
}
