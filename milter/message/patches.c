/* SPDX-License-Identifier: BSD-2-Clause */

/* Splices of bytes, collected first and made at once. */

#include "patches.h"

#include <string.h>

static void
clear_patch (gpointer data)
{
    g_free (((Patch *)data)->text);
}

GArray *
patches_new (void)
{
    GArray *patches = g_array_new (FALSE, FALSE, sizeof (Patch));

    g_array_set_clear_func (patches, clear_patch);
    return patches;
}

void
patches_add (GArray *patches, size_t start, size_t end, char *text)
{
    Patch patch = { start, end, text };

    g_array_append_val (patches, patch);
}

static int
compare_starts (gconstpointer a, gconstpointer b)
{
    const Patch *first = a, *second = b;

    return (first->start > second->start) - (first->start < second->start);
}

GBytes *
patches_apply (GArray *patches, GBytes *bytes)
{
    size_t length = 0, from = 0;
    const char *data = g_bytes_get_data (bytes, &length);
    GString *out = g_string_sized_new (length + length / 8 + 256);

    g_array_sort (patches, compare_starts); /* stable */
    for (unsigned i = 0; i < patches->len; i++) {
        const Patch *patch = &g_array_index (patches, Patch, i);
        g_assert (patch->start >= from && patch->end >= patch->start && patch->end <= length);
        g_string_append_len (out, data + from, (gssize)(patch->start - from));
        g_string_append (out, patch->text);
        from = patch->end;
    }
    g_string_append_len (out, data + from, (gssize)(length - from));
    return g_string_free_to_bytes (out);
}
