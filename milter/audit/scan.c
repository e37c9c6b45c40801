/* SPDX-License-Identifier: BSD-2-Clause */

/* Search reads all; a line is taken apart only when what is asked for stands somewhere in it, and its
 * time is not out of question: reading JSON takes thirty times as long. */

#include <string.h>

#include "licet/audit_read.h"
#include "licet/clock.h"
#include "licet/error.h"
#include "licet/seal.h"
#include "licet/utf8.h"
#include "row.h"

enum { MOST_NEEDLES = 9 };

static bool
is_same (const char *wanted, const char *found)
{
    return !wanted || (found && g_ascii_strcasecmp (wanted, found) == 0);
}

/* What must stand in a line that fits: texts in quotes, as JSON writes them, and in small letters, since
 * what is asked for and what stands there are compared without case. */
typedef struct {
    const AuditFilter *filter;
    char *needles[MOST_NEEDLES];
    unsigned count;
    GString *lower; /* room for a line */
} Sieve;

/* A text with signs that JSON escapes is looked for in the row only. */
static void
add_needle (Sieve *sieve, const char *text)
{
    if (!text ||
        strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "+-_.:@") < strlen (text))
        return;
    g_autofree char *small = g_ascii_strdown (text, -1);
    sieve->needles[sieve->count++] = g_strdup_printf ("\"%s\"", small);
}

static void
sieve_init (Sieve *sieve, const AuditFilter *filter)
{
    /* Not a word of a line, but what is said of one. */
    bool is_unreadable = is_same (filter->record, "unreadable");
    const char *const texts[MOST_NEEDLES] = { filter->subject,
                                              filter->queue_id,
                                              is_unreadable ? NULL : filter->record,
                                              filter->rule,
                                              filter->territory,
                                              filter->outcome,
                                              filter->sender,
                                              filter->purpose,
                                              filter->class };

    *sieve = (Sieve){ .filter = filter, .lower = g_string_new (NULL) };
    for (unsigned i = 0; i < MOST_NEEDLES; i++)
        add_needle (sieve, texts[i]);
}

static void
sieve_clear (Sieve *sieve)
{
    for (unsigned i = 0; i < sieve->count; i++)
        g_free (sieve->needles[i]);
    g_string_free (sieve->lower, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sieve, sieve_clear)

/* The first member of that name is the record's own; within a text its quotes would be escaped. */
static bool
is_out_of_time (const AuditFilter *filter, const char *line, size_t length)
{
    static const char name[] = "\"time\":\"", shape[] = "2026-11-24T15:00:00Z";
    const char *at =
        filter->since || filter->until ? memmem (line, length, name, strlen (name)) : NULL;
    char text[sizeof shape];
    int64_t time = 0;

    if (!at || (size_t)(line + length - at) < strlen (name) + strlen (shape))
        return false;
    memcpy (text, at + strlen (name), strlen (shape));
    text[strlen (shape)] = '\0';
    return clock_parse (text, &time, NULL) && ((filter->since && time < filter->since) ||
                                               (filter->until && time >= filter->until));
}

static bool
may_fit (const Sieve *sieve, const char *line, size_t length)
{
    if (is_out_of_time (sieve->filter, line, length))
        return false;
    if (sieve->count == 0)
        return true;
    g_string_set_size (sieve->lower, length);
    utf8_lower_ascii (sieve->lower->str, line, length);
    for (unsigned i = 0; i < sieve->count; i++)
        if (!memmem (sieve->lower->str, length, sieve->needles[i], strlen (sieve->needles[i])))
            return false;
    return true;
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
show (const char *line, size_t length, const Sieve *sieve, AuditVisit visit, void *data)
{
    ParsedRow parsed;

    if (!may_fit (sieve, line, length) ||
        (!row_parse (&parsed, line, length) && !row_of_unreadable (&parsed, line, length)))
        return true;
    bool go_on = !fits (sieve->filter, &parsed.row) || visit (&parsed.row, data);
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
    g_auto (Sieve) sieve = { 0 };

    sieve_init (&sieve, filter);
    for (const char *line = text; !progress->stopped && line < end &&
                                  (newline = memchr (line, '\n', (size_t)(end - line))) != NULL;
         line = newline + 1) {
        progress->lines++;
        progress->bytes = (size_t)(newline + 1 - text);
        progress->stopped = !show (line, (size_t)(newline - line), &sieve, visit, data);
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

static bool
note_time (const AuditRow *row, void *data)
{
    *(int64_t *)data = row->at;
    return false;
}

bool
audit_reaches (const GPtrArray *files, int64_t since)
{
    const AuditFilter all = { 0 };
    int64_t first = 0;

    return audit_scan (files, &all, note_time, &first, NULL, NULL) && first > 0 &&
           first <= since;
}

/* A record has one, but more do no harm: who is named is kept. */
static void
note_subjects (GHashTable *subjects, const char *line, size_t length)
{
    static const char name[] = "\"subject\":\"";
    const char *end = line + length, *at = line;

    while ((at = memmem (at, (size_t)(end - at), name, strlen (name)))) {
        at += strlen (name);
        if (end - at < SEAL_HEX - 1)
            return;
        g_hash_table_add (subjects, g_strndup (at, SEAL_HEX - 1));
    }
}

GHashTable *
audit_subjects_since (const GPtrArray *files, int64_t since, const int *stop, GError **error)
{
    const AuditFilter filter = { .since = since };
    g_autoptr (GHashTable) subjects =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned i = 0; i < files->len; i++) {
        g_autoptr (GError) cause = NULL;
        g_autoptr (GMappedFile) file =
            g_mapped_file_new (g_ptr_array_index (files, i), FALSE, &cause);
        if (!file) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
            return NULL;
        }
        const char *line = g_mapped_file_get_contents (file), *newline;
        const char *end = line + g_mapped_file_get_length (file);
        for (; line < end && !(stop && g_atomic_int_get (stop)) &&
               (newline = memchr (line, '\n', (size_t)(end - line))) != NULL;
             line = newline + 1)
            if (!is_out_of_time (&filter, line, (size_t)(newline - line)))
                note_subjects (subjects, line, (size_t)(newline - line));
    }
    return g_steal_pointer (&subjects);
}
