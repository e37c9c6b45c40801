/* SPDX-License-Identifier: BSD-2-Clause */

#include "doubt.h"

#include <string.h>

DoubtVerdict
doubt_weigh (QueueEvidence queue, LogEvidence log, int64_t seconds, int64_t settle)
{
    /* A clock that was set back must not keep a copy waiting for hours. */
    bool settled = seconds >= settle || seconds < -settle;

    if (log == LOG_TAKEN || queue == QUEUE_MOVED || (queue == QUEUE_HELD && settled))
        return DOUBT_THERE;
    if (queue == QUEUE_INCOMING || queue == QUEUE_HELD)
        return DOUBT_WAIT;
    if (log == LOG_REJECTED)
        return DOUBT_NOT_THERE;
    return settled ? DOUBT_OPEN : DOUBT_WAIT;
}

/* A file that moves from one queue to the next while showq reads may be missed; not twice. */
static QueueEvidence
look_at_queue (const char *directory, const char *queue_id)
{
    if (!*directory)
        return QUEUE_UNKNOWN;
    QueueEvidence first = postfix_queue_find (directory, queue_id);
    return first == QUEUE_ABSENT ? postfix_queue_find (directory, queue_id) : first;
}

static LogEvidence
look_at_log (const char *path, const char *queue_id)
{
    return *path ? postfix_log_find (path, queue_id) : LOG_UNKNOWN;
}

DoubtVerdict
doubt_settle (const Settings *settings, const char *queue_id, int64_t seconds,
              char **ret_evidence)
{
    static const char *const queue_words[] = { "unknown", "absent", "incoming", "moved",
                                               "held" };
    static const char *const log_words[] = { "unknown", "silent", "rejected", "taken" };
    /* The queue first: what leaves it in between is in the log by then. */
    QueueEvidence queue = look_at_queue (settings->postfix_queue, queue_id);
    LogEvidence log = look_at_log (settings->mail_log, queue_id);

    *ret_evidence = g_strdup_printf ("queue=%s log=%s seconds=%" G_GINT64_FORMAT,
                                     queue_words[queue], log_words[log], seconds);
    return doubt_weigh (queue, log, seconds, settings->doubt_seconds);
}
