/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_SQUEEZE_H
#define MESSAGE_SQUEEZE_H

#include "cut.h"

/*
 * A page and what a cut makes of it, with less of the words that are so long that nobody wrote
 * them: of letters and digits of ASCII that a cut leaves alone, the middle is replaced by its
 * SHA-256. To a parser of HTML such a word is the beginning of a name, value, text, comment or
 * reference and then more of the same, whatever its letters, and words that differ still do. So the
 * judge comes to the same verdict, without reading megabytes letter by letter.
 */
typedef struct {
    GBytes *before, *after;
    GArray *ranges; /* of CutRange */
    GArray *drops;  /* what is missing from `before` */
} Squeezed;

/* The same page where it has no such word, or where `after` is not `before` without the ranges. */
Squeezed *squeeze_new (GBytes *before, const GArray *ranges, GBytes *after);
void squeeze_free (Squeezed *squeezed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Squeezed, squeeze_free)

/* Where a place of the squeezed page stands in the page as it was. */
size_t squeeze_place (const Squeezed *squeezed, size_t offset);

#endif
