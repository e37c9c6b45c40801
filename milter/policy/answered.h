/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_ANSWERED_H
#define LICET_POLICY_ANSWERED_H

#include "rules.h"

/* What somebody answers for until a date: "owner", "reason", "from", "until", "senders" and
 * "campaigns" of a group. */

/* Checks owner and reason and reads the dates; from 0: no bound. right: what a reason would say. */
void answered_read (const ConfNode *node, const char *right, int64_t *ret_from,
                    int64_t *ret_until, GPtrArray *problems);

/* The domains as A-labels, the form of the From address. Caller frees. */
char **answered_senders (const ConfNode *node, GPtrArray *problems);

/* Whether From is of one of the domains or below; whether one of the campaigns is named. An empty
 * list is for all mail. */
bool answered_is_from (char **domains, const Message *message);
bool answered_has_campaign (char **campaigns, const Message *message);

#endif
