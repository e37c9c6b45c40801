/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_BASE_JOURNAL_H
#define LICET_BASE_JOURNAL_H

#include <glib.h>
#include <stdbool.h>

/*
 * The native protocol of systemd's journal, without its library: one datagram for an entry, a line for a
 * field (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). text and queue id are one line and have no control
 * characters. Safe from all threads.
 */

/* Whether standard error leads to the journal: JOURNAL_STREAM of systemd.exec(5) names what fd is. */
bool journal_has (int fd, const char *stream);

/* -1: nobody listens there. */
int journal_connect (const char *path);

/* MESSAGE is the line of syslog, whose word for the level is PRIORITY here. LICET_QUEUE_ID is queue_id, which may be NULL, and what the text begins with as
 * "milter: class=mixed route=split" has a field each: LICET_EDGE, LICET_CLASS, LICET_ROUTE. Caller frees. */
char *journal_entry (int priority, const char *ident, const char *queue_id, const char *text);
bool journal_send (int fd, const char *entry);

#endif
