/* SPDX-License-Identifier: BSD-2-Clause */

/* Text that is put into a leaf: every encoding, and what is refused. */

#include <string.h>

#include "licet/error.h"
#include "licet/message.h"

#define HTML  "Content-Type: text/html; charset=utf-8\n"
#define PLAIN "Content-Type: text/plain; charset=utf-8\n"
#define QP    "Content-Transfer-Encoding: quoted-printable\n"
#define B64   "Content-Transfer-Encoding: base64\n"
#define BIT8  "Content-Transfer-Encoding: 8bit\n"
#define ASCII "Content-Type: text/plain; charset=us-ascii\n"
#define LATIN "Content-Type: text/plain; charset=iso-8859-1\n"
#define FOOT  "<p>F</p>"
#define END   G_MAXSIZE

typedef struct {
    const char *name, *header, *body, *text;
    size_t at;               /* END: at the end of the leaf */
    size_t cut_from, cut_to; /* equal: no cut */
    const char *want;        /* the decoded leaf; "!" and a part of the refusal */
} Row;

/* "\n" stands for CRLF in all of them. */
static const Row rows[] = {
    { "before the end of the body", HTML, "<body><p>a</p></body>\n", FOOT, 14, 0, 0,
      "<body><p>a</p><p>F</p></body>\n" },
    { "at the end of a fragment", HTML, "<p>a</p>\n", FOOT, 8, 0, 0, "<p>a</p><p>F</p>\n" },
    { "after the last line", HTML, "<p>a</p>\n", FOOT, END, 0, 0,
      "!a last line without its end" },
    { "at the beginning", HTML, "<p>a</p>\n", FOOT, 0, 0, 0, "<p>F</p><p>a</p>\n" },
    { "in quoted-printable", HTML QP, "<p>a=\n=C3=A9</p></body>\n", FOOT, 10, 0, 0,
      "<p>aé</p><p>F</p></body>\n" },
    { "lines of its own in quoted-printable", PLAIN QP, "a =3D b\n", "\n--\nF = x ", 5, 0, 0,
      "a = b\n--\nF = x \n" },
    { "in base64", HTML B64, "PHA+YTwvcD48L2JvZHk+\n", FOOT, 8, 0, 0,
      "<p>a</p><p>F</p></body>" },
    { "letters in a leaf of UTF-8", PLAIN QP, "a=C3=A9b\n", "ü", 4, 0, 0, "aébü\n" },
    { "letters beside letters at the end", PLAIN B64, "w6k=\n", "ü", END, 0, 0, "éü" },
    { "letters where eight bits are used", PLAIN BIT8, "é\n", "ü", 2, 0, 0, "éü\n" },
    { "letters where there are seven bits", PLAIN, "a\n", "ü", 1, 0, 0, "aü\n" },
    { "letters in US-ASCII", ASCII, "a = b \n", "ü", 6, 0, 0, "a = b ü\n" },
    { "letters in US-ASCII in base64", ASCII B64, "YQ==\n", "ü", END, 0, 0, "aü" },
    { "letters without a character set", "", "a\n", "ü", 1, 0, 0, "aü\n" },
    { "letters of its own set", LATIN QP, "a=E9\n", "ü", 2, 0, 0, "a\xe9\xfc\n" },
    { "letters of its own set in seven bits", LATIN, "a\n", "ü", 1, 0, 0, "a\xfc\n" },
    { "letters of its own set in eight bits", LATIN BIT8, "a\xe9\n", "ü", 2, 0, 0,
      "a\xe9\xfc\n" },
    { "letters of its own set at the end", LATIN B64, "6Q==\n", "ü", END, 0, 0, "\xe9\xfc" },
    { "letters that its set lacks", LATIN QP, "a=E9\n", "€", 2, 0, 0, "aé€\n" },
    { "letters that its set lacks in eight bits", LATIN BIT8, "a\xe9\n", "€", 2, 0, 0,
      "aé€\n" },
    { "letters that its set lacks at the end", LATIN B64, "6Q==\n", "€", END, 0, 0, "é€" },
    { "letters that its set lacks beside a cut", LATIN QP, "=E9b=E9\n", "€", 3, 0, 1, "bé€\n" },
    { "beside a cut", HTML, "<p>a</p><p>b</p></body>\n", FOOT, 16, 8, 16,
      "<p>a</p><p>F</p></body>\n" },
    { "after a cut", HTML, "<p>a</p><p>b</p></body>\n", FOOT, 16, 0, 8,
      "<p>b</p><p>F</p></body>\n" },

    { "letters in a page", HTML BIT8, "é\n", "ü", 2, 0, 0, "!no room for letters" },
    { "letters in US-ASCII that is none", ASCII BIT8, "é\n", "ü", 2, 0, 0,
      "!no room for letters" },
    { "letters beside what browsers alone can read", LATIN QP, "a=80\n", "€", 1, 0, 0,
      "!no room for letters" },
    { "letters in a set of several bytes", "Content-Type: text/plain; charset=shift_jis\n" QP,
      "a\n", "ü", 1, 0, 0, "!no room for letters" },
    { "outside of the leaf", HTML, "<p>a</p>\n", FOOT, 11, 0, 0, "!no place" },
    { "in an empty leaf", HTML, "", FOOT, 0, 0, 0, "!no place" },
    { "beside a letter that is no ASCII", HTML BIT8, "<p>é</p>\n", FOOT, 3, 0, 0, "!no place" },
    { "nothing", HTML, "<p>a</p>\n", "", 0, 0, 0, "!no text" },
    { "a control character", HTML, "<p>a</p>\n", "a\x01", 0, 0, 0, "!no text" },
    { "inside a tag", HTML, "<p title=a>b</p>\n", FOOT, 8, 0, 0,
      "!changes the HTML around it" },
    { "what opens and does not close", HTML, "<p>a</p><b>c</b>\n", "<i>F", 8, 0, 0,
      "!changes the HTML around it" },
    { "what ends something else", HTML, "<div><p>a</p>b</div>\n", "</div><p>F</p>", 13, 0, 0,
      "!changes the HTML around it" },
    { "inside a cut", HTML, "<p>a</p><p>b</p></body>\n", FOOT, 11, 8, 16, "!in a cut" },
    { "in a leaf that is locked", "Content-Type: text/plain; charset=x-none\n", "a\n", "F", 0,
      0, 0, "!part 1" },
};

static char *
wire (const char *text)
{
    GString *bytes = g_string_new (text);

    g_string_replace (bytes, "\n", "\r\n", 0);
    return g_string_free (bytes, FALSE);
}

static Message *
parse_bytes (GBytes *bytes)
{
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);

    g_assert_no_error (error);
    return message;
}

static GPtrArray *
edits_of (const Row *row, const Message *message)
{
    GPtrArray *edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    g_autofree char *text = wire (row->text);
    size_t length = g_bytes_get_size (message_leaf (message, 0)->content);

    g_free (message_make_room (message, 0, text, "footer", NULL, edits));
    if (row->cut_from < row->cut_to)
        g_ptr_array_add (edits,
                         edit_cut_new ("strip", 0, row->cut_from, row->cut_to, "test", NULL));
    g_ptr_array_add (edits, edit_insert_new ("footer", 0, row->at == END ? length : row->at,
                                             text, "test", NULL));
    return edits;
}

static void
test_row (gconstpointer data)
{
    const Row *row = data;
    g_autofree char *text = g_strconcat ("From: a@b.example\nMIME-Version: 1.0\n", row->header,
                                         "\n", row->body, NULL);
    g_autofree char *on_wire = wire (text);
    g_autoptr (GBytes) bytes = g_bytes_new (on_wire, strlen (on_wire));
    g_autoptr (Message) message = parse_bytes (bytes);
    g_autoptr (GPtrArray) edits = edits_of (row, message);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) result = message_render (message, edits, &error);

    if (row->want[0] == '!') {
        g_assert_null (result);
        g_assert_nonnull (strstr (error ? error->message : "", row->want + 1));
        return;
    }
    g_assert_no_error (error);
    g_autoptr (Message) copy = parse_bytes (result);
    g_autofree char *want = wire (row->want);
    size_t length = 0;
    const char *content = g_bytes_get_data (message_leaf (copy, 0)->content, &length);
    g_assert_cmpmem (content, length, want, strlen (want));
}

/* What stands around a text that gets letters, before and after. */
typedef struct {
    const char *name, *was, *is;
} RoomRow;

#define TOP                                                                                    \
    "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
#define REST "\n--b\nContent-Type: text/html\n\n<p>a</p>\n--b--\n"

static const RoomRow room_rows[] = {
    { "a part without a header", TOP "pre\n--b\n\na = b\n" REST,
      TOP "pre\n--b\nContent-Type: text/plain; charset=utf-8\n"
          "Content-Transfer-Encoding: quoted-printable\n\na =3D b=C3=BC\n" REST },
    { "a quoted charset among others",
      TOP "--b\nX-A:  1\ncontent-TYPE: Text/Plain;\n\tcharset=\"US-ASCII\" ; format=flowed\n"
          "Content-transfer-encoding:7bit\nX-B: 2\n\na\n" REST,
      TOP "--b\nX-A:  1\ncontent-TYPE: Text/Plain;\n\tcharset=utf-8 ; format=flowed\n"
          "Content-transfer-encoding: quoted-printable\nX-B: 2\n\na=C3=BC\n" REST },
    { "a name that looks like one",
      TOP "--b\nContent-Type: text/plain; name=\"; charset=x\";\nContent-Transfer-Encoding: "
          "base64\n"
          "\nYQ==" REST,
      TOP "--b\nContent-Type: text/plain; name=\"; charset=x\"; charset=utf-8\n"
          "Content-Transfer-Encoding: base64\n\nYcO8" REST },
    { "a long line",
      TOP "--b\nContent-Type: text/plain; name=\"a name of a file that has a "
          "length.txt\"\n\na\n" REST,
      TOP "--b\nContent-Type: text/plain; name=\"a name of a file that has a length.txt\";\n"
          "\tcharset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\na=C3=BC\n" REST },
    { "the message itself", "From: a@b.example\nSubject: s\n\na\n",
      "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
      "Content-Transfer-Encoding: quoted-printable\nFrom: a@b.example\nSubject: "
      "s\n\na=C3=BC\n" },
    { "the header of the message",
      "From: a@b.example\nContent-Type: text/plain; charset=iso-8859-1\nMIME-Version: "
      "1.0\n\na\n",
      "Content-Transfer-Encoding: quoted-printable\nFrom: a@b.example\n"
      "Content-Type: text/plain; charset=iso-8859-1\nMIME-Version: 1.0\n\na=FC\n" },
};

static GBytes *
add_letter (const Message *message, bool room, GError **error)
{
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    size_t length = 0;
    const char *data = g_bytes_get_data (message_leaf (message, 0)->content, &length);
    bool line = length >= 2 && memcmp (data + length - 2, "\r\n", 2) == 0;

    if (room)
        g_free (message_make_room (message, 0, "ü", "footer", NULL, edits));
    g_ptr_array_add (edits,
                     edit_insert_new ("footer", 0, length - (line ? 2 : 0), "ü", "test", NULL));
    return message_render (message, edits, error);
}

static void
test_room (gconstpointer data)
{
    const RoomRow *row = data;
    g_autofree char *was = wire (row->was), *want = wire (row->is);
    g_autoptr (GBytes) bytes = g_bytes_new (was, strlen (was));
    g_autoptr (Message) message = parse_bytes (bytes);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) result = add_letter (message, true, &error);
    size_t length = 0;

    g_assert_no_error (error);
    const char *is = g_bytes_get_data (result, &length);
    g_assert_cmpmem (is, length, want, strlen (want));
}

/* A header that does not say what its text has become is not sent. */
static void
test_unsaid (void)
{
    g_autofree char *text = wire ("From: a@b.example\n" ASCII "\na\n");
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (Message) message = parse_bytes (bytes);
    g_autoptr (GError) error = NULL;

    g_assert_null (add_letter (message, false, &error));
    g_assert_nonnull (strstr (error->message, "another part"));
}

/* One place in a leaf is enough; which of two comes first would be a guess. */
static void
test_two (void)
{
    g_autofree char *text = wire ("From: a@b.example\n" HTML "\n<p>a</p>\n");
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
    g_autoptr (Message) message = parse_bytes (bytes);
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    g_autoptr (GError) error = NULL;

    for (size_t at = 0; at <= 8; at += 8)
        g_ptr_array_add (edits, edit_insert_new ("footer", 0, at, FOOT, "test", NULL));
    g_assert_null (message_render (message, edits, &error));
    g_assert_nonnull (strstr (error->message, "a second insertion"));
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/insert/%s", rows[i].name);
        g_test_add_data_func (path, &rows[i], test_row);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (room_rows); i++) {
        g_autofree char *path = g_strdup_printf ("/insert/room/%s", room_rows[i].name);
        g_test_add_data_func (path, &room_rows[i], test_room);
    }
    g_test_add_func ("/insert/unsaid", test_unsaid);
    g_test_add_func ("/insert/two", test_two);
    return g_test_run ();
}
