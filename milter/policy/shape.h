/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_SHAPE_H
#define LICET_POLICY_SHAPE_H

#include <stdbool.h>

/*
 * What a number looks like: "#" stands for a digit, "@" for a letter from a to z, a blank for any
 * blanks or none; all else for itself, without case. There is no repetition, so that a text is
 * searched in time linear in its length whoever wrote it. Both are folded (policy_fold).
 */

/* A shape has at most so many characters. */
enum { SHAPE_LENGTH = 64 };

/* Whether the text has the shape somewhere, not within a longer number or word. */
bool shape_is_in (const char *shape, const char *text);

#endif
