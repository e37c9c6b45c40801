/* SPDX-License-Identifier: BSD-2-Clause */

/* licet audit show and find: in words, one record and what else the log has of the same mail to the same
 * person, and all that it has of one person. */

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "licet/audit_story.h"
#include "licet/utf8.h"

typedef struct {
    uint64_t seq;
    StoryLanguage language;
    bool json, found;
    char *queue_id, *subject; /* of the record that was found */
} Show;

/* What strangers wrote is in it, and who reads it has a terminal. */
static void
print_clean (const char *start, const char *text)
{
    g_autofree char *clean = utf8_without_controls (text);

    printf ("%s%s\n", start, clean);
}

static void
print_story (const AuditRow *row, StoryLanguage language)
{
    g_autoptr (GPtrArray) paragraphs = audit_story (row, language);

    printf ("%s %" G_GUINT64_FORMAT "\n", language == STORY_EN ? "Record" : "Asiento",
            row->seq);
    for (unsigned i = 0; i < paragraphs->len; i++)
        print_clean ("  ", g_ptr_array_index (paragraphs, i));
}

static void
print_rules (const AuditRow *row, StoryLanguage language)
{
    for (unsigned i = 0; i < row->rules->len; i++) {
        const AuditRule *rule = &g_array_index (row->rules, AuditRule, i);
        g_autofree char *saw =
            rule->evidence ? audit_story_phrase (language, rule->evidence) : NULL;
        g_autofree char *verdict = audit_story_verdict (language, rule);
        g_autofree char *text = g_strdup_printf ("%s (%s): %s%s%s.", rule->id ? rule->id : "-",
                                                 rule->source ? rule->source : "-", verdict,
                                                 saw ? ". " : "", saw ? saw : "");
        print_clean ("    ", text);
    }
}

static bool
show_wanted (const AuditRow *row, void *data)
{
    Show *show = data;

    if (row->seq != show->seq)
        return row->seq < show->seq;
    show->found = true;
    show->queue_id = g_strdup (row->queue_id);
    show->subject = g_strdup (row->subject);
    if (show->json) {
        printf ("%.*s\n", (int)row->length, row->line);
    } else {
        print_story (row, show->language);
        print_rules (row, show->language);
    }
    return false;
}

static bool
show_related (const AuditRow *row, void *data)
{
    const Show *show = data;

    if (row->seq != show->seq)
        print_story (row, show->language);
    return true;
}

static bool
scan (Show *show, const GPtrArray *files, GError **error)
{
    const AuditFilter all = { 0 };

    if (!audit_scan (files, &all, show_wanted, show, NULL, error))
        return false;
    if (!show->found || show->json || !show->queue_id || !show->subject)
        return true;
    const AuditFilter same = { .queue_id = show->queue_id, .subject = show->subject };
    return audit_scan (files, &same, show_related, show, NULL, error);
}

/* False after having said what is right. */
static bool
read_language (const AuditOptionsTool *options, StoryLanguage *ret_language)
{
    const char *language = options->language ? options->language : "en";
    bool spanish = strcmp (language, "es") == 0;

    if (!spanish && strcmp (language, "en") != 0) {
        tool_usage ("--language %s: right would be en or es", language);
        return false;
    }
    *ret_language = spanish ? STORY_ES : STORY_EN;
    return true;
}

int
audit_do_show (AuditOptionsTool *options, const char *operand)
{
    GError *error = NULL;
    char *end = NULL;
    Show show = { .seq = g_ascii_strtoull (operand, &end, 10), .json = options->json };

    if (*end || show.seq == 0)
        return tool_usage ("audit show %s: right would be the number of a record", operand);
    if (!read_language (options, &show.language))
        return EX_USAGE;
    g_autoptr (GPtrArray) files = audit_files (audit_log_path (options), &error);
    bool ok = files && scan (&show, files, &error);
    g_free (show.queue_id);
    g_free (show.subject);
    if (!ok)
        return tool_fail (error);
    if (show.found)
        return EX_OK;
    fprintf (stderr, "licet: there is no record %s, or retention took its file\n", operand);
    return EX_NOINPUT;
}

static bool
tell_found (const AuditRow *row, void *data)
{
    const Show *show = data;

    print_story (row, show->language);
    return !ferror (stdout);
}

/* Who asks about a person wants to read why; a line each is what search gives. */
int
audit_do_find (AuditOptionsTool *options, const char *operand)
{
    GError *error = NULL;
    AuditFilter filter;
    Show show = { 0 };
    int status = EX_OK;

    g_free (options->address);
    options->address = g_strdup (operand);
    if (options->json)
        return audit_do_search (options, NULL);
    if (!read_language (options, &show.language))
        return EX_USAGE;
    if (!audit_filter (options, &filter, &status))
        return status;
    g_autoptr (GPtrArray) files = audit_files (audit_log_path (options), &error);
    if (files && audit_scan (files, &filter, tell_found, &show, NULL, &error))
        return EX_OK;
    return tool_fail (error);
}
