/* SPDX-License-Identifier: BSD-2-Clause */

#include "squeeze.h"

#include <string.h>

/* LONGEST: in bytes; the names of references, which have 32, are within KEPT_HEAD. */
enum { LONGEST = 16 * 1024, KEPT_HEAD = 1024, KEPT_TAIL = 64 };

typedef struct {
    size_t at;     /* of the squeezed page, where it goes on behind what was dropped */
    size_t length; /* by how much it is shorter */
} Drop;

static size_t
word_end (const char *data, size_t length, size_t at)
{
    while (at < length && g_ascii_isalnum (data[at]))
        at++;
    return at;
}

/* The next word that is too long and that no range meets; false when there is none. */
static bool
find_word (const char *data, size_t length, const GArray *ranges, size_t from,
           size_t *ret_start, size_t *ret_end)
{
    for (size_t at = from, end; at < length; at = end + 1) {
        bool touched = false;
        end = word_end (data, length, at);
        if (end - at <= LONGEST)
            continue;
        cut_covers (ranges, at, end, &touched);
        if (touched)
            continue;
        *ret_start = at;
        *ret_end = end;
        return true;
    }
    return false;
}

static void
append_word (GString *out, const char *word, size_t length, GArray *drops)
{
    const char *middle = word + KEPT_HEAD;
    size_t dropped = length - KEPT_HEAD - KEPT_TAIL;
    g_autofree char *hash =
        g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)middle, dropped);

    g_string_append_len (out, word, KEPT_HEAD);
    g_string_append (out, hash);
    Drop drop = { out->len, dropped - strlen (hash) };
    g_array_append_val (drops, drop);
    g_string_append_len (out, word + length - KEPT_TAIL, KEPT_TAIL);
}

/* By how much the squeezed page is shorter before a place of the page. */
static size_t
dropped_before (const GArray *drops, size_t place)
{
    size_t sum = 0;

    for (unsigned i = 0; i < drops->len; i++) {
        const Drop *drop = &g_array_index (drops, Drop, i);
        if (drop->at + sum + drop->length > place)
            break;
        sum += drop->length;
    }
    return sum;
}

static GArray *
move_ranges (const GArray *ranges, const GArray *drops)
{
    GArray *moved = g_array_sized_new (FALSE, FALSE, sizeof (CutRange), ranges->len);

    for (unsigned i = 0; i < ranges->len; i++) {
        CutRange range = g_array_index (ranges, CutRange, i);
        range.start -= dropped_before (drops, range.start);
        range.end -= dropped_before (drops, range.end);
        g_array_append_val (moved, range);
    }
    return moved;
}

static bool
is_result (GBytes *before, const GArray *ranges, GBytes *after)
{
    g_autoptr (GBytes) result = cut_decoded (before, ranges);

    return g_bytes_equal (result, after);
}

Squeezed *
squeeze_new (GBytes *before, const GArray *ranges, GBytes *after)
{
    Squeezed *squeezed = g_new0 (Squeezed, 1);
    size_t length = 0, at = 0, start = 0, end = 0;
    const char *data = g_bytes_get_data (before, &length);

    squeezed->drops = g_array_new (FALSE, FALSE, sizeof (Drop));
    if (!find_word (data, length, ranges, 0, &start, &end) ||
        !is_result (before, ranges, after)) {
        squeezed->before = g_bytes_ref (before);
        squeezed->after = g_bytes_ref (after);
        squeezed->ranges = g_array_ref ((GArray *)ranges);
        return squeezed;
    }
    GString *out = g_string_new (NULL);
    do {
        g_string_append_len (out, data + at, (gssize)(start - at));
        append_word (out, data + start, end - start, squeezed->drops);
        at = end;
    } while (find_word (data, length, ranges, at, &start, &end));
    g_string_append_len (out, data + at, (gssize)(length - at));
    squeezed->before = g_string_free_to_bytes (out);
    squeezed->ranges = move_ranges (ranges, squeezed->drops);
    squeezed->after = cut_decoded (squeezed->before, squeezed->ranges);
    return squeezed;
}

void
squeeze_free (Squeezed *squeezed)
{
    g_bytes_unref (squeezed->before);
    g_bytes_unref (squeezed->after);
    g_array_unref (squeezed->ranges);
    g_array_unref (squeezed->drops);
    g_free (squeezed);
}

size_t
squeeze_place (const Squeezed *squeezed, size_t offset)
{
    size_t sum = 0;

    for (unsigned i = 0; i < squeezed->drops->len; i++) {
        const Drop *drop = &g_array_index (squeezed->drops, Drop, i);
        sum += drop->at <= offset ? drop->length : 0;
    }
    return offset + sum;
}
