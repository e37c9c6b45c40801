/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_SENDER_H
#define LICET_POLICY_SENDER_H

#include "hints.h"

/* One group of "senders"; NULL when there is a problem. */
SenderProfile *sender_read (const ConfNode *node, GPtrArray *problems);
bool sender_wants_token (const SenderProfile *sender);
void sender_free (SenderProfile *sender);

/* The one with the domain closest to this one, for that territory (NULL for any); NULL when none
 * fits. */
const SenderProfile *sender_find (const GPtrArray *senders, const char *domain,
                                  const char *territory);

/* Adds a problem when one of the texts is blank, which would stand in every mail. */
void sender_check_no_blank (const ConfNode *group, const char *name, GPtrArray *problems);

#endif
