/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_COMPANIONS_H
#define LICET_CLASSIFY_COMPANIONS_H

#include "licet/classification.h"
#include "licet/message.h"

/*
 * What must go with the promotional blocks so that nothing of them is left: their text in the
 * other alternatives and in hidden forms of the page (Blocks of how "twin"), the hidden preheader
 * that quotes them ("preheader"), and the parts of a multipart/related that only they refer to
 * (orphans). Blocks are put in order by leaf and offset. What the transaction says too is never
 * taken for a twin.
 *
 * When half of a block's text still stands in another leaf, or is hidden among other text, the
 * classification gets a problem.
 */
void companions_find (Classification *classification, const Message *message);

#endif
