/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_TWIN_H
#define LICET_CLASSIFY_TWIN_H

#include "licet/classification.h"
#include "licet/message.h"

/* Where the text of a marked block also stands unmarked: in a leaf without blocks, such as the
 * other alternative. What is wrong, or NULL. Caller frees. */
char *twin_find (const Message *message, const GPtrArray *blocks);

#endif
