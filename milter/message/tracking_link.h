/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_TRACKING_LINK_H
#define MESSAGE_TRACKING_LINK_H

#include "licet/tracking.h"

/* Whether the policy names the address of a picture as a counting pixel. */
bool tracking_is_pixel (const TrackingPatterns *patterns, const char *url);
/* The same of any address in a style or in a list of pictures (srcset). Linear in the text. */
bool tracking_text_has_pixel (const TrackingPatterns *patterns, const char *text);

/*
 * What an address is: "link" (goes through a counting host and carries its target, which goes to
 * ret_target), "campaign-parameter" (ret_target is the address without them), "wrapped" (goes
 * through a counting host, target unknown: ret_target is NULL), or NULL. Caller frees ret_target,
 * which is ASCII without blanks, and NULL too where the address cannot be written so.
 */
const char *tracking_link (const TrackingPatterns *patterns, const char *url,
                           char **ret_target);

#endif
