/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_PIECES_H
#define LICET_CLASSIFY_PIECES_H

#include "licet/classification.h"
#include "licet/message.h"

/* What of other texts is looked for in a leaf. */
typedef struct {
    GArray *runs;          /* runs (runs.h) that stand in promotional blocks and nowhere else */
    GArray *phrases;       /* the words of each block as one (runs_whole) */
    GArray *words;         /* single words likewise */
    GHashTable *addresses; /* targets of links in the blocks and nowhere else */
} Sought;

/*
 * The ranges of a leaf in which the sought text stands: whole lines of plain text, whole elements
 * of HTML. Adds a promotional Block with this `how` for each. A line or element counts when four
 * fifths of its words are sought ones; one with fewer than two runs does not, unless it is the
 * whole text of a block.
 */
void pieces_find (const Message *message, unsigned leaf, const Sought *sought, const char *how,
                  GPtrArray *blocks);

#endif
