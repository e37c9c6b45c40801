/* SPDX-License-Identifier: BSD-2-Clause */

/* What Postfix's log says of a queue id: "… postfix/qmgr[23125]: ID: from=<…>, … (queue active)" */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doubt.h"

/* A doubt is settled within minutes; this much of a log is more than an hour of a large site. */
enum { TAIL_BYTES = 64 << 20 };

/* The name of the program before its "[pid": "qmgr" of "postfix/qmgr[23125". */
static char *
program_of (const char *line, const char *bracket)
{
    const char *open = bracket;

    while (open > line && *open != '[')
        open--;
    const char *start = open;
    while (start > line && start[-1] != '/' && start[-1] != ' ')
        start--;
    return g_strndup (start, (size_t)(open - start));
}

static LogEvidence
judge (const char *program, const char *text)
{
    bool manages = strcmp (program, "qmgr") == 0 || strcmp (program, "oqmgr") == 0;

    if (strcmp (program, "cleanup") == 0)
        return g_str_has_prefix (text, "milter-reject:") || g_str_has_prefix (text, "reject:")
                   ? LOG_REJECTED
                   : LOG_SILENT;
    if (manages && g_str_has_prefix (text, "from=<") && strstr (text, "(queue active)"))
        return LOG_TAKEN;
    if ((manages || strcmp (program, "postsuper") == 0) && g_str_has_prefix (text, "removed"))
        return LOG_TAKEN;
    return g_str_has_prefix (text, "to=<") && strstr (text, " status=") ? LOG_TAKEN
                                                                        : LOG_SILENT;
}

static LogEvidence
read_lines (FILE *file, const char *needle)
{
    LogEvidence found = LOG_SILENT;
    char *line = NULL;
    size_t size = 0;

    while (found != LOG_TAKEN && getline (&line, &size, file) > 0) {
        const char *at = strstr (line, needle);
        if (!at)
            continue;
        g_autofree char *program = program_of (line, at);
        found = MAX (found, judge (program, at + strlen (needle)));
    }
    bool failed = ferror (file);
    free (line);
    return failed && found != LOG_TAKEN ? LOG_UNKNOWN : found;
}

static LogEvidence
find_in (const char *path, const char *needle)
{
    struct stat status;
    int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen (fd, "r") : NULL;

    if (!file) {
        if (fd >= 0)
            close (fd);
        return LOG_UNKNOWN;
    }
    LogEvidence found = LOG_UNKNOWN;
    if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) &&
        (status.st_size <= TAIL_BYTES || fseeko (file, -TAIL_BYTES, SEEK_END) == 0))
        found = read_lines (file, needle);
    fclose (file);
    return found;
}

LogEvidence
postfix_log_find (const char *path, const char *queue_id)
{
    g_autofree char *needle = g_strdup_printf ("]: %s: ", queue_id);
    g_autofree char *before = g_strconcat (path, ".1", NULL);
    LogEvidence found = find_in (path, needle);

    return found == LOG_SILENT ? MAX (found, find_in (before, needle)) : found;
}
