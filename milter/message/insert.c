/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Insertions. A character that stays is written again with the text beside it, so that cuts and
 * insertions go through the same encoders and the same proofs.
 */

#include "insert.h"

#include <string.h>

static bool
fail (const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
}

static bool
has_eighth_bit (GBytes *bytes)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);

    for (size_t i = 0; i < length; i++)
        if (data[i] & 0x80)
            return true;
    return false;
}

/* A leaf of 7bit must not become one of 8bit, and other sets would read other letters. */
static bool
takes_letters (const Leaf *leaf)
{
    bool utf8 = leaf->charset && strcmp (leaf->charset, "utf-8") == 0;

    return leaf->kind == LEAF_PLAIN && utf8 &&
           (leaf->encoding != ENCODING_IDENTITY || has_eighth_bit (leaf->content));
}

static bool
is_sound_text (const char *text)
{
    for (const char *c = text; *c; c++) {
        bool fold = (*c == '\r' && c[1] == '\n') || (*c == '\n' && c > text && c[-1] == '\r');
        if (((guchar)*c < ' ' && !fold) || *c == 0x7f)
            return false;
    }
    return *text && g_utf8_validate (text, -1, NULL);
}

/* The character after the place, or before it at the end, as a range; false when there is none
 * or it is no character of a known form. */
static bool
find_hold (const Leaf *leaf, size_t at, CutRange *ret_hold)
{
    size_t length = 0, start = at, end = at + 1;
    const char *data = g_bytes_get_data (leaf->content, &length);

    if (length == 0 || at > length)
        return false;
    if (at == length) {
        start = at - 1;
        while (start > 0 && at - start < 4 && ((guchar)data[start] & 0xc0) == 0x80)
            start--;
        end = at;
    }
    if (data[start] & 0x80)
        return at == length && takes_letters (leaf) &&
               g_utf8_validate (data + start, (gssize)(end - start), NULL) &&
               (*ret_hold = (CutRange){ start, end, NULL }, true);
    if (data[start] == '\r' && start + 1 < length && data[start + 1] == '\n')
        end = start + 2;
    else if (data[start] == '\n' && start > 0 && data[start - 1] == '\r')
        start--;
    if ((guchar)data[start] < ' ' && data[start] != '\r' && data[start] != '\t')
        return false;
    *ret_hold = (CutRange){ start, end, NULL };
    return start >= at || end == at;
}

bool
insert_prepare (const Leaf *leaf, size_t at, const char *text, Insertion *ret_insertion,
                const char **ret_why)
{
    CutRange hold = { 0, 0, NULL };

    if (!text || !is_sound_text (text))
        return fail (ret_why, "an insertion that is no text");
    if (!g_str_is_ascii (text) && !takes_letters (leaf))
        return fail (ret_why, "the leaf has no room for letters beyond ASCII");
    if (!find_hold (leaf, at, &hold))
        return fail (ret_why, "there is no place for an insertion");
    const char *data = g_bytes_get_data (leaf->content, NULL);
    g_autofree char *held = g_strndup (data + hold.start, hold.end - hold.start);
    ret_insertion->text = text;
    ret_insertion->at = at;
    ret_insertion->with =
        at == hold.start ? g_strconcat (text, held, NULL) : g_strconcat (held, text, NULL);
    ret_insertion->range = hold;
    ret_insertion->range.with = ret_insertion->with;
    return true;
}

void
insert_clear (Insertion *insertion)
{
    g_clear_pointer (&insertion->with, g_free);
}

size_t
insert_place (const Insertion *insertion, const GArray *ranges)
{
    size_t place = insertion->at;

    for (unsigned i = 0; i < ranges->len; i++) {
        const CutRange *range = &g_array_index (ranges, CutRange, i);
        if (range->end > insertion->at)
            break;
        place = place - (range->end - range->start) + (range->with ? strlen (range->with) : 0);
    }
    return place;
}
