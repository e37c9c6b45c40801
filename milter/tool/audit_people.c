/* SPDX-License-Identifier: BSD-2-Clause */

/* The report's sections about people: how much promotion they got, and what they said to it. */

#include "audit_html.h"
#include "audit_page.h"

/* So many letters of a pseudonym tell it from all others, and fit on a telephone. */
enum { MOST = 10, SHOWN = 16 };

static void
add_most_promoted (Page *page)
{
    static const Word heads[] = { W_PSEUDONYM, W_MAILS };
    g_autoptr (GArray) people = figures_most_promoted (page->figures, MOST);

    page_note (page, W_MOST_NOTE);
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 1);
    for (unsigned i = 0; i < people->len; i++) {
        const Promoted *one = &g_array_index (people, Promoted, i);
        g_string_append (page->html, "<tr><th scope=\"row\">");
        g_autofree char *head = g_strdup_printf ("%.*s…", SHOWN, one->subject);
        html_element (page->html, "code", head);
        g_string_append (page->html, "</th>");
        html_number (page->html, one->count);
        g_string_append (page->html, "</tr>");
    }
    page_end_table (page);
}

static void
add_frequencies (Page *page)
{
    static const Word heads[] = { W_MAILS, W_PEOPLE, W_OF_ALL };
    unsigned people[FREQUENCIES];
    double all = g_hash_table_size (page->figures->promoted);

    figures_frequencies (page->figures, people);
    page_begin_table (page, heads, G_N_ELEMENTS (heads), 1);
    for (unsigned i = 0; i < FREQUENCIES; i++) {
        page_begin_row (page, W_ONE_MAIL + i);
        html_number (page->html, people[i]);
        html_percent (page->html, people[i], all, page_has_comma (page));
        g_string_append (page->html, "</tr>");
    }
    page_end_table (page);
}

void
page_frequency (Page *page)
{
    const Figures *figures = page->figures;
    const unsigned *decided = figures->caps_decided;
    const uint64_t caps[] = { figures->caps_violated, decided[FIGURE_DELIVER],
                              decided[FIGURE_STRIP],  decided[FIGURE_DEFER],
                              decided[FIGURE_HOLD],   decided[FIGURE_REFUSE] };

    page_heading (page, W_FREQUENCY);
    page_note (page, W_FREQUENCY_NOTE);
    if (figures->promotions > 0) {
        add_frequencies (page);
        add_most_promoted (page);
    } else {
        page_note (page, W_NONE);
    }
    page_counted_note (page, figures->caps_violated ? W_CAPS_NOTE : W_NO_CAPS, caps,
                       G_N_ELEMENTS (caps));
}

static void
add_reasons (Page *page)
{
    static const Word heads[] = { W_REASON, W_STATEMENTS, W_ADDRESSES, W_PER_THOUSAND };
    const Complaints *complaints = page->complaints;
    unsigned mails = page->figures->promotions;

    page_begin_table (page, heads, G_N_ELEMENTS (heads), 1);
    for (unsigned i = 0; i < REASONS; i++) {
        unsigned addresses = g_hash_table_size (complaints->addresses[i]);
        page_begin_row (page, W_COMPLAINT + i);
        html_number (page->html, complaints->statements[i]);
        html_number (page->html, addresses);
        if (mails > 0)
            html_decimal (page->html, "%.2f", 1000.0 * addresses / mails,
                          page_has_comma (page));
        else
            html_element (page->html, "td class=\"n\"", "–");
        g_string_append (page->html, "</tr>");
    }
    page_end_table (page);
}

void
page_complaints (Page *page)
{
    const char *missing = page->complaints->missing;
    const uint64_t mails[] = { page->figures->promotions };

    page_heading (page, W_COMPLAINTS);
    if (!missing) {
        page_counted_note (page, W_COMPLAINTS_NOTE, mails, G_N_ELEMENTS (mails));
        add_reasons (page);
        page_note (page, W_GMAIL_NOTE);
    } else if (*missing) {
        g_autofree char *why =
            g_strdup_printf ("%s %s", page_word (page, W_STORE_FAILED), missing);
        html_element (page->html, "p class=\"note\"", why);
    } else {
        page_note (page, W_NO_STORE);
    }
}
