/* SPDX-License-Identifier: BSD-2-Clause */

/* The copy without pages: what goes, and why it may not. */

#include "text_only.h"

#include <string.h>

#include "licet/error.h"

static bool
fail (GError **error, const char *what)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "%s", what);
    return false;
}

char *
text_only_describe (const Message *message, const Block *block)
{
    const Leaf *leaf = message_leaf (message, block->leaf);

    return g_strdup_printf ("%s %s, %s", leaf->type, leaf->path, block_words (block));
}

/* The plain text that a reader may choose in place of the page; -1 when there is none. */
static int
find_text (const Message *message, unsigned page)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        if (leaf->kind == LEAF_PLAIN && !leaf->locked &&
            message_is_alternative (message, i, page))
            return (int)i;
    }
    return -1;
}

/* All other alternatives are forms of the page; but an invitation is none. */
static bool
is_form_of_page (const Message *message, unsigned text, unsigned leaf)
{
    return message_is_alternative (message, text, leaf) &&
           strcmp (message_leaf (message, leaf)->type, "text/calendar") != 0;
}

static void
add_references (const Message *message, unsigned leaf, GHashTable *ids)
{
    g_autoptr (GPtrArray) references = message_part_references (message, leaf);

    for (unsigned i = 0; i < references->len; i++)
        g_hash_table_add (ids, g_strdup (((PartReference *)references->pdata[i])->id));
}

/* By leaf: what goes. */
static bool *
list_dropped (const Message *message, unsigned text)
{
    bool *dropped = g_new0 (bool, message_leaf_count (message));
    g_autoptr (GHashTable) shown =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        dropped[i] = is_form_of_page (message, text, i);
        if (dropped[i])
            add_references (message, i, shown);
    }
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        if (leaf->kind == LEAF_OTHER && leaf->content_id &&
            g_hash_table_contains (shown, leaf->content_id))
            dropped[i] = true;
    }
    return dropped;
}

static bool
has_own_block (const Classification *classification, unsigned leaf)
{
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (block->leaf == leaf && strcmp (block->how, "marked") == 0)
            return true;
    }
    return false;
}

/* The blocks of the page lead to those of the text; when they cannot be told, the text must have
 * marks of its own. */
static bool
check_text (const Message *message, const Classification *classification, unsigned text,
            const bool *dropped, GError **error)
{
    if (classification->blocks->len == 0)
        return fail (error, "no promotional block is known in it");
    if (classification->problem && !has_own_block (classification, text))
        return fail (error, "no promotional block is marked in it");
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        if (!dropped[i] && (leaf->kind == LEAF_HTML || leaf->kind == LEAF_AMP))
            return fail (error, "there is another page beside it");
    }
    return true;
}

static void
add_edits (const Message *message, const Classification *classification, const bool *dropped,
           const char *rule, GPtrArray *edits)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        g_autofree char *where = g_strdup_printf ("%s %s", leaf->type, leaf->path);
        if (dropped[i])
            g_ptr_array_add (
                edits, edit_drop_new ("text-only", i, leaf->end - leaf->start, where, rule));
    }
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        g_autofree char *where = text_only_describe (message, block);
        if (!dropped[block->leaf])
            g_ptr_array_add (edits, edit_cut_new ("strip", block->leaf, block->start,
                                                  block->end, where, rule));
    }
}

bool
text_only_edits (const Message *message, const Classification *classification, const char *rule,
                 GPtrArray *edits, GError **error)
{
    int page = message_main_leaf (message);

    if (page < 0 || message_leaf (message, (unsigned)page)->kind != LEAF_HTML)
        return fail (error, "there is no page to leave out");
    int text = find_text (message, (unsigned)page);
    if (text < 0)
        return fail (error, "there is no text/plain alternative");
    g_autofree bool *dropped = list_dropped (message, (unsigned)text);
    if (!check_text (message, classification, (unsigned)text, dropped, error))
        return false;
    add_edits (message, classification, dropped, rule, edits);
    return true;
}
