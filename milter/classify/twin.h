/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_TWIN_H
#define LICET_CLASSIFY_TWIN_H

#include "licet/classification.h"
#include "licet/message.h"

/* Where half of the text of a promotional block also stands outside of all blocks: in a leaf that
 * has none but twins, such as the other alternative. What is wrong, or NULL. Caller frees. */
char *twin_find (const Message *message, const GPtrArray *blocks);

#endif
