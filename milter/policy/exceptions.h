/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_EXCEPTIONS_H
#define LICET_POLICY_EXCEPTIONS_H

#include "rules.h"

/* One group of "exceptions"; NULL when there is a problem. */
Exception *exception_read (const ConfNode *node, GPtrArray *problems);
void exception_free (Exception *exception);

/* The first of the territory, or of what it inherits from, that is for this rule, mail and time;
 * NULL when there is none. */
const Exception *exceptions_find (const Territory *territory, const RuleView *view,
                                  const char *rule);

/* A result in enforce mode becomes one in shadow mode that says who answers for it. exception: NULL
 * changes nothing. */
void exception_apply (const Exception *exception, RuleResult *result);

#endif
