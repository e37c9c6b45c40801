/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CUT_H
#define MESSAGE_CUT_H

#include "part.h"

/* A decoded range [start, end) to remove. */
typedef struct {
    size_t start, end;
} CutRange;

/* Sorted by start, overlapping and touching ranges joined, empty ones dropped. */
void cut_join (GArray *ranges);

/* Whether the range lies inside one of the (joined) ranges; ret_touched: whether it meets one. */
bool cut_covers (const GArray *ranges, size_t start, size_t end, bool *ret_touched);

/* The decoded content without the ranges. */
GBytes *cut_decoded (GBytes *content, const GArray *ranges);

/*
 * The encoded content of a leaf without the ranges. What is not cut keeps its encoded bytes;
 * base64 is encoded again from the first group that changes, in the line width of the leaf.
 * MALFORMED when a cut would split a line end or leave a line that is too long.
 */
GBytes *cut_encoded (const Part *part, GBytes *message, const GArray *ranges, GError **error);

#endif
