/* SPDX-License-Identifier: BSD-2-Clause */

/* One line per event to stderr (where a supervisor reads it), to the journal or to syslog. */

#include "licet/log.h"

#include "journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

/* The process has one log, set once by main before there are threads. */
static LogTarget log_target = LOG_TO_STDERR;
static const char *log_ident = "licetd";
static int log_journal = -1;

void
log_open (const char *ident, LogTarget target)
{
    log_target = target;
    log_ident = ident;
    if (target == LOG_TO_SYSLOG)
        openlog (ident, LOG_PID | LOG_NDELAY, LOG_MAIL);
    else if (log_journal < 0 && journal_has (STDERR_FILENO, g_getenv ("JOURNAL_STREAM")))
        log_journal = journal_connect ("/run/systemd/journal/socket");
}

/* What comes from a peer must not start a line, nor a field of the journal, of its own. */
static void
replace_controls (char *text)
{
    for (char *c = text; c && *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
}

static bool
write_entry (int priority, const char *queue_id, const char *text)
{
    if (log_journal < 0)
        return false;
    g_autofree char *entry = journal_entry (priority, log_ident, queue_id, text);
    return journal_send (log_journal, entry);
}

static void G_GNUC_PRINTF (3, 0)
    write_line (int priority, const char *given_id, const char *format, va_list args)
{
    static const char *const words[] = {
        [LOG_ERR] = "error: ", [LOG_WARNING] = "warning: ", [LOG_INFO] = ""
    };
    g_autofree char *text = g_strdup_vprintf (format, args), *queue_id = g_strdup (given_id);

    replace_controls (text);
    replace_controls (queue_id);
    if (log_target == LOG_TO_SYSLOG)
        syslog (priority, "%s%s%s%s", queue_id ? queue_id : "", queue_id ? ": " : "",
                words[priority], text);
    else if (!write_entry (priority, queue_id, text))
        fprintf (stderr, "%s: %s%s%s%s\n", log_ident, queue_id ? queue_id : "",
                 queue_id ? ": " : "", words[priority], text);
}

void
log_info (const char *queue_id, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    write_line (LOG_INFO, queue_id, format, args);
    va_end (args);
}

void
log_warning (const char *queue_id, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    write_line (LOG_WARNING, queue_id, format, args);
    va_end (args);
}

void
log_error (const char *queue_id, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    write_line (LOG_ERR, queue_id, format, args);
    va_end (args);
}
