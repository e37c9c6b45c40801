/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_AUTHENTICATION_RULE_H
#define LICET_POLICY_AUTHENTICATION_RULE_H

#include "rules.h"

/* Judges the parameters of a rule of kind authentication; NULL when nobody has looked. */
void authentication_rule_judge (const void *parameters, const Authentication *authentication,
                                RuleResult *result);
/* What the rule asks for, for people: "SPF or DKIM, and names of the hosts (PTR)". Caller frees. */
char *authentication_rule_asks (const void *parameters);
/* What the provider says of mail without it; NULL when the policy does not tell. Borrowed. */
const char *authentication_rule_word (const void *parameters);

#endif
