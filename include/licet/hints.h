/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_HINTS_H
#define LICET_HINTS_H

#include <glib.h>

#include "licet/selector.h"
#include "licet/tracking.h"

/*
 * What the policies say about the mail of one sender before it is classified: which elements of
 * its pages are promotional, which must never be cut, and what counts as tracking. A value,
 * borrowed from its PolicySet.
 */
typedef struct {
    GPtrArray *promotional;           /* of Selector, borrowed */
    GPtrArray *protected;             /* of Selector, borrowed */
    const TrackingPatterns *tracking; /* NULL when the policies name none */
} Hints;

#endif
