/* SPDX-License-Identifier: BSD-2-Clause */

/* Life and death of a leaf and its links. */

#include "part.h"

static void
free_link (void *data)
{
    Link *link = data;

    g_free (link->target);
    g_free (link->text);
    g_free (link);
}

Part *
part_new (void)
{
    Part *part = g_new0 (Part, 1);

    part->leaf.kind = LEAF_OTHER;
    part->leaf.links = g_ptr_array_new_with_free_func (free_link);
    part->runs = g_array_new (FALSE, FALSE, sizeof (TextRun));
    return part;
}

void
part_free (Part *part)
{
    Leaf *leaf = &part->leaf;

    g_free (leaf->path);
    g_free (leaf->type);
    g_free (leaf->charset);
    g_free (leaf->filename);
    g_free (leaf->content_id);
    g_clear_pointer (&leaf->content, g_bytes_unref);
    g_free (leaf->text);
    g_ptr_array_unref (leaf->links);
    g_free (leaf->locked);
    g_free (part->content_type);
    g_free (part->disposition);
    g_clear_pointer (&part->source, g_bytes_unref);
    g_array_unref (part->runs);
    g_clear_pointer (&part->elements, g_array_unref);
    g_clear_pointer (&part->names, g_string_chunk_free);
    g_clear_pointer (&part->notes, g_array_unref);
    if (part->notes_text)
        g_string_free (part->notes_text, TRUE);
    g_free (part);
}
