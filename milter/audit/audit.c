/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The file of the log: whole lines, appended in one write and synced before the caller goes on.
 * After a failed write or sync the file may end in half a line; it is not written to again
 * until it was reopened, since a second fsync could claim a success that the first one lost.
 */

#include "licet/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "licet/error.h"
#include "record.h"

struct Audit {
    GMutex lock;
    char *path;
    int fd;
    bool broken;
};

static int
open_log (const char *path, GError **error)
{
    int fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

    if (fd < 0)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                     g_strerror (errno));
    return fd;
}

Audit *
audit_open (const char *path, GError **error)
{
    int fd = open_log (path, error);

    if (fd < 0)
        return NULL;
    Audit *audit = g_new0 (Audit, 1);
    g_mutex_init (&audit->lock);
    audit->path = g_strdup (path);
    audit->fd = fd;
    return audit;
}

bool
audit_reopen (Audit *audit, GError **error)
{
    int fd = open_log (audit->path, error);

    if (fd < 0)
        return false;
    g_mutex_lock (&audit->lock);
    close (audit->fd);
    audit->fd = fd;
    audit->broken = false;
    g_mutex_unlock (&audit->lock);
    return true;
}

void
audit_free (Audit *audit)
{
    if (!audit)
        return;
    close (audit->fd);
    g_mutex_clear (&audit->lock);
    g_free (audit->path);
    g_free (audit);
}

static bool
write_all (int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write (fd, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

static bool
append_lines (Audit *audit, const GString *lines, GError **error)
{
    int saved = 0;

    g_mutex_lock (&audit->lock);
    if (!audit->broken &&
        (!write_all (audit->fd, lines->str, lines->len) || fdatasync (audit->fd) != 0)) {
        saved = errno;
        audit->broken = true;
    }
    bool ok = !audit->broken;
    g_mutex_unlock (&audit->lock);
    if (!ok)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", audit->path,
                     saved ? g_strerror (saved)
                           : "not written since an earlier failure; reload opens it again");
    return ok;
}

static bool
is_wanted (const GArray *only, unsigned recipient)
{
    for (unsigned i = 0; only && i < only->len; i++)
        if (g_array_index (only, unsigned, i) == recipient)
            return true;
    return !only;
}

bool
audit_decisions (Audit *audit, Ledger *ledger, const Envelope *envelope, const Plan *plan,
                 const char *edge, const GArray *only, int64_t now, GError **error)
{
    g_autoptr (GString) lines = g_string_new (NULL);

    for (unsigned i = 0; i < plan->decisions->len; i++) {
        if (!is_wanted (only, i))
            continue;
        g_autofree char *subject =
            ledger_subject (ledger, plan_decision (plan, i)->facts->address, error);
        if (!subject)
            return false;
        g_autofree char *line = record_decision (envelope, plan, i, subject, edge, now);
        g_string_append_printf (lines, "%s\n", line);
    }
    return append_lines (audit, lines, error);
}

bool
audit_outcome (Audit *audit, Ledger *ledger, const Envelope *envelope, unsigned recipient,
               const char *outcome, const char *reply, const char *submitted_queue_id,
               int64_t now, GError **error)
{
    g_autoptr (GString) lines = g_string_new (NULL);
    g_autofree char *address = record_recipient (envelope, recipient);
    g_autofree char *subject = ledger_subject (ledger, address, error);

    if (!subject)
        return false;
    g_autofree char *line =
        record_outcome (envelope, subject, outcome, reply, submitted_queue_id, now);
    g_string_append_printf (lines, "%s\n", line);
    return append_lines (audit, lines, error);
}
