/* SPDX-License-Identifier: BSD-2-Clause */

#include "numbering.h"

#include <stdint.h>
#include <string.h>

typedef struct {
    const char *data;
    size_t length;
    guint hash;
} Piece;

/* Eight bytes at a time. It begins with an address, which a sender who would have all pieces of a page
 * in one place of a table does not know. */
static guint
hash_of (const char *data, size_t length, const void *seed)
{
    const guint64 prime = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
    guint64 hash = (guint64)(uintptr_t)seed * prime + length, eight = 0;

    for (; length >= sizeof eight; data += sizeof eight, length -= sizeof eight) {
        memcpy (&eight, data, sizeof eight);
        hash = (hash ^ eight) * prime;
        hash ^= hash >> 32;
    }
    eight = 0;
    if (length > 0)
        memcpy (&eight, data, length);
    hash = (hash ^ eight) * prime;
    return (guint)(hash >> 32);
}

static guint
piece_hash (gconstpointer piece)
{
    return ((const Piece *)piece)->hash;
}

static gboolean
piece_equal (gconstpointer a, gconstpointer b)
{
    const Piece *first = a, *second = b;

    return first->length == second->length &&
           memcmp (first->data, second->data, first->length) == 0;
}

unsigned
numbering_find (GHashTable *numbers, const char *data, size_t length)
{
    Piece piece = { data, length, hash_of (data, length, numbers) };
    unsigned number = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, &piece));

    if (number > 0)
        return number;
    number = g_hash_table_size (numbers) + 1;
    g_hash_table_insert (numbers, g_memdup2 (&piece, sizeof piece), GUINT_TO_POINTER (number));
    return number;
}

GHashTable *
numbering_new (void)
{
    return g_hash_table_new_full (piece_hash, piece_equal, g_free, NULL);
}
