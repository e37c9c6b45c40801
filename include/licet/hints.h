/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_HINTS_H
#define LICET_HINTS_H

#include <glib.h>
#include <stdint.h>

#include "licet/classification.h"
#include "licet/selector.h"
#include "licet/tracking.h"

/* What becomes of promotion that nobody marked or selected. */
typedef enum {
    DETECT_CUT, /* its parts are blocks like marked ones */
    DETECT_TAG, /* they are named, and the message counts as mixed, but nothing is cut */
    DETECT_OFF, /* it is not looked for by layout */
} BlockDetection;

/* What becomes of a block that the sender marked or the policy selected and that holds the
 * transaction. */
typedef enum {
    MARKED_CUT, /* it is cut as any other, with a finding */
    MARKED_TAG, /* it is a problem: nothing of the message is cut */
} MarkedTransaction;

/* Mail that somebody has read and answers for, so that its class need not be found out. All lists
 * that are not empty must fit. */
typedef struct {
    MessageClass class; /* CLASS_TRANSACTIONAL or CLASS_PROMOTIONAL */
    char **templates, **senders, **campaigns;
    int64_t from, until;
    char *words; /* who answers for it, until when and why */
    char *where; /* "…/licet-policy.cfg:12" */
} KnownMail;

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
    MarkedTransaction marked;
    const KnownMail *known; /* by policy_known; NULL for other mail */
    char **names;           /* of the firm that sends, as its profile has them; NULL for none */
} Hints;

#endif
