/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_BLOCK_LINKS_H
#define LICET_CLASSIFY_BLOCK_LINKS_H

#include <stdbool.h>

/* Where a link leads, by its address: what a sender calls his pages in. */
typedef enum {
    GOAL_NONE,    /* nowhere a reader goes to */
    GOAL_SHOP,    /* any other page */
    GOAL_TEASER,  /* a page of offers, friends, points, reviews or the like */
    GOAL_ACCOUNT, /* an order, invoice, parcel or account */
    GOAL_LEGAL,   /* terms, privacy, unsubscribing */
    GOAL_CONTACT, /* mail or telephone */
    GOAL_APP,     /* a store of apps */
    GOAL_SOCIAL,
} LinkGoal;

LinkGoal block_links_goal (const char *target);

/* Whether it leads to the front page of a site. */
bool block_links_is_front (const char *target);

#endif
