/* SPDX-License-Identifier: BSD-2-Clause */

/* A name for the skeleton of a page. */

#include <stdint.h>

#include "licet/message.h"

/* Spreads what it is given over 64 bits (the finaliser of MurmurHash3). */
static uint64_t
mix (uint64_t bits)
{
    bits ^= bits >> 33;
    bits *= UINT64_C (0xff51afd7ed558ccd);
    bits ^= bits >> 33;
    bits *= UINT64_C (0xc4ceb9fe1a85ec53);
    return bits ^ bits >> 33;
}

static uint64_t
mix_name (const char *name)
{
    uint64_t bits = 0;

    for (const char *c = name; *c; c++)
        bits = mix (bits ^ (unsigned char)*c);
    return bits;
}

/* An element is its name and the kinds of its children: each counts once, wherever it stands and
 * however often, since an order has as many rows as things were bought. Children are numbered
 * after their parent, so from last to first each is complete when it is added. */
char *
message_template (const Message *message)
{
    int main_leaf = message_main_leaf (message);
    unsigned leaf = main_leaf < 0 ? 0 : (unsigned)main_leaf;
    unsigned count = main_leaf < 0 ? 0 : message_element_count (message, leaf);
    g_autofree uint64_t *sums = g_new0 (uint64_t, count + 1);
    g_autoptr (GHashTable) seen =
        g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

    if (count == 0)
        return NULL;
    for (unsigned i = count; i-- > 0;) {
        const LeafElement *element = message_element (message, leaf, i);
        unsigned parent = element->parent < 0 ? count : (unsigned)element->parent;
        uint64_t kind = mix (mix_name (element->name) + sums[i]);
        uint64_t place = mix (kind ^ mix (parent + 1));
        if (g_hash_table_add (seen, g_memdup2 (&place, sizeof place)))
            sums[parent] += kind;
    }
    return g_strdup_printf ("%016" G_GINT64_MODIFIER "x", mix (sums[count]));
}
