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

/* Numbers that were seen: a table with a step to the next free place, at most half full. 0 is none. */
typedef struct {
    uint64_t *places;
    size_t mask;
} Seen;

static Seen
seen_new (unsigned most)
{
    size_t size = 2;

    while (size < 2 * (size_t)most)
        size *= 2;
    return (Seen){ g_new0 (uint64_t, size), size - 1 };
}

/* False when it was seen before. */
static bool
seen_add (Seen *seen, uint64_t number)
{
    uint64_t wanted = number ? number : 1;
    size_t at = wanted & seen->mask;

    for (; seen->places[at]; at = (at + 1) & seen->mask)
        if (seen->places[at] == wanted)
            return false;
    seen->places[at] = wanted;
    return true;
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

    if (count == 0)
        return NULL;
    g_autofree uint64_t *sums = g_new0 (uint64_t, count + 1);
    Seen seen = seen_new (count);
    for (unsigned i = count; i-- > 0;) {
        const LeafElement *element = message_element (message, leaf, i);
        unsigned parent = element->parent < 0 ? count : (unsigned)element->parent;
        uint64_t kind = mix (mix_name (element->name) + sums[i]);
        if (seen_add (&seen, mix (kind ^ mix (parent + 1))))
            sums[parent] += kind;
    }
    g_free (seen.places);
    return g_strdup_printf ("%016" G_GINT64_MODIFIER "x", mix (sums[count]));
}
