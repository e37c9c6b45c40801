/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_HIDDEN_H
#define LICET_CLASSIFY_HIDDEN_H

#include "pieces.h"

/*
 * What of a leaf is hidden and repeats the promotional blocks. A preheader is a short line that
 * stands before a block and says little else, or stands at the top and says both: it goes as a
 * whole. Of anything else, such as the form of a page for telephones or for paper, only elements and
 * comments for Outlook go that say what the blocks say (Blocks of how "twin"). Adds to found, which
 * is in no order. When half of a block's text is left among other hidden text: what is wrong, with
 * its place; else NULL. Caller frees.
 */
char *hidden_find (const Message *message, unsigned leaf, const Sought *sought,
                   const GPtrArray *blocks, GPtrArray *found);

#endif
