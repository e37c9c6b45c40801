/* SPDX-License-Identifier: BSD-2-Clause */

#include "page.h"

#include <string.h>

#include "licet/address.h"

/* Contrast of at least 7:1 for text, 3:1 for edges (WCAG 2.2 1.4.6, 1.4.11); targets of 44 pixels
 * (2.5.5). */
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--quiet:#454545;--edge:#767676;"
    "--act:#0a4a9c;--on-act:#fff;--band:#eef3fa}"
    "@media(prefers-color-scheme:dark){:root{--ink:#f2f2f2;--paper:#161616;--quiet:#c8c8c8;"
    "--edge:#8c8c8c;--act:#a9cbff;--on-act:#0b1a30;--band:#1f2733}}"
    "*{box-sizing:border-box}"
    "body{margin:0;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);"
    "font:1.0625rem/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,sans-serif}"
    "main{max-width:34rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}"
    "header,footer{max-width:34rem;margin:0 auto;padding:1.25rem 1.25rem 0;color:var(--quiet)}"
    "header{font-weight:600}footer{padding-bottom:2rem;font-size:.9375rem}"
    "h1{font-size:1.625rem;line-height:1.25;margin:0 0 1rem}"
    "h2{font-size:1.1875rem;margin:2rem 0 .5rem}"
    ".kind{font-weight:600;margin:.25rem 0 1.25rem;padding:.75rem 1rem;background:var(--band);"
    "border-left:4px solid var(--act)}"
    "ul.kind{list-style:none}li+li{margin-top:.375rem}"
    "button{font:inherit;font-weight:600;min-height:44px;padding:.625rem 1.5rem;"
    "border:2px solid var(--act);border-radius:6px;background:var(--act);color:var(--on-act);"
    "cursor:pointer;max-width:100%}"
    "button.second{background:transparent;color:var(--act)}"
    "a{color:var(--act)}"
    ":focus-visible{outline:3px solid var(--act);outline-offset:3px}"
    "fieldset{border:1px solid var(--edge);border-radius:6px;margin:0 0 1.25rem;"
    "padding:.5rem 1rem .75rem}"
    "legend{font-weight:600;padding:0 .375rem}"
    ".row{display:flex;align-items:flex-start;min-height:44px;padding:.5rem 0}"
    ".row input{flex:none;width:1.375rem;height:1.375rem;margin:.125rem .75rem 0 0;"
    "accent-color:var(--act)}"
    ".row span{color:var(--quiet)}"
    ".note{color:var(--quiet)}"
    ".notice{padding:.75rem 1rem;border:2px solid var(--edge);border-radius:6px}";

const char *
page_policy (void)
{
    static char *policy;
    static gsize once = 0;

    if (g_once_init_enter (&once)) {
        guint8 digest[32];
        gsize length = sizeof digest;
        g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
        g_checksum_update (checksum, (const guchar *)style, sizeof style - 1);
        g_checksum_get_digest (checksum, digest, &length);
        g_autofree char *hash = g_base64_encode (digest, length);
        policy = g_strdup_printf ("default-src 'none'; style-src 'sha256-%s'; form-action "
                                  "'self'; base-uri 'none'; frame-ancestors 'none'",
                                  hash);
        g_once_init_leave (&once, 1);
    }
    return policy;
}

static const char *
say (const PageOf *of, TextId id)
{
    return of->texts->texts[id];
}

static void
add_text (GString *html, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text (text, -1);

    g_string_append (html, escaped);
}

/* <name class="…">text</name> */
static void
add_element (GString *html, const char *name, const char *class, const char *text)
{
    g_string_append_printf (html, class ? "<%s class=\"%s\">" : "<%s>", name, class);
    add_text (html, text);
    g_string_append_printf (html, "</%s>\n", name);
}

/* A text with the masked address in the place of its %s. */
static void
add_about (GString *html, const PageOf *of, const char *name, TextId id)
{
    g_autofree char *masked = address_masked (of->address);
    g_auto (GStrv) parts = g_strsplit (say (of, id), "%s", 2);
    g_autofree char *whole = g_strconcat (parts[0], masked, parts[1], NULL);

    add_element (html, name, NULL, whole);
}

static void
begin (GString *html, const PageOf *of, TextId heading)
{
    const char *name = of->settings->web_name;

    g_string_append_printf (html,
                            "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
                            "<meta charset=\"utf-8\">\n"
                            "<meta name=\"viewport\" content=\"width=device-width, "
                            "initial-scale=1\">\n<title>",
                            of->texts->language);
    add_text (html, say (of, heading));
    if (*name) {
        g_string_append (html, " – ");
        add_text (html, name);
    }
    g_string_append_printf (html, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
    if (*name)
        add_element (html, "header", NULL, name);
    g_string_append (html, "<main>\n");
    add_element (html, "h1", NULL, say (of, heading));
}

static WebReply *
finish (GString *html, const PageOf *of, unsigned status)
{
    g_string_append (html, "</main>\n");
    if (*of->settings->web_imprint) {
        g_string_append (html, "<footer><a rel=\"noreferrer\" href=\"");
        add_text (html, of->settings->web_imprint);
        g_string_append (html, "\">");
        add_text (html, say (of, TEXT_IMPRINT));
        g_string_append (html, "</a></footer>\n");
    }
    g_string_append (html, "</body>\n</html>\n");
    WebReply *reply =
        web_reply_new (status, "text/html; charset=utf-8", g_string_free (html, FALSE));
    reply->language = of->texts->language;
    return reply;
}

static void
add_link_to_choices (GString *html, const PageOf *of)
{
    /* Relative, so that it works below any path that the web server puts in front. */
    g_string_append_printf (html, "<p><a href=\"../p/%s\">", of->token);
    add_text (html, say (of, TEXT_MORE));
    g_string_append (html, "</a></p>\n");
}

static void
add_button (GString *html, const char *class, const char *name, const char *value,
            const char *text)
{
    g_string_append_printf (html, "<button type=\"submit\" name=\"%s\" value=\"%s\"%s>", name,
                            value, class);
    add_text (html, text);
    g_string_append (html, "</button>\n");
}

WebReply *
page_unsubscribe (const PageOf *of)
{
    GString *html = g_string_new (NULL);

    begin (html, of, TEXT_UNSUBSCRIBE);
    add_about (html, of, "p", TEXT_ABOUT_TO_STOP);
    add_element (html, "p", "kind", texts_purpose (of->texts, of->purpose));
    g_string_append (html, "<form method=\"post\">\n");
    add_button (html, "", "confirm", "yes", say (of, TEXT_UNSUBSCRIBE));
    g_string_append (html, "</form>\n");
    add_element (html, "p", "note", say (of, TEXT_STILL_COMES));
    add_link_to_choices (html, of);
    return finish (html, of, 200);
}

WebReply *
page_done (const PageOf *of, const char *const *purposes)
{
    GString *html = g_string_new (NULL);

    begin (html, of, TEXT_DONE);
    add_about (html, of, "p", TEXT_STOPPED);
    g_string_append (html, "<ul class=\"kind\">\n");
    for (unsigned i = 0; purposes[i]; i++)
        add_element (html, "li", NULL, texts_purpose (of->texts, purposes[i]));
    g_string_append (html, "</ul>\n");
    add_element (html, "p", "note", say (of, TEXT_STILL_COMES));
    add_link_to_choices (html, of);
    return finish (html, of, 200);
}

static void
add_choice (GString *html, const PageOf *of, const char *purpose, bool stopped)
{
    g_string_append_printf (html,
                            "<div class=\"row\"><input type=\"checkbox\" id=\"%s\" name=\"stop\" "
                            "value=\"%s\"%s>\n<label for=\"%s\">",
                            purpose, purpose, stopped ? " checked disabled" : "", purpose);
    add_text (html, texts_purpose (of->texts, purpose));
    if (stopped) {
        g_string_append (html, " <span>(");
        add_text (html, say (of, TEXT_ALREADY_STOPPED));
        g_string_append (html, ")</span>");
    }
    g_string_append (html, "</label></div>\n");
}

static void
add_choices (GString *html, const PageOf *of, const Standing *standing)
{
    g_string_append (html, "<form method=\"post\">\n<fieldset>\n");
    add_element (html, "legend", NULL, say (of, TEXT_STOP_THESE));
    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++)
        add_choice (html, of, purpose_word (purpose), standing->stopped[purpose]);
    add_choice (html, of, "tracking", standing->tracking_stopped);
    g_string_append (html, "</fieldset>\n");
    add_button (html, " class=\"second\"", "choose", "yes", say (of, TEXT_SAVE));
    g_string_append (html, "</form>\n");
}

WebReply *
page_choices (const PageOf *of, const Standing *standing, const char *notice)
{
    GString *html = g_string_new (NULL);

    begin (html, of, TEXT_CHOICES);
    add_about (html, of, "p", TEXT_CHOICES_FOR);
    if (notice) {
        g_string_append (html, "<p class=\"notice\" role=\"alert\">");
        add_text (html, notice);
        g_string_append (html, "</p>\n");
    }
    g_string_append (html, "<form method=\"post\">\n");
    add_button (html, "", "all", "yes", say (of, TEXT_STOP_ALL));
    g_string_append (html, "</form>\n");
    add_element (html, "p", "note", say (of, TEXT_STOP_ALL_NOTE));
    add_choices (html, of, standing);
    add_element (html, "p", "note", say (of, TEXT_STILL_COMES));
    return finish (html, of, 200);
}

WebReply *
page_message (const PageOf *of, unsigned status, TextId heading, TextId sentence)
{
    GString *html = g_string_new (NULL);

    begin (html, of, heading);
    add_element (html, "p", NULL, say (of, sentence));
    return finish (html, of, status);
}
