/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_TWIN_H
#define LICET_CLASSIFY_TWIN_H

#include "licet/classification.h"
#include "licet/message.h"

/* Whether a text with the runs `left` still says what a block says: half of the block's runs, but
 * for those that `said`, the transaction, has too. */
bool twin_is_left (const Message *message, const Block *block, const GArray *said,
                   const GArray *left);

/* Where half of the text of a promotional block also stands outside of all blocks: in a leaf that
 * has none but twins, such as the other alternative. What is wrong, or NULL. Caller frees. */
char *twin_find (const Message *message, const GPtrArray *blocks);

#endif
