/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The last look: a block that is cut in one alternative would still be read in the other, when
 * its text stands there in a form that pieces.c did not find.
 */

#include "twin.h"

#include <string.h>

#include "runs.h"

/* Fewer may be a courtesy or the name of the shop. */
enum { LEAST_RUNS = 2 };

static const Block *
block_at (const GPtrArray *blocks, unsigned i)
{
    return g_ptr_array_index (blocks, i);
}

static bool
is_companion (const Block *block)
{
    return strcmp (block->how, "twin") == 0 || strcmp (block->how, "preheader") == 0;
}

/* By leaf: whether it holds a block that was found for itself. */
static bool *
list_primary (const Message *message, const GPtrArray *blocks)
{
    bool *primary = g_new0 (bool, message_leaf_count (message) + 1);

    for (unsigned i = 0; i < blocks->len; i++)
        if (!is_companion (block_at (blocks, i)))
            primary[block_at (blocks, i)->leaf] = true;
    return primary;
}

static void
add_descriptions (GArray *words, const Message *message, const GPtrArray *blocks, unsigned leaf)
{
    g_autoptr (GPtrArray) readings = message_descriptions (message, leaf);
    unsigned next = 0;

    while (next < blocks->len && block_at (blocks, next)->leaf < leaf)
        next++;
    for (unsigned i = 0; i < readings->len; i++) {
        const Reading *reading = g_ptr_array_index (readings, i);
        while (next < blocks->len && block_at (blocks, next)->leaf == leaf &&
               block_at (blocks, next)->end <= reading->start)
            next++;
        bool inside = next < blocks->len && block_at (blocks, next)->leaf == leaf &&
                      block_at (blocks, next)->start <= reading->start;
        if (!inside)
            runs_add_words (words, reading->text, 0);
    }
}

/* The runs outside of all blocks, in the leaves with primary blocks or in the others. */
static GArray *
runs_outside (const Message *message, const GPtrArray *blocks, const bool *primary, bool wanted)
{
    g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (RunWord));
    unsigned next = 0;

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        size_t from = 0;
        bool use = message_leaf (message, i)->kind != LEAF_OTHER && primary[i] == wanted;
        for (; next < blocks->len && block_at (blocks, next)->leaf == i; next++) {
            if (use)
                runs_add_range (words, message, i, from, block_at (blocks, next)->start, 0);
            from = block_at (blocks, next)->end;
        }
        if (use)
            runs_add_range (words, message, i, from, G_MAXSIZE, 0);
        if (use)
            add_descriptions (words, message, blocks, i);
    }
    return runs_of (words);
}

/* Half of the runs: shop names and courtesies are shared by honest texts as well. */
static bool
are_left (const GArray *words, const GArray *said, const GArray *left)
{
    g_autoptr (GArray) runs = runs_of (words);
    unsigned found = 0;

    runs_subtract (runs, said);
    for (unsigned i = 0; i < runs->len; i++)
        found += runs_has (left, g_array_index (runs, guint64, i));
    return found >= LEAST_RUNS && 2 * found >= runs->len;
}

/* A text alternative may say what the block shows, or what its pictures are named. */
bool
twin_is_left (const Message *message, const Block *block, const GArray *said,
              const GArray *left)
{
    g_autoptr (GPtrArray) readings = message_descriptions (message, block->leaf);
    g_autoptr (GArray) shown = g_array_new (FALSE, FALSE, sizeof (RunWord));
    g_autoptr (GArray) named = g_array_new (FALSE, FALSE, sizeof (RunWord));

    runs_add_range (shown, message, block->leaf, block->inner_start, block->inner_end, 0);
    for (unsigned i = 0; i < readings->len; i++) {
        const Reading *reading = g_ptr_array_index (readings, i);
        if (reading->start >= block->start && reading->start < block->end)
            runs_add_words (named, reading->text, 0);
    }
    return are_left (shown, said, left) || are_left (named, said, left);
}

char *
twin_find (const Message *message, const GPtrArray *blocks)
{
    g_autofree bool *primary = list_primary (message, blocks);
    g_autoptr (GArray) elsewhere = runs_outside (message, blocks, primary, false);

    if (elsewhere->len == 0)
        return NULL;
    g_autoptr (GArray) said = runs_outside (message, blocks, primary, true);
    for (unsigned i = 0; i < blocks->len; i++) {
        const Block *block = block_at (blocks, i);
        if (!is_companion (block) && twin_is_left (message, block, said, elsewhere))
            return g_strdup_printf (
                "part %s, byte %zu: the text of this block stands in another "
                "part without a mark",
                message_leaf (message, block->leaf)->path, block->start);
    }
    return NULL;
}
