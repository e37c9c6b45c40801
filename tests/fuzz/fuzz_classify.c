/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a message to classify, and each block that is found as a cut. */

#include <stdint.h>

#include "licet/classify.h"

#include "check.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static Words *
load_words (void)
{
    static Words *words = NULL;
    const char *source = g_getenv ("G_TEST_SRCDIR");

    if (!words) {
        g_autofree char *dir =
            g_build_filename (source ? source : "tests", "..", "policies", "words", NULL);
        words = words_load (dir, NULL);
    }
    g_assert_nonnull (words);
    return words;
}

/* As a policy would have it. */
static const Hints *
make_hints (void)
{
    static Hints hints;
    static char *pixels[] = { ".example.net", NULL }, *globs[] = { "/open*", "*.gif?*", NULL };
    static char *links[] = { "click.example.net", NULL }, *targets[] = { "url", "u", NULL };
    static char *campaign[] = { "utm_*", NULL };
    static const TrackingPatterns tracking = { pixels, globs, links, targets, campaign };

    if (!hints.promotional) {
        hints.promotional = g_ptr_array_new ();
        hints.protected = g_ptr_array_new ();
        hints.tracking = &tracking;
        g_ptr_array_add (hints.promotional,
                         selector_parse ("table.promo, div[id^=offer] > p:nth-child(2)", NULL));
        g_ptr_array_add (hints.protected, selector_parse (".total", NULL));
    }
    return &hints;
}

static void
check_block (const Message *message, const Block *block)
{
    g_assert_cmpuint (block->leaf, <, message_leaf_count (message));
    const Leaf *leaf = message_leaf (message, block->leaf);
    g_assert_nonnull (leaf->content);
    g_assert_cmpuint (block->start, <=, block->inner_start);
    g_assert_cmpuint (block->inner_start, <=, block->inner_end);
    g_assert_cmpuint (block->inner_end, <=, block->end);
    g_assert_cmpuint (block->end, <=, g_bytes_get_size (leaf->content));
    g_autoptr (GBytes) result = check_cut (message, block->leaf, block->start, block->end);
}

/* What a strip asks for in one go; blocks stand in order and apart. */
static void
strip (const Message *message, const Classification *found)
{
    g_autoptr (GPtrArray) edits = g_ptr_array_new_full (1, (GDestroyNotify)edit_free);
    const Block *last = NULL;

    for (unsigned i = 0; i < found->blocks->len; i++) {
        const Block *block = g_ptr_array_index (found->blocks, i);
        g_assert_true (!last || last->leaf < block->leaf ||
                       (last->leaf == block->leaf && last->end <= block->start));
        g_ptr_array_add (
            edits, edit_cut_new ("strip", block->leaf, block->start, block->end, "", NULL));
        last = block;
    }
    for (unsigned i = 0; i < found->orphans->len; i++) {
        unsigned leaf = g_array_index (found->orphans, unsigned, i);
        g_assert_cmpuint (leaf, <, message_leaf_count (message));
        g_ptr_array_add (edits, edit_drop_new ("strip", leaf, 0, "", NULL));
    }
    g_autoptr (GBytes) result = message_render (message, edits, NULL);
    g_autoptr (Message) now = result ? message_parse (result, NULL) : NULL;
    g_assert_true (!result || now);
}

static void
check_tracking (const Message *message, const TrackingPlace *place)
{
    g_autoptr (GPtrArray) edits = g_ptr_array_new_full (1, (GDestroyNotify)edit_free);

    g_assert_cmpuint (place->leaf, <, message_leaf_count (message));
    if (!place->with)
        return;
    g_ptr_array_add (
        edits, *place->with
                   ? edit_replace_new ("tracking", place->leaf, place->start, place->end,
                                       place->with, "", "")
                   : edit_cut_new ("tracking", place->leaf, place->start, place->end, "", ""));
    g_autoptr (GBytes) result = check_edits (message, place->leaf, edits);
}

static void
check (const Message *message, const Hints *hints)
{
    g_autoptr (Classification) found = classify (message, load_words (), NULL, hints);

    g_assert_true (found->promo_share >= 0 && found->promo_share <= 1);
    g_assert_true (found->confidence >= 0 && found->confidence <= 1);
    for (unsigned i = 0; i < found->blocks->len; i++)
        check_block (message, g_ptr_array_index (found->blocks, i));
    strip (message, found);
    for (unsigned i = 0; found->tracking && i < found->tracking->len; i++)
        check_tracking (message, g_ptr_array_index (found->tracking, i));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    g_autoptr (GBytes) bytes = g_bytes_new (data, size);
    g_autoptr (Message) message = message_parse (bytes, NULL);

    if (!message)
        return 0;
    check (message, NULL);
    check (message, make_hints ());
    return 0;
}
