/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A block that is marked in one alternative only would be cut there and read in the other. The
 * alternatives are never the same letter by letter, so what is compared is runs of three words.
 */

#include "twin.h"

#include <string.h>

enum { RUN = 3, LEAST_RUNS = 2 };

static char **
split_words (const char *text)
{
    g_autofree char *folded = g_utf8_casefold (text, -1);
    g_autoptr (GString) plain = g_string_new (NULL);

    for (const char *c = folded; *c; c = g_utf8_next_char (c)) {
        gunichar letter = g_utf8_get_char (c);
        if (g_unichar_isalnum (letter))
            g_string_append_unichar (plain, letter);
        else if (plain->len > 0 && plain->str[plain->len - 1] != ' ')
            g_string_append_c (plain, ' ');
    }
    return g_strsplit (g_strchomp (plain->str), " ", -1);
}

static char *
run_at (char **words, unsigned i)
{
    return g_strdup_printf ("%s %s %s", words[i], words[i + 1], words[i + 2]);
}

static void
add_runs (GHashTable *runs, const char *text)
{
    g_auto (GStrv) words = split_words (text);

    for (unsigned i = 0, count = g_strv_length (words); i + RUN <= count; i++)
        g_hash_table_add (runs, run_at (words, i));
}

static bool
has_blocks (const GPtrArray *blocks, unsigned leaf)
{
    for (unsigned i = 0; i < blocks->len; i++)
        if (((const Block *)g_ptr_array_index (blocks, i))->leaf == leaf)
            return true;
    return false;
}

/* The runs of the leaves without a block that people are shown. */
static GHashTable *
collect_unmarked (const Message *message, const GPtrArray *blocks)
{
    GHashTable *runs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        if (leaf->kind != LEAF_OTHER && !has_blocks (blocks, i))
            add_runs (runs, leaf->text);
    }
    return runs;
}

/* Half of the block's runs: shop names and courtesies are shared by honest texts as well. */
static bool
is_repeated (GHashTable *runs, const char *text)
{
    g_auto (GStrv) words = split_words (text);
    unsigned count = g_strv_length (words), total = 0, found = 0;

    for (unsigned i = 0; i + RUN <= count; i++) {
        g_autofree char *run = run_at (words, i);
        total++;
        found += g_hash_table_contains (runs, run);
    }
    return found >= LEAST_RUNS && 2 * found >= total;
}

char *
twin_find (const Message *message, const GPtrArray *blocks)
{
    if (blocks->len == 0)
        return NULL;
    g_autoptr (GHashTable) runs = collect_unmarked (message, blocks);
    for (unsigned i = 0; g_hash_table_size (runs) > 0 && i < blocks->len; i++) {
        const Block *block = g_ptr_array_index (blocks, i);
        g_autofree char *text =
            message_visible_text (message, block->leaf, block->inner_start, block->inner_end);
        if (is_repeated (runs, text))
            return g_strdup_printf (
                "leaf %s, offset %zu: the text of this block stands in another "
                "part without a mark",
                message_leaf (message, block->leaf)->path, block->start);
    }
    return NULL;
}
