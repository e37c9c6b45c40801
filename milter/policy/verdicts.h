/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_VERDICTS_H
#define LICET_POLICY_VERDICTS_H

#include "rules.h"

/* What each rule of the territory says of a message of that class: array of RuleResult, in the
 * order of the rules. */
GPtrArray *verdicts_judge (const Territory *territory, MessageClass class,
                           const RuleView *view);

#endif
