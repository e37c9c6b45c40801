/* SPDX-License-Identifier: BSD-2-Clause */

/* Whether a text alternative can stand for the whole message: it says the transaction and nothing
 * of the promotion. */

#include <string.h>

#include "licet/classify.h"
#include "runs.h"
#include "twin.h"

/* "Your mail program cannot show this page" has fewer. */
enum { LEAST_WORDS = 8 };

static GArray *
words_of (const Message *message)
{
    GArray *words = g_array_new (FALSE, FALSE, sizeof (RunWord));

    for (unsigned i = 0; i < message_leaf_count (message); i++)
        if (message_leaf (message, i)->kind != LEAF_OTHER)
            runs_add_range (words, message, i, 0, G_MAXSIZE, 0);
    return words;
}

/* What the reader of one leaf sees outside of its blocks. */
static GArray *
words_outside (const Message *message, const GPtrArray *blocks, unsigned leaf)
{
    GArray *words = g_array_new (FALSE, FALSE, sizeof (RunWord));
    size_t from = 0;

    for (unsigned i = 0; i < blocks->len; i++) {
        const Block *block = g_ptr_array_index (blocks, i);
        if (block->leaf != leaf)
            continue;
        runs_add_range (words, message, leaf, from, block->start, 0);
        from = block->end;
    }
    runs_add_range (words, message, leaf, from, G_MAXSIZE, 0);
    return words;
}

static unsigned
count_common (const GArray *wanted, const GArray *among)
{
    unsigned count = 0;

    for (unsigned i = 0; i < wanted->len; i++)
        count += runs_has (among, g_array_index (wanted, guint64, i));
    return count;
}

static char *
find_left_over (const Message *message, const GPtrArray *blocks, const GArray *said,
                const GArray *left)
{
    for (unsigned i = 0; i < blocks->len; i++) {
        const Block *block = g_ptr_array_index (blocks, i);
        if (twin_is_left (message, block, said, left))
            return g_strdup_printf ("it still has the text of the block in part %s, byte %zu",
                                    message_leaf (message, block->leaf)->path, block->start);
    }
    return NULL;
}

static char *
find_fault (const Message *message, const Classification *classification, const Message *rest)
{
    int main_leaf = message_main_leaf (message);
    g_autoptr (GArray) outside =
        words_outside (message, classification->blocks, (unsigned)MAX (main_leaf, 0));
    g_autoptr (GArray) left = words_of (rest);
    g_autoptr (GArray) said_runs = runs_of (outside);
    g_autoptr (GArray) left_runs = runs_of (left);
    g_autoptr (GArray) said_words = runs_single (outside);
    g_autoptr (GArray) left_words = runs_single (left);

    if (left_words->len < LEAST_WORDS ||
        2 * count_common (said_words, left_words) < said_words->len)
        return g_strdup ("it does not say what the page says");
    return find_left_over (message, classification->blocks, said_runs, left_runs);
}

Classification *
classify_rest (const Message *message, const Classification *classification,
               const Message *rest, const Words *words, const Model *model, const Hints *hints)
{
    Classification *result = classify (rest, words, model, hints);

    if (!result->problem)
        result->problem = find_fault (message, classification, rest);
    return result;
}
