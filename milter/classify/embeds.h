/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_EMBEDS_H
#define LICET_CLASSIFY_EMBEDS_H

#include "licet/message.h"

/* What a page brings along or fetches, beside its own text. */
typedef struct {
    GString *pages;    /* the markup of all pages in srcdoc and data: addresses */
    GString *scripts;  /* programs and data in script elements */
    GString *own;      /* its title, and attributes that its style sheets show by attr() */
    unsigned pictures; /* without those that only count readers */
    unsigned remote;   /* of them, fetched */
    bool frame;        /* a frame or object is fetched */
    bool redirect;     /* http-equiv=refresh with an address */
    bool unknown;      /* elements past the bounds of limits.h are not listed */
} Embeds;

/* Of an HTML or AMP leaf; nothing of others. Titles and scripts within blocks (array of Block, or
 * NULL) are left out. Linear in the leaf. */
Embeds *embeds_new (const Message *message, unsigned leaf, const GPtrArray *blocks);
/* The same with nothing but its pages. */
Embeds *embeds_pages (const Message *message, unsigned leaf);
/* Of all leaves; array of Embeds. */
GPtrArray *embeds_all (const Message *message, const GPtrArray *blocks);
void embeds_free (Embeds *embeds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Embeds, embeds_free)

#endif
