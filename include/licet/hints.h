/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_HINTS_H
#define LICET_HINTS_H

#include <glib.h>

#include "licet/selector.h"
#include "licet/tracking.h"

/* What becomes of promotion that nobody marked or selected. */
typedef enum {
    DETECT_CUT, /* its parts are blocks like marked ones */
    DETECT_TAG, /* they are named, and the message counts as mixed, but nothing is cut */
    DETECT_OFF, /* it is not looked for by layout */
} BlockDetection;

/*
 * What the policies say about the mail of one sender before it is classified: which elements of
 * its pages are promotional, which must never be cut, and what counts as tracking. A value,
 * borrowed from its PolicySet.
 */
typedef struct {
    GPtrArray *promotional;           /* of Selector, borrowed */
    GPtrArray *protected;             /* of Selector, borrowed */
    const TrackingPatterns *tracking; /* NULL when the policies name none */
    BlockDetection detection;
} Hints;

#endif
