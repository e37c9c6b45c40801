/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_TALLY_H
#define LICET_CLASSIFY_TALLY_H

#include "licet/message.h"

/* What can be counted in a message of any language. */
typedef struct {
    unsigned prices;       /* numbers beside a sign or code of a currency */
    unsigned long_numbers; /* of six digits and more: orders, invoices, codes, tracking */
    unsigned percentages;
    unsigned times;      /* 10:58 */
    unsigned labels;     /* lines of a short name, a colon and a value */
    unsigned lone_codes; /* lines of nothing but four to ten digits and capitals */
    unsigned exclamations;
    unsigned pictures; /* emoji */
    size_t characters, capitals;
    unsigned images, linked_images, tables, headings, strikes, quotes;
    unsigned links, hosts; /* visible links, and different hosts of them */
    unsigned campaign_links, unsubscribe_links, account_links, social_links, token_links;
} Tally;

/* One pass over the text (UTF-8), the elements and the visible links of the leaf; -1: none. */
Tally tally_take (const Message *message, int leaf, const char *text);

/* Emoji of a text. */
unsigned tally_pictures (const char *text);

#endif
