/* SPDX-License-Identifier: BSD-2-Clause */

#include "page.h"

#include <string.h>

#include "html.h"
#include "licet/address.h"

static const char *
say (const PageOf *of, TextId id)
{
    return of->texts->texts[id];
}

/* A text with the masked address in the place of its %s. */
static void
add_about (GString *html, const PageOf *of, const char *name, TextId id)
{
    g_autofree char *masked = address_masked (of->address);
    g_auto (GStrv) parts = g_strsplit (say (of, id), "%s", 2);
    g_autofree char *whole = g_strconcat (parts[0], masked, parts[1], NULL);

    html_add_element (html, name, NULL, whole);
}

static HtmlFrame
frame_of (const PageOf *of, TextId heading)
{
    return (HtmlFrame){ of->texts->language,    say (of, heading),
                        of->settings->web_name, of->settings->web_imprint,
                        say (of, TEXT_IMPRINT), false };
}

static GString *
begin (const PageOf *of, TextId heading)
{
    HtmlFrame frame = frame_of (of, heading);

    return html_begin (&frame);
}

static WebReply *
finish (GString *html, const PageOf *of, unsigned status)
{
    HtmlFrame frame = frame_of (of, TEXT_UNSUBSCRIBE);

    return html_finish (html, &frame, status);
}

static void
add_link_to_choices (GString *html, const PageOf *of)
{
    /* Relative, so that it works below any path that the web server puts in front. */
    g_string_append_printf (html, "<p><a href=\"../p/%s\">", of->token);
    html_add_text (html, say (of, TEXT_MORE));
    g_string_append (html, "</a></p>\n");
}

static void
add_button (GString *html, const char *class, const char *name, const char *value,
            const char *text)
{
    g_string_append_printf (html, "<button type=\"submit\" name=\"%s\" value=\"%s\"%s>", name,
                            value, class);
    html_add_text (html, text);
    g_string_append (html, "</button>\n");
}

WebReply *
page_unsubscribe (const PageOf *of)
{
    GString *html = begin (of, TEXT_UNSUBSCRIBE);

    add_about (html, of, "p", TEXT_ABOUT_TO_STOP);
    html_add_element (html, "p", "kind", texts_purpose (of->texts, of->purpose));
    g_string_append (html, "<form method=\"post\">\n");
    add_button (html, "", "confirm", "yes", say (of, TEXT_UNSUBSCRIBE));
    g_string_append (html, "</form>\n");
    html_add_element (html, "p", "note", say (of, TEXT_STILL_COMES));
    add_link_to_choices (html, of);
    return finish (html, of, 200);
}

WebReply *
page_done (const PageOf *of, const char *const *purposes)
{
    GString *html = begin (of, TEXT_DONE);

    add_about (html, of, "p", TEXT_STOPPED);
    g_string_append (html, "<ul class=\"kind\">\n");
    for (unsigned i = 0; purposes[i]; i++)
        html_add_element (html, "li", NULL, texts_purpose (of->texts, purposes[i]));
    g_string_append (html, "</ul>\n");
    html_add_element (html, "p", "note", say (of, TEXT_STILL_COMES));
    add_link_to_choices (html, of);
    return finish (html, of, 200);
}

static void
add_choice (GString *html, const PageOf *of, const char *purpose, bool stopped)
{
    g_string_append_printf (
        html,
        "<div class=\"row\"><input type=\"checkbox\" id=\"%s\" name=\"stop\" "
        "value=\"%s\"%s>\n<label for=\"%s\">",
        purpose, purpose, stopped ? " checked disabled" : "", purpose);
    html_add_text (html, texts_purpose (of->texts, purpose));
    if (stopped) {
        g_string_append (html, " <span>(");
        html_add_text (html, say (of, TEXT_ALREADY_STOPPED));
        g_string_append (html, ")</span>");
    }
    g_string_append (html, "</label></div>\n");
}

/* The one press, or that it was made. */
static void
add_all (GString *html, const PageOf *of, bool stopped)
{
    if (stopped) {
        g_string_append (html, "<p class=\"kind\">");
        html_add_text (html, say (of, TEXT_ALL));
        g_string_append (html, " <span>(");
        html_add_text (html, say (of, TEXT_ALREADY_STOPPED));
        g_string_append (html, ")</span></p>\n");
        return;
    }
    g_string_append (html, "<form method=\"post\">\n");
    add_button (html, "", "all", "yes", say (of, TEXT_STOP_ALL));
    g_string_append (html, "</form>\n");
    html_add_element (html, "p", "note", say (of, TEXT_STOP_ALL_NOTE));
}

static void
add_choices (GString *html, const PageOf *of, const Standing *standing, bool all_stopped)
{
    g_string_append (html, "<form method=\"post\">\n<fieldset>\n");
    html_add_element (html, "legend", NULL, say (of, TEXT_STOP_THESE));
    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++)
        add_choice (html, of, purpose_word (purpose), standing->stopped[purpose]);
    add_choice (html, of, "tracking", standing->tracking_stopped);
    g_string_append (html, "</fieldset>\n");
    if (!all_stopped || !standing->tracking_stopped)
        add_button (html, " class=\"second\"", "choose", "yes", say (of, TEXT_SAVE));
    g_string_append (html, "</form>\n");
}

WebReply *
page_choices (const PageOf *of, const Standing *standing, const char *notice)
{
    GString *html = begin (of, TEXT_CHOICES);
    bool all_stopped = !standing->suppressed && standing_has_stopped (standing, "*");

    add_about (html, of, "p", TEXT_CHOICES_FOR);
    if (notice) {
        g_string_append (html, "<p class=\"notice\" role=\"alert\">");
        html_add_text (html, notice);
        g_string_append (html, "</p>\n");
    }
    add_all (html, of, all_stopped);
    add_choices (html, of, standing, all_stopped);
    html_add_element (html, "p", "note", say (of, TEXT_STILL_COMES));
    return finish (html, of, 200);
}

WebReply *
page_message (const PageOf *of, unsigned status, TextId heading, TextId sentence)
{
    GString *html = begin (of, heading);

    html_add_element (html, "p", NULL, say (of, sentence));
    return finish (html, of, status);
}
