/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_LAYOUT_LOOK_H
#define LICET_CLASSIFY_LAYOUT_LOOK_H

#include "layout_blocks.h"

/* PIECE_... of a piece from its inline elements. */
unsigned layout_look (const Message *message, unsigned leaf, const Piece *piece,
                      const unsigned *wrappers, unsigned count);

/* Adds what the nodes around each piece, as far as they hold nothing else, make of it. */
void layout_look_around (const Message *message, unsigned leaf, PageLayout *layout);

#endif
