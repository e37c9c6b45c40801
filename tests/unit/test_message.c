/* SPDX-License-Identifier: BSD-2-Clause */

/* Reading a message: header, MIME leaves, what is ambiguous, what is locked, what is too much. */

#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"
#include "licet/message.h"

/* Rows are written with "\n" and read with CRLF. */
static GBytes *
wire (const char *text)
{
    GString *bytes = g_string_new (text);

    g_string_replace (bytes, "\n", "\r\n", 0);
    return g_string_free_to_bytes (bytes);
}

static Message *
parse (const char *text)
{
    g_autoptr (GBytes) bytes = wire (text);
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

#define HEAD "From: shop@example.org\nMIME-Version: 1.0\n"

typedef struct {
    const char *name;
    const char *text;
    const char *want; /* one line per leaf: path, type, kind, encoding, flags */
} LeafRow;

static const LeafRow leaf_rows[] = {
    { "a message without a type is plain text", "From: a@example.org\n\nhi\n",
      "1 text/plain plain identity\n" },
    { "alternatives are two leaves",
      HEAD "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nhi\n--b\n"
           "Content-Type: Text/HTML; charset=UTF-8\nContent-Transfer-Encoding: BASE64\n\nPGI+\n"
           "--b--\n",
      "1 text/plain plain identity\n2 text/html html base64\n" },
    { "a multipart inside a part numbers below it",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\n"
           "Content-Type: multipart/related; boundary=\"b c\"\n\n--b c\n"
           "Content-Type: text/html\n\n<p>\n--b c--\n--a\n"
           "Content-Type: application/pdf\nContent-Disposition: attachment; filename=x.pdf\n"
           "Content-Transfer-Encoding: base64\n\nAAAA\n--a--\n",
      "1.1 text/html html identity\n2 application/pdf other base64 attachment\n" },
    { "a quoted boundary may hold blanks",
      HEAD "Content-Type: multipart/mixed;\n boundary=\"b c\"\n\n--b c\n\nx\n--b c--\n",
      "1 text/plain plain identity\n" },
    { "parts of another message are locked",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nsee below\n--a\n"
           "Content-Type: message/rfc822\n\nSubject: in\n\nhello\n--a--\n",
      "1 text/plain plain identity\n2.1 text/plain plain identity locked\n" },
    { "a multipart at the top of another message has no number of its own",
      HEAD
      "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\n"
      "x\n--a\n\ny\n--a--\n",
      "1.1 text/plain plain identity locked\n1.2 text/plain plain identity locked\n" },
    { "parts of a digest are messages",
      HEAD "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: in\n\nx\n--a--\n",
      "1.1 text/plain plain identity locked\n" },
    { "signed parts are locked",
      HEAD "Content-Type: multipart/signed; boundary=a; protocol=\"x/y\"\n\n--a\n\nx\n--a\n"
           "Content-Type: x/y\n\nsig\n--a--\n",
      "1 text/plain plain identity locked\n2 x/y other identity locked\n" },
    { "a quoted signature locks nothing",
      "From: a@example.org\n\n> -----BEGIN PGP SIGNED MESSAGE-----\n>\n> x\n",
      "1 text/plain plain identity\n" },
    { "an attached page is no HTML to read",
      HEAD "Content-Type: text/html\nContent-Disposition: attachment\n\n<p>x\n",
      "1 text/html other identity attachment\n" },
    { "an unknown disposition is an attachment", HEAD "Content-Disposition: strange\n\nx\n",
      "1 text/plain other identity attachment\n" },
    { "an AMP part is a kind of its own", HEAD "Content-Type: text/x-amp-html\n\n<p>x\n",
      "1 text/x-amp-html amp identity\n" },
    { "an unknown transfer encoding locks", HEAD "Content-Transfer-Encoding: x-uue\n\nx\n",
      "1 text/plain plain other locked\n" },
    { "UTF-16 locks", HEAD "Content-Type: text/plain; charset=utf-16le\n\nx\n",
      "1 text/plain plain identity locked\n" },
    { "a stateful Japanese set locks",
      HEAD "Content-Type: text/html; charset=iso-2022-jp\n\nx\n",
      "1 text/html html identity locked\n" },
    { "a set that nobody knows locks", HEAD "Content-Type: text/plain; charset=x-mine\n\nx\n",
      "1 text/plain plain identity locked\n" },
    { "Shift JIS that decodes does not lock",
      HEAD "Content-Type: text/plain; charset=Shift_JIS\n\n\x83\x5c\n",
      "1 text/plain plain identity\n" },
    { "half a character of Shift JIS locks",
      HEAD "Content-Type: text/plain; charset=Shift_JIS\n\n\x83\n",
      "1 text/plain plain identity locked\n" },
    { "blanks at the end of a quoted-printable line lock",
      HEAD "Content-Transfer-Encoding: quoted-printable\n\nx \ny\n",
      "1 text/plain plain qp locked\n" },
    { "raw 8-bit in quoted-printable locks",
      HEAD "Content-Transfer-Encoding: quoted-printable\n\n\xc3\xa9\n",
      "1 text/plain plain qp locked\n" },
    { "base64 of LF lines is normal", HEAD "Content-Transfer-Encoding: base64\n\nYQpiCmMK\n",
      "1 text/plain plain base64\n" },
    { "unused bits in base64 lock", HEAD "Content-Transfer-Encoding: base64\n\nYR==\n",
      "1 text/plain plain base64 locked\n" },
    { "a boundary line may end in blanks",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a \t\n\nx\n--a--  \n",
      "1 text/plain plain identity\n" },
    { "a boundary that another one begins with is not confused",
      HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\n"
           "Content-Type: multipart/mixed; boundary=a-1\n\n--a-1\n\nx\n--a-1--\n--a--\n",
      "1.1 text/plain plain identity\n" },
};

static char *
describe_leaves (const Message *message)
{
    static const char *const kinds[] = { "plain", "html", "amp", "other" };
    static const char *const encodings[] = { "identity", "qp", "base64", "other" };
    GString *text = g_string_new (NULL);

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        g_string_append_printf (text, "%s %s %s %s%s%s\n", leaf->path, leaf->type,
                                kinds[leaf->kind], encodings[leaf->encoding],
                                leaf->attachment ? " attachment" : "",
                                leaf->locked ? " locked" : "");
    }
    return g_string_free (text, FALSE);
}

static void
test_leaves (const void *data)
{
    const LeafRow *row = data;
    g_autoptr (Message) message = parse (row->text);

    g_autofree char *leaves = describe_leaves (message);
    g_assert_cmpstr (leaves, ==, row->want);
    g_assert_cmpstr (message_ambiguity (message), ==, NULL);
}

typedef struct {
    const char *name;
    const char *bytes; /* as on the wire */
    size_t length;     /* 0 for a string */
    int code;
} ErrorRow;

static const ErrorRow error_rows[] = {
    { "no bytes", "", 0, LICET_ERROR_MALFORMED },
    { "only an empty line", "\r\n", 0, LICET_ERROR_MALFORMED },
    { "a first line that is no field", "hello\r\n\r\n", 0, LICET_ERROR_MALFORMED },
    { "a first line that is a fold", " x: y\r\n\r\n", 0, LICET_ERROR_MALFORMED },
    { "a field without a name", "A: b\r\n: c\r\n\r\n", 0, LICET_ERROR_MALFORMED },
    { "a bare CR in the header", "A: b\rc\r\n\r\n", 0, LICET_ERROR_MALFORMED },
    { "a bare LF in the header", "A: b\nC: d\r\n\r\n", 0, LICET_ERROR_MALFORMED },
    { "a NUL in the header", "A: b\0c\r\n\r\n", 11, LICET_ERROR_MALFORMED },
    { "a header that is cut off", "A: b", 0, LICET_ERROR_MALFORMED },
};

static void
test_errors (const void *data)
{
    const ErrorRow *row = data;
    size_t length = row->length ? row->length : strlen (row->bytes);
    g_autoptr (GBytes) bytes = g_bytes_new (row->bytes, length);
    g_autoptr (GError) error = NULL;
    g_autoptr (Message) message = message_parse (bytes, &error);

    g_assert_null (message);
    g_assert_error (error, LICET_ERROR, row->code);
}

static void
test_fields (void)
{
    g_autoptr (Message) message =
        parse ("Subject: =?utf-8?Q?Caf=C3=A9_?=\n =?utf-8?Q?to_go?=\n"
               "FROM: \"Shop, The\" <Info@Example.ORG>,\n b@example.org\n"
               "X-Empty:\nx-empty: two\n\nbody\n");

    g_assert_cmpuint (message_field_count (message), ==, 4);
    g_assert_cmpstr (message_subject (message), ==, "Café to go");
    g_assert_cmpstr (message_from (message), ==, "info@example.org");
    g_assert_cmpint (message_find_field (message, "x-EMPTY"), ==, 2);
    g_assert_cmpint (message_find_field (message, "none"), ==, -1);
    g_assert_cmpstr (message_header (message, "from"), ==,
                     "\"Shop, The\" <Info@Example.ORG>, b@example.org");
    g_assert_cmpstr (message_header (message, "none"), ==, NULL);

    const HeaderField *field = message_field (message, 1);
    const char *data = g_bytes_get_data (message_bytes (message), NULL);
    g_assert_cmpstr (field->name, ==, "FROM");
    g_assert_cmpstr (field->value, ==, "\"Shop, The\" <Info@Example.ORG>,\r\n b@example.org");
    g_assert_cmpint (data[field->value_start - 1], ==, ':');
    g_assert_cmpint (data[field->end - 1], ==, '\n');
    g_assert_cmpstr (data + message_body_offset (message), ==, "body\r\n");
}

/* What readers show when they decode each word by itself. */
static void
test_subjects (void)
{
    static const struct {
        const char *field, *want;
    } subjects[] = {
        { "=?utf-8?B?R3LDvMOfZQ==?= =?utf-8?B?IHp1bQ==?=\n =?utf-8?B?IFdpbg==?= x",
          "Gr\303\274\303\237e zum Win x" },
        { "=?utf-8?Q?a=3D?= =?utf-8?Q?b?=", "a=b" },
        { "=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "\303\274" },
        { "=?utf-8?b?YQ==?=\t=?utf-8?B?Yg==?= =?iso-8859-1?B?6Q==?= =?utf-8?Q?c?=",
          "ab\303\251c" },
        { "a =?= =?utf-8?Q?b?=", "a =?= b" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (subjects); i++) {
        g_autofree char *text = g_strconcat ("Subject: ", subjects[i].field, "\n\nx\n", NULL);
        g_autoptr (Message) message = parse (text);
        g_assert_cmpstr (message_subject (message), ==, subjects[i].want);
    }
}

static void
test_leaf_details (void)
{
    g_autoptr (Message) message = parse (
        HEAD
        "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a\n"
        "Content-Type: text/plain; charset=ISO-8859-1\n"
        "Content-Transfer-Encoding: quoted-printable\n\nf=FCr=\n dich\n--a\n"
        "Content-Type: image/png\nContent-ID: <logo@x>\n"
        "Content-Disposition: inline; filename*=utf-8''%C3%A9.png\n\nx\n--a--\nepilogue\n");
    const Leaf *text = message_leaf (message, 0);
    const Leaf *image = message_leaf (message, 1);

    g_assert_cmpstr (text->charset, ==, "iso-8859-1");
    g_assert_cmpmem (g_bytes_get_data (text->content, NULL), g_bytes_get_size (text->content),
                     "f\xfcr dich", 8);
    g_assert_cmpstr (text->text, ==, "für dich");
    g_assert_cmpstr (image->content_id, ==, "logo@x");
    g_assert_cmpstr (image->filename, ==, "é.png");
    g_assert_false (image->attachment);
    g_assert_null (image->content);
    g_assert_cmpuint (image->end - image->start, ==, 1);
    g_assert_cmpint (message_main_leaf (message), ==, 0);
}

/* Each builder makes one message that has killed a parser, and says what must come of it. */
typedef struct {
    const char *name;
    void (*build) (GString *);
    int code; /* -1: it is read */
    bool ambiguous;
    bool locked; /* the first leaf */
} HostileRow;

static void
repeat (GString *out, const char *text, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        g_string_append (out, text);
}

/* 125 bytes: GMime 3.2.13 never comes back when it writes such a parameter again. */
static void
build_parameter_name (GString *out)
{
    g_string_append (out, "Content-Type: multipart/x;");
    repeat (out, "\xd1\x9c", 35);
    g_string_append (out, "=x\r\n\r\nx\r\n\r\n");
}

/* GMime 3.2.13 overflows its stack on nested groups. */
static void
build_groups (GString *out)
{
    g_string_append (out, "From: ");
    repeat (out, "a:", 100000);
    g_string_append (out, "\r\n\r\nx\r\n");
}

static void
build_inner_groups (GString *out)
{
    g_string_append (out, "Content-Type: message/rfc822\r\n\r\nTo: ");
    repeat (out, "a:", 100000);
    g_string_append (out, "\r\n\r\nx\r\n");
}

static void
build_html (GString *out, const char *tag, unsigned count)
{
    g_string_append (out, "Content-Type: text/html\r\n\r\n");
    repeat (out, tag, count);
    g_string_append (out, "\r\n");
}

static void
build_italics (GString *out)
{
    build_html (out, "<i>", 20000);
}

static void
build_spans (GString *out)
{
    build_html (out, "<span>", 50000);
}

/* The end tag is out of place: to gumbo the bold text goes on, one level deeper each time. */
static void
build_misnested (GString *out)
{
    build_html (out, "<b><div></b>", 5000);
}

static void
build_cells (GString *out)
{
    build_html (out, "<b><table><tr><td></b></table>", 5000);
}

/* Formatting that no paragraph closes is opened again in each of them. */
static void
build_clones (GString *out)
{
    build_html (out, "<p><b><i><u></p>", 40);
    repeat (out, "<p>x</p>", 100000);
}

static void
build_attributes (GString *out)
{
    g_string_append (out, "Content-Type: text/html\r\n\r\n<p");
    for (unsigned i = 0; i < 30000; i++)
        g_string_append_printf (out, " a%u", i);
    g_string_append (out, ">\r\n");
}

static void
build_long_html (GString *out)
{
    build_html (out, "<p>words</p>\r\n", 200000);
}

static void
build_nesting (GString *out)
{
    g_string_append (out, "MIME-Version: 1.0\r\n");
    for (unsigned i = 0; i < 20000; i++)
        g_string_append_printf (
            out, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n", i, i);
}

static void
build_messages (GString *out)
{
    repeat (out, "Content-Type: message/rfc822\r\n\r\n", 20000);
}

static void
build_parts (GString *out)
{
    g_string_append (out, "Content-Type: multipart/mixed; boundary=a\r\n\r\n");
    repeat (out, "--a\r\n\r\n\r\n", 400000);
    g_string_append (out, "--a--\r\n");
}

/* Only a reader with another idea of the boundary sees these parts. */
static void
build_hidden_parts (GString *out)
{
    g_string_append (out, "Content-Type: multipart/mixed; boundary=b\r\n"
                          "Content-Type: multipart/mixed; boundary=a\r\n\r\n");
    repeat (out, "--a\r\n\r\n\r\n", 400000);
}

static void
build_long_line (GString *out)
{
    g_string_append (out, "Subject: x\r\n\r\n");
    repeat (out, "www.a ", 500000);
    g_string_append (out, "\r\n");
}

static void
build_fields (GString *out)
{
    repeat (out, "X: y\r\n", 20000);
    g_string_append (out, "\r\n");
}

static void
build_long_field (GString *out)
{
    g_string_append (out, "X: ");
    repeat (out, "0123456789", 40000);
    g_string_append (out, "\r\n\r\n");
}

static void
build_long_name (GString *out)
{
    repeat (out, "X", 1000);
    g_string_append (out, ": y\r\n\r\n");
}

static void
build_parameters (GString *out)
{
    g_string_append (out, "Content-Type: text/plain");
    for (unsigned i = 0; i < 5000; i++)
        g_string_append_printf (out, "; a*%u=x", i);
    g_string_append (out, "\r\n\r\nx\r\n");
}

static void
build_long_message (GString *out)
{
    g_string_append (out, "Subject: x\r\n\r\n");
    while (out->len <= LIMIT_MESSAGE_BYTES)
        repeat (out, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n",
                1000);
}

static const HostileRow hostile_rows[] = {
    { "the 125 bytes that GMime hangs on", build_parameter_name, -1, true, false },
    { "100,000 address groups", build_groups, -1, true, false },
    { "100,000 address groups in another message", build_inner_groups, -1, true, true },
    { "60 kB of <i>", build_italics, -1, false, true },
    { "300 kB of <span>", build_spans, -1, false, true },
    { "bold text that divisions keep open", build_misnested, -1, false, true },
    { "bold text that cells keep open", build_cells, -1, false, true },
    { "formatting that is opened again", build_clones, -1, false, true },
    { "30,000 attributes", build_attributes, -1, false, true },
    { "3 MB of HTML", build_long_html, -1, false, true },
    { "20,000 multiparts inside each other", build_nesting, LICET_ERROR_LIMIT, false, false },
    { "20,000 messages inside each other", build_messages, LICET_ERROR_LIMIT, false, false },
    { "400,000 parts", build_parts, LICET_ERROR_LIMIT, false, false },
    { "400,000 parts for some readers", build_hidden_parts, -1, true, false },
    { "a line of 3 MB", build_long_line, -1, false, false },
    { "20,000 header fields", build_fields, LICET_ERROR_LIMIT, false, false },
    { "a field of 400 kB", build_long_field, LICET_ERROR_LIMIT, false, false },
    { "a field name of 1,000 bytes", build_long_name, LICET_ERROR_LIMIT, false, false },
    { "5,000 parameters", build_parameters, -1, true, false },
    { "a message of 50 MB", build_long_message, LICET_ERROR_LIMIT, false, false },
};

static void
test_hostile (const void *data)
{
    const HostileRow *row = data;
    GString *text = g_string_new (NULL);
    row->build (text);
    g_autoptr (GBytes) bytes = g_string_free_to_bytes (text);
    g_autoptr (GError) error = NULL;

    g_test_timer_start ();
    g_autoptr (Message) message = message_parse (bytes, &error);
    /* Sanitizers and loaded machines are slow; the unbounded cases take minutes or for ever. */
    g_assert_cmpfloat (g_test_timer_elapsed (), <, 5);
    if (row->code >= 0) {
        g_assert_error (error, LICET_ERROR, row->code);
        return;
    }
    g_assert_no_error (error);
    if (!message)
        return;
    g_assert_cmpint (message_ambiguity (message) != NULL, ==, row->ambiguous);
    if (message_leaf_count (message) > 0)
        g_assert_cmpint (message_leaf (message, 0)->locked != NULL, ==, row->locked);
}

static void
test_main_leaf (void)
{
    g_autoptr (Message) page =
        parse (HEAD "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a\n"
                    "Content-Type: text/html\n\n<p>\n--a--\n");
    g_autoptr (Message) forwarded = parse (
        HEAD
        "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\n"
        "Content-Type: text/html\n\n<p>\n--a\n\nx\n--a--\n");
    g_autoptr (Message) image = parse (HEAD "Content-Type: image/png\n\nx\n");

    g_assert_cmpint (message_main_leaf (page), ==, 1);
    g_assert_cmpint (message_main_leaf (forwarded), ==, 1);
    g_assert_cmpint (message_main_leaf (image), ==, -1);
}

#define ADD_ROWS(prefix, rows, function)                                                       \
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {                                       \
        g_autofree char *path = g_strconcat ("/message/" prefix "/", rows[i].name, NULL);      \
        g_test_add_data_func (path, &rows[i], function);                                       \
    }

/* However it is encoded, and wherever the encoded bytes are cut. */
static void
test_head (void)
{
    static const char *const contents[] = {
        "Content-Transfer-Encoding: base64\n\n\n \n  aGVsbG8g\nd29\nybGQhIGhl!bGxv==\naGVsbG8=\n",
        "Content-Transfer-Encoding: quoted-printable\n\na=41=4\n=  \n  b=\nc==\t=\t\n=4g=20d\n",
        "\nas it stands\n",
        "Content-Transfer-Encoding: base64\n\n\n",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (contents); i++) {
        g_autofree char *text =
            g_strconcat (HEAD "Content-Type: application/pdf\n", contents[i], NULL);
        g_autoptr (Message) message = parse (text);
        g_autoptr (GBytes) whole = message_leaf_bytes (message, 0);
        gsize length = 0;
        const char *data = g_bytes_get_data (whole, &length);
        for (gsize most = 0; most < length + 10; most++) {
            g_autoptr (GBytes) head = message_leaf_head (message, 0, most);
            gsize got = 0;
            const char *begin = g_bytes_get_data (head, &got);
            g_assert_cmpmem (begin, got, data, MIN (most, length));
        }
    }
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    ADD_ROWS ("leaves", leaf_rows, test_leaves)
    ADD_ROWS ("errors", error_rows, test_errors)
    ADD_ROWS ("hostile", hostile_rows, test_hostile)
    g_test_add_func ("/message/header fields keep their bytes and are decoded", test_fields);
    g_test_add_func ("/message/a subject of encoded words", test_subjects);
    g_test_add_func ("/message/a leaf knows its text, name and id", test_leaf_details);
    g_test_add_func ("/message/the first bytes of a leaf", test_head);
    g_test_add_func ("/message/the main leaf is HTML of the message itself", test_main_leaf);
    return g_test_run ();
}
