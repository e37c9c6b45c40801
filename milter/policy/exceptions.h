/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_EXCEPTIONS_H
#define LICET_POLICY_EXCEPTIONS_H

#include "rules.h"

/* One group of "exceptions"; NULL when there is a problem. */
Exception *exception_read (const ConfNode *node, GPtrArray *problems);
void exception_free (Exception *exception);

/* A result in enforce mode that an exception of the territory is for becomes one in shadow mode
 * and says who answers for it. */
void exceptions_apply (const Territory *territory, const RuleView *view, RuleResult *result);

#endif
