/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SECTIONS_H
#define LICET_CLASSIFY_SECTIONS_H

#include "block_parts.h"

/* A part of the layout that is promotion alone. */
typedef struct {
    const BlockParts *parts; /* that it is found in, borrowed */
    Span span;
    size_t start, end; /* decoded */
    unsigned points;
    BlockSigns signs;
    bool cards, coda;
} Section;

/* The sections of a leaf, in order and apart: see detected.h for what makes one. At most LIMIT_DETECTED
 * and the rest of the rows of one node. Array of Section; caller frees. */
GArray *sections_find (const BlockParts *parts);

/* Whether such pieces are promotion by themselves. */
bool sections_is_promotion (const BlockParts *parts, Span span);

#endif
