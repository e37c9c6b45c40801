/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_MIX_H
#define LICET_CLASSIFY_MIX_H

#include "licet/classification.h"
#include "licet/message.h"

/* How the blocks of a message stand to the text around them. */

bool mix_has_block (const Classification *classification, unsigned leaf);

/* The visible text of a leaf outside its blocks; *ret_inside counts the bytes that lie in them. Caller
 * frees. */
char *mix_outside (const Classification *classification, const Message *message, unsigned leaf,
                   size_t *ret_inside);

/* Sets share and order. Alternatives and parts may differ; what counts is the one in which promotion
 * weighs most. */
void mix_measure (Classification *classification, const Message *message);

#endif
