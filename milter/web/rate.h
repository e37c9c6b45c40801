/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_RATE_H
#define WEB_RATE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * How often a client may ask: a leaky bucket for each, in a table of fixed size that holds no
 * address. A client's place is a keyed hash of its address (of an IPv6 address its /64, which one
 * person has as a whole); two that meet in one place share it. Thread-safe.
 */
typedef struct Rate Rate;

Rate *rate_new (void);
void rate_free (Rate *rate);

/* Whether one more request of the client is within so many a minute, of which all may come at once.
 * now: monotonic microseconds. */
bool rate_allows (Rate *rate, const char *client, int64_t per_minute, int64_t now);

#endif
