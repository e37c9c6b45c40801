/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_DETECTED_H
#define LICET_CLASSIFY_DETECTED_H

#include "licet/classification.h"
#include "licet/hints.h"
#include "licet/message.h"

#include "words.h"

/*
 * Adds the parts of the layout that are promotion though nobody marked them (Blocks of how
 * "detected"), and for each an evidence of the signal "block-detected" that names its reasons.
 *
 * A part is taken when it is promotion by at least two reasons, holds nothing of the transaction
 * nor an element that the policy protects, and the transaction stands outside of it; the largest
 * such part, or a heading with the rows that follow it. What overlaps other blocks or is in an
 * attachment is left alone, and so is what a plain text says of the page that it stands for (see
 * companions.h): there is searched what the page does not show, and no block added where the page has
 * some. More than LIMIT_DETECTED of a leaf are a problem. Linear in the message. Blocks are left in
 * order by leaf and offset.
 *
 * Promotion in a leaf that is locked is a problem (evidence "block-locked"), and so is promotion
 * that stands in one piece with the transaction or cannot be cut else (evidence "block-doubt"), and a
 * block where the policy says that such are not to be cut. True when a block or a problem was found;
 * hints: NULL for none.
 */
bool detected_find (Classification *classification, const Message *message, const Words *words,
                    const Hints *hints);

#endif
