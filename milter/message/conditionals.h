/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CONDITIONALS_H
#define MESSAGE_CONDITIONALS_H

#include "cut.h"

/*
 * Conditional comments, which Outlook reads and the judge (judge.h) takes for comments like others.
 * Whether one of the ranges (joined) holds one half of a pair of them, "<!--[if …]><!-->" or
 * "<![if …]>" and its "<![endif]>", or a tag inside of them whose other tag is not in it: Outlook
 * would see another page than was meant. On true, ret_offset is where the half stands. Linear.
 */
bool conditionals_are_split (GBytes *page, const GArray *ranges, size_t *ret_offset);

#endif
