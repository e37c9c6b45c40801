/* SPDX-License-Identifier: BSD-2-Clause */

/* What the log keeps of the text itself: names made of hashes. */

#include "licet/rewrite.h"

static char *
hash_range (GBytes *bytes, size_t start, size_t end)
{
    size_t length = 0;
    const unsigned char *data = g_bytes_get_data (bytes, &length);

    end = MIN (end, length);
    return start > end
               ? NULL
               : g_compute_checksum_for_data (G_CHECKSUM_SHA256, data + start, end - start);
}

void
rewrite_name_removed (const Message *message, const Variant *variant)
{
    for (unsigned i = 0; i < variant->edits->len; i++) {
        Edit *edit = g_ptr_array_index (variant->edits, i);
        if (!edit_is_of_body (edit) || edit->removed_hash)
            continue;
        const Leaf *leaf = message_leaf (message, edit->leaf);
        if (edit->kind == EDIT_DROP)
            edit->removed_hash = hash_range (message_bytes (message), leaf->start, leaf->end);
        else if (leaf->content)
            edit->removed_hash = hash_range (leaf->content, edit->start, edit->end);
    }
}
