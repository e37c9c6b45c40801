/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_QUOTA_H
#define LICET_QUOTA_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * How much was sent under which key in the last minute, hour and day, and whether one more fits. Counts are
 * in memory, by minutes (a day is the last 1,440 of them, the minute is that of the clock), and kept
 * in one SQLite file of the daemon's: at most a second after a message, and at the end. What a
 * crash loses is the last of that. Safe from several threads.
 */
enum { QUOTA_MINUTE, QUOTA_HOUR, QUOTA_DAY, QUOTA_WINDOWS };

typedef struct Quotas Quotas;

/* UNAVAILABLE or MALFORMED when the file cannot be read. */
Quotas *quotas_open (const char *path, int64_t now, GError **error);
/* Writes what has changed. UNAVAILABLE when it cannot; nothing is lost in memory. */
bool quotas_save (Quotas *quotas, GError **error);
/* Without saving. */
void quotas_free (Quotas *quotas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Quotas, quotas_free)

typedef struct {
    char *key;
    int64_t used[QUOTA_WINDOWS];
} QuotaUse;
/* Of all keys with something in the last day, in their order. Caller owns: of QuotaUse. */
GPtrArray *quotas_list (Quotas *quotas, int64_t now);

typedef struct {
    const char *key;
    bool per_message;            /* counts the message once, whoever its recipients are */
    int64_t most[QUOTA_WINDOWS]; /* -1: no limit */
} QuotaLimit;

typedef struct {
    unsigned limit, window; /* which of the limits, and of its numbers */
    int64_t used;
    int64_t until; /* when one more fits if nothing else comes; 0: never */
} QuotaFull;

/* What one message has taken: given back when the hold is freed, but for what was committed. */
typedef struct QuotaHold QuotaHold;
QuotaHold *quota_hold_new (Quotas *quotas, int64_t now);
void quota_hold_free (QuotaHold *hold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QuotaHold, quota_hold_free)

/* For one recipient: takes one of each limit, or none and says which is used up. */
bool quota_hold_take (QuotaHold *hold, const QuotaLimit *limits, unsigned count,
                      unsigned recipient, QuotaFull *ret_full);
/* The recipient's copy has left. hold may be NULL. */
void quota_hold_commit (QuotaHold *hold, unsigned recipient);

#endif
