/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_NEEDLES_H
#define LICET_CLASSIFY_NEEDLES_H

#include "pairs.h"

/*
 * Words of two letters or more that are looked for anywhere in a text, all at once. A table of them
 * is static; what is made of it lives as long as the process.
 */
typedef struct {
    const char *word;
    unsigned group; /* below 32 */
} Needle;

enum { MOST_NEEDLES = 255 };

typedef struct {
    const Needle *rows; /* ends with a NULL word */
    PairSet pairs;
    guint8 first[256];             /* by first byte: one more than the row, 0 for none */
    guint8 next[MOST_NEEDLES + 1]; /* with the same first byte, likewise */
    gsize made;
} Needles;

/* The groups, as bits, of which the text holds a word. May be called from several threads. */
guint32 needles_find (Needles *needles, const char *text);

#endif
