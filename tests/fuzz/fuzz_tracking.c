/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page, or a plain text when it begins with "=", with counting pixels and tracked links. Places
 * lie in their leaf, in order and apart; what comes in their place can stand in any attribute;
 * once the edits are made nothing is left that could be edited.
 */

#include <stdint.h>
#include <string.h>

#include "licet/tracking.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *const hosts[] = { "t.example", ".k.example", NULL };
static const char *const pixels[] = { "/o/*", "*open.gif?*", NULL };
static const char *const targets[] = { "u", "url", NULL };
static const char *const campaigns[] = { "utm_*", "mc", NULL };
static const TrackingPatterns patterns = { (char **)hosts, (char **)pixels, (char **)hosts,
                                           (char **)targets, (char **)campaigns };

static GPtrArray *
find_edits (const Message *message)
{
    GPtrArray *edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    g_autoptr (GPtrArray) places = tracking_find (message, &patterns);
    size_t last = 0;

    for (unsigned i = 0; i < places->len; i++) {
        const TrackingPlace *place = g_ptr_array_index (places, i);
        const Leaf *leaf = message_leaf (message, place->leaf);
        g_assert_true (last <= place->start && place->start <= place->end &&
                       place->end <= g_bytes_get_size (leaf->content));
        last = place->end;
        if (!place->with)
            continue;
        g_assert_true (leaf->kind == LEAF_PLAIN ||
                       place->with[strcspn (place->with, " \t\r\n\"'<>`")] == '\0');
        g_assert_true (g_str_is_ascii (place->with));
        g_ptr_array_add (
            edits, *place->with
                       ? edit_replace_new ("t", place->leaf, place->start, place->end,
                                           place->with, "t", NULL)
                       : edit_cut_new ("t", place->leaf, place->start, place->end, "t", NULL));
    }
    return edits;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    bool plain = size > 0 && data[0] == '=';
    GString *mail = g_string_new ("Subject: x\r\nContent-Type: text/");

    g_string_append (mail, plain ? "plain" : "html");
    g_string_append (mail, "; charset=utf-8\r\n\r\n");
    g_string_append_len (mail, (const char *)data, (gssize)size);
    g_autoptr (GBytes) bytes = g_string_free_to_bytes (mail);
    g_autoptr (Message) message = message_parse (bytes, NULL);
    if (!message)
        return 0;
    g_autoptr (GPtrArray) edits = find_edits (message);
    g_autoptr (GBytes) result = message_render (message, edits, NULL);
    if (!result || edits->len == 0)
        return 0;
    g_autoptr (Message) edited = message_parse (result, NULL);
    g_assert_nonnull (edited);
    g_autoptr (GPtrArray) left = find_edits (edited);
    g_assert_cmpuint (left->len, ==, 0);
    return 0;
}
