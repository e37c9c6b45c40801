/* SPDX-License-Identifier: BSD-2-Clause */

/* What the log keeps of the text itself: names made of hashes. */

#include <string.h>

#include "licet/rewrite.h"

enum { TEMPLATE_DIGITS = 16 };

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

char *
rewrite_template (const Message *message)
{
    int main_leaf = message_main_leaf (message);
    unsigned leaf = main_leaf < 0 ? 0 : (unsigned)main_leaf;
    unsigned count = main_leaf < 0 ? 0 : message_element_count (message, leaf);
    g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

    if (count == 0)
        return NULL;
    for (unsigned i = 0; i < count; i++) {
        const char *name = message_element (message, leaf, i)->name;
        g_checksum_update (checksum, (const guchar *)name, (gssize)strlen (name) + 1);
    }
    return g_strndup (g_checksum_get_string (checksum), TEMPLATE_DIGITS);
}
