/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_JUDGE_H
#define MESSAGE_JUDGE_H

#include "squeeze.h"

/*
 * Whether the tree of `after` is the tree of `before` without the nodes that stand in the
 * ranges (joined), and with the replacements, each of which stands inside one attribute value.
 * Text that only became adjacent counts as one; blanks between table rows and cells,
 * and row groups that no tag wrote, are no content. Both must be within LIMIT_HTML_*. On false,
 * ret_offset is where in `before` the trees part.
 */
bool judge_cut (GBytes *before, const GArray *ranges, GBytes *after, size_t *ret_offset);

typedef enum {
    JUDGE_WRONG,
    JUDGE_RIGHT,
    JUDGE_UNSURE, /* a page that is squeezed so far does not tell */
} JudgeVerdict;

/* The same of the page squeezed to one depth. A verdict that is not unsure is that on the whole page,
 * which is never unsure. */
JudgeVerdict judge_cut_at (GBytes *before, const GArray *ranges, GBytes *after,
                           SqueezeDepth depth, size_t *ret_offset);

/* The same of every letter of the page: slower, and there to check the other. */
bool judge_cut_whole (GBytes *before, const GArray *ranges, GBytes *after, size_t *ret_offset);

#endif
