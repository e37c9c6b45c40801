/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_DOUBTS_H
#define LICET_CLASSIFY_DOUBTS_H

#include "licet/classification.h"

#include "block_parts.h"

/* Whether it is known what becomes of a piece. */
typedef bool (*DoubtSettled) (gconstpointer data, unsigned piece);

/*
 * Promotion that cannot be cut, since it stands in one piece with the transaction or with what must
 * stay: the first piece that is full of it and not settled is a problem, with an evidence of the
 * signal "block-doubt". Whether there is one.
 */
bool doubts_find (Classification *classification, const BlockParts *parts, const Words *words,
                  DoubtSettled is_settled, gconstpointer data);

#endif
