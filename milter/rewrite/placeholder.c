/* SPDX-License-Identifier: BSD-2-Clause */

/* The places that a sending application leaves open for the recipient's token. */

#include "placeholder.h"

#include <string.h>

static const char placeholder[] = "{{licet_token}}";

enum { LENGTH = sizeof placeholder - 1 };

/* Where the next one begins, from an offset on; -1 when there is none. */
static gssize
find_next (GBytes *content, size_t from)
{
    size_t length = 0;
    const char *data = content ? g_bytes_get_data (content, &length) : NULL;
    const char *at =
        data && from < length ? memmem (data + from, length - from, placeholder, LENGTH) : NULL;

    return at ? at - data : -1;
}

/* Attachments are as their author made them. */
static bool
is_open (const Leaf *leaf)
{
    return leaf->kind != LEAF_OTHER && !leaf->attachment;
}

unsigned
rewrite_count_placeholders (const Message *message)
{
    unsigned count = 0;

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        for (gssize at = 0; is_open (leaf) && (at = find_next (leaf->content, (size_t)at)) >= 0;
             at += LENGTH)
            count++;
    }
    for (unsigned i = 0; i < message_field_count (message); i++)
        count += strstr (message_field (message, i)->value, placeholder) != NULL;
    return count;
}

static void
edit_leaf (const Message *message, unsigned number, const char *token, GPtrArray *edits)
{
    const Leaf *leaf = message_leaf (message, number);

    for (gssize at = 0; is_open (leaf) && (at = find_next (leaf->content, (size_t)at)) >= 0;
         at += LENGTH) {
        g_autofree char *where =
            g_strdup_printf ("%s %s, token at %zd", leaf->type, leaf->path, at);
        g_ptr_array_add (edits, edit_replace_new ("token", number, (size_t)at,
                                                  (size_t)at + LENGTH, token, where, NULL));
    }
}

static bool
is_edited (const GPtrArray *edits, unsigned field)
{
    for (unsigned i = 0; i < edits->len; i++) {
        const Edit *edit = g_ptr_array_index (edits, i);
        if ((edit->kind == EDIT_HEADER_REMOVE || edit->kind == EDIT_HEADER_REPLACE) &&
            edit->field == field)
            return true;
    }
    return false;
}

static void
edit_fields (const Message *message, const char *token, GPtrArray *edits)
{
    for (unsigned i = 0; i < message_field_count (message); i++) {
        const HeaderField *field = message_field (message, i);
        if (!strstr (field->value, placeholder) || is_edited (edits, i))
            continue;
        g_auto (GStrv) parts = g_strsplit (field->value, placeholder, -1);
        g_autofree char *value = g_strjoinv (token, parts);
        g_ptr_array_add (
            edits, edit_header_new (EDIT_HEADER_REPLACE, "token", i, field->name, value, NULL));
    }
}

static bool
is_dropped (const GPtrArray *edits, unsigned leaf)
{
    for (unsigned i = 0; i < edits->len; i++) {
        const Edit *edit = g_ptr_array_index (edits, i);
        if (edit->kind == EDIT_DROP && edit->leaf == leaf)
            return true;
    }
    return false;
}

void
placeholder_edit (const Message *message, const Decision *decision, GPtrArray *edits)
{
    const char *token = decision->facts->token;

    if (!token)
        return;
    for (unsigned i = 0; i < message_leaf_count (message); i++)
        if (!is_dropped (edits, i))
            edit_leaf (message, i, token, edits);
    edit_fields (message, token, edits);
}
