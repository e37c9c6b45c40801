/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_SENDING_H
#define LICET_POLICY_SENDING_H

#include "licet/conffile.h"
#include "rules.h"

/* Sending limits: sending-limits.cfg, which may be missing. */
typedef struct SendingRule SendingRule;

/* Adds what is read to rules, of SendingRule. */
void sending_read (const ConfNode *root, GPtrArray *rules, GPtrArray *problems);
void sending_rule_free (SendingRule *rule);

#endif
