/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any text in any encoding, and a cut or a replacement anywhere in it. What message_render gives
 * must decode to the text with that change, and the leaves around it must be as they were.
 */

#include <stdint.h>
#include <string.h>

#include "licet/message.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
append_quoted (GString *out, const char *text, size_t length)
{
    unsigned column = 0;

    for (size_t i = 0; i < length; i++) {
        bool plain = text[i] > ' ' && text[i] < 0x7f && text[i] != '=';
        if (text[i] == '\r' && i + 1 < length && text[i + 1] == '\n') {
            g_string_append (out, "\r\n");
            column = 0;
            i++;
            continue;
        }
        if (column > 70) {
            g_string_append (out, "=\r\n");
            column = 0;
        }
        if (plain)
            g_string_append_c (out, text[i]);
        else
            g_string_append_printf (out, "=%02X", (guint8)text[i]);
        column += plain ? 1 : 3;
    }
}

static void
append_base64 (GString *out, const char *text, size_t length, unsigned width)
{
    g_autofree char *digits = g_base64_encode ((const guchar *)text, length);

    for (size_t i = 0; digits[i]; i += MIN (width, strlen (digits + i)))
        g_string_append_printf (out, "%.*s\r\n", (int)width, digits + i);
}

/* Lines end in CRLF, and there is no NUL: anything else would be ambiguous from the start. */
static GString *
make_lines (const uint8_t *data, size_t size)
{
    GString *text = g_string_new (NULL);

    for (size_t i = 0; i < size; i++) {
        if (data[i] == '\n')
            g_string_append (text, "\r\n");
        else if (data[i] != '\r' && data[i] != '\0')
            g_string_append_c (text, (char)data[i]);
    }
    return text;
}

static GBytes *
make_mail (const GString *text, unsigned way)
{
    static const char *const encodings[] = { "8bit", "quoted-printable", "base64", "binary" };
    static const char *const types[] = { "html", "plain", "x-amp-html" };
    GString *mail = g_string_new (NULL);

    g_string_append_printf (
        mail,
        "Subject: x\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=\"=_q\"\r\n\r\n--=_q\r\n\r\n"
        "first\r\n--=_q\r\nContent-Type: text/%s; charset=utf-8\r\n"
        "Content-Transfer-Encoding: %s\r\n\r\n",
        types[(way >> 2) % G_N_ELEMENTS (types)], encodings[way % 4]);
    if (way % 4 == 1)
        append_quoted (mail, text->str, text->len);
    else if (way % 4 == 2)
        append_base64 (mail, text->str, text->len, 60 + (way >> 4) % 17);
    else
        g_string_append_len (mail, text->str, (gssize)text->len);
    g_string_append (mail,
                     "\r\n--=_q\r\nContent-Type: text/html\r\n\r\n<p>last</p>\r\n--=_q--\r\n");
    return g_string_free_to_bytes (mail);
}

static void
check_leaf (const Message *before, const Message *after, unsigned i)
{
    g_assert_true (
        g_bytes_equal (message_leaf (before, i)->content, message_leaf (after, i)->content));
}

static void
check_result (const Message *message, GBytes *result, const Edit *edit)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (Message) after = message_parse (result, &error);
    size_t length = 0;
    const char *content = g_bytes_get_data (message_leaf (message, 1)->content, &length);
    g_autoptr (GString) want = g_string_new_len (content, (gssize)edit->start);

    g_assert_no_error (error);
    g_string_append (want, edit->value ? edit->value : "");
    g_string_append_len (want, content + edit->end, (gssize)(length - edit->end));
    g_assert_cmpuint (message_leaf_count (after), ==, 3);
    check_leaf (message, after, 0);
    check_leaf (message, after, 2);
    size_t got = 0;
    const char *now = g_bytes_get_data (message_leaf (after, 1)->content, &got);
    g_assert_cmpuint (got, ==, want->len);
    g_assert_true (got == 0 || memcmp (now, want->str, got) == 0);
}

/* An element, or any range. */
static void
choose_range (const Message *message, unsigned a, unsigned b, size_t *ret_start,
              size_t *ret_end)
{
    size_t length = g_bytes_get_size (message_leaf (message, 1)->content);
    unsigned elements = message_element_count (message, 1);

    if (elements > 0 && a % 2 == 0) {
        const LeafElement *element = message_element (message, 1, b % elements);
        *ret_start = element->start;
        *ret_end = element->end;
        return;
    }
    size_t first = a % (length + 1), second = b % (length + 1);
    *ret_start = MIN (first, second);
    *ret_end = MAX (first, second);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    size_t start = 0, end = 0;

    if (size < 6)
        return 0;
    GString *text = make_lines (data + 6, size - 6);
    g_autoptr (GBytes) bytes = make_mail (text, data[0]);
    g_string_free (text, TRUE);
    g_autoptr (Message) message = message_parse (bytes, NULL);
    if (!message || message_leaf_count (message) != 3 || message_ambiguity (message))
        return 0;
    choose_range (message, (unsigned)(data[1] << 8 | data[2]),
                  (unsigned)(data[3] << 8 | data[4]), &start, &end);
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    g_ptr_array_add (edits, data[5] % 4 == 0 ? edit_replace_new ("", 1, start, end,
                                                                 "http://x/?a=1", "", NULL)
                                             : edit_cut_new ("", 1, start, end, "", NULL));
    g_autoptr (GBytes) result = message_render (message, edits, NULL);
    if (result && start < end)
        check_result (message, result, g_ptr_array_index (edits, 0));
    return 0;
}
