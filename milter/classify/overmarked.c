/* SPDX-License-Identifier: BSD-2-Clause */

#include "overmarked.h"

#include <string.h>

#include "block_parts.h"

/* "incl. VAT" stands below the price of any product; two such lines are a bill. */
enum { LEAST_TOTALS = 2 };

/* Terms of business without any of offers: one may stand in anything. */
enum { LEAST_BUSINESS = 3 };

/* Whether a piece holds all signs of one set, and promotion says nothing of it. */
static bool
holds (const BlockParts *parts, unsigned piece, BlockSigns wanted)
{
    BlockSigns signs = parts->signs[piece];

    return (signs & wanted) == wanted && !(signs & parts->sets.promotional);
}

static unsigned
count_pieces (const BlockParts *parts, const Block *block, BlockSigns wanted)
{
    unsigned count = 0;

    for (unsigned i = 0; i < block_parts_count (parts); i++) {
        const Piece *piece = block_parts_piece (parts, i);
        if (piece->start >= block->inner_start && piece->end <= block->inner_end)
            count += holds (parts, i, wanted);
    }
    return count;
}

/* Whether a block speaks of business and not of offers at all. */
static bool
is_business (const BlockParts *parts, const Block *block, const Words *words)
{
    g_autofree char *text = message_visible_text (parts->message, parts->leaf,
                                                  block->inner_start, block->inner_end);
    WordCount spoken = words_count (words, text);
    unsigned offers = 0, business = 0;

    for (WordGroup group = GROUP_PROMOTIONAL; group <= GROUP_URGENCY; group++)
        offers += spoken.count[group];
    for (WordGroup group = GROUP_TRANSACTIONAL; group <= GROUP_SECRET; group++)
        business += spoken.count[group];
    return offers + spoken.count[GROUP_SURVEY] + spoken.count[GROUP_REWARD] == 0 &&
           business >= LEAST_BUSINESS;
}

/* What the block holds of a transaction, in words; NULL when nothing is seen. */
static const char *
name_transaction (const BlockParts *parts, const Block *block, const Words *words)
{
    const struct {
        BlockSigns signs;
        unsigned least;
        const char *words;
    } rows[] = {
        { block_signals_set ("block-order", NULL), 1, "the number of an order or the like" },
        { block_signals_set ("block-access", "block-digits", NULL), 1, "a code or password" },
        { block_signals_set ("block-number", NULL), 1, "a number of nine digits or more" },
        { block_signals_set ("block-total", NULL), LEAST_TOTALS, "totals" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
        if (count_pieces (parts, block, rows[i].signs) >= rows[i].least)
            return rows[i].words;
    return is_business (parts, block, words) ? "words of business and none of offers" : NULL;
}

static bool
is_given (const Block *block, unsigned leaf)
{
    return block->leaf == leaf &&
           (strcmp (block->how, "marked") == 0 || strcmp (block->how, "selected") == 0);
}

static void
note_block (Classification *classification, const Leaf *leaf, const Block *block,
            const char *words, bool doubted)
{
    char *where = g_strdup_printf ("part %s, byte %zu: what is %s as promotion holds %s",
                                   leaf->path, block->start, block->how, words);

    if (doubted && !classification->problem)
        classification->problem = g_strdup (where);
    classification_note (classification, "marked-transaction", 0, where);
}

static void
look_at_leaf (Classification *classification, const Message *message, unsigned leaf,
              const Words *words, bool doubted)
{
    g_autoptr (BlockParts) parts = NULL;

    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (!is_given (block, leaf))
            continue;
        if (!parts)
            parts = block_parts_new (message, leaf, words, NULL, false);
        const char *found = name_transaction (parts, block, words);
        if (found)
            note_block (classification, message_leaf (message, leaf), block, found, doubted);
    }
}

void
overmarked_find (Classification *classification, const Message *message, const Words *words,
                 const Hints *hints)
{
    bool doubted = hints && hints->marked == MARKED_TAG;

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        if (leaf->kind != LEAF_OTHER && !leaf->locked && !leaf->attachment)
            look_at_leaf (classification, message, i, words, doubted);
    }
}
