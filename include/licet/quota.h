/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_QUOTA_H
#define LICET_QUOTA_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/consent.h"

/*
 * How much was sent under which key in the last minute, hour and day, and whether one more fits.
 * Counts go by minutes: a day is the last 1,440 of them, the minute is that of the clock. They are
 *
 * - of one host: in memory, and in one SQLite file of the daemon's, which quotas_save and messages
 *   write, those not more often than once a second. What a crash loses is what came after.
 * - of several: in the PostgreSQL database of the consent. Counting and taking are one step there: of
 *   many messages at once, on any number of hosts, no more than the limit allow get a place. A host
 *   that dies between taking and sending, or cannot reach the server to give back, leaves it taken
 *   until its window is over: nobody knows then whether it was sent. A host whose clock is ahead counts
 *   by the server's; one whose clock is behind counts where its own is, and sees all that is later.
 *
 * Safe from several threads.
 */
enum { QUOTA_MINUTE, QUOTA_HOUR, QUOTA_DAY, QUOTA_WINDOWS };

const char *quota_window_word (unsigned window); /* "minute", "hour", "day" */

typedef struct Quotas Quotas;

/* A path, or "postgresql://…", where a server that is down is no failure of opening. UNAVAILABLE or
 * MALFORMED when the file cannot be read. */
Quotas *quotas_open (const char *location, int64_t now, GError **error);
Quotas *quotas_open_with (const char *location, const ConsentOptions *options, int64_t now,
                          GError **error);
/* Writes what has changed, and forgets what no window needs. UNAVAILABLE when it cannot; nothing is
 * lost in memory. */
bool quotas_save (Quotas *quotas, GError **error);
/* Without saving. */
void quotas_free (Quotas *quotas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Quotas, quotas_free)

typedef struct {
    char *key;
    int64_t used[QUOTA_WINDOWS];
} QuotaUse;
/* Of all keys with something in the last day, in their order. Caller owns: of QuotaUse. UNAVAILABLE
 * when the server does not say. */
GPtrArray *quotas_list (Quotas *quotas, int64_t now, GError **error);

typedef struct {
    const char *key;
    bool per_message;            /* counts the message once, whoever its recipients are */
    int64_t most[QUOTA_WINDOWS]; /* -1: no limit */
} QuotaLimit;

typedef struct {
    unsigned taken; /* so many of the recipients, the first, have a place */
    /* When that is not all of them: */
    unsigned limit, window; /* which of the limits is used up, and of its numbers */
    int64_t used;
    int64_t until; /* when one more fits if nothing else comes; 0: never */
} QuotaAnswer;

/* What one message has taken: given back when the hold is freed, but for what was committed. */
typedef struct QuotaHold QuotaHold;
QuotaHold *quota_hold_new (Quotas *quotas, int64_t now);
void quota_hold_free (QuotaHold *hold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QuotaHold, quota_hold_free)

/* For recipients (of unsigned) who come under the same limits: takes one of each limit for each of
 * them as long as there is room in all. False when nobody knows how much was sent; then nothing is
 * held. */
bool quota_hold_take (QuotaHold *hold, const QuotaLimit *limits, unsigned count,
                      const GArray *recipients, QuotaAnswer *ret_answer, GError **error);
/* The recipient's copy has left. hold may be NULL. */
void quota_hold_commit (QuotaHold *hold, unsigned recipient);

/* Counts as a record says they were: so much under the key that one more fits from `until` on as far
 * as that window goes. In memory alone. */
Quotas *quotas_recorded (const char *key, unsigned window, int64_t used, int64_t until,
                         int64_t now);

#endif
