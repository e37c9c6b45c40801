/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SIGHTS_H
#define LICET_CLASSIFY_SIGHTS_H

#include "licet/classification.h"
#include "licet/message.h"

/* What one reader, or one way to look at the message, gets to read. */
typedef struct {
    const char *signal; /* "reading-hidden", … */
    char *where;        /* "part 1.2", "Subject" */
    char *text;         /* UTF-8, without the promotional blocks that are known */
    bool backwards;     /* the page turns letters round */
    bool contrived;     /* what the eye makes of text that is written for nobody else */
} Sight;

/*
 * Every way to read the message: visible text of each leaf, what pages say beside it, alternatives,
 * pages in pages, attachments that are text, messages in the message, what stands between the
 * parts, subject, names and file names, and for an ambiguous message its bytes. Linear in the
 * message; at most LIMIT_READING_BYTES of each. embeds: embeds_all of the message. pages: of
 * sights_pages_new, or NULL. Array of Sight.
 */
GPtrArray *sights_new (const Message *message, const GPtrArray *blocks, const GPtrArray *embeds,
                       GHashTable *pages);

/* What each page says, kept from one call to the next: most are the same whatever the blocks are. */
GHashTable *sights_pages_new (void);

#endif
