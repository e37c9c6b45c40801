/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_PIECES_H
#define LICET_CLASSIFY_PIECES_H

#include "licet/classification.h"
#include "licet/message.h"

/* What of other texts is looked for in a leaf. */
typedef struct {
    GArray *runs;          /* runs (runs.h) that stand in promotional blocks and nowhere else */
    GArray *phrases;       /* the words of each block as one (runs_whole) */
    GArray *said;          /* the runs that stand around the blocks */
    GArray *words;         /* single words of the blocks and of nothing else */
    GArray *stretches;     /* headings, buttons and lines of the blocks of few words, as one */
    GHashTable *addresses; /* targets of links in the blocks and nowhere else */
    GHashTable *elsewhere; /* targets of links around the blocks */
} Sought;

/*
 * The ranges of a leaf in which the sought text stands: whole lines of plain text, whole elements
 * of HTML. Adds a promotional Block with this `how` for each. A line or element counts when four
 * fifths of its words are sought ones; one with fewer than two runs does not, unless it is the
 * whole text of a block.
 */
void pieces_find (const Message *message, unsigned leaf, const Sought *sought, const char *how,
                  GPtrArray *blocks);

/* The same of the hidden text of a leaf of HTML, for elements within some ranges (of LeafRange, in
 * order and apart). */
void pieces_find_hidden (const Message *message, unsigned leaf, const Sought *sought,
                         const GArray *ranges, const char *how, GPtrArray *blocks);

/* Whether the words of a text (of RunWord) are those of blocks: as of a line or an element above. */
bool pieces_is_block (const GArray *words, const Sought *sought);

/* Adds the stretches of a block (runs_whole). */
void pieces_add_stretches (const Message *message, const Block *block, GArray *stretches);

#endif
