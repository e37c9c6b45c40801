/* SPDX-License-Identifier: BSD-2-Clause */

/* The text of a DKIM-Signature field (RFC 6376 3.5). */

#include "value.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define MARGIN 75 /* RFC 5322 2.1.1 asks for at most 78; some gateways fold again past 76 */
#define TAB    8  /* columns that a fold begins with */

typedef struct {
    GString *text;
    size_t column;
} Lines;

static void
append_piece (Lines *lines, const char *piece)
{
    size_t length = strlen (piece);

    if (lines->text->len > 0 && lines->column + length > MARGIN) {
        g_string_append (lines->text, "\r\n\t");
        lines->column = TAB;
    } else if (lines->text->len > 0) {
        g_string_append_c (lines->text, ' ');
        lines->column++;
    }
    g_string_append (lines->text, piece);
    lines->column += length;
}

static void
append_tag (Lines *lines, const char *tag, const char *content)
{
    g_autofree char *piece = g_strdup_printf ("%s=%s;", tag, content);

    append_piece (lines, piece);
}

static void
append_time (Lines *lines, const char *tag, int64_t time)
{
    char digits[32];

    g_snprintf (digits, sizeof digits, "%" PRId64, time);
    append_tag (lines, tag, digits);
}

/* There are always more names than fit into one line. */
static void
append_names (Lines *lines, const GPtrArray *names)
{
    g_string_append (lines->text, "\r\n\th=");
    lines->column = TAB + 2;
    for (unsigned i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index (names, i);
        size_t length = strlen (name) + (i + 1 == names->len ? 1 : 0);
        bool full = lines->column + length + 1 > MARGIN;
        if (i > 0)
            g_string_append (lines->text, full ? ":\r\n\t " : ":");
        lines->column = i > 0 && full ? TAB + 1 : lines->column + (i > 0 ? 1 : 0);
        g_string_append (lines->text, name);
        lines->column += length;
    }
    g_string_append_c (lines->text, ';');
}

GString *
value_begin (const ValueTags *tags)
{
    Lines lines = { g_string_sized_new (1536), strlen (VALUE_FIELD) };

    append_tag (&lines, "v", "1");
    append_tag (&lines, "a", tags->algorithm);
    append_tag (&lines, "c", "relaxed/relaxed");
    append_tag (&lines, "d", tags->domain);
    append_tag (&lines, "s", tags->selector);
    append_time (&lines, "t", tags->now);
    if (tags->lifetime > 0)
        append_time (&lines, "x", tags->now + tags->lifetime);
    if (tags->identity)
        append_tag (&lines, "i", tags->identity);
    append_tag (&lines, "bh", tags->body_hash);
    append_names (&lines, tags->names);
    g_string_append (lines.text, "\r\n\tb=");
    return lines.text;
}

/* Base64 may be folded anywhere (RFC 6376 3.5, b=). */
void
value_finish (GString *value, const char *base64)
{
    size_t room = MARGIN - TAB - strlen ("b=");

    for (size_t left = strlen (base64); left > 0;) {
        size_t n = MIN (left, room);
        g_string_append_len (value, base64, (gssize)n);
        base64 += n;
        left -= n;
        if (left > 0)
            g_string_append (value, "\r\n\t ");
        room = MARGIN - TAB - 1;
    }
}
