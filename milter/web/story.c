/* SPDX-License-Identifier: BSD-2-Clause */

#include "story.h"

#include <string.h>

#include "html.h"

static const char *
or_dash (const char *text)
{
    return text && *text ? text : "–";
}

static void
begin_table (GString *html, StoryLanguage language, const StoryWord *columns, unsigned count)
{
    g_string_append (html, "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
    for (unsigned i = 0; i < count; i++)
        html_add_element (html, "th", NULL, story_word (language, columns[i]));
    g_string_append (html, "</tr></thead><tbody>\n");
}

static void
tell_rules (GString *html, const AuditRow *row, StoryLanguage language)
{
    static const StoryWord columns[] = { S_RULE, S_VERDICT, S_ASKS, S_SEEN, S_SOURCE };

    if (row->rules->len == 0)
        return;
    html_add_element (html, "h2", NULL, story_word (language, S_RULES));
    begin_table (html, language, columns, G_N_ELEMENTS (columns));
    for (unsigned i = 0; i < row->rules->len; i++) {
        const AuditRule *rule = &g_array_index (row->rules, AuditRule, i);
        bool shadow = g_strcmp0 (rule->mode, "shadow") == 0;
        g_autofree char *asks =
            g_strconcat (audit_story_word (language, or_dash (rule->action)),
                         !shadow                ? ""
                         : language == STORY_EN ? " (on trial: not done)"
                                                : " (a prueba: no se hace)",
                         NULL);
        g_autofree char *saw =
            rule->evidence ? audit_story_phrase (language, rule->evidence) : g_strdup ("–");
        g_autofree char *verdict = audit_story_verdict (language, rule);
        g_string_append (html, "<tr>");
        html_add_element (html, "td", NULL, or_dash (rule->id));
        html_add_element (html, "td", NULL, verdict);
        html_add_element (html, "td", NULL, asks);
        html_add_element (html, "td", NULL, saw);
        html_add_element (html, "td", NULL, or_dash (rule->source));
        g_string_append (html, "</tr>\n");
    }
    g_string_append (html, "</tbody></table></div>\n");
}

static void
tell_changes (GString *html, const AuditRow *row, StoryLanguage language)
{
    static const StoryWord columns[] = { S_KIND, S_WHERE, S_BYTES, S_RULE };

    if (row->edits->len == 0)
        return;
    html_add_element (html, "h2", NULL, story_word (language, S_CHANGES));
    begin_table (html, language, columns, G_N_ELEMENTS (columns));
    for (unsigned i = 0; i < row->edits->len; i++) {
        const AuditEdit *edit = &g_array_index (row->edits, AuditEdit, i);
        g_autofree char *bytes = g_strdup_printf ("%" G_GUINT64_FORMAT, edit->bytes);
        g_string_append (html, "<tr>");
        bool cut = g_strcmp0 (edit->kind, "strip") == 0;
        html_add_element (html, "td", NULL,
                          cut ? story_word (language, S_CUT)
                              : audit_story_word (language, or_dash (edit->kind)));
        html_add_element (html, "td", NULL, or_dash (edit->where));
        html_add_element (html, "td", NULL, bytes);
        html_add_element (html, "td", NULL, or_dash (edit->rule));
        g_string_append (html, "</tr>\n");
    }
    g_string_append (html, "</tbody></table></div>\n");
}

void
story_tell (GString *html, const AuditRow *row, StoryLanguage language)
{
    g_autoptr (GPtrArray) paragraphs = audit_story (row, language);

    for (unsigned i = 0; i < paragraphs->len; i++)
        html_add_element (html, "p", NULL, g_ptr_array_index (paragraphs, i));
    tell_changes (html, row, language);
    tell_rules (html, row, language);
    html_add_element (html, "h2", NULL, story_word (language, S_AS_IT_STANDS));
    g_autofree char *line = g_strndup (row->line, row->length);
    g_autofree char *valid = g_utf8_make_valid (line, -1);
    g_string_append (html, "<details><summary>JSON</summary>");
    html_add_element (html, "pre", NULL, valid);
    g_string_append (html, "</details>\n");
}

const char *
story_result (const AuditRow *row, StoryLanguage language)
{
    return row->outcome ? story_label (language, row->outcome)
                        : or_dash (row->error ? row->error : row->stage);
}
