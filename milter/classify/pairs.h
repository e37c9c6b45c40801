/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_PAIRS_H
#define LICET_CLASSIFY_PAIRS_H

#include <glib.h>
#include <stdbool.h>

/*
 * A set of pairs of bytes, with which the terms of a vocabulary begin: it tells of most places of
 * a text that no term begins there, and is small enough to stay in the fastest memory.
 */
typedef struct {
    guint64 bits[1024];
} PairSet;

/* Of a text with at least one byte before its end. */
static inline unsigned
pairs_key (const char *text)
{
    return (unsigned)(unsigned char)text[0] << 8 | (unsigned char)text[1];
}

static inline void
pairs_add (PairSet *set, const char *text)
{
    unsigned key = pairs_key (text);

    set->bits[key / 64] |= G_GUINT64_CONSTANT (1) << (key % 64);
}

static inline bool
pairs_have (const PairSet *set, const char *text)
{
    unsigned key = pairs_key (text);

    return (set->bits[key / 64] >> (key % 64)) & 1;
}

#endif
