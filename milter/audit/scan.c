/* SPDX-License-Identifier: BSD-2-Clause */

/* Search reads all; a line is taken apart only when the bytes asked for stand somewhere in it. */

#include <string.h>

#include "licet/audit_read.h"
#include "licet/error.h"
#include "row.h"

/* A text that must stand in a fitting line, as JSON writes it. Only for texts that a record holds
 * in the spelling that they are asked for in. */
static bool
has_text (const char *line, size_t length, const char *text)
{
    return !text || memmem (line, length, text, strlen (text));
}

static bool
may_fit (const AuditFilter *filter, const char *line, size_t length)
{
    return has_text (line, length, filter->subject) &&
           has_text (line, length, filter->queue_id) && has_text (line, length, filter->record);
}

static bool
is_same (const char *wanted, const char *found)
{
    return !wanted || (found && g_ascii_strcasecmp (wanted, found) == 0);
}

static bool
has_rule (const AuditRow *row, const char *id)
{
    if (!id || is_same (id, row->rule))
        return true;
    for (unsigned i = 0; i < row->rules->len; i++) {
        const AuditRule *rule = &g_array_index (row->rules, AuditRule, i);
        if (is_same (id, rule->id) && g_strcmp0 (rule->verdict, "violated") == 0)
            return true;
    }
    return false;
}

static bool
has_purpose (const AuditRow *row, const char *purpose)
{
    return is_same (purpose, row->purpose) || is_same (purpose, row->promo_purpose);
}

static bool
has_queue_id (const AuditRow *row, const char *queue_id)
{
    return !queue_id || g_strcmp0 (queue_id, row->queue_id) == 0 ||
           g_strcmp0 (queue_id, row->submitted_queue_id) == 0;
}

static bool
fits (const AuditFilter *filter, const AuditRow *row)
{
    return is_same (filter->record, row->record) && is_same (filter->subject, row->subject) &&
           has_queue_id (row, filter->queue_id) && has_rule (row, filter->rule) &&
           is_same (filter->territory, row->territory) &&
           is_same (filter->outcome, row->outcome) &&
           is_same (filter->sender, row->sender_domain) && has_purpose (row, filter->purpose) &&
           is_same (filter->class, row->class) &&
           (filter->since == 0 || row->at >= filter->since) &&
           (filter->until == 0 || row->at < filter->until);
}

static bool
show (const char *line, size_t length, const AuditFilter *filter, AuditVisit visit, void *data)
{
    ParsedRow parsed;

    if (!may_fit (filter, line, length) || !row_parse (&parsed, line, length))
        return true;
    bool go_on = !fits (filter, &parsed.row) || visit (&parsed.row, data);
    row_clear (&parsed);
    return go_on;
}

typedef struct {
    uint64_t lines;
    size_t bytes;
    bool stopped;
} Progress;

static void
scan (const char *text, size_t length, const AuditFilter *filter, AuditVisit visit, void *data,
      Progress *progress)
{
    const char *end = text + length, *newline;

    for (const char *line = text; !progress->stopped && line < end &&
                                  (newline = memchr (line, '\n', (size_t)(end - line))) != NULL;
         line = newline + 1) {
        progress->lines++;
        progress->bytes = (size_t)(newline + 1 - text);
        progress->stopped = !show (line, (size_t)(newline - line), filter, visit, data);
    }
}

size_t
audit_scan_text (const char *text, size_t length, const AuditFilter *filter, AuditVisit visit,
                 void *data)
{
    Progress progress = { 0 };

    scan (text, length, filter, visit, data, &progress);
    return progress.bytes;
}

bool
audit_scan (const GPtrArray *files, const AuditFilter *filter, AuditVisit visit, void *data,
            uint64_t *ret_read, GError **error)
{
    Progress progress = { 0 };

    for (unsigned i = 0; i < files->len && !progress.stopped; i++) {
        g_autoptr (GError) cause = NULL;
        g_autoptr (GMappedFile) file =
            g_mapped_file_new (g_ptr_array_index (files, i), FALSE, &cause);
        if (!file) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
            return false;
        }
        scan (g_mapped_file_get_contents (file), g_mapped_file_get_length (file), filter, visit,
              data, &progress);
    }
    if (ret_read)
        *ret_read = progress.lines;
    return true;
}
