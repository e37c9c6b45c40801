/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_SETTLE_H
#define LICET_POLICY_SETTLE_H

#include "docket.h"

/* Outcomes of a decision, with the rule that they come from and the reply. results: of
 * RuleResult, as verdicts.h gives them. */

/* The first result, in file order, that asks for the action with effect; NULL when none does. */
const RuleResult *settle_find (const GPtrArray *results, Action action);

/* Names the rule that decided. */
void settle_rule (Decision *decision, const RuleResult *result);
/* reason: more than the sentence, or NULL. */
void settle_refuse (Decision *decision, const RuleResult *result, const char *sentence,
                    const char *reason);
void settle_hold (Decision *decision, const RuleResult *result, const char *sentence,
                  const char *reason);
void settle_defer (Decision *decision, const Docket *docket, const RuleResult *result);

/* The heaviest of refuse, hold and defer; false when no rule asks for one of them. */
bool settle_held_back (Decision *decision, const Docket *docket, const GPtrArray *results);

/* What the rules say of a copy without the blocks: refused when one wants a strip still, held
 * back when one asks for that, else OUTCOME_STRIP, because of `asking`. Notes in the decision's
 * own results what that copy cures. */
void settle_second_look (Decision *decision, const Docket *docket, const RuleResult *asking,
                         const GPtrArray *second);

#endif
