/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include <glib.h>

#include "exchange.h"
#include "licet/settings.h"
#include "licet/withdrawal.h"
#include "texts.h"

/*
 * The pages: HTML that needs no script, no cookie and nothing from elsewhere, with one style sheet
 * in the page. Pure. Addresses are shown masked: a link may have been passed on.
 */

/* What a page is about. */
typedef struct {
    const Texts *texts;
    const Settings *settings;
    const char *address; /* whole; NULL on a page for nobody */
    const char *purpose; /* of the token; or NULL */
    const char *token;   /* for links between the pages; or NULL */
} PageOf;

/* The button. */
WebReply *page_unsubscribe (const PageOf *of);
/* What no longer comes (NULL-terminated purposes), in force. */
WebReply *page_done (const PageOf *of, const char *const *purposes);
/* The choices; notice: said above them, or NULL. */
WebReply *page_choices (const PageOf *of, const Standing *standing, const char *notice);
/* A heading and a sentence. */
WebReply *page_message (const PageOf *of, unsigned status, TextId heading, TextId sentence);

#endif
