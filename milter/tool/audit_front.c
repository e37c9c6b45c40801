/* SPDX-License-Identifier: BSD-2-Clause */

/* What the report begins with: the day in a few figures, and whether its log can be trusted. */

#include <string.h>

#include "audit_html.h"
#include "audit_page.h"

void
page_summary (Page *page)
{
    const Figures *figures = page->figures;

    g_string_append (page->html, "<dl class=\"facts\">");
    page_number_fact (page, W_MESSAGES, g_hash_table_size (figures->messages));
    page_number_fact (page, W_DECISIONS, figures->all.count);
    page_number_fact (page, W_PEOPLE, g_hash_table_size (figures->all.people));
    page_number_fact (page, W_SENDERS, g_hash_table_size (figures->all.senders));
    for (unsigned i = 0; i < OUTCOMES; i++)
        page_part_fact (page, W_DELIVER + i, figures->all.outcomes[i], figures->all.count);
    page_number_fact (page, W_TURNED_AWAY, figures->failures_recorded);
    if (figures->asked_again > 0)
        page_number_fact (page, W_ASKED_AGAIN, figures->asked_again);
    g_string_append (page->html, "</dl>");
    page_note (page, W_GLOSSARY);
}

static void
add_list (Page *page, const GPtrArray *list)
{
    g_string_append (page->html, "<ul>");
    for (unsigned i = 0; i < list->len; i++)
        html_element (page->html, "li", g_ptr_array_index (list, i));
    g_string_append (page->html, "</ul>");
}

/* "1 – 27 973"; caller frees. */
static char *
format_range (uint64_t first, uint64_t last)
{
    g_autofree char *from = html_digits (first);
    g_autofree char *to = html_digits (last);

    return g_strdup_printf ("%s – %s", from, to);
}

/* "24 November 2026, 23:59 UTC, record 27 972"; caller frees. */
static char *
format_checkpoint (const Page *page)
{
    const AuditVerdict *verdict = page->verdict;

    if (!verdict->sealed_at)
        return g_strdup (page_word (page, W_NO_CHECKPOINT));
    g_autofree char *time = audit_story_time (page_story_language (page), verdict->sealed_at);
    g_autofree char *number = html_digits (verdict->sealed);
    return g_strdup_printf ("%s, %s %s", time, page_word (page, W_RECORD), number);
}

void
page_integrity (Page *page)
{
    const AuditVerdict *verdict = page->verdict;
    bool whole = verdict->problems->len == 0;
    g_autofree char *records = format_range (verdict->first, verdict->last);
    g_autofree char *sealed = format_checkpoint (page);
    g_autofree char *outside = verdict->outside ? format_range (1, verdict->outside)
                                                : g_strdup (page_word (page, W_NO_OUTSIDE));

    page_heading (page, W_INTEGRITY);
    html_element (page->html, whole ? "p class=\"good\"" : "p class=\"bad\"",
                  page_word (page, whole              ? W_WHOLE
                                   : verdict->foreign ? W_NOT_CONFIRMED
                                                      : W_NOT_WHOLE));
    add_list (page, verdict->problems);
    g_string_append (page->html, "<dl class=\"plain\">");
    page_fact (page, W_RECORDS, records);
    page_fact (page, W_CHECKPOINT, sealed);
    page_fact (page, W_OUTSIDE, outside);
    page_fact (page, W_KEY, verdict->key ? verdict->key : page_word (page, W_UNKNOWN));
    page_fact (page, W_LOG, verdict->log ? verdict->log : page_word (page, W_UNKNOWN));
    page_fact (page, W_CHECK, page_word (page, W_HOW_TO_CHECK));
    g_string_append (page->html, "</dl>");
}
