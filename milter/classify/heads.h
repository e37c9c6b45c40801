/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_HEADS_H
#define LICET_CLASSIFY_HEADS_H

#include "block_parts.h"

/* Whether a piece may be the heading of what is below it, and go with that: a line with a number or a value
 * is none unless it cries out or leans to promotion, and above a postscript stands a signature. */
bool heads_below (const BlockParts *parts, unsigned piece);

#endif
