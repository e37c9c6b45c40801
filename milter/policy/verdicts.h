/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_VERDICTS_H
#define LICET_POLICY_VERDICTS_H

#include "docket.h"

/* What each rule says of the message: array of RuleResult, in the order of the duties. rest: the
 * view is of what a strip leaves, which counts as transactional wherever it goes. */
GPtrArray *verdicts_judge (const Docket *docket, bool rest, const RuleView *view);

#endif
