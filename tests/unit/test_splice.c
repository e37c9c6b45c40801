/* SPDX-License-Identifier: BSD-2-Clause */

/* Writing a message: header edits, cuts in every encoding, and the cuts that are refused. */

#include <string.h>

#include "licet/error.h"
#include "licet/message.h"

/* Rows are written with "\n" and read with CRLF. */
static char *
wire (const char *text)
{
    GString *bytes = g_string_new (text);

    g_string_replace (bytes, "\n", "\r\n", 0);
    return g_string_free (bytes, FALSE);
}

static Message *
parse (const char *text, size_t length)
{
    g_autoptr (GBytes) bytes = g_bytes_new (text, length);
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

static GPtrArray *
edits_new (void)
{
    return g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
}

static void
add_cut (GPtrArray *edits, unsigned leaf, size_t start, size_t end)
{
    g_ptr_array_add (edits, edit_cut_new ("strip", leaf, start, end, "test", NULL));
}

/* The text that must come out, or the refusal when want begins with "!". */
static void
check_render (const Message *message, const GPtrArray *edits, const char *want)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) result = message_render (message, edits, &error);

    if (want[0] == '!') {
        g_assert_null (result);
        g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
        g_assert_nonnull (strstr (error ? error->message : "", want + 1));
        return;
    }
    g_assert_no_error (error);
    if (!result)
        return;
    g_autofree char *bytes = wire (want);
    g_autofree char *text =
        g_strndup (g_bytes_get_data (result, NULL), g_bytes_get_size (result));
    g_assert_cmpstr (text, ==, bytes);
}

typedef struct {
    const char *name;
    const char *text;
    const char *from, *to; /* what to cut of the first leaf: from here to before there */
    const char *want;
} CutRow;

#define PLAIN "Subject: x\nContent-Transfer-Encoding: 8bit\n\n"
#define QP    "Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n"
#define B64   "Subject: x\nContent-Transfer-Encoding: base64\n\n"
#define PAGE  "Subject: x\nContent-Type: text/html\n\n"
#define A70   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* "to" is NULL for the end of the leaf. */
static const CutRow cut_rows[] = {
    { "whole lines of 8bit", PLAIN "one\nhé\nthree\n", "hé", "three", PLAIN "one\nthree\n" },
    { "a part of a line", PLAIN "one two three\n", "two ", "three", PLAIN "one three\n" },
    { "all of it", PLAIN "one\n", "one", NULL, PLAIN },
    { "a line end alone would be missing at the end", PLAIN "one\ntwo\n", "two\n", NULL,
      PLAIN "one\n" },
    { "a last line must keep its end", PLAIN "one two\n", "two", NULL,
      "!a last line without its end" },
    { "lines of quoted-printable", QP "one =\ntwo=20\nz=C3=A9ro=\n drei\nfour\n", "z\xc3\xa9ro",
      "four", QP "one =\ntwo=20\nfour\n" },
    { "a soft break goes with the text after it", QP "one=\ntwo=\nthree\n", "two", "three",
      QP "onethree\n" },
    { "a blank that comes to stand at the end is escaped", QP "one two\nthree\n", "two",
      "\r\nthree", QP "one=20\nthree\n" },
    { "a line that becomes too long is broken at the joint", QP A70 "X=\nX" A70 "\n", "XX",
      A70 "\r\n", QP A70 "=\n" A70 "\n" },
    { "a line without room for the break is broken before its last character",
      QP A70 "aaa=3D=\nX" A70 "\n", "X", A70 "\r\n", QP A70 "aaa=\n=3D" A70 "\n" },
    { "a last line of quoted-printable ends in a soft break", QP "one two\n", " two", NULL,
      QP "one=\n" },
    { "base64 keeps what stands before the cut and its width",
      B64 "b25lIHR3\nbyB0aHJl\nZSBmb3Vy\n", "three ", "four", B64 "b25lIHR3\nbyBmb3Vy\n" },
    { "base64 from the middle of a group", B64 "b25lIHR3byB0aHJlZQ==\n", "ne ", "two",
      B64 "b3R3byB0aHJlZQ==\n" },
    { "base64 to nothing", B64 "b25l\n", "one", NULL, B64 "\n" },
    { "a paragraph of HTML", PAGE "<p>a</p>\n<p>b</p>\n<p>c</p>\n", "<p>b", "\r\n<p>c",
      PAGE "<p>a</p>\n\n<p>c</p>\n" },
    { "a comment alone", PAGE "<p>a<!-- x -->b</p>\n", "<!-- x", "b</p>", PAGE "<p>ab</p>\n" },
    { "rows of a table that has others",
      PAGE "<table>\n<tr><td>a</td></tr>\n<tr><td>b</td></tr>\n</table>\n", "<tr><td>b",
      "\r\n</table>", PAGE "<table>\n<tr><td>a</td></tr>\n\n</table>\n" },
    { "all rows of a table", PAGE "<table>\n<tr><td>a</td></tr>\n</table>\n", "<tr>",
      "\r\n</table>", PAGE "<table>\n\n</table>\n" },
    { "half an element is refused", PAGE "<div>a<b>c</b></div>\n", "a<b>", "c</b>",
      "!changes the HTML" },
    { "a start tag alone is refused", PAGE "<div>a</div>b\n", "<div>", "a</div>",
      "!changes the HTML" },
    { "a region across two cells is refused",
      PAGE "<table><tr><td>a<i>b</i></td><td><i>c</i>d</td></tr></table>\n", "<i>b", "d</td>",
      "!changes the HTML" },
    { "a cut that makes a script is refused", PAGE "<<b>x</b>script>y</script>\n", "<b>",
      "script>y", "!changes the HTML" },
    { "a cut that makes a reference is refused", PAGE "&am<b>x</b>p;\n", "<b>", "p;",
      "!changes the HTML" },
    { "a cut that moves text into a paragraph is refused", PAGE "<p>a<div>x</div>b</p>\n",
      "<div>", "b</p>", "!changes the HTML" },
    { "a cut of half a word of HTML is refused", PAGE "<p>half</p>\n", "ha", "lf",
      "!changes the HTML" },
    { "text of an element that goes must not be lost behind a tag without an end",
      PAGE "<x>a<x y=z>b<i>c tail\n", "x>a", "i>c", "!changes the HTML" },
    { "half a character is refused", PLAIN "h\303\251 you\n", "\251 ", "you",
      "!splits or joins characters" },
    { "halves of two characters make no new one", PLAIN "a\303\251b\303\250\n", "\251", "\250",
      "!splits or joins characters" },
    { "what Outlook alone sees around a block goes with it",
      PAGE "a<!--[if mso]><table><tr><td><![endif]--><p>b</p><!--[if mso]></td><td><v:fill/>"
           "<![endif]--><p>c</p><!--[if mso]></td></tr></table><![endif]-->d\n",
      "<!--[if mso]><table", "d\r\n", PAGE "ad\n" },
    { "what Outlook does not see around a block goes with it",
      PAGE "a<!--[if !mso]><!--><p>b</p><!-- <![endif]--><![if !mso]><p>c</p><![endif]>d\n",
      "<!--[if", "d\r\n", PAGE "ad\n" },
    { "a comment for Outlook that is whole may stay",
      PAGE "<!--[if mso]><p>x<![endif]--><p>b</p>d\n", "<p>b", "d\r\n",
      PAGE "<!--[if mso]><p>x<![endif]-->d\n" },
    { "the end of what Outlook sees is refused",
      PAGE "<!--[if mso]><table><tr><td><![endif]--><p>a</p><!--[if mso]></td></tr></table>"
           "<![endif]--><p>b</p>c\n",
      "<!--[if mso]></td>", "c\r\n",
      "!part 1, byte 48: the cut holds one half of a conditional" },
    { "the beginning of what Outlook sees is refused",
      PAGE "<p>a</p><!--[if mso]><table><tr><td><![endif]-->b<p>c</p><!--[if mso]></td></tr>"
           "</table><![endif]-->\n",
      "<p>a", "b<p>", "!part 1, byte 8: the cut holds one half of a conditional" },
    { "a cell that Outlook alone begins is refused",
      PAGE
      "<!--[if mso]><table><tr><td><![endif]-->a<!--[if mso]></td><td><![endif]--><p>b</p>c"
      "<!--[if mso]></td></tr></table><![endif]-->\n",
      "<!--[if mso]></td><td>", "c<!--", "!one half of a conditional" },
    { "the end of what Outlook does not see is refused",
      PAGE "<!--[if !mso]><!--><p>a</p><p>b</p><!--<![endif]-->c\n", "<p>b", "c\r\n",
      "!one half of a conditional" },
    { "the beginning of what Outlook does not see is refused",
      PAGE "<!--[if !mso]><!--><p>a</p>c<!--<![endif]-->\n", "<!--[if", "c<!--",
      "!one half of a conditional" },
    { "the old form of its end is refused", PAGE "<![if !mso]><p>a</p><![endif]>c\n", "<p>a",
      "c\r\n", "!one half of a conditional" },
    { "an unclosed element takes no more than itself", PAGE "<p>a<div>x\n<p>keep</p>\n",
      "<div>", "<p>keep", "!changes the HTML" },
};

/* Offsets are those of the decoded text, which the leaf holds. */
static void
test_cuts (const void *data)
{
    const CutRow *row = data;
    g_autofree char *text = wire (row->text);
    g_autofree char *from = wire (row->from);
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();
    GBytes *content = message_leaf (message, 0)->content;
    g_autofree char *decoded =
        g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
    const char *start = strstr (decoded, from);
    g_assert_nonnull (start);
    const char *end = row->to ? strstr (decoded, row->to) : decoded + strlen (decoded);
    g_assert_nonnull (end);

    add_cut (edits, 0, (size_t)(start - decoded), (size_t)(end - decoded));
    check_render (message, edits, row->want);
}

#define MULTI                                                                                  \
    "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\npre  \n--b "  \
    "\n\n"                                                                                     \
    "one two\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: "                       \
    "base64\n\nPGI+\n\n--b\t\n"                                                                \
    "Content-Transfer-Encoding: quoted-printable\n\nf=FCr dich\n--b--\n epilogue"

static const char *
multi_after (void)
{
    return "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\npre  \n"
           "--b \n\none\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
           "PGI+\n\n--b\t\nContent-Transfer-Encoding: quoted-printable\n\nr dich\n--b--\n"
           " epilogue";
}

static void
test_several_leaves (void)
{
    g_autofree char *text = wire (MULTI);
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();

    add_cut (edits, 2, 1, 2);
    add_cut (edits, 0, 3, 6);
    add_cut (edits, 2, 0, 1);
    add_cut (edits, 0, 5, 7);
    add_cut (edits, 0, 4, 4);
    check_render (message, edits, multi_after ());
}

static void
test_no_edits (void)
{
    g_autofree char *text = wire (MULTI);
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) result = message_render (message, edits, &error);

    g_assert_no_error (error);
    g_assert_true (result == message_bytes (message));
}

/* An empty cut asks for nothing, and nothing may change. */
static void
test_empty_cut (void)
{
    g_autofree char *text = wire (MULTI);
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();

    add_cut (edits, 0, 2, 2);
    check_render (message, edits, MULTI);
}

static void
test_header_edits (void)
{
    g_autofree char *text = wire ("A: 1\nsubject:two\n folded\nC: 3\nA: 4\n\nbody\n");
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();

    g_ptr_array_add (edits, edit_header_new (EDIT_HEADER_INSERT, "t", 0, "X", "a\r\n b", NULL));
    g_ptr_array_add (edits, edit_header_new (EDIT_HEADER_REMOVE, "t", 3, "A", NULL, NULL));
    g_ptr_array_add (
        edits, edit_header_new (EDIT_HEADER_REPLACE, "t", 1, "Subject", "[AD] two", NULL));
    g_ptr_array_add (edits, edit_header_new (EDIT_HEADER_INSERT, "t", 0, "Y", "c", NULL));
    check_render (message, edits, "X: a\n b\nY: c\nA: 1\nsubject: [AD] two\nC: 3\n\nbody\n");
}

typedef struct {
    const char *name;
    const char *text;
    const char *from, *to; /* what to replace of the first leaf */
    const char *with;
    const char *want;
} ReplaceRow;

static const ReplaceRow replace_rows[] = {
    { "a link", PAGE "<a href=\"http://t/?u=x\">a</a>\n", "http://t", "\">", "http://x/",
      PAGE "<a href=\"http://x/\">a</a>\n" },
    { "a part of a value", PAGE "<a href='http://t/?a=1&amp;utm=x'>a</a>\n", "&amp;utm", "'>",
      "", PAGE "<a href='http://t/?a=1'>a</a>\n" },
    { "an unquoted value", PAGE "<a href=http://t/u>a</a>\n", "http", ">a", "https://x/y",
      PAGE "<a href=https://x/y>a</a>\n" },
    { "a longer value in quoted-printable",
      "Subject: x\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
      "<a href=3D\"http:=\n//t\">a</a>\n",
      "http", "\">", "http://x/?a=" A70,
      "Subject: x\nContent-Type: text/html\n"
      "Content-Transfer-Encoding: quoted-printable\n\n<a href=3D\"http://x/?a=3D"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=\n"
      "aaaaaaaaaaaaaaaaaaaa\">a</a>\n" },
    { "in base64",
      "Subject: x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
      "PGEgaHJlZj0idCI+YTwvYT4=\n",
      "t\"", "\">", "xy",
      "Subject: x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
      "PGEgaHJlZj0ieHkiPmE8L2E+\n" },
    { "in plain text", PLAIN "see http://t/u now\n", "http", " now", "http://x",
      PLAIN "see http://x now\n" },
    { "a quote that ends the value is refused", PAGE "<a href=\"t\">a</a>\n", "t\"", "\">",
      "x\" id=\"y", "!changes the HTML" },
    { "text is refused", PAGE "<a href=\"t\">abc</a>\n", "abc", "</a", "x",
      "!changes the HTML" },
    { "a tag name is refused", PAGE "<b>abc</b>\n", "b>", ">abc", "i", "!changes the HTML" },
    { "an attribute name is refused", PAGE "<a href=\"t\">a</a>\n", "href", "=\"t", "x",
      "!changes the HTML" },
    { "a comment is refused", PAGE "<p><!-- x --></p>\n", "x", " -->", "y",
      "!changes the HTML" },
    { "what is no ASCII is refused", PAGE "<a href=\"t\">a</a>\n", "t\"", "\">", "\xc3\xa9",
      "!no plain ASCII" },
    { "a line end is refused", PLAIN "a b\n", "b", NULL, "x\r\n", "!no plain ASCII" },
    { "a line that becomes too long is refused", PLAIN "http://t\n", "http", "\r\n",
      A70 A70 A70 A70 A70 A70 A70 A70 A70 A70 A70 A70 A70 A70 A70, "!too long" },
};

static void
test_replacements (const void *data)
{
    const ReplaceRow *row = data;
    g_autofree char *text = wire (row->text);
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();
    GBytes *content = message_leaf (message, 0)->content;
    g_autofree char *decoded =
        g_strndup (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
    const char *start = strstr (decoded, row->from);
    g_assert_nonnull (start);
    const char *end = row->to ? strstr (start, row->to) : decoded + strlen (decoded);
    g_assert_nonnull (end);

    g_ptr_array_add (edits,
                     edit_replace_new ("t", 0, (size_t)(start - decoded),
                                       (size_t)(end - decoded), row->with, "test", NULL));
    check_render (message, edits, row->want);
}

/* What a cut takes away needs no replacement; what overlaps otherwise cannot be meant. */
static void
test_overlaps (void)
{
    g_autofree char *text = wire (PAGE "<p><a href=\"t\">a</a></p>b\n");
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();

    g_ptr_array_add (edits, edit_replace_new ("t", 0, 12, 13, "x", "test", NULL));
    add_cut (edits, 0, 0, 24);
    check_render (message, edits, PAGE "b\n");
    g_ptr_array_add (edits, edit_replace_new ("t", 0, 23, 25, "x", "test", NULL));
    check_render (message, edits, "!overlap");
}

#define DROPS                                                                                  \
    "Subject: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: "             \
    "multipart/alternative; boundary=a\n\n--a\n\none two\n--a\nContent-Type: "                 \
    "multipart/related; boundary=r\n\n--r\nContent-Type: "                                     \
    "text/html\n\n<b>\n--r\nContent-Type: "                                                    \
    "image/gif\nContent-ID: <i>\n\nGIF\n--r--\n--a--\n--m\nContent-Type: "                     \
    "text/x\n\nlast\n--m--\n"

typedef struct {
    const char *name;
    unsigned leaves[4]; /* from 1; 0 ends */
    const char *want;
} DropRow;

static const DropRow drop_rows[] = {
    { "an image",
      { 3 },
      "Subject: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: "
      "multipart/alternative; boundary=a\n\n--a\n\none two\n--a\nContent-Type: "
      "multipart/related; boundary=r\n\n--r\nContent-Type: "
      "text/html\n\n<b>\n--r--\n--a--\n--m\n"
      "Content-Type: text/x\n\nlast\n--m--\n" },
    { "all of a multipart",
      { 2, 3 },
      "Subject: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: "
      "multipart/alternative; boundary=a\n\n--a\n\none two\n--a--\n--m\nContent-Type: "
      "text/x\n\nlast\n--m--\n" },
    { "a multipart and what is in it",
      { 3, 1, 2 },
      "Subject: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: "
      "text/x\n\nlast\n--m--\n" },
    { "the last part",
      { 4 },
      "Subject: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: "
      "multipart/alternative; boundary=a\n\n--a\n\none two\n--a\nContent-Type: "
      "multipart/related; boundary=r\n\n--r\nContent-Type: "
      "text/html\n\n<b>\n--r\nContent-Type: "
      "image/gif\nContent-ID: <i>\n\nGIF\n--r--\n--a--\n--m--\n" },
    { "all of it is refused", { 1, 2, 3, 4 }, "!no part would be left" },
    { "a leaf that is not there", { 5 }, "!not there" },
};

static void
test_drops (const void *data)
{
    const DropRow *row = data;
    g_autofree char *text = wire (DROPS);
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();

    for (unsigned i = 0; i < G_N_ELEMENTS (row->leaves) && row->leaves[i]; i++)
        g_ptr_array_add (edits, edit_drop_new ("t", row->leaves[i] - 1, 1, "test", NULL));
    check_render (message, edits, row->want);
}

/* A cut before and a drop after, in one go. */
static void
test_drop_and_cut (void)
{
    g_autofree char *text = wire (DROPS);
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();

    g_ptr_array_add (edits, edit_drop_new ("t", 1, 1, "test", NULL));
    g_ptr_array_add (edits, edit_drop_new ("t", 2, 1, "test", NULL));
    add_cut (edits, 0, 3, 7);
    add_cut (edits, 1, 0, 1);
    check_render (message, edits,
                  "Subject: x\nContent-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: "
                  "multipart/alternative; boundary=a\n\n--a\n\none\n--a--\n--m\nContent-Type: "
                  "text/x\n\nlast\n--m--\n");
}

typedef struct {
    const char *name;
    EditKind kind;
    unsigned number; /* field or leaf */
    const char *field;
    const char *value;
    size_t start, end;
    const char *want;
} RefusalRow;

static const RefusalRow refusal_rows[] = {
    { "a line break in a value", EDIT_HEADER_INSERT, 0, "X", "a\r\nBcc: b", 0, 0,
      "not well-formed" },
    { "a bare LF in a value", EDIT_HEADER_INSERT, 0, "X", "a\n b", 0, 0, "not well-formed" },
    { "a bare CR in a value", EDIT_HEADER_REPLACE, 0, NULL, "a\rb", 0, 0, "not well-formed" },
    { "a fold that is an empty line to some", EDIT_HEADER_INSERT, 0, "X", "a\r\n \r\n b", 0, 0,
      "not well-formed" },
    { "a line break at the end", EDIT_HEADER_INSERT, 0, "X", "a\r\n ", 0, 0,
      "not well-formed" },
    { "a colon in a name", EDIT_HEADER_INSERT, 0, "X:", "a", 0, 0, "not well-formed" },
    { "an empty name", EDIT_HEADER_INSERT, 0, "", "a", 0, 0, "not well-formed" },
    { "a field that is not there", EDIT_HEADER_REMOVE, 9, NULL, NULL, 0, 0, "not there" },
    { "a leaf that is not there", EDIT_CUT, 9, NULL, NULL, 0, 1, "not there" },
    { "a cut past the end", EDIT_CUT, 0, NULL, NULL, 3, 99, "outside" },
    { "a cut that ends before it begins", EDIT_CUT, 0, NULL, NULL, 3, 2, "outside" },
};

static void
test_refusals (const void *data)
{
    const RefusalRow *row = data;
    g_autofree char *text = wire ("Subject: x\n\nbody\n");
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();
    g_autofree char *want = g_strconcat ("!", row->want, NULL);

    if (row->kind == EDIT_CUT)
        add_cut (edits, row->number, row->start, row->end);
    else
        g_ptr_array_add (
            edits, edit_header_new (row->kind, "t", row->number, row->field, row->value, NULL));
    check_render (message, edits, want);
}

/* Messages that no cut may touch, though they can be read. */
static const struct {
    const char *name;
    const char *text;
    const char *want;
} untouchable_rows[] = {
    { "two types", "Content-Type: text/plain\nContent-Type: text/html\n\nbody\n", "two ways" },
    { "another message", "Content-Type: message/rfc822\n\nSubject: x\n\nbody\n",
      "part 1.1, byte 0: it is inside another message" },
    { "a signed part",
      "Content-Type: multipart/signed; boundary=b\n\n--b\n\nbody\n--b\n\nsig\n--b--\n",
      "part 1, byte 0: it is inside a signed part" },
    { "a text that is signed in itself",
      "Subject: x\n\n> -----BEGIN PGP SIGNED MESSAGE-----\n\n-----BEGIN PGP SIGNED "
      "MESSAGE-----\nHash: "
      "SHA256\n\nbody\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n",
      "part 1, byte 0: it is inside a signed part" },
    { "a text that is encrypted in itself",
      "Subject: x\n\n-----BEGIN PGP MESSAGE-----\n\nbody\n-----END PGP MESSAGE-----\n",
      "part 1, byte 0: it is inside an encrypted part" },
    { "a text with its digest", "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\n\nbody\n",
      "part 1, byte 0: its header has its digest or its length" },
    { "a part with its length",
      "Content-Type: multipart/mixed; boundary=b\n\n--b\ncontent-length: 4\n\nbody\n--b--\n",
      "part 1, byte 0: its header has its digest or its length" },
    { "an attachment", "Content-Disposition: attachment\n\nbody\n", "no text to edit" },
    { "a sloppy encoding", QP "body \nx\n", "not strict" },
};

static void
test_untouchable (const void *data)
{
    const char *const *row = data; /* name, text, want */
    g_autofree char *text = wire (row[1]);
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();
    g_autofree char *want = g_strconcat ("!", row[2], NULL);

    add_cut (edits, 0, 0, 1);
    check_render (message, edits, want);
}

/* A line that a cut makes too long for SMTP cannot be broken in 8bit. */
static void
test_long_joint (void)
{
    g_autoptr (GString) text = g_string_new ("Subject: x\r\n\r\n");

    for (unsigned i = 0; i < 600; i++)
        g_string_append_c (text, 'a');
    g_string_append (text, "\r\n");
    for (unsigned i = 0; i < 600; i++)
        g_string_append_c (text, 'b');
    g_string_append (text, "\r\n");
    g_autoptr (Message) message = parse (text->str, text->len);
    g_autoptr (GPtrArray) edits = edits_new ();
    add_cut (edits, 0, 600, 602);
    check_render (message, edits, "!line that is too long");
}

/* A cut must not make a boundary out of text. */
static void
test_made_boundary (void)
{
    g_autofree char *text = wire (
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n-x-b\n--b--\n");
    g_autoptr (Message) message = parse (text, strlen (text));
    g_autoptr (GPtrArray) edits = edits_new ();

    add_cut (edits, 0, 1, 2);
    check_render (message, edits, "!");
}

#define ADD_ROWS(prefix, rows, function)                                                       \
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {                                       \
        g_autofree char *path = g_strconcat ("/splice/" prefix "/", rows[i].name, NULL);       \
        g_test_add_data_func (path, &rows[i], function);                                       \
    }

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    ADD_ROWS ("cut", cut_rows, test_cuts)
    ADD_ROWS ("replace", replace_rows, test_replacements)
    ADD_ROWS ("drop", drop_rows, test_drops)
    ADD_ROWS ("refuse", refusal_rows, test_refusals)
    ADD_ROWS ("never", untouchable_rows, test_untouchable)
    g_test_add_func ("/splice/no edits give the same bytes", test_no_edits);
    g_test_add_func ("/splice/an empty cut changes nothing", test_empty_cut);
    g_test_add_func ("/splice/cuts in several leaves keep the rest", test_several_leaves);
    g_test_add_func ("/splice/header edits keep the other fields", test_header_edits);
    g_test_add_func ("/splice/what is cut needs no replacement", test_overlaps);
    g_test_add_func ("/splice/a drop beside a cut", test_drop_and_cut);
    g_test_add_func ("/splice/a joint that is too long is refused", test_long_joint);
    g_test_add_func ("/splice/a joint that is a boundary is refused", test_made_boundary);
    return g_test_run ();
}
