/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Room for letters in plain text whose character set or encoding has none. What stays is the
 * text, letter for letter; which bytes change is as little as it takes.
 */

#include "recode.h"

#include <string.h>

#include "licet/error.h"
#include "licet/utf8.h"

#include "charset.h"
#include "content_type.h"
#include "cut_charset.h"
#include "encode.h"

#define CTE "Content-Transfer-Encoding"

static bool
fail (const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
}

static bool
is_ascii (GBytes *bytes)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);

    return length == 0 || utf8_ascii_length (data, length) == length;
}

/* The same bytes have to come back: nothing was lost, and no reader can have seen more. */
static bool
is_convertible (const Leaf *leaf)
{
    size_t length = 0, there = 0, back = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);
    g_autofree char *text = charset_to_utf8 (leaf->charset, data, length, &there);
    g_autofree char *again =
        text ? charset_from_utf8 (leaf->charset, text, (gssize)there, &back) : NULL;

    return again && back == length && memcmp (again, data, length) == 0;
}

static bool
plan_single (const Leaf *leaf, const char *text, Recode *recode)
{
    size_t length = 0;
    g_autofree char *own = charset_from_utf8 (leaf->charset, text, -1, &length);

    if (own)
        return true;
    recode->charset = "utf-8";
    recode->converts = !is_ascii (leaf->content);
    return !recode->converts || is_convertible (leaf);
}

bool
recode_plan (const Leaf *leaf, const char *text, Recode *ret_recode, const char **ret_why)
{
    Recode recode = { NULL, false, false };

    *ret_recode = recode;
    if (g_str_is_ascii (text))
        return true;
    if (leaf->kind != LEAF_PLAIN)
        return fail (ret_why, "a page has no room for letters beyond ASCII");
    recode.quoted = leaf->encoding == ENCODING_IDENTITY && is_ascii (leaf->content);
    if (charset_is_ascii (leaf->charset)) {
        recode.charset = "utf-8";
        if (!is_ascii (leaf->content))
            return fail (ret_why, "no room for letters: nobody says which its own are");
    } else if (charset_is_single (leaf->charset)) {
        if (!plan_single (leaf, text, &recode))
            return fail (ret_why, "no room for letters: its own do not fit its character set");
    } else if (!charset_is_utf8 (leaf->charset)) {
        return fail (ret_why, "no room for letters in its character set");
    }
    recode.quoted = recode.quoted || (recode.converts && leaf->encoding == ENCODING_IDENTITY);
    *ret_recode = recode;
    return true;
}

char *
recode_text (const Leaf *leaf, const Recode *recode, const char *text)
{
    size_t length = 0;

    if (recode->charset || !charset_is_single (leaf->charset) || g_str_is_ascii (text))
        return g_strdup (text);
    return charset_from_utf8 (leaf->charset, text, -1, &length);
}

char *
recode_held (const Leaf *leaf, const Recode *recode, const char *bytes, size_t length)
{
    size_t size = 0;

    return recode->converts ? charset_to_utf8 (leaf->charset, bytes, length, &size)
                            : g_strndup (bytes, length);
}

static void
append_converted (GString *out, const Leaf *leaf, size_t start, size_t end)
{
    const char *data = g_bytes_get_data (leaf->content, NULL);
    size_t length = 0;
    g_autofree char *text = charset_to_utf8 (leaf->charset, data + start, end - start, &length);

    g_string_append_len (out, text ? text : "", (gssize)length);
}

GBytes *
recode_decoded (const Leaf *leaf, const GArray *ranges, const Recode *recode)
{
    size_t length = g_bytes_get_size (leaf->content), from = 0;

    if (!recode->converts)
        return cut_decoded (leaf->content, ranges);
    GString *out = g_string_sized_new (length + length / 8);
    for (unsigned i = 0; i < ranges->len; i++) {
        const CutRange *range = &g_array_index (ranges, CutRange, i);
        append_converted (out, leaf, from, range->start);
        g_string_append (out, range->with ? range->with : "");
        from = range->end;
    }
    append_converted (out, leaf, from, length);
    return g_string_free_to_bytes (out);
}

/* A last line without its end must not leave the message without it. */
static void
end_message (GString *out, bool base64)
{
    if (out->len > 0 && out->str[out->len - 1] != '\n')
        g_string_append (out, base64 ? "\r\n" : "=\r\n");
}

GBytes *
recode_encoded (const Part *part, GBytes *message, const GArray *ranges, GBytes *decoded,
                const Recode *recode, GError **error)
{
    bool base64 = part->leaf.encoding == ENCODING_BASE64;
    size_t length = 0;
    const char *data = g_bytes_get_data (decoded, &length);

    if (!recode->converts && !recode->quoted)
        return cut_encoded (part, message, ranges, error);
    if (!cut_keeps_characters (part, ranges)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "part %s: the edit splits or joins characters", part->leaf.path);
        return NULL;
    }
    GString *out = g_string_sized_new (length + length / 4);
    if (base64)
        encode_base64 (data, length, out);
    else
        encode_quoted (data, length, out);
    if (part->leaf.end == g_bytes_get_size (message))
        end_message (out, base64);
    return g_string_free_to_bytes (out);
}

static void
set_field (GPtrArray *edits, const PartHeader *header, const char *name, const char *value,
           const char *why, const char *rule)
{
    int i = part_header_find (header, name);
    const HeaderField *field = i < 0 ? NULL : g_ptr_array_index (header->fields, (unsigned)i);

    g_ptr_array_add (edits, edit_header_new (field ? EDIT_HEADER_REPLACE : EDIT_HEADER_INSERT,
                                             why, field ? (unsigned)i : 0,
                                             field ? field->name : name, value, rule));
}

GPtrArray *
recode_fields (const PartHeader *header, const Recode *recode, const char *why,
               const char *rule)
{
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    int type = part_header_find (header, "Content-Type");
    const char *value =
        type < 0
            ? "text/plain"
            : ((const HeaderField *)g_ptr_array_index (header->fields, (unsigned)type))->value;

    /* RFC 2045 4: without it the fields below mean nothing. */
    if (header->range == 0 && part_header_find (header, "MIME-Version") < 0)
        set_field (edits, header, "MIME-Version", "1.0", why, rule);
    if (recode->charset) {
        g_autofree char *changed = content_type_with_charset (value, recode->charset);
        if (!changed)
            return NULL;
        set_field (edits, header, "Content-Type", changed, why, rule);
    }
    if (recode->quoted)
        set_field (edits, header, CTE, "quoted-printable", why, rule);
    return g_steal_pointer (&edits);
}

static char *
describe (const Leaf *leaf, const Recode *recode)
{
    g_autoptr (GString) text = g_string_new (NULL);

    if (recode->charset)
        g_string_append_printf (text, "%s to %s", leaf->charset ? leaf->charset : "no charset",
                                recode->charset);
    if (recode->quoted)
        g_string_append_printf (text, "%sin quoted-printable", text->len > 0 ? " " : "");
    return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
message_make_room (const Message *message, unsigned leaf, const char *text, const char *why,
                   const char *rule, GPtrArray *edits)
{
    const Layout *layout = message_layout (message);
    const Part *part = g_ptr_array_index (layout->structure->parts, leaf);
    size_t length = 0;
    const char *data = g_bytes_get_data (message_bytes (message), &length);
    g_auto (PartHeader) header = { 0 };
    Recode recode;
    const char *reason = NULL;

    if (part->leaf.locked || !part->leaf.content ||
        !recode_plan (&part->leaf, text, &recode, &reason) ||
        (!recode.charset && !recode.quoted) ||
        !part_header_read (layout, data, length, part->range, &header))
        return NULL;
    g_autoptr (GPtrArray) fields = recode_fields (&header, &recode, why, rule);
    if (!fields)
        return NULL;
    /* Those of a part go with its text when it is rendered. */
    if (part->range == 0)
        g_ptr_array_extend_and_steal (edits, g_steal_pointer (&fields));
    return describe (&part->leaf, &recode);
}
