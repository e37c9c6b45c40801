/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include <glib.h>
#include <stdbool.h>

#include "exchange.h"

/* What all pages are made of. Texts are escaped here. */

typedef struct {
    const char *language, *title;
    const char *name;                   /* of the sender; "" for none */
    const char *imprint, *imprint_text; /* "" for none */
    bool wide;                          /* for tables */
} HtmlFrame;

/* Up to the heading. Caller frees, or gives it to html_finish. */
GString *html_begin (const HtmlFrame *frame);
/* Takes html. */
WebReply *html_finish (GString *html, const HtmlFrame *frame, unsigned status);

void html_add_text (GString *html, const char *text);
/* <name class="…">text</name>; class may be NULL. */
void html_add_element (GString *html, const char *name, const char *class, const char *text);

/* The value of Content-Security-Policy: nothing but the style sheet, by its hash, and forms to
 * ourselves. Static. */
const char *html_policy (void);

#endif
