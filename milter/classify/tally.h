/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_TALLY_H
#define LICET_CLASSIFY_TALLY_H

#include "licet/message.h"

/* What can be counted in a message of any language. */
typedef struct {
    unsigned prices;       /* numbers beside a sign of a currency */
    unsigned long_numbers; /* of six digits and more: orders, invoices, codes, tracking */
    unsigned exclamations;
    unsigned quoted_lines; /* beginning with ">" */
    size_t characters;
    unsigned images;
    unsigned campaign_links, unsubscribe_links, account_links;
} Tally;

/* One pass over the text (UTF-8), the elements and the visible links of the leaf; -1: none. */
Tally tally_take (const Message *message, int leaf, const char *text);

#endif
