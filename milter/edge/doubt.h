/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_DOUBT_H
#define LICET_EDGE_DOUBT_H

#include <stdbool.h>
#include <stdint.h>

#include "licet/settings.h"

/*
 * A copy was let in as a queue id, and then nothing more was heard: did Postfix commit it? Postfix
 * cannot be asked by content, but what it wrote down can be read: its queue, through the socket of
 * showq(8), and its log. Both may be out of reach; that is no evidence.
 */
typedef enum {
    QUEUE_UNKNOWN, /* showq could not be asked */
    QUEUE_ABSENT,  /* the whole list was read */
    QUEUE_INCOMING, /* no proof: Postfix shows a file before it is synced, and may remove it again */
    QUEUE_MOVED, /* the queue manager has taken it: active or deferred */
    QUEUE_HELD,  /* like incoming while young: it gets there before it is synced */
} QueueEvidence;

typedef enum {
    LOG_UNKNOWN,  /* the log could not be read */
    LOG_SILENT,   /* it says nothing that matters */
    LOG_REJECTED, /* cleanup(8) did not get the guard's answer, or refused the copy */
    LOG_TAKEN,    /* the queue manager or a delivery agent had it */
} LogEvidence;

typedef enum {
    DOUBT_THERE,     /* Postfix has it, or had it */
    DOUBT_NOT_THERE, /* it never got there */
    DOUBT_WAIT,      /* too early to say */
    DOUBT_OPEN,      /* nothing will ever say */
} DoubtVerdict;

/* The table alone. seconds since it was let in; settle: after which Postfix has committed or given
 * up for certain. */
DoubtVerdict doubt_weigh (QueueEvidence queue, LogEvidence log, int64_t seconds,
                          int64_t settle);

/* Looks, and weighs. *ret_evidence is a line for the log. Caller frees. */
DoubtVerdict doubt_settle (const Settings *settings, const char *queue_id, int64_t seconds,
                           char **ret_evidence);

/* directory: Postfix's queue_directory. */
QueueEvidence postfix_queue_find (const char *directory, const char *queue_id);
/* Looks through the file, back from its end, and then through the one rotated before it ("PATH.1"), some
 * seconds long each. */
LogEvidence postfix_log_find (const char *path, const char *queue_id);

#endif
