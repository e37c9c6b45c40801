/* SPDX-License-Identifier: BSD-2-Clause */

/* What Postfix's log says of a queue id: "… postfix/qmgr[23125]: ID: from=<…>, … (queue active)" */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doubt.h"

/* Postfix comes again after minutes, after an hour, or when licetd is back: no number of bytes is old
 * enough. Time bounds the look instead; what was not reached says nothing. */
#define LOOK_MICROSECONDS (5 * G_USEC_PER_SEC)
enum { BLOCK_BYTES = 1 << 20 };

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

/* The line around *at, which moves to the line's end. *ret_first: nothing of this id stands before. */
static LogEvidence
judge_line (const char *block, const char *end, const char **at, size_t needle_length,
            bool *ret_first)
{
    const char *before = memrchr (block, '\n', (size_t)(*at - block));
    const char *start = before ? before + 1 : block;
    const char *stop = memchr (*at, '\n', (size_t)(end - *at));
    g_autofree char *line = g_strndup (start, (size_t)((stop ? stop : end) - start));
    g_autofree char *program = program_of (line, line + (*at - start));
    const char *text = line + (*at - start) + needle_length;

    if (strcmp (program, "smtpd") == 0 && g_str_has_prefix (text, "client="))
        *ret_first = true;
    *at = stop ? stop : end;
    return judge (program, text);
}

/* Short queue ids come again: what stands before the line with which this one came is another copy's. */
static LogEvidence
judge_block (const char *block, size_t length, const char *needle, bool *ret_first)
{
    LogEvidence found = LOG_SILENT;
    size_t needle_length = strlen (needle);
    const char *end = block + length, *at = block;

    while ((at = memmem (at, (size_t)(end - at), needle, needle_length)) != NULL) {
        bool first = false;
        LogEvidence line = judge_line (block, end, &at, needle_length, &first);
        found = first ? LOG_SILENT : MAX (found, line);
        *ret_first = *ret_first || first;
    }
    return found;
}

/* Back from the end, in whole lines: what is asked for is mostly there. */
static LogEvidence
read_back (int fd, off_t end, const char *needle, bool *ret_first)
{
    g_autofree char *block = g_malloc (BLOCK_BYTES);
    LogEvidence found = LOG_SILENT;
    gint64 deadline = g_get_monotonic_time () + LOOK_MICROSECONDS;

    while (end > 0 && found != LOG_TAKEN && !*ret_first) {
        off_t start = MAX (end - BLOCK_BYTES, 0);
        size_t length = (size_t)(end - start);
        if (g_get_monotonic_time () > deadline ||
            pread (fd, block, length, start) != (ssize_t)length)
            return LOG_UNKNOWN;
        const char *whole = start > 0 ? memchr (block, '\n', length - 1) : NULL;
        size_t skip = whole ? (size_t)(whole + 1 - block) : 0;
        LogEvidence here = judge_block (block + skip, length - skip, needle, ret_first);
        found = MAX (found, here);
        end = start + (off_t)skip;
    }
    return found;
}

static LogEvidence
find_in (const char *path, const char *needle, bool *ret_first)
{
    struct stat status;
    int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    LogEvidence found = LOG_UNKNOWN;

    if (fd < 0)
        return LOG_UNKNOWN;
    if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
        found = read_back (fd, status.st_size, needle, ret_first);
    close (fd);
    return found;
}

LogEvidence
postfix_log_find (const char *path, const char *queue_id)
{
    g_autofree char *needle = g_strdup_printf ("]: %s: ", queue_id);
    g_autofree char *before = g_strconcat (path, ".1", NULL);
    bool first = false;
    LogEvidence found = find_in (path, needle, &first);

    if (found != LOG_SILENT || first)
        return found;
    LogEvidence earlier = find_in (before, needle, &first);
    return MAX (found, earlier);
}
