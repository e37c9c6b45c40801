/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLOCK_H
#define LICET_CLOCK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Points in time are int64_t seconds since 1970-01-01T00:00:00Z. The stages never ask what
 * time it is; the edges and the tool do, once per message, through a Clock. A rehearsal
 * (licetd --now, licet run --now) shifts the clock; it keeps running from there.
 */
typedef struct {
    int64_t offset; /* seconds added to the system clock; 0 in production */
} Clock;

int64_t clock_now (const Clock *clock);

/* Seconds of a clock that nobody sets, for ages: since some point, the same for the whole process. */
int64_t clock_moment (void);

/* RFC 3339 with a zone ("2026-11-25T10:00:00Z"), or a date alone, meaning its first second in
 * UTC. MALFORMED otherwise; *ret_time is untouched then. */
bool clock_parse (const char *text, int64_t *ret_time, GError **error);

/* RFC 3339 in UTC, "2026-11-25T10:00:00Z". Caller frees. */
char *clock_format (int64_t time);

/* The Date of RFC 5322 3.3 in UTC. Caller frees. */
char *clock_format_mail (int64_t time);

#endif
