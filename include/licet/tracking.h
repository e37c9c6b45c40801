/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TRACKING_H
#define LICET_TRACKING_H

#include <glib.h>
#include <stdbool.h>

#include "licet/message.h"

/*
 * What in a mail tells the sender that a person opened it or followed a link: counting pixels,
 * and links that go through a host of the sender's platform. Reading or storing that needs its
 * own consent (ePrivacy Directive 2002/58/EC art. 5(3)). Hosts and patterns come from the policy.
 */
typedef struct {
    char **pixel_hosts;     /* host names; a leading "." also covers what is below */
    char **pixel_patterns;  /* globs ("*", "?") over path and query: "/open*", "*open.gif?*" */
    char **link_hosts;      /* as pixel_hosts */
    char **link_parameters; /* query parameters that carry the target: "url", "u", "redirect" */
    char **campaign_parameters; /* query parameters to take off: "utm_*", "mc_eid" */
} TrackingPatterns;

typedef struct {
    const char *what; /* "pixel", "link", "campaign-parameter", "wrapped" (target unknown) */
    unsigned leaf;
    size_t start, end; /* decoded range to replace; all of a leaf in an opaque character set */
    char *with; /* ASCII as it must stand in the source; "" to cut; NULL when it is known to be
                   tracked but nothing can be put in its place: it is "wrapped", or stands in a
                   style, in a conditional comment, or in another message */
} TrackingPlace;

/* Array of TrackingPlace by leaf and offset, without overlaps. Linear in the message. */
GPtrArray *tracking_find (const Message *message, const TrackingPatterns *patterns);

#endif
