/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_LOG_H
#define LICET_LOG_H

#include <glib.h>
#include <stdbool.h>

/*
 * The only logger, for the daemon's edges and main; code below the edge returns errors and
 * never logs. A line holds no address, key or token. Control characters are replaced, so that
 * nobody can forge a line. Safe from all threads.
 */
typedef enum {
    LOG_TO_STDERR, /* with level and fields where it leads to systemd's journal */
    LOG_TO_SYSLOG, /* facility mail, as Postfix */
} LogTarget;

/* ident is kept, not copied. */
void log_open (const char *ident, LogTarget target);

/* queue_id is Postfix's, or NULL when there is none yet. */
void log_info (const char *queue_id, const char *format, ...) G_GNUC_PRINTF (2, 3);
void log_warning (const char *queue_id, const char *format, ...) G_GNUC_PRINTF (2, 3);
void log_error (const char *queue_id, const char *format, ...) G_GNUC_PRINTF (2, 3);

#endif
