/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a message: each marked block cut on its own, then all of each leaf. */

#include <stdint.h>

#include "check.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Nothing is left of the marks of a leaf when all its blocks are gone. Marks that do not pair are a
 * problem, with which nothing is cut: without the others around it one of them may pair. */
static void
cut_leaf (const Message *message, unsigned leaf)
{
    const GArray *blocks = message_marked_blocks (message);
    g_autoptr (GPtrArray) edits = g_ptr_array_new_full (1, (GDestroyNotify)edit_free);

    for (unsigned i = 0; i < blocks->len; i++) {
        const MarkedBlock *block = &g_array_index (blocks, MarkedBlock, i);
        if (block->leaf == leaf)
            g_ptr_array_add (edits,
                             edit_cut_new ("strip", leaf, block->start, block->end, "", ""));
    }
    if (edits->len == 0)
        return;
    g_autoptr (GBytes) result = check_edits (message, leaf, edits);
    bool whole = result && !message_mark_problem (message);
    g_autoptr (Message) now = whole ? message_parse (result, NULL) : NULL;
    const GArray *left = now ? message_marked_blocks (now) : NULL;
    for (unsigned i = 0; left && i < left->len; i++)
        g_assert_cmpuint (g_array_index (left, MarkedBlock, i).leaf, !=, leaf);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    g_autoptr (GBytes) bytes = g_bytes_new (data, size);
    g_autoptr (Message) message = message_parse (bytes, NULL);

    if (!message)
        return 0;
    check_unedited (message);
    const GArray *blocks = message_marked_blocks (message);
    for (unsigned i = 0; i < blocks->len; i++) {
        const MarkedBlock *block = &g_array_index (blocks, MarkedBlock, i);
        g_autoptr (GBytes) result = check_cut (message, block->leaf, block->start, block->end);
    }
    for (unsigned i = 0; i < message_leaf_count (message); i++)
        cut_leaf (message, i);
    return 0;
}
