/* SPDX-License-Identifier: BSD-2-Clause */

/* Leaving out whole parts of a multipart. */

#include "drop.h"

/* A part that holds a leaf which stays must stay too, and so must all around it. */
static void
keep_leaves (const Structure *structure, const bool *leaves, bool *kept)
{
    for (unsigned i = 0; i < structure->parts->len; i++) {
        const Part *part = g_ptr_array_index (structure->parts, i);
        for (int r = (int)part->range; !leaves[i] && r >= 0 && !kept[r];
             r = g_array_index (structure->ranges, PartRange, r).parent)
            kept[r] = true;
    }
}

/* A multipart without leaves is none of ours to judge: it stays where it is. */
static void
note_leaves (const Structure *structure, bool *holds)
{
    for (unsigned i = 0; i < structure->parts->len; i++) {
        const Part *part = g_ptr_array_index (structure->parts, i);
        for (int r = (int)part->range; r >= 0 && !holds[r];
             r = g_array_index (structure->ranges, PartRange, r).parent)
            holds[r] = true;
    }
}

GArray *
drop_ranges (const Structure *structure, const bool *leaves)
{
    g_autoptr (GArray) drops = g_array_new (FALSE, FALSE, sizeof (PartRange));
    g_autofree bool *kept = g_new0 (bool, structure->ranges->len);
    g_autofree bool *holds = g_new0 (bool, structure->ranges->len);
    size_t from = 0;

    keep_leaves (structure, leaves, kept);
    note_leaves (structure, holds);
    if (!kept[0])
        return NULL;
    for (unsigned r = 1; r < structure->ranges->len; r++) {
        PartRange range = g_array_index (structure->ranges, PartRange, r);
        if (kept[r] || !holds[r] || range.start < from)
            continue;
        g_array_append_val (drops, range);
        from = range.end;
    }
    return g_steal_pointer (&drops);
}
