/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Eight bytes say how a leaf is encoded, what stands around it and which ranges go; the rest is
 * its text, or its encoded bytes as they are.
 */

#include <stdint.h>
#include <string.h>

#include "../../milter/message/judge.h"
#include "check.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define PLAN_BYTES 8

typedef struct {
    const char *name;
    GString *(*encode) (const uint8_t *data, size_t size, unsigned width);
} Encoding;

static GString *
encode_raw (const uint8_t *data, size_t size, unsigned width)
{
    (void)width;
    return g_string_new_len ((const char *)data, (gssize)size);
}

static void
append_piece (GString *out, const char *piece, unsigned *column, unsigned width)
{
    unsigned length = (unsigned)strlen (piece);

    if (*column + length >= width) {
        g_string_append (out, "=\r\n");
        *column = 0;
    }
    g_string_append (out, piece);
    *column += length;
}

/* An odd width escapes all; otherwise only what must be. */
static GString *
encode_quoted (const uint8_t *data, size_t size, unsigned width)
{
    GString *out = g_string_new (NULL);
    unsigned column = 0;

    width = CLAMP (width, 8, 76);
    for (size_t i = 0; i < size; i++) {
        char piece[4] = { (char)data[i], 0 };
        if (data[i] == '\r' && i + 1 < size && data[i + 1] == '\n') {
            g_string_append (out, "\r\n");
            column = 0;
            i++;
            continue;
        }
        if (data[i] <= ' ' || data[i] >= 0x7f || data[i] == '=' || width % 2)
            g_snprintf (piece, sizeof piece, "=%02X", data[i]);
        append_piece (out, piece, &column, width);
    }
    return out;
}

static GString *
encode_base64 (const uint8_t *data, size_t size, unsigned width)
{
    g_autofree char *digits = g_base64_encode (data, size);
    GString *out = g_string_new (NULL);

    width = MAX (width, 4);
    for (size_t i = 0; digits[i]; i++)
        g_string_append_printf (out, "%s%c", i > 0 && i % width == 0 ? "\r\n" : "", digits[i]);
    return out;
}

static const Encoding encodings[] = {
    { "7bit", encode_raw },
    { "8bit", encode_raw },
    { "quoted-printable", encode_raw },
    { "quoted-printable", encode_quoted },
    { "base64", encode_raw },
    { "base64", encode_base64 },
};

static const char *const charsets[] = {
    "utf-8", "us-ascii", "iso-8859-1", "windows-1251", "shift_jis", "gb18030", "euc-kr", "big5",
};

/* What stands around the leaf: nothing, or parts before and after it. */
static const struct {
    const char *before, *after;
    unsigned leaf;
} shapes[] = {
    { "", "", 0 },
    { "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/plain\r\n\r\nBefore.\r\n--b\r\n",
      "\r\n--b--\r\n", 1 },
    { "Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\nPreamble\r\n--a b\r\n",
      "\r\n--a b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      "iVBORw0K\r\n--a b\r\n\r\nAfter.\r\n--a b--\r\nEpilogue\r\n",
      0 },
    { "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
      "Content-Type: multipart/related; boundary=ab\r\n\r\n--ab\r\n",
      "\r\n--ab--\r\n\r\n--a--", 0 },
};

static GBytes *
build (const uint8_t *plan, const uint8_t *data, size_t size, unsigned *ret_leaf)
{
    const Encoding *encoding = &encodings[plan[0] % G_N_ELEMENTS (encodings)];
    unsigned shape = plan[1] % G_N_ELEMENTS (shapes);
    GString *out = g_string_new ("MIME-Version: 1.0\r\n");
    GString *body = encoding->encode (data, size, plan[3]);

    g_string_append (out, shapes[shape].before);
    g_string_append_printf (out,
                            "Content-Type: text/%s; charset=%s\r\n"
                            "Content-Transfer-Encoding: %s\r\n\r\n",
                            plan[1] & 0x80 ? "plain" : "html",
                            charsets[plan[2] % G_N_ELEMENTS (charsets)], encoding->name);
    g_string_append_len (out, body->str, (gssize)body->len);
    g_string_append (out, shapes[shape].after);
    g_string_free (body, TRUE);
    *ret_leaf = shapes[shape].leaf;
    return g_string_free_to_bytes (out);
}

/* A range of the leaf from two bytes, its length mostly small. */
static Edit *
plan_edit (const uint8_t *plan, unsigned leaf, size_t length, const char *with)
{
    size_t start = length * plan[0] / 256;
    size_t end = MIN (length, start + (plan[1] < 128 ? plan[1] : length * plan[1] / 256));

    if (with)
        return edit_replace_new ("tracking", leaf, start, end, with, "", "");
    return edit_cut_new ("strip", leaf, start, end, "", "");
}

static void
take_element (Edit *edit, const Message *message, unsigned number)
{
    unsigned count = message_element_count (message, edit->leaf);

    if (count == 0)
        return;
    const LeafElement *element = message_element (message, edit->leaf, number % count);
    edit->start = element->start;
    edit->end = element->end;
}

/* Where the bytes are about, so that a cut of an element can be met at all. */
static void
snap (Edit *edit, const Leaf *leaf)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    while (edit->start < length && data[edit->start] != '<' &&
           (edit->start == 0 || data[edit->start - 1] != '\n'))
        edit->start++;
    edit->end = MAX (edit->end, edit->start);
    while (edit->end > 0 && edit->end < length && data[edit->end - 1] != '>' &&
           data[edit->end - 1] != '\n')
        edit->end++;
}

/* A page that is judged with its texts squeezed gets the verdict that it would get in full. */
static void
check_judge (const Leaf *leaf, const Edit *cut)
{
    g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (CutRange));
    CutRange range = { cut->start, cut->end, NULL };
    size_t offset = 0;

    if (leaf->kind == LEAF_PLAIN || leaf->locked || cut->start >= cut->end)
        return;
    g_array_append_val (ranges, range);
    g_autoptr (GBytes) after = cut_decoded (leaf->content, ranges);
    g_assert_cmpint (judge_cut (leaf->content, ranges, after, &offset), ==,
                     judge_cut_whole (leaf->content, ranges, after, &offset));
    g_assert_cmpuint (offset, <=, g_bytes_get_size (leaf->content));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    unsigned leaf = 0;

    if (size < PLAN_BYTES)
        return 0;
    g_autoptr (GBytes) bytes = build (data, data + PLAN_BYTES, size - PLAN_BYTES, &leaf);
    g_autoptr (Message) message = message_parse (bytes, NULL);
    if (!message || leaf >= message_leaf_count (message))
        return 0;
    const Leaf *target = message_leaf (message, leaf);
    if (!target->content)
        return 0;
    size_t length = g_bytes_get_size (target->content);
    g_autoptr (GPtrArray) edits = g_ptr_array_new_full (2, (GDestroyNotify)edit_free);
    Edit *first = plan_edit (data + 4, leaf, length, NULL);
    if (data[1] & 0x08)
        take_element (first, message, data[4]);
    else if (data[1] & 0x40)
        snap (first, target);
    g_ptr_array_add (edits, first);
    if (data[1] & 0x20)
        g_ptr_array_add (edits,
                         plan_edit (data + 6, leaf, length, data[1] & 0x10 ? "a=b c" : NULL));
    check_unedited (message);
    check_judge (target, first);
    g_autoptr (GBytes) result = check_edits (message, leaf, edits);
    return 0;
}
