/* SPDX-License-Identifier: BSD-2-Clause */

#include "mix.h"

#include <string.h>

/* A part with less text than this before its first block begins with it. */
enum { LEAST_BEFORE = 20 };

char *
mix_outside (const Classification *classification, const Message *message, unsigned leaf,
             size_t *ret_inside)
{
    g_autoptr (GString) outside = g_string_new (NULL);
    size_t at = 0;

    *ret_inside = 0;
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (block->leaf != leaf)
            continue;
        g_autofree char *before = message_visible_text (message, leaf, at, block->start);
        g_autofree char *inside =
            message_visible_text (message, leaf, block->inner_start, block->inner_end);
        g_string_append_printf (outside, "%s\n", before);
        *ret_inside += strlen (inside);
        at = block->end;
    }
    g_autofree char *rest = message_visible_text (
        message, leaf, at, g_bytes_get_size (message_leaf (message, leaf)->content));
    g_string_append (outside, rest);
    return g_string_free (g_steal_pointer (&outside), FALSE);
}

bool
mix_has_block (const Classification *classification, unsigned leaf)
{
    for (unsigned i = 0; i < classification->blocks->len; i++)
        if (((const Block *)g_ptr_array_index (classification->blocks, i))->leaf == leaf)
            return true;
    return false;
}

static bool
begins_with_block (const Classification *classification, const Message *message, unsigned leaf)
{
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (block->leaf != leaf)
            continue;
        g_autofree char *before = message_visible_text (message, leaf, 0, block->start);
        return strlen (before) < LEAST_BEFORE;
    }
    return false;
}

void
mix_measure (Classification *classification, const Message *message)
{
    classification->order = ORDER_TRANSACTION_FIRST;
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        size_t inside = 0;
        if (message_leaf (message, i)->kind == LEAF_OTHER || !mix_has_block (classification, i))
            continue;
        g_autofree char *outside = mix_outside (classification, message, i, &inside);
        double share = (double)inside / (double)MAX (inside + strlen (outside), 1);
        classification->promo_share = MAX (classification->promo_share, share);
        if (begins_with_block (classification, message, i))
            classification->order = ORDER_PROMOTION_FIRST;
    }
}
