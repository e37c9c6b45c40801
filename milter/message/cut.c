/* SPDX-License-Identifier: BSD-2-Clause */

/* Removes decoded ranges from encoded bytes, leaving everything else as it was encoded. */

#include "cut.h"

#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"

#include "cut_charset.h"
#include "cut_quoted.h"

/* RFC 2045 6.7 (5) and 6.8. */
#define ENCODED_LINE 76

static int
compare_ranges (const void *a, const void *b)
{
    const CutRange *first = a, *second = b;

    if (first->start != second->start)
        return first->start < second->start ? -1 : 1;
    return first->end > second->end ? -1 : first->end < second->end;
}

/* Whether the range was taken into the last one, or is apart from it; false on a conflict. */
static bool
join_last (CutRange *last, const CutRange *range, bool *ret_joined)
{
    bool overlaps = range->start < last->end;
    bool both_cut = !last->with && !range->with;

    *ret_joined = both_cut ? range->start <= last->end : overlaps;
    if (both_cut && *ret_joined)
        last->end = MAX (last->end, range->end);
    return both_cut || !overlaps || (!last->with && range->end <= last->end);
}

bool
cut_join (GArray *ranges)
{
    unsigned kept = 0;

    g_array_sort (ranges, compare_ranges);
    for (unsigned i = 0; i < ranges->len; i++) {
        CutRange range = g_array_index (ranges, CutRange, i);
        bool joined = false;
        if (range.start >= range.end)
            continue;
        if (kept > 0 &&
            !join_last (&g_array_index (ranges, CutRange, kept - 1), &range, &joined))
            return false;
        if (!joined)
            g_array_index (ranges, CutRange, kept++) = range;
    }
    g_array_set_size (ranges, kept);
    return true;
}

unsigned
cut_first_after (const GArray *ranges, size_t place)
{
    unsigned low = 0, high = ranges->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (g_array_index (ranges, CutRange, middle).end <= place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool
cut_covers (const GArray *ranges, size_t start, size_t end, bool *ret_touched)
{
    unsigned low = cut_first_after (ranges, start);

    if (low == ranges->len) {
        *ret_touched = false;
        return false;
    }
    const CutRange *range = &g_array_index (ranges, CutRange, low);
    *ret_touched = range->start < MAX (end, start + 1);
    return range->start <= start && end <= range->end;
}

GBytes *
cut_decoded (GBytes *content, const GArray *ranges)
{
    size_t length = 0, from = 0;
    const guint8 *data = g_bytes_get_data (content, &length);
    GByteArray *out = g_byte_array_sized_new ((unsigned)length);

    for (unsigned i = 0; i < ranges->len; i++) {
        const CutRange *range = &g_array_index (ranges, CutRange, i);
        g_byte_array_append (out, data + from, (unsigned)(range->start - from));
        if (range->with)
            g_byte_array_append (out, (const guint8 *)range->with,
                                 (unsigned)strlen (range->with));
        from = range->end;
    }
    if (from < length)
        g_byte_array_append (out, data + from, (unsigned)(length - from));
    return g_byte_array_free_to_bytes (out);
}

static GBytes *
fail (GError **error, const Part *part, size_t offset, const char *what)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "part %s, byte %zu: %s",
                 part->leaf.path, offset, what);
    return NULL;
}

/* Its length, with the CR; ret_start is where it begins. */
static size_t
longest_line (const char *data, size_t length, size_t *ret_start)
{
    size_t longest = 0;

    for (size_t line = 0; line < length;) {
        const char *newline = memchr (data + line, '\n', length - line);
        size_t end = newline ? (size_t)(newline - data) : length;
        if (end - line > longest) {
            longest = end - line;
            *ret_start = line;
        }
        line = end + 1;
    }
    return longest;
}

/* The decoded place of the first range whose joint stands at or after a place in the result. */
static size_t
range_at (const GArray *ranges, size_t place)
{
    size_t joint = 0, from = 0;

    for (unsigned i = 0; i < ranges->len; i++) {
        const CutRange *range = &g_array_index (ranges, CutRange, i);
        joint += range->start - from + (range->with ? strlen (range->with) : 0);
        from = range->end;
        if (joint >= place)
            return range->start;
    }
    return from;
}

static GBytes *
cut_identity (const Part *part, bool last, const GArray *ranges, GError **error)
{
    size_t length = 0, kept = 0, line = 0;
    const char *data = g_bytes_get_data (part->leaf.content, &length);
    size_t longest = longest_line (data, length, &line);
    g_autoptr (GBytes) bytes = cut_decoded (part->leaf.content, ranges);
    const char *out = g_bytes_get_data (bytes, &kept);

    /* RFC 5322 2.1.1. A line that was too long before may stay so. */
    if (longest_line (out, kept, &line) > MAX (longest, LIMIT_LINE + 1))
        return fail (error, part, range_at (ranges, line),
                     "the edit leaves a line that is too long");
    if (last && length > 0 && data[length - 1] == '\n' && kept > 0 && out[kept - 1] != '\n')
        return fail (error, part, length, "the cut leaves a last line without its end");
    return g_steal_pointer (&bytes);
}

/* The width of the encoded lines: that of the first of several. */
static size_t
base64_width (const char *data, size_t length)
{
    const char *newline = memchr (data, '\r', length);

    if (!newline || newline == data)
        return ENCODED_LINE;
    return MIN ((size_t)(newline - data), LIMIT_LINE);
}

/* Digits as lines, going on in a line that already holds some. */
static void
append_wrapped (GString *out, const char *digits, size_t column, size_t width)
{
    for (size_t i = 0; digits[i]; i++) {
        if (column >= width) {
            g_string_append (out, "\r\n");
            column = 0;
        }
        g_string_append_c (out, digits[i]);
        column++;
    }
}

static GBytes *
cut_base64 (const Part *part, const char *data, size_t length, const GArray *ranges)
{
    g_autoptr (GString) out = g_string_sized_new (length);
    g_autoptr (GBytes) decoded = cut_decoded (part->leaf.content, ranges);
    size_t size = 0, column = 0, kept = 0, tail = length;
    const guchar *bytes = g_bytes_get_data (decoded, &size);
    size_t groups = g_array_index (ranges, CutRange, 0).start / 3;

    for (size_t digits = 0; kept < length && digits < groups * 4; kept++) {
        bool line_end = g_ascii_isspace (data[kept]);
        digits += !line_end;
        column = line_end ? 0 : column + 1;
    }
    while (tail > kept && g_ascii_isspace (data[tail - 1]))
        tail--;
    g_string_append_len (out, data, (gssize)kept);
    g_autofree char *digits = g_base64_encode (bytes + groups * 3, size - groups * 3);
    append_wrapped (out, digits, column, base64_width (data, length));
    g_string_append_len (out, data + tail, (gssize)(length - tail));
    return g_string_free_to_bytes (g_steal_pointer (&out));
}

GBytes *
cut_encoded (const Part *part, GBytes *message, const GArray *ranges, GError **error)
{
    const Leaf *leaf = &part->leaf;
    size_t size = 0;
    const char *data = (const char *)g_bytes_get_data (message, &size) + leaf->start;

    if (!cut_keeps_characters (part, ranges))
        return fail (error, part, g_array_index (ranges, CutRange, 0).start,
                     "the edit splits or joins characters");
    switch (leaf->encoding) {
    case ENCODING_IDENTITY:
        return cut_identity (part, leaf->end == size, ranges, error);
    case ENCODING_QUOTED_PRINTABLE:
        return cut_quoted (part, data, leaf->end - leaf->start, ranges, error);
    case ENCODING_BASE64:
        return cut_base64 (part, data, leaf->end - leaf->start, ranges);
    case ENCODING_OTHER:
        return fail (error, part, 0, "its transfer encoding is not known");
    }
    g_assert_not_reached ();
}
