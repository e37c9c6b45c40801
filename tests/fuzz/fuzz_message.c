/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a message: without edits it stays what it is, and a cut of each marked block on its
 * own gives a message with the same leaves.
 */

#include <stdint.h>

#include "licet/message.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_same (const Message *message, GBytes *bytes)
{
    g_autoptr (GPtrArray) none = g_ptr_array_new ();
    g_autoptr (GBytes) result = message_render (message, none, NULL);

    g_assert_true (result && g_bytes_equal (result, bytes));
}

static size_t
count_leaves (const Message *message)
{
    size_t count = 0;

    for (unsigned i = 0; i < message_leaf_count (message); i++)
        count += message_leaf (message, i)->kind != LEAF_OTHER;
    return count;
}

static void
check_gone (const Message *message, GBytes *result)
{
    g_autoptr (Message) after = result ? message_parse (result, NULL) : NULL;

    g_assert_true (!result || after);
    if (after)
        g_assert_cmpuint (count_leaves (after), ==, count_leaves (message));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    g_autoptr (GBytes) bytes = g_bytes_new (data, size);
    g_autoptr (Message) message = message_parse (bytes, NULL);
    const GArray *blocks = message ? message_marked_blocks (message) : NULL;

    for (unsigned i = 0; blocks && i < blocks->len; i++) {
        const MarkedBlock *block = &g_array_index (blocks, MarkedBlock, i);
        g_autoptr (GPtrArray) edits = g_ptr_array_new_full (1, (GDestroyNotify)edit_free);
        g_ptr_array_add (edits,
                         edit_cut_new ("", block->leaf, block->start, block->end, "", ""));
        g_autoptr (GBytes) result = message_render (message, edits, NULL);
        check_gone (message, result);
    }
    if (message)
        check_same (message, bytes);
    return 0;
}
