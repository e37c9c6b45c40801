/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_AUTHENTICATION_RULE_H
#define LICET_POLICY_AUTHENTICATION_RULE_H

#include "rules.h"

/* Judges the parameters of a rule of kind authentication; NULL when nobody has looked. */
void authentication_rule_judge (const void *parameters, const Authentication *authentication,
                                RuleResult *result);

#endif
