/* SPDX-License-Identifier: BSD-2-Clause */

#include "html.h"

#include <string.h>

#include "licet/utf8.h"

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
    ".wide main,.wide header{max-width:64rem}.scroll{overflow-x:auto}"
    "th,td{overflow-wrap:normal}.hits td:nth-child(-n+2){white-space:nowrap}"
    "table{border-collapse:collapse;width:100%;font-size:.9375rem}"
    "th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;"
    "border-bottom:1px solid var(--edge)}"
    ".fields{display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:.75rem "
    "1rem}"
    ".fields label{display:block;font-weight:600}"
    ".fields input,.fields select{width:100%;font:inherit;min-height:44px;padding:.25rem "
    ".5rem;color:var(--ink);"
    "background:var(--paper);border:1px solid var(--edge);border-radius:6px}"
    "pre{white-space:pre-wrap;font-size:.875rem}summary{min-height:44px;padding:.625rem 0}"
    ".notice{padding:.75rem 1rem;border:2px solid var(--edge);border-radius:6px}";

const char *
html_policy (void)
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

void
html_add_text (GString *html, const char *text)
{
    g_autofree char *clean = utf8_without_controls (text);
    g_autofree char *escaped = g_markup_escape_text (clean, -1);

    g_string_append (html, escaped);
}

/* <name class="…">text</name> */
void
html_add_element (GString *html, const char *name, const char *class, const char *text)
{
    g_string_append_printf (html, class ? "<%s class=\"%s\">" : "<%s>", name, class);
    html_add_text (html, text);
    g_string_append_printf (html, "</%s>\n", name);
}

GString *
html_begin (const HtmlFrame *frame)
{
    GString *html = g_string_new (NULL);

    g_string_append_printf (html,
                            "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
                            "<meta charset=\"utf-8\">\n"
                            "<meta name=\"viewport\" content=\"width=device-width, "
                            "initial-scale=1\">\n<title>",
                            frame->language);
    html_add_text (html, frame->title);
    if (*frame->name) {
        g_string_append (html, " – ");
        html_add_text (html, frame->name);
    }
    g_string_append_printf (html, "</title>\n<style>%s</style>\n</head>\n<body%s>\n", style,
                            frame->wide ? " class=\"wide\"" : "");
    if (*frame->name)
        html_add_element (html, "header", NULL, frame->name);
    g_string_append (html, "<main>\n");
    html_add_element (html, "h1", NULL, frame->title);
    return html;
}

WebReply *
html_finish (GString *html, const HtmlFrame *frame, unsigned status)
{
    g_string_append (html, "</main>\n");
    if (*frame->imprint) {
        g_string_append (html, "<footer><a rel=\"noreferrer\" href=\"");
        html_add_text (html, frame->imprint);
        g_string_append (html, "\">");
        html_add_text (html, frame->imprint_text);
        g_string_append (html, "</a></footer>\n");
    }
    g_string_append (html, "</body>\n</html>\n");
    WebReply *reply =
        web_reply_new (status, "text/html; charset=utf-8", g_string_free (html, FALSE));
    reply->language = frame->language;
    return reply;
}
