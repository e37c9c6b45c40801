/* SPDX-License-Identifier: BSD-2-Clause */

/* What goes with a promotional block: its twin, its preheader, its pictures. */

#include "companions.h"

#include <string.h>

#include "hidden.h"
#include "pieces.h"
#include "runs.h"
#include "twin.h"

/* Words of the name of a picture, if it is to be found for itself. */
enum { LEAST_NAME = 2 };

static const Block *
block_at (const GPtrArray *blocks, unsigned i)
{
    return g_ptr_array_index (blocks, i);
}

static bool
has_block (const GPtrArray *blocks, unsigned leaf)
{
    for (unsigned i = 0; i < blocks->len; i++)
        if (block_at (blocks, i)->leaf == leaf)
            return true;
    return false;
}

/* Whether a range meets a block. Blocks are in order and apart. */
static bool
meets_block (const GPtrArray *blocks, unsigned leaf, size_t start, size_t end)
{
    unsigned low = 0, high = blocks->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const Block *block = block_at (blocks, middle);
        if (block->leaf < leaf || (block->leaf == leaf && block->end <= start))
            low = middle + 1;
        else
            high = middle;
    }
    return low < blocks->len && block_at (blocks, low)->leaf == leaf &&
           block_at (blocks, low)->start < end;
}

/* The words in the blocks of the leaves that have some, and those around them. */
static void
split_words (const Message *message, const GPtrArray *blocks, GArray *inside, GArray *outside)
{
    for (unsigned i = 0; i < blocks->len; i++) {
        const Block *block = block_at (blocks, i);
        bool first = i == 0 || block_at (blocks, i - 1)->leaf != block->leaf;
        bool last = i + 1 == blocks->len || block_at (blocks, i + 1)->leaf != block->leaf;
        size_t from = first ? 0 : block_at (blocks, i - 1)->end;
        runs_add_range (outside, message, block->leaf, from, block->start, 0);
        runs_add_range (inside, message, block->leaf, block->inner_start, block->inner_end, 0);
        if (last)
            runs_add_range (outside, message, block->leaf, block->end, G_MAXSIZE, 0);
    }
}

/* Whether a picture's name says something that is not said outside of the blocks: a logo has the
 * name of the shop, which stands under every letter. */
static bool
is_telling (const GArray *words, unsigned from, const GArray *others)
{
    for (unsigned i = from; i < words->len; i++)
        if (words->len - from >= LEAST_NAME &&
            !runs_has (others, g_array_index (words, RunWord, i).hash))
            return true;
    return false;
}

/* A picture has no text, but its name is what a text alternative has in its place. */
static void
add_names (const Message *message, const GPtrArray *blocks, bool wanted, GArray *words,
           const GArray *others, GArray *phrases)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        g_autoptr (GPtrArray) names = NULL;
        if (has_block (blocks, i))
            names = message_descriptions (message, i);
        for (unsigned n = 0; names && n < names->len; n++) {
            const Reading *name = g_ptr_array_index (names, n);
            unsigned begins = words->len;
            if (meets_block (blocks, i, name->start, name->start + 1) != wanted)
                continue;
            runs_add_words (words, name->text, 0);
            guint64 phrase = runs_whole (words, begins, words->len);
            if (phrases && is_telling (words, begins, others))
                g_array_append_val (phrases, phrase);
        }
    }
}

/* The start page of a shop is no offer, wherever it is linked. */
static bool
has_path (const char *address)
{
    const char *host = strstr (address, "://");
    const char *path = host ? strpbrk (host + 3, "/?#") : address;

    return path && path[0] && path[1];
}

/* Where only the blocks lead, and where the rest does. */
static void
collect_addresses (Sought *sought, const Message *message, const GPtrArray *blocks)
{
    GHashTable *inside = g_hash_table_new (g_str_hash, g_str_equal);
    GHashTable *outside = g_hash_table_new (g_str_hash, g_str_equal);
    GHashTableIter iter;
    void *target = NULL;

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const GPtrArray *links = message_leaf (message, i)->links;
        for (unsigned n = 0; has_block (blocks, i) && n < links->len; n++) {
            const Link *link = g_ptr_array_index (links, n);
            bool in = meets_block (blocks, i, link->start, link->start + 1);
            if (!in || has_path (link->target))
                g_hash_table_add (in ? inside : outside, link->target);
        }
    }
    g_hash_table_iter_init (&iter, outside);
    while (g_hash_table_iter_next (&iter, &target, NULL))
        g_hash_table_remove (inside, target);
    sought->addresses = inside;
    sought->elsewhere = outside;
}

/* A text of three words and more is told apart by its runs, a shorter one is looked for. */
static bool
is_said (const GArray *words, unsigned from, const GArray *outside, const GArray *other_runs)
{
    unsigned count = words->len - from;
    guint64 phrase = runs_whole (words, from, words->len);

    for (unsigned i = from; i + RUN_WORDS <= words->len; i++)
        if (!runs_has (other_runs, runs_at (words, i)))
            return false;
    for (unsigned i = 0; count < RUN_WORDS && i + count <= outside->len; i++)
        if (runs_whole (outside, i, i + count) == phrase)
            return true;
    return count >= RUN_WORDS;
}

/* The words of each block as one, but of those that the transaction says too. */
static void
add_phrases (Sought *sought, const Message *message, const GPtrArray *blocks,
             const GArray *outside)
{
    for (unsigned i = 0; i < blocks->len; i++) {
        const Block *block = block_at (blocks, i);
        g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (RunWord));
        runs_add_range (words, message, block->leaf, block->inner_start, block->inner_end, 0);
        guint64 phrase = runs_whole (words, 0, words->len);
        if (words->len > 0 && !is_said (words, 0, outside, sought->said))
            g_array_append_val (sought->phrases, phrase);
        pieces_add_stretches (message, block, sought->stretches);
    }
    runs_sort (sought->stretches);
}

static void
sought_init (Sought *sought, const Message *message, const GPtrArray *blocks)
{
    g_autoptr (GArray) inside = g_array_new (FALSE, FALSE, sizeof (RunWord));
    g_autoptr (GArray) outside = g_array_new (FALSE, FALSE, sizeof (RunWord));

    sought->phrases = g_array_new (FALSE, FALSE, sizeof (guint64));
    sought->stretches = g_array_new (FALSE, FALSE, sizeof (guint64));
    split_words (message, blocks, inside, outside);
    add_names (message, blocks, false, outside, NULL, NULL);
    sought->said = runs_of (outside);
    add_phrases (sought, message, blocks, outside);
    g_autoptr (GArray) other_words = runs_single (outside);
    add_names (message, blocks, true, inside, other_words, sought->phrases);
    runs_sort (sought->phrases);
    sought->runs = runs_of (inside);
    sought->words = runs_single (inside);
    runs_subtract (sought->runs, sought->said);
    runs_subtract (sought->words, other_words);
    collect_addresses (sought, message, blocks);
}

static void
sought_clear (Sought *sought)
{
    g_array_unref (sought->runs);
    g_array_unref (sought->phrases);
    g_array_unref (sought->said);
    g_array_unref (sought->stretches);
    g_array_unref (sought->words);
    g_hash_table_unref (sought->addresses);
    g_hash_table_unref (sought->elsewhere);
}

/* Notes the references to parts of the message in one leaf. */
static void
note_references (const Message *message, unsigned leaf, const GPtrArray *blocks,
                 GHashTable *inside, GHashTable *outside)
{
    g_autoptr (GPtrArray) references = message_part_references (message, leaf);

    for (unsigned i = 0; i < references->len; i++) {
        const PartReference *reference = g_ptr_array_index (references, i);
        bool in = meets_block (blocks, leaf, reference->start, reference->start + 1);
        g_hash_table_add (in ? inside : outside, g_strdup (reference->id));
    }
}

/* One that a page may refer to. */
static bool
has_named_part (const Message *message)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++)
        if (message_leaf (message, i)->kind == LEAF_OTHER &&
            message_leaf (message, i)->content_id)
            return true;
    return false;
}

static void
find_orphans (Classification *classification, const Message *message)
{
    g_autoptr (GHashTable) inside =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr (GHashTable) outside =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    if (!has_named_part (message))
        return;
    for (unsigned i = 0; i < message_leaf_count (message); i++)
        if (message_leaf (message, i)->kind != LEAF_OTHER)
            note_references (message, i, classification->blocks, inside, outside);
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        if (leaf->kind == LEAF_OTHER && leaf->content_id &&
            g_hash_table_contains (inside, leaf->content_id) &&
            !g_hash_table_contains (outside, leaf->content_id))
            g_array_append_val (classification->orphans, i);
    }
}

/* Another part that tells of the offer in other words still leads to it: what belongs to the link
 * there is not for us to guess. Or NULL; caller frees. */
static char *
find_left_link (const Message *message, const GPtrArray *blocks, const Sought *sought)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        for (unsigned n = 0; leaf->links && n < leaf->links->len; n++) {
            const Link *link = g_ptr_array_index (leaf->links, n);
            if (g_hash_table_contains (sought->addresses, link->target) &&
                !meets_block (blocks, i, link->start, link->start + 1))
                return g_strdup_printf ("part %s, byte %zu: a link of the promotional block "
                                        "stands here in other words",
                                        leaf->path, link->start);
        }
    }
    return NULL;
}

static void
take_found (GPtrArray *blocks, GPtrArray *found)
{
    g_ptr_array_extend (blocks, found, NULL, NULL);
    g_ptr_array_set_size (found, 0);
    classification_sort_blocks (blocks);
}

/* Those of an earlier call, which knew fewer blocks. */
static void
drop_companions (Classification *classification)
{
    GPtrArray *blocks = classification->blocks;

    for (unsigned i = blocks->len; i-- > 0;)
        if (strcmp (block_at (blocks, i)->how, "twin") == 0 ||
            strcmp (block_at (blocks, i)->how, "preheader") == 0)
            g_ptr_array_remove_index (blocks, i);
    g_array_set_size (classification->orphans, 0);
}

void
companions_find (Classification *classification, const Message *message)
{
    g_autoptr (GPtrArray) found = g_ptr_array_new ();
    GPtrArray *blocks = classification->blocks;
    Sought sought = { 0 };

    drop_companions (classification);
    if (blocks->len == 0)
        return;
    sought_init (&sought, message, blocks);
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        if (message_leaf (message, i)->kind != LEAF_OTHER && !has_block (blocks, i))
            pieces_find (message, i, &sought, "twin", found);
    }
    take_found (blocks, found);
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        char *problem = hidden_find (message, i, &sought, blocks, found);
        if (classification->problem)
            g_free (problem);
        else
            classification->problem = problem;
    }
    take_found (blocks, found);
    find_orphans (classification, message);
    if (!classification->problem)
        classification->problem = twin_find (message, blocks);
    if (!classification->problem)
        classification->problem = find_left_link (message, blocks, &sought);
    sought_clear (&sought);
}
