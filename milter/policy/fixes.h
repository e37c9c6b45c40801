/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_FIXES_H
#define LICET_POLICY_FIXES_H

#include "rules.h"

/* Makes what the fixes of a decision need that is to be delivered, and refuses where two of them
 * cannot both be made. */
void fixes_prepare (Decision *decision, const RuleView *view);

#endif
