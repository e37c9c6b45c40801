/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CUT_H
#define MESSAGE_CUT_H

#include "part.h"

/* A decoded range [start, end) to remove, or to replace. */
typedef struct {
    size_t start, end;
    const char *with; /* to stand there instead, in the leaf's character set; NULL to remove.
                         Borrowed. */
} CutRange;

/*
 * Sorted by start; overlapping and touching cuts joined, empty ranges dropped, and replacements
 * inside a cut too. False when a replacement overlaps something else: which is meant cannot be
 * told.
 */
bool cut_join (GArray *ranges);

/* Number of the first of the (joined) ranges that ends after the place; their count when none
 * does. */
unsigned cut_first_after (const GArray *ranges, size_t place);

/* Whether the range lies inside one of the (joined) ranges; ret_touched: whether it meets one. */
bool cut_covers (const GArray *ranges, size_t start, size_t end, bool *ret_touched);

/* The decoded content without the ranges, and with what replaces them. */
GBytes *cut_decoded (GBytes *content, const GArray *ranges);

/*
 * The encoded content of what cut_decoded gives. What is not cut keeps its encoded bytes;
 * base64 is encoded again from the first group that changes, in the line width of the leaf.
 * MALFORMED when a cut would split a line end or leave a line that is too long.
 */
GBytes *cut_encoded (const Part *part, GBytes *message, const GArray *ranges, GError **error);

#endif
