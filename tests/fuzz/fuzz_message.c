/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a message, then a cut of each marked block on its own. */

#include <stdint.h>

#include "licet/message.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

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
    }
    return 0;
}
