/* SPDX-License-Identifier: BSD-2-Clause */

/* What the sections of the report have in common. */

#include "audit_page.h"

#include "audit_html.h"

const char *
page_word (const Page *page, Word word)
{
    return audit_word (page->language, word);
}

bool
page_has_comma (const Page *page)
{
    return page->language == SPANISH;
}

StoryLanguage
page_story_language (const Page *page)
{
    return page->language == SPANISH ? STORY_ES : STORY_EN;
}

void
page_heading (Page *page, Word title)
{
    html_element (page->html, "h2", page_word (page, title));
}

void
page_note (Page *page, Word note)
{
    html_element (page->html, "p class=\"note\"", page_word (page, note));
}

/* Column heads; those from `numbers` on stand to the right. */
void
page_begin_table (Page *page, const Word *heads, unsigned count, unsigned numbers)
{
    g_string_append (page->html, "<div class=\"scroll\"><table><thead><tr>");
    for (unsigned i = 0; i < count; i++)
        html_element (page->html,
                      i >= numbers ? "th class=\"n\" scope=\"col\"" : "th scope=\"col\"",
                      page_word (page, heads[i]));
    g_string_append (page->html, "</tr></thead><tbody>");
}

void
page_end_table (Page *page)
{
    g_string_append (page->html, "</tbody></table></div>");
}

void
page_fact (Page *page, Word name, const char *value)
{
    g_string_append (page->html, "<div>");
    html_element (page->html, "dt", page_word (page, name));
    html_element (page->html, "dd", value);
    g_string_append (page->html, "</div>");
}

void
page_number_fact (Page *page, Word name, uint64_t number)
{
    g_autofree char *text = html_digits (number);

    page_fact (page, name, text);
}

void
page_part_fact (Page *page, Word name, uint64_t number, uint64_t whole)
{
    g_autofree char *digits = html_digits (number);
    g_autofree char *part = html_part (number, whole, page_has_comma (page));

    g_string_append (page->html, "<div>");
    html_element (page->html, "dt", page_word (page, name));
    g_string_append_printf (page->html, "<dd>%s ", digits);
    html_element (page->html, "small", part);
    g_string_append (page->html, "</dd></div>");
}

void
page_begin_row (Page *page, Word name)
{
    g_string_append (page->html, "<tr>");
    html_element (page->html, "th class=\"w\" scope=\"row\"", page_word (page, name));
}

void
page_counted_note (Page *page, Word note, const uint64_t *numbers, unsigned count)
{
    GString *text = g_string_new (page_word (page, note));

    for (unsigned i = 0; i < count; i++) {
        g_autofree char *place = g_strdup_printf ("#%u", i + 1);
        g_autofree char *number = html_digits (numbers[i]);
        g_string_replace (text, place, number, 0);
    }
    html_element (page->html, "p class=\"note\"", text->str);
    g_string_free (text, TRUE);
}

void
page_rows_note (Page *page, unsigned shown, unsigned all)
{
    const uint64_t numbers[] = { shown, all };

    if (shown < all)
        page_counted_note (page, W_ROWS_NOTE, numbers, G_N_ELEMENTS (numbers));
}
