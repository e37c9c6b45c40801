/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a message to classify, with selectors and tracking patterns. Blocks must lie in
 * their leaves, in order and apart, and what they cut away can be rendered or is refused.
 */

#include <stdint.h>
#include <string.h>

#include "licet/classify.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *const hosts[] = { "t.example", ".track.example", NULL };
static const char *const names[] = { "u", "utm_*", NULL };
static const TrackingPatterns patterns = { (char **)hosts, (char **)names, (char **)hosts,
                                           (char **)names, (char **)names };

static Hints *
make_hints (void)
{
    static const char *const promotional[] = { ".promo, #offer > td", "div:nth-child(2n+1) p" };
    Hints *hints = g_new0 (Hints, 1);

    hints->promotional = g_ptr_array_new_with_free_func ((GDestroyNotify)selector_free);
    hints->protected = g_ptr_array_new_with_free_func ((GDestroyNotify)selector_free);
    for (unsigned i = 0; i < G_N_ELEMENTS (promotional); i++)
        g_ptr_array_add (hints->promotional, selector_parse (promotional[i], NULL));
    g_ptr_array_add (hints->protected, selector_parse (".legal", NULL));
    hints->tracking = &patterns;
    return hints;
}

static void
free_hints (Hints *hints)
{
    g_ptr_array_unref (hints->promotional);
    g_ptr_array_unref (hints->protected);
    g_free (hints);
}

static void
check_blocks (const Message *message, const Classification *classification, GPtrArray *edits)
{
    const Block *last = NULL;

    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        size_t length = g_bytes_get_size (message_leaf (message, block->leaf)->content);
        g_assert_true (block->start <= block->inner_start && block->inner_end <= block->end &&
                       block->end <= length);
        g_assert_true (!last || last->leaf < block->leaf ||
                       (last->leaf == block->leaf && last->end <= block->start));
        g_ptr_array_add (edits,
                         edit_cut_new ("", block->leaf, block->start, block->end, "", NULL));
        last = block;
    }
    for (unsigned i = 0; i < classification->orphans->len; i++)
        g_ptr_array_add (
            edits, edit_drop_new ("", g_array_index (classification->orphans, unsigned, i), 0,
                                  "", NULL));
}

static void
add_tracking (const Classification *classification, GPtrArray *edits)
{
    for (unsigned i = 0; i < classification->tracking->len; i++) {
        const TrackingPlace *place = g_ptr_array_index (classification->tracking, i);
        if (place->with)
            g_ptr_array_add (edits, edit_replace_new ("", place->leaf, place->start, place->end,
                                                      place->with, "", NULL));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    static Words *words;
    g_autoptr (GBytes) bytes = g_bytes_new (data, size);
    g_autoptr (Message) message = message_parse (bytes, NULL);

    if (!words)
        words = words_load ("/nonexistent", NULL);
    if (!message)
        return 0;
    Hints *hints = make_hints ();
    g_autoptr (Classification) classification = classify (message, words, NULL, hints);
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    g_assert_true (classification->promo_share >= 0 && classification->promo_share <= 1);
    check_blocks (message, classification, edits);
    add_tracking (classification, edits);
    g_autoptr (GBytes) result = message_render (message, edits, NULL);
    free_hints (hints);
    return 0;
}
