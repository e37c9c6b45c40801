/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_OVERMARKED_H
#define LICET_CLASSIFY_OVERMARKED_H

#include "licet/classification.h"
#include "licet/hints.h"
#include "licet/message.h"

#include "words.h"

/*
 * Whether a block that the sender marked or the policy selected holds the transaction: the number
 * of an order, a code, totals. Each such block is an evidence of the signal "marked-transaction"
 * with its place; what is cut stays cut, unless the policy says that such marks are doubted: then
 * the first is a problem, and the fallback of strip decides. A sentence that speaks of promotion
 * itself tells nothing, since an offer may name numbers. Leaves that must not be edited are not
 * looked at. hints: NULL for none. Linear in the leaves that hold blocks.
 */
void overmarked_find (Classification *classification, const Message *message,
                      const Words *words, const Hints *hints);

#endif
