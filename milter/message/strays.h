/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_STRAYS_H
#define MESSAGE_STRAYS_H

#include "licet/message.h"
#include "part.h"

/* The first mark of a leaf that lies in none of its blocks: in an attachment, a signed part or
 * another message, behind a typing error, in raw text. What is wrong with it, or NULL. */
char *strays_find (GBytes *bytes, const Part *part, unsigned i, const GArray *blocks);

/* Where the name that all marks have next stands in a text, whatever its case; its length for nowhere.
 * Linear in the text. */
size_t strays_next_name (const char *data, size_t length, size_t from);

#endif
