/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Which character sets are cut in their own bytes, and why that is safe: in those sets the signs
 * of markup, blanks and line ends are never a part of another character. All other sets lock the
 * leaf, and marks in a locked leaf are a problem that names the set.
 */

#include <string.h>

#include "licet/error.h"
#include "licet/message.h"

#include "../../milter/message/charset.h"

#define BLOCK "<!-- licet:promotional --><b>x</b><!-- /licet:promotional -->"

typedef struct {
    const char *charset; /* as in the field; NULL for none */
    const char *before, *after;
    const char *locked; /* part of the reason, or NULL when the block is cut */
} CharsetRow;

static const CharsetRow rows[] = {
    { NULL, "a", "b", NULL },
    { "utf-8", "\xc3\xa9", "\xe2\x82\xac", NULL },
    { "UTF-8", "\xff\xfe wrong \xc3 ", "\xa9 bytes", NULL },
    { "us-ascii", "a", "b", NULL },
    { "us-ascii", "\xe9 wrong", "bytes \xff", NULL },
    { "iso-8859-1", "\xe9", "\x80", NULL },
    { "iso-8859-15", "\xa4", "\xe9", NULL },
    { "windows-1250", "\x8a", "\x9a", NULL },
    { "windows-1251", "\xcf", "\x98", NULL },
    { "windows-1252", "\x80", "\x81", NULL },
    { "windows-1253", "\xc1", "\xaa", NULL },
    { "windows-1254", "\xd0", "\xfd", NULL },
    { "windows-1255", "\xe0", "\xc7", NULL },
    { "windows-1256", "\xc7", "\xe3", NULL },
    { "windows-1257", "\xe0", "\xa1", NULL },
    { "windows-1258", "\xd2", "\xcc", NULL },
    { "koi8-r", "\xf0", "\xd2", NULL },
    { "koi8-u", "\xa4", "\xf0", NULL },
    { "euc-kr", "\xb1\xa4\xb0\xed", "\xc3\xb5", NULL },
    { "euc-kr", "\xb1", "\xa4", "does not fit" },
    { "euc-jp", "\xb9\xad\x8f\xb0\xa1", "\x8e\xb1", NULL },
    { "euc-jp", "\x8f\xb0", "a", "does not fit" },
    { "gb2312", "\xb9\xe3", "\xb8\xe6", NULL },
    { "gbk", "\x81\x40\x81\x5b", "\xb9\xe3", NULL },
    { "gb18030", "\x81\x30\x81\x30\x81\x5d", "\xe3\x32\x9a\x35\xb9\xe3", NULL },
    { "gb18030", "\x81\x30\x81", "0", "does not fit" },
    { "big5", "\xa5\x5c\xa4\x7c", "\xbc\x73", NULL },
    { "big5", "\xa5", "\\", "does not fit" },
    { "shift_jis", "\x83\x5c\x95\x5c\x83\x7c\xb1", "\x8d\x4c", NULL },
    { "shift_jis", "\x83", "\x5c", "does not fit" },
    { "iso-2022-jp", "a", "b", "character set hides markup" },
    { "iso-2022-jp", "\x1b$B9-9p\x1b(B", "\x1b$B9-\x1b(B", "character set hides markup" },
    { "iso-2022-kr", "\x1b$)C\x0e\x31\x24\x0f", "b", "character set hides markup" },
    { "hz-gb-2312", "~{9c8f~}", "b", "character set hides markup" },
    { "utf-7", "+AOk-", "b", "character set hides markup" },
    { "x-unknown", "a", "b", "character set is not known" },
    { "utf-8-like", "a", "b", "character set is not known" },
};

static Message *
parse_page (const char *charset, const char *encoding, const char *body, size_t length)
{
    GString *text = g_string_new ("Subject: x\r\nContent-Type: text/html");

    if (charset)
        g_string_append_printf (text, "; charset=\"%s\"", charset);
    g_string_append_printf (text, "\r\nContent-Transfer-Encoding: %s\r\n\r\n", encoding);
    g_string_append_len (text, body, (gssize)length);
    g_autoptr (GBytes) bytes = g_string_free_to_bytes (text);
    g_autoptr (GError) error = NULL;
    Message *message = message_parse (bytes, &error);
    g_assert_no_error (error);
    return message;
}

static GBytes *
cut (const Message *message, size_t start, size_t end, GError **error)
{
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);

    g_ptr_array_add (edits, edit_cut_new ("strip", 0, start, end, "", NULL));
    return message_render (message, edits, error);
}

/* The marks themselves say that there is something to strip, so the mail must not just pass. */
static void
check_locked (const Message *message, const char *reason)
{
    const Leaf *leaf = message_leaf (message, 0);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) result = cut (message, 0, 1, &error);

    g_assert_nonnull (leaf->locked);
    g_assert_nonnull (strstr (leaf->locked, reason));
    g_assert_cmpuint (message_marked_blocks (message)->len, ==, 0);
    g_assert_nonnull (message_mark_problem (message));
    g_assert_nonnull (strstr (message_mark_problem (message), reason));
    g_assert_null (result);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
}

static void
test_row (const void *data)
{
    const CharsetRow *row = data;
    g_autofree char *body = g_strconcat (row->before, " ", BLOCK, row->after, "\r\n", NULL);
    g_autofree char *want = g_strconcat (row->before, " ", row->after, "\r\n", NULL);
    g_autoptr (Message) message = parse_page (row->charset, "8bit", body, strlen (body));
    g_autoptr (GError) error = NULL;

    if (row->locked) {
        check_locked (message, row->locked);
        return;
    }
    g_assert_null (message_mark_problem (message));
    g_assert_cmpuint (message_marked_blocks (message)->len, ==, 1);
    const MarkedBlock *block = &g_array_index (message_marked_blocks (message), MarkedBlock, 0);
    g_autoptr (GBytes) result = cut (message, block->start, block->end, &error);
    g_assert_no_error (error);
    g_autoptr (Message) after = message_parse (result, &error);
    GBytes *content = message_leaf (after, 0)->content;
    g_assert_cmpmem (g_bytes_get_data (content, NULL), g_bytes_get_size (content), want,
                     strlen (want));
}

/* Sets with NUL bytes travel in base64. */
static void
test_wide (const void *data)
{
    const char *charset = data;
    gsize length = 0;
    g_autofree char *page =
        g_convert ("<p>" BLOCK "</p>", -1, charset, "utf-8", NULL, &length, NULL);
    g_autofree char *base64 = g_base64_encode ((const guchar *)page, length);
    g_autoptr (Message) message = parse_page (charset, "base64", base64, strlen (base64));

    g_assert_null (message_ambiguity (message));
    check_locked (message, "character set hides markup");
}

static void
check_alone (const char *charset, const char *text, size_t length)
{
    g_auto (CharsetDecoder) decoder = { 0 };
    g_autoptr (GString) whole = g_string_new (NULL), apart = g_string_new (NULL);

    charset_decoder_init (&decoder, charset);
    charset_decode (&decoder, text, length, whole);
    bool clean = decoder.clean;
    charset_decode (&decoder, text, length - 1, apart);
    g_string_append_c (apart, text[length - 1]);
    g_assert_true (!clean || g_string_equal (whole, apart));
}

/* After any lead byte, and after any two bytes with which longer characters begin. */
static void
test_markup_stands_alone (const void *data)
{
    static const char signs[] = "<>\"'=&;/!-#?()[]|@ \t\r\n";
    const char *charset = data;

    for (unsigned lead = 0x80; lead < 0x100; lead++) {
        for (const char *sign = signs; *sign; sign++) {
            bool trail = strchr ("[]|@", *sign) != NULL; /* may well be a second byte */
            char two[] = { (char)lead, *sign };
            char four[] = { (char)lead, '0', (char)lead, *sign };
            char three[] = { (char)0x8f, (char)lead, *sign };
            if (trail)
                continue;
            check_alone (charset, two, sizeof two);
            check_alone (charset, three, sizeof three);
            check_alone (charset, four, sizeof four);
        }
    }
}

/* A cut that would leave half a character is refused in each set. */
static void
test_halves (void)
{
    static const struct {
        const char *charset, *text;
        size_t at;
    } halves[] = {
        { "utf-8",
          "a\xe2\x82\xac"
          "b",
          2 },
        { "utf-8",
          "a\xe2\x82\xac"
          "b",
          3 },
        { "shift_jis",
          "a\x83\x5c"
          "b",
          2 },
        { "big5",
          "a\xa5\x5c"
          "b",
          2 },
        { "gb18030",
          "a\x81\x30\x81\x30"
          "b",
          2 },
        { "gb18030",
          "a\x81\x30\x81\x30"
          "b",
          3 },
        { "gb18030",
          "a\x81\x30\x81\x30"
          "b",
          4 },
        { "euc-jp",
          "a\x8f\xb0\xa1"
          "b",
          3 },
        { "euc-kr",
          "a\xb1\xa4"
          "b",
          2 },
        { "gbk",
          "a\x81\x40"
          "b",
          2 },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (halves); i++) {
        size_t length = strlen (halves[i].text);
        g_autofree char *type =
            g_strdup_printf ("Content-Type: text/plain; charset=%s\r\n\r\n%s\r\n",
                             halves[i].charset, halves[i].text);
        g_autoptr (GBytes) bytes = g_bytes_new (type, strlen (type));
        g_autoptr (Message) message = message_parse (bytes, NULL);
        g_autoptr (GError) error = NULL;
        g_autoptr (GBytes) head = cut (message, 0, halves[i].at, &error);
        g_assert_null (head);
        g_assert_nonnull (strstr (error->message, "splits or joins characters"));
        g_clear_error (&error);
        g_autoptr (GBytes) tail = cut (message, halves[i].at, length, &error);
        g_assert_null (tail);
        g_assert_nonnull (strstr (error->message, "splits or joins characters"));
    }
}

int
main (int argc, char **argv)
{
    static const char *const wide[] = { "utf-16", "utf-16le", "utf-16be", "utf-32le" };
    static const char *const multiple[] = { "euc-jp", "euc-kr",    "ks_c_5601-1987",
                                            "gb2312", "gbk",       "gb18030",
                                            "big5",   "shift_jis", "cp932" };

    g_test_init (&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/charset/%u-%s", i, rows[i].charset);
        g_test_add_data_func (path, &rows[i], test_row);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (wide); i++) {
        g_autofree char *path = g_strdup_printf ("/charset/wide/%s", wide[i]);
        g_test_add_data_func (path, wide[i], test_wide);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (multiple); i++) {
        g_autofree char *path = g_strdup_printf ("/charset/markup/%s", multiple[i]);
        g_test_add_data_func (path, multiple[i], test_markup_stands_alone);
    }
    g_test_add_func ("/charset/halves", test_halves);
    return g_test_run ();
}
