/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Insertions. A character that stays is written again with the text beside it, so that cuts and
 * insertions go through the same encoders and the same proofs.
 */

#include "insert.h"

#include <string.h>

#include "charset.h"

static bool
fail (const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
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

static bool
is_plain (char byte)
{
    return (byte >= ' ' && byte < 0x7f) || byte == '\t';
}

static bool
is_line_end (const char *at)
{
    return at[0] == '\r' && at[1] == '\n';
}

static bool
hold_after (const char *data, size_t length, size_t at, CutRange *ret_hold)
{
    bool line_end = at + 1 < length && is_line_end (data + at);

    *ret_hold = (CutRange){ at, at + (line_end ? 2 : 1), NULL };
    return line_end || is_plain (data[at]);
}

/* At the end of a part there may be no line end, and the last letter need not be ASCII. */
static bool
hold_before (const Leaf *leaf, const char *data, size_t length, CutRange *ret_hold)
{
    size_t start = length - 1;
    bool utf8 = charset_is_utf8 (leaf->charset);

    if (length >= 2 && is_line_end (data + length - 2))
        start = length - 2;
    while (utf8 && start > 0 && length - start < 4 && ((guchar)data[start] & 0xc0) == 0x80)
        start--;
    *ret_hold = (CutRange){ start, length, NULL };
    if (data[start] & 0x80)
        return leaf->kind == LEAF_PLAIN &&
               (utf8 ? g_utf8_validate (data + start, (gssize)(length - start), NULL)
                     : charset_is_single (leaf->charset));
    return length - start == 2 || is_plain (data[start]);
}

/* The character after the place, or before it at the end; false when there is none of a known
 * form. */
static bool
find_hold (const Leaf *leaf, size_t at, CutRange *ret_hold)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (leaf->content, &length);

    if (length == 0 || at > length)
        return false;
    return at < length ? hold_after (data, length, at, ret_hold)
                       : hold_before (leaf, data, length, ret_hold);
}

bool
insert_prepare (const Leaf *leaf, size_t at, const char *text, Insertion *ret_insertion,
                const char **ret_why)
{
    CutRange hold = { 0, 0, NULL };

    if (!text || !is_sound_text (text))
        return fail (ret_why, "an insertion that is no text");
    if (!recode_plan (leaf, text, &ret_insertion->recode, ret_why))
        return false;
    if (!find_hold (leaf, at, &hold))
        return fail (ret_why, "there is no place for an insertion");
    const char *data = g_bytes_get_data (leaf->content, NULL);
    const Recode *recode = &ret_insertion->recode;
    g_autofree char *held =
        recode_held (leaf, recode, data + hold.start, hold.end - hold.start);
    g_autofree char *own = recode_text (leaf, recode, text);
    ret_insertion->text = text;
    ret_insertion->at = at;
    ret_insertion->with =
        at == hold.start ? g_strconcat (own, held, NULL) : g_strconcat (held, own, NULL);
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
