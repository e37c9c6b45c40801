/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_FALLBACK_H
#define LICET_POLICY_FALLBACK_H

#include "docket.h"

/* What takes the place of a strip that a rule asks for and that cannot be made. obstacle: why,
 * "" when nothing else would be left, which is always a refusal; sentence: for the sender instead
 * of the rule's, or NULL. view is of the whole message. */
void fallback_settle (Decision *decision, const Docket *docket, const RuleView *view,
                      const char *obstacle, const char *sentence);

#endif
