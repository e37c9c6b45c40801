/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_STRAYS_H
#define MESSAGE_STRAYS_H

#include "licet/message.h"
#include "part.h"

/* The first mark of a leaf that lies in none of its blocks: in an attachment, a signed part or
 * another message, behind a typing error, in raw text. What is wrong with it, or NULL. */
char *strays_find (GBytes *bytes, const Part *part, unsigned i, const GArray *blocks);

#endif
