/* SPDX-License-Identifier: BSD-2-Clause */

/* licet audit report: the figures as one page that stands alone. Sections in order, then the page. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "audit_figures.h"
#include "audit_html.h"
#include "audit_page.h"

enum { ROWS = 25, OFFENDERS = 10 };

static const unsigned class_colours[CLASSES] = { 0, 1, 2, 3 };
static const unsigned outcome_colours[OUTCOMES] = { 0, 1, 3, 5, 4 };
/* What was not delivered whole. */
static const unsigned changed_colours[] = { 1, 3, 5, 4 };

/* "14:00" within days, "2026-11-24" for longer stretches. */
static char **
bar_labels (const Figures *figures)
{
    char **labels = g_new0 (char *, figures->bucket_count + 1);
    bool hours = figures->bucket_seconds < 24 * 3600;
    bool one_day = figures->until - figures->since <= 24 * 3600;

    for (unsigned i = 0; i < figures->bucket_count; i++) {
        g_autofree char *time = clock_format (figures->since + i * figures->bucket_seconds);
        labels[i] = !hours    ? g_strndup (time, 10)
                    : one_day ? g_strndup (time + 11, 5)
                              : g_strdup_printf ("%.5s %.5s", time + 5, time + 11);
    }
    return labels;
}

static void
add_chart_table (Page *page, const Chart *chart)
{
    GString *html = page->html;

    g_string_append (html, "<details><summary>");
    html_text (html, page_word (page, W_MORE));
    g_string_append (html, "</summary><div class=\"scroll\"><table><thead><tr>");
    html_element (html, "th scope=\"col\"", page_word (page, W_FROM));
    for (unsigned s = 0; s < chart->series; s++)
        html_element (html, "th class=\"n\" scope=\"col\"", chart->names[s]);
    g_string_append (html, "</tr></thead><tbody>");
    for (unsigned i = 0; i < chart->count; i++) {
        g_string_append (html, "<tr>");
        html_element (html, "th scope=\"row\"", chart->labels[i]);
        for (unsigned s = 0; s < chart->series; s++)
            html_number (html, chart->values[i * chart->stride + s]);
        g_string_append (html, "</tr>");
    }
    g_string_append (html, "</tbody></table></div></details>");
}

/* "delivered whole: 12, stripped: 3" for who does not see the bar. */
static char *
describe (const Page *page, const unsigned *values, Word first, unsigned count)
{
    GString *text = g_string_new (NULL);

    for (unsigned i = 0; i < count; i++) {
        g_autofree char *digits = html_digits (values[i]);
        if (values[i] > 0)
            g_string_append_printf (text, "%s%s: %s", text->len ? ", " : "",
                                    page_word (page, first + i), digits);
    }
    return g_string_free (text, FALSE);
}

/* "transactional: 1183, promotional: 392" of all bars, for who does not see them. */
static char *
describe_chart (const Page *page, const unsigned *values, unsigned stride, Word first,
                unsigned series)
{
    unsigned sums[OUTCOMES] = { 0 };

    for (unsigned i = 0; i < page->figures->bucket_count; i++)
        for (unsigned s = 0; s < series; s++)
            sums[s] += values[i * stride + s];
    g_autofree char *all = describe (page, sums, first, series);
    g_auto (GStrv) around = g_strsplit (page_word (page, W_CHART), "#1", 2);
    return g_strconcat (around[0], *all ? all : "0", around[1], NULL);
}

static void
add_key (Page *page, Word first, const unsigned *colours, unsigned count)
{
    const char *names[OUTCOMES];

    for (unsigned i = 0; i < count; i++)
        names[i] = page_word (page, first + i);
    html_key (page->html, names, colours, count);
}

static void
add_chart (Page *page, Word title, Word first_name, unsigned series, const unsigned *colours,
           const unsigned *values, unsigned stride)
{
    const Figures *figures = page->figures;
    g_auto (GStrv) labels = bar_labels (figures);
    const char *names[OUTCOMES];

    for (unsigned s = 0; s < series; s++)
        names[s] = page_word (page, first_name + s);
    g_autofree char *description = describe_chart (page, values, stride, first_name, series);
    Chart chart = { .title = page_word (page, title),
                    .description = description,
                    .series = series,
                    .count = figures->bucket_count,
                    .names = names,
                    .colours = colours,
                    .stride = stride,
                    .values = values,
                    .labels = labels };
    page_heading (page, title);
    html_chart (page->html, &chart, ++page->charts);
    add_chart_table (page, &chart);
}

static void
add_outcomes (Page *page, const Measure *measure)
{
    g_autofree char *text = describe (page, measure->outcomes, W_DELIVER, OUTCOMES);

    html_parts (page->html, measure->outcomes, outcome_colours, OUTCOMES, text);
    for (unsigned i = 0; i < OUTCOMES; i++)
        html_number (page->html, measure->outcomes[i]);
}

static const char *
name_of (const Page *page, const Group *group)
{
    return *group->name ? group->name : page_word (page, W_UNKNOWN);
}

static void
add_rule (Page *page, const Group *group)
{
    g_string_append (page->html, "<tr>");
    html_element (page->html, "th scope=\"row\"", name_of (page, group));
    html_cell (page->html, group->source);
    html_number (page->html, group->violated);
    for (unsigned k = FIGURE_STRIP; k < OUTCOMES; k++)
        html_number (page->html, group->all.outcomes[k]);
    html_number (page->html, group->elsewhere);
    html_number (page->html, group->shadow);
    g_string_append (page->html, "</tr>");
}

static void
add_rules (Page *page)
{
    static const Word heads[] = { W_RULE, W_SOURCE, W_VIOLATED,  W_STRIP, W_DEFER,
                                  W_HOLD, W_REFUSE, W_ELSEWHERE, W_SHADOW };
    const Figures *figures = page->figures;
    unsigned unclear = 0, found = 0, shown = 0;
    g_autoptr (GPtrArray) groups = figures_deciding (figures->rules);

    page_heading (page, W_BY_RULE);
    for (unsigned i = 0; i < groups->len; i++)
        found += figures_rule_found (g_ptr_array_index (groups, i));
    unclear = groups->len - found;
    const uint64_t numbers[] = { g_hash_table_size (figures->rules_seen),
                                 g_hash_table_size (figures->rules_seen) - found, unclear };
    page_counted_note (page, W_RULES_NOTE, numbers, G_N_ELEMENTS (numbers));
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 2);
    for (unsigned i = 0; i < groups->len && shown < ROWS; i++) {
        const Group *group = g_ptr_array_index (groups, i);
        if (figures_rule_found (group)) {
            add_rule (page, group);
            shown++;
        }
    }
    page_end_table (page);
    page_rows_note (page, shown, found);
}

static void
add_territories (Page *page)
{
    static const Word heads[] = { W_TERRITORY, W_SHARES, W_DELIVER, W_STRIP,
                                  W_DEFER,     W_HOLD,   W_REFUSE };
    g_autoptr (GPtrArray) groups = figures_top (page->figures->territories, ROWS);

    page_heading (page, W_BY_TERRITORY);
    add_key (page, W_DELIVER, outcome_colours, OUTCOMES);
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 2);
    for (unsigned i = 0; i < groups->len; i++) {
        const Group *group = g_ptr_array_index (groups, i);
        g_string_append (page->html, "<tr>");
        bool unknown = strcmp (group->name, "XX") == 0;
        html_element (page->html, "th scope=\"row\"",
                      unknown ? page_word (page, W_NO_COUNTRY) : name_of (page, group));
        add_outcomes (page, &group->all);
        g_string_append (page->html, "</tr>");
    }
    page_end_table (page);
    page_rows_note (page, groups->len, g_hash_table_size (page->figures->territories));
}

static void
add_shares (Page *page, Word title, Word name, GHashTable *table)
{
    const Word heads[] = { name, W_BY_CLASS, W_COUNT, W_SHARE, W_CONSENTED };
    g_autoptr (GPtrArray) groups = figures_top (table, ROWS);

    page_heading (page, title);
    if (groups->len == 0)
        page_note (page, W_NONE);
    else if (name == W_TEMPLATE)
        page_note (page, W_TEMPLATE_NOTE);
    add_key (page, W_TRANSACTIONAL, class_colours, CLASSES);
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 2);
    for (unsigned i = 0; i < groups->len; i++) {
        const Group *group = g_ptr_array_index (groups, i);
        unsigned mix[CLASSES];
        for (unsigned k = 0; k < CLASSES; k++)
            mix[k] = group->classes[0][k] + group->classes[1][k];
        g_autofree char *text = describe (page, mix, W_TRANSACTIONAL, CLASSES);
        g_string_append (page->html, "<tr>");
        html_element (page->html, "th scope=\"row\"", name_of (page, group));
        html_parts (page->html, mix, class_colours, CLASSES, text);
        html_number (page->html, group->all.count);
        html_percent (page->html, group->all.share, group->all.count, page_has_comma (page));
        html_percent (page->html, group->all.consented, group->all.count,
                      page_has_comma (page));
        g_string_append (page->html, "</tr>");
    }
    page_end_table (page);
    page_rows_note (page, groups->len, g_hash_table_size (table));
}

static double
part_of (const unsigned *mix, unsigned class)
{
    double sum = 0;

    for (unsigned i = 0; i < CLASSES; i++)
        sum += mix[i];
    return sum > 0 ? 100 * mix[class] / sum : 0;
}

static bool
is_empty (const unsigned *mix)
{
    for (unsigned i = 0; i < CLASSES; i++)
        if (mix[i] > 0)
            return false;
    return true;
}

/* Beside a half without any mail there is nothing that changed. */
static void
add_changes (Page *page, const Group *group)
{
    bool one_half = is_empty (group->classes[0]) || is_empty (group->classes[1]);

    for (unsigned k = 0; k < CLASSES; k++)
        if (one_half)
            html_element (page->html, "td class=\"n\"", "–");
        else
            html_change (page->html,
                         part_of (group->classes[1], k) - part_of (group->classes[0], k),
                         page_has_comma (page));
}

static void
add_shift (Page *page)
{
    static const Word heads[] = { W_SENDER,      W_FIRST_HALF, W_SECOND_HALF, W_TRANSACTIONAL,
                                  W_PROMOTIONAL, W_MIXED,      W_PERSONAL };
    g_autoptr (GPtrArray) groups = figures_top (page->figures->senders, ROWS);

    page_heading (page, W_SHIFT);
    page_note (page, W_SHIFT_NOTE);
    add_key (page, W_TRANSACTIONAL, class_colours, CLASSES);
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 3);
    for (unsigned i = 0; i < groups->len; i++) {
        const Group *group = g_ptr_array_index (groups, i);
        g_string_append (page->html, "<tr>");
        html_element (page->html, "th scope=\"row\"", name_of (page, group));
        for (unsigned half = 0; half < 2; half++) {
            g_autofree char *text =
                describe (page, group->classes[half], W_TRANSACTIONAL, CLASSES);
            html_parts (page->html, group->classes[half], class_colours, CLASSES, text);
        }
        add_changes (page, group);
        g_string_append (page->html, "</tr>");
    }
    page_end_table (page);
    page_rows_note (page, groups->len, g_hash_table_size (page->figures->senders));
}

static const char *
basis_word (const Page *page, const char *basis)
{
    return audit_story_word (page_story_language (page), basis);
}

static void
add_bases (Page *page)
{
    static const Word heads[] = { W_BASIS, W_COUNT, W_PEOPLE };
    g_autoptr (GPtrArray) groups = figures_top (page->figures->bases, ROWS);

    page_heading (page, W_BASES);
    page_note (page, groups->len ? W_BASES_NOTE : W_NONE);
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 1);
    for (unsigned i = 0; i < groups->len; i++) {
        const Group *group = g_ptr_array_index (groups, i);
        g_string_append (page->html, "<tr>");
        html_element (page->html, "th class=\"w\" scope=\"row\"",
                      *group->name ? basis_word (page, group->name)
                                   : page_word (page, W_NO_BASIS));
        html_number (page->html, group->all.count);
        html_number (page->html, g_hash_table_size (group->all.people));
        g_string_append (page->html, "</tr>");
    }
    page_end_table (page);
}

/* One row per measure, one column per class: the same question to each. */
static void
add_side_by_side (Page *page)
{
    static const Word heads[] = { W_MEASURE, W_TRANSACTIONAL, W_PROMOTIONAL, W_MIXED,
                                  W_PERSONAL };
    const Measure *measures = page->figures->classes;
    GString *html = page->html;

    page_heading (page, W_SIDE);
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 1);
    page_begin_row (page, W_COUNT);
    for (unsigned k = 0; k < CLASSES; k++)
        html_number (html, measures[k].count);
    page_begin_row (page, W_PEOPLE);
    for (unsigned k = 0; k < CLASSES; k++)
        html_number (html, g_hash_table_size (measures[k].people));
    page_begin_row (page, W_SENDERS);
    for (unsigned k = 0; k < CLASSES; k++)
        html_number (html, g_hash_table_size (measures[k].senders));
    for (unsigned o = 0; o < OUTCOMES; o++) {
        page_begin_row (page, W_DELIVER + o);
        for (unsigned k = 0; k < CLASSES; k++)
            html_percent (html, measures[k].outcomes[o], measures[k].count,
                          page_has_comma (page));
    }
    page_begin_row (page, W_SHARE);
    for (unsigned k = 0; k < CLASSES; k++)
        html_percent (html, measures[k].share, measures[k].count, page_has_comma (page));
    page_begin_row (page, W_CONSENTED);
    for (unsigned k = 0; k < CLASSES; k++)
        html_percent (html, measures[k].consented, measures[k].count, page_has_comma (page));
    page_begin_row (page, W_BYTES);
    for (unsigned k = 0; k < CLASSES; k++)
        html_number (html, measures[k].bytes_removed);
    page_end_table (page);
}

static void
add_samples (Page *page, const GPtrArray *samples)
{
    g_string_append (page->html, "<ul>");
    for (unsigned i = 0; i < samples->len; i++) {
        const Sample *sample = g_ptr_array_index (samples, i);
        g_autofree char *text =
            g_strdup_printf ("%s, %s, %s", sample->when,
                             page_word (page, W_DELIVER + sample->outcome), sample->why);
        html_element (page->html, "li", text);
    }
    g_string_append (page->html, "</ul>");
}

static void
add_offenders (Page *page)
{
    static const Word heads[] = { W_SENDER, W_SAMPLES, W_COUNT, W_STRIP, W_HOLD, W_REFUSE };
    g_autoptr (GPtrArray) groups = figures_offenders (page->figures->senders, OFFENDERS);

    page_heading (page, W_OFFENDERS);
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 2);
    for (unsigned i = 0; i < groups->len; i++) {
        const Group *group = g_ptr_array_index (groups, i);
        if (figures_offences (&group->all) == 0)
            break;
        g_string_append (page->html, "<tr>");
        html_element (page->html, "th scope=\"row\"", name_of (page, group));
        g_string_append (page->html, "<td>");
        add_samples (page, group->samples);
        g_string_append (page->html, "</td>");
        html_number (page->html, group->all.count);
        html_number (page->html, group->all.outcomes[FIGURE_STRIP]);
        html_number (page->html, group->all.outcomes[FIGURE_HOLD]);
        html_number (page->html, group->all.outcomes[FIGURE_REFUSE]);
        g_string_append (page->html, "</tr>");
    }
    page_end_table (page);
}

/* "24 November 2026, 13:05 UTC: a line that a crash had torn was cut off (record 12)" */
static void
add_events (Page *page)
{
    const GPtrArray *events = page->figures->events;

    g_string_append (page->html, "<ul>");
    for (unsigned i = 0; i < events->len; i++) {
        const LogEvent *event = g_ptr_array_index (events, i);
        g_autofree char *time = audit_story_time (page_story_language (page), event->time);
        g_autofree char *number = html_digits (event->seq);
        g_autofree char *text =
            g_strdup_printf ("%s: %s (%s %s)", time,
                             audit_story_word (page_story_language (page), event->record),
                             page_word (page, W_RECORD), number);
        html_element (page->html, "li", text);
    }
    g_string_append (page->html, "</ul>");
}

static void
add_failures (Page *page)
{
    static const Word heads[] = { W_REPLY, W_TIMES };
    g_autoptr (GPtrArray) groups = figures_top (page->figures->failures, ROWS);

    page_heading (page, W_FAILURES);
    if (groups->len == 0)
        page_note (page, W_NONE);
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 1);
    for (unsigned i = 0; i < groups->len; i++) {
        const Group *group = g_ptr_array_index (groups, i);
        g_string_append (page->html, "<tr>");
        html_cell (page->html, group->name);
        html_number (page->html, group->all.count);
        g_string_append (page->html, "</tr>");
    }
    page_end_table (page);
    page_heading (page, W_EVENTS);
    if (page->figures->events->len == 0)
        page_note (page, W_NONE);
    add_events (page);
}

/* "24 November 2026, 13:05 UTC"; caller frees. */
static char *
format_time (const Page *page, int64_t time)
{
    g_autofree char *text = clock_format (time);

    return audit_story_time (page_story_language (page), text);
}

static void
begin_page (Page *page)
{
    g_autofree char *since = format_time (page, page->figures->since);
    g_autofree char *until = format_time (page, page->figures->until);

    g_string_append_printf (
        page->html,
        "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta "
        "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\"><title>",
        page_word (page, W_LANG));
    html_text (page->html, page_word (page, W_TITLE));
    g_string_append_printf (page->html, "</title><style>%s</style></head><body><main>",
                            html_style);
    html_element (page->html, "h1", page_word (page, W_TITLE));
    g_string_append (page->html, "<p>");
    html_text (page->html, page_word (page, W_PERIOD));
    g_string_append_printf (page->html, ": %s %s %s</p>", since, page_word (page, W_TO), until);
}

/* Caller frees. */
static GString *
make_page (const Figures *figures, const Complaints *complaints, const AuditVerdict *verdict,
           Language language)
{
    Page page = { .html = g_string_new (NULL),
                  .language = language,
                  .figures = figures,
                  .complaints = complaints,
                  .verdict = verdict };

    begin_page (&page);
    page_summary (&page);
    page_integrity (&page);
    add_chart (&page, W_BY_CLASS, W_TRANSACTIONAL, CLASSES, class_colours, figures->by_class[0],
               CLASSES);
    add_chart (&page, W_BY_OUTCOME, W_STRIP, OUTCOMES - 1, changed_colours,
               figures->by_outcome[0] + FIGURE_STRIP, OUTCOMES);
    add_side_by_side (&page);
    add_rules (&page);
    add_territories (&page);
    add_shares (&page, W_SHARE_SENDER, W_SENDER, figures->senders);
    add_shares (&page, W_SHARE_TEMPLATE, W_TEMPLATE, figures->templates);
    add_shift (&page);
    add_bases (&page);
    page_frequency (&page);
    page_complaints (&page);
    add_offenders (&page);
    add_failures (&page);
    g_string_append (page.html, "</main></body></html>\n");
    return page.html;
}

static int
write_page (const AuditOptionsTool *options, const GString *html)
{
    g_autoptr (GError) error = NULL;

    if (!options->out) {
        fwrite (html->str, 1, html->len, stdout);
        return EX_OK;
    }
    if (g_file_set_contents_full (options->out, html->str, (gssize)html->len,
                                  G_FILE_SET_CONTENTS_CONSISTENT, 0640, &error))
        return EX_OK;
    return tool_fail_create (g_steal_pointer (&error));
}

/* The settings' store belongs to the settings' log; one that is not there must not be made. */
static Complaints *
count_complaints (const AuditOptionsTool *options, const Figures *figures)
{
    ConsentOptions how = settings_consent_options (options->settings);
    const char *uri = options->consent ? options->consent
                      : options->log   ? NULL
                                       : options->settings->consent;

    if (uri && !options->consent && tool_store_is_absent (uri))
        uri = NULL;
    return complaints_new (uri, &how, figures->since, figures->until);
}

int
audit_do_report (AuditOptionsTool *options, const char *operand G_GNUC_UNUSED)
{
    GError *error = NULL;
    AuditFilter filter;
    int status = EX_OK;
    bool spanish = g_strcmp0 (options->language, "es") == 0;

    if (options->language && !spanish && strcmp (options->language, "en") != 0)
        return tool_usage ("--language %s: right would be en or es", options->language);
    if (options->consent && tool_store_is_absent (options->consent))
        return tool_fail (g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: no such store",
                                       options->consent));
    if (!audit_filter (options, &filter, &status))
        return status;
    g_autoptr (AuditVerdict) verdict = audit_verdict (options, &error);
    g_autoptr (GPtrArray) files =
        verdict ? audit_files (audit_log_path (options), &error) : NULL;
    g_autoptr (Figures) figures = files ? figures_new (files, &filter, &error) : NULL;
    if (!figures)
        return tool_fail (error);
    g_autoptr (Complaints) complaints = count_complaints (options, figures);
    GString *html = make_page (figures, complaints, verdict, spanish ? SPANISH : ENGLISH);
    status = write_page (options, html);
    g_string_free (html, TRUE);
    if (status == EX_OK && options->consent && complaints->missing) {
        fprintf (stderr, "licet: --consent: %s\n", complaints->missing);
        status = EX_UNAVAILABLE;
    }
    return status == EX_OK && verdict->problems->len > 0 ? EX_DATAERR : status;
}
