/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_VERDICTS_H
#define LICET_POLICY_VERDICTS_H

#include "rules.h"

/* What each rule of the territory says of a message of that class: array of RuleResult, in the
 * order of the rules. */
GPtrArray *verdicts_judge (const Territory *territory, MessageClass class,
                           const RuleView *view);

/* Whether the mail is of one of the campaigns; all are when there is none. */
bool verdicts_has_campaign (char **campaigns, const Message *message);

#endif
