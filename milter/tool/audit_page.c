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
    g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

    page_fact (page, name, text);
}

void
page_begin_row (Page *page, Word name)
{
    g_string_append (page->html, "<tr>");
    html_element (page->html, "th scope=\"row\"", page_word (page, name));
}

void
page_counted_note (Page *page, Word note, const uint64_t *numbers, unsigned count)
{
    GString *text = g_string_new (page_word (page, note));

    for (unsigned i = 0; i < count; i++) {
        g_autofree char *place = g_strdup_printf ("#%u", i + 1);
        g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, numbers[i]);
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
