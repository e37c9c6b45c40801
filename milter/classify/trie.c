/* SPDX-License-Identifier: BSD-2-Clause */

#include "trie.h"

/* Terms that have all bytes up to a depth in common. Where all are the same text there are no
 * children, and the rest of the text is compared. */
typedef struct {
    guint32 first, here, end; /* the keys, of which those up to `here` end at this depth */
    guint32 depth;
    guint32 child; /* the first one; they stand side by side */
    guint16 children;
    guint8 byte; /* that leads here */
} TrieNode;

static const TrieKey *
key_at (const Trie *trie, guint32 i)
{
    return g_ptr_array_index (trie->keys, i);
}

static const TrieNode *
node_at (const Trie *trie, guint32 i)
{
    return &g_array_index (trie->nodes, TrieNode, i);
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
    return strcmp ((*(const TrieKey *const *)a)->text, (*(const TrieKey *const *)b)->text);
}

static void
add_node (Trie *trie, guint32 first, guint32 end, guint32 depth)
{
    TrieNode node = { .first = first, .here = first, .end = end, .depth = depth };

    node.byte = (guint8)key_at (trie, first)->text[depth - 1];
    g_array_append_val (trie->nodes, node);
}

/* Adds a node for each group of keys that have the same byte before a depth. */
static void
add_groups (Trie *trie, guint32 first, guint32 end, guint32 depth)
{
    for (guint32 i = first; i < end; i++)
        if (i + 1 == end ||
            strncmp (key_at (trie, i)->text, key_at (trie, i + 1)->text, depth) != 0) {
            add_node (trie, first, i + 1, depth);
            first = i + 1;
        }
}

static void
split_node (Trie *trie, guint32 number)
{
    TrieNode node = *node_at (trie, number);

    if (strcmp (key_at (trie, node.first)->text, key_at (trie, node.end - 1)->text) == 0)
        return;
    while (key_at (trie, node.here)->length == node.depth)
        node.here++;
    node.child = trie->nodes->len;
    add_groups (trie, node.here, node.end, node.depth + 1);
    node.children = (guint16)(trie->nodes->len - node.child);
    g_array_index (trie->nodes, TrieNode, number) = node;
}

static void
add_begin (Trie *trie, const TrieKey *key)
{
    trie->first[(guchar)*key->text] = true;
    pairs_add (&trie->pairs, key->text);
    if (key->length < sizeof (guint32))
        pairs_add (&trie->brief, key->text);
    else
        trie->fours[trie_four (key->text)] = true;
}

Trie *
trie_new (GPtrArray *keys)
{
    Trie *trie = g_new0 (Trie, 1);
    unsigned pairs = 0;

    trie->keys = keys;
    trie->nodes = g_array_new (FALSE, FALSE, sizeof (TrieNode));
    g_ptr_array_sort (keys, compare_keys);
    for (guint32 i = 0; i < keys->len; i++)
        add_begin (trie, key_at (trie, i));
    for (unsigned byte = 1; byte < 0x80; byte++) {
        trie->within[byte] = g_ascii_isalnum ((char)byte) && !trie->first[byte];
        trie->between[byte] = !g_ascii_isalnum ((char)byte) && !trie->first[byte];
    }
    for (unsigned word = 0; word < G_N_ELEMENTS (trie->before); word++) {
        trie->before[word] = (guint16)pairs;
        pairs += (unsigned)__builtin_popcountll (trie->pairs.bits[word]);
    }
    add_groups (trie, 0, keys->len, 2);
    for (guint32 i = 0; i < trie->nodes->len; i++)
        split_node (trie, i);
    return trie;
}

void
trie_free (Trie *trie)
{
    if (!trie)
        return;
    g_ptr_array_unref (trie->keys);
    g_array_unref (trie->nodes);
    g_free (trie);
}

/* The node of a pair of the set. */
static const TrieNode *
first_node (const Trie *trie, const char *text)
{
    unsigned key = pairs_key (text);
    guint64 lower = trie->pairs.bits[key / 64] & ((G_GUINT64_CONSTANT (1) << (key % 64)) - 1);

    return node_at (trie, trie->before[key / 64] + (guint32)__builtin_popcountll (lower));
}

static const TrieNode *
child_of (const Trie *trie, const TrieNode *node, char byte)
{
    const TrieNode *child = node_at (trie, node->child), *end = child + node->children;

    while (child < end && child->byte < (guint8)byte)
        child++;
    return child < end && child->byte == (guint8)byte ? child : NULL;
}

/* Most differ in the next byte, before a call would pay. */
static bool
begins_with (const char *at, const char *rest)
{
    while (*rest && *at == *rest) {
        at++;
        rest++;
    }
    return !*rest;
}

void
trie_find (const Trie *trie, const char *at, void (*found) (const TrieKey *key, gpointer data),
           gpointer data)
{
    const TrieNode *node = first_node (trie, at);

    for (; node && node->children > 0; node = child_of (trie, node, at[node->depth]))
        for (guint32 i = node->first; i < node->here; i++)
            found (key_at (trie, i), data);
    if (!node ||
        !begins_with (at + node->depth, key_at (trie, node->first)->text + node->depth))
        return;
    for (guint32 i = node->first; i < node->end; i++)
        found (key_at (trie, i), data);
}
