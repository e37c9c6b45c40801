/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A mark that has no effect is worse than none: the sender relies on it, and the promotion goes
 * to everybody. So whatever text mentions a mark outside the blocks that were found is a problem
 * of the message, in whatever kind of part, spelling or character set it stands.
 */

#include "strays.h"

#include <string.h>

#include "coding.h"

static bool
may_hold_text (const char *type)
{
    return g_str_has_prefix (type, "text/") || g_str_has_prefix (type, "message/") ||
           strstr (type, "html") || strstr (type, "xml");
}

/* How far the name "licet" is to be moved on when its last letter would be this one: to its own place of
 * it, or past it (Horspool). */
static size_t
name_step (char last)
{
    static const unsigned char nearer[256] = {
        /* than past it */
        ['t'] = 5, ['T'] = 5, ['e'] = 4, ['E'] = 4, ['c'] = 3,
        ['C'] = 3, ['i'] = 2, ['I'] = 2, ['l'] = 1, ['L'] = 1,
    };

    return (size_t)5 - nearer[(unsigned char)last];
}

size_t
strays_next_name (const char *data, size_t length, size_t from)
{
    static const char name[] = "licet";
    size_t size = strlen (name);

    while (from + size <= length) {
        size_t step = name_step (data[from + size - 1]);
        if (step == 0 && g_ascii_strncasecmp (data + from, name, size) == 0)
            return from;
        from += MAX (step, 1);
    }
    return length;
}

/* Whether a mark stands around the name at a place, and where. */
static bool
is_mark (const char *data, size_t length, size_t at, bool attribute, size_t *ret_start)
{
    static const char before[] = "data-", behind[] = ":promotional";
    size_t size = strlen ("licet");

    *ret_start = attribute ? at - strlen (before) : at;
    if (attribute)
        return at >= strlen (before) &&
               g_ascii_strncasecmp (data + *ret_start, before, strlen (before)) == 0;
    return length - at >= size + strlen (behind) &&
           g_ascii_strncasecmp (data + at + size, behind, strlen (behind)) == 0;
}

static bool
is_in_block (const GArray *blocks, unsigned leaf, size_t offset)
{
    for (unsigned i = 0; i < blocks->len; i++) {
        const MarkedBlock *block = &g_array_index (blocks, MarkedBlock, i);
        if (block->leaf == leaf && offset >= block->start && offset < block->end)
            return true;
    }
    return false;
}

/* UTF-16 and UTF-32 spell ASCII with NUL bytes between, whatever the label says. */
static GByteArray *
without_nuls (const char *data, size_t length)
{
    GByteArray *text = g_byte_array_sized_new ((unsigned)length);

    for (size_t i = 0; i < length; i++)
        if (data[i])
            g_byte_array_append (text, (const guint8 *)data + i, 1);
    return text;
}

static bool
find_stray (const char *data, size_t length, const GArray *blocks, unsigned leaf,
            size_t *ret_offset)
{
    for (size_t at = strays_next_name (data, length, 0); at < length;
         at = strays_next_name (data, length, at + 1))
        for (unsigned attribute = 2; attribute-- > 0;)
            if (is_mark (data, length, at, attribute, ret_offset) &&
                !(blocks && is_in_block (blocks, leaf, *ret_offset)))
                return true;
    return false;
}

/* Why none could have an effect there, or NULL. */
static const char *
explain (const Leaf *leaf)
{
    if (leaf->locked)
        return leaf->locked;
    return leaf->kind == LEAF_OTHER ? "it is no text, HTML or AMP of the mail itself" : NULL;
}

char *
strays_find (GBytes *bytes, const Part *part, unsigned i, const GArray *blocks)
{
    const Leaf *leaf = &part->leaf;
    CodingVerdict verdict = CODING_STRICT;
    size_t length = 0, offset = 0;

    if (!may_hold_text (leaf->type))
        return NULL;
    g_autoptr (GBytes) decoded =
        leaf->content ? g_bytes_ref (leaf->content)
                      : coding_decode (leaf->encoding, bytes, leaf->start, leaf->end, &verdict);
    const char *data = g_bytes_get_data (decoded, &length);
    bool stray = find_stray (data, length, blocks, i, &offset);
    if (!stray && length > 0 && memchr (data, '\0', length)) {
        g_autoptr (GByteArray) text = without_nuls (data, length);
        stray = find_stray ((const char *)text->data, text->len, NULL, i, &offset);
    }
    if (!stray)
        return NULL;
    const char *why = explain (leaf);
    return g_strdup_printf ("part %s, byte %zu: a mark where it has no effect%s%s",
                            leaf->path, offset, why ? ": " : "", why ? why : "");
}
