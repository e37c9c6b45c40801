/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_CASES_H
#define LICET_POLICY_CASES_H

#include "licet/cases.h"
#include "rules.h"

/* A PolicyCase and its place, while its file is in memory. */
typedef struct {
    const PolicyCase *policy_case;
    const ConfNode *node;
} CasePlace;

/* The list "tests" of a file: adds to cases (PolicyCase) and to places (CasePlace). territory: the
 * code of the file, or NULL. */
void cases_read (const ConfNode *root, const char *path, const char *territory,
                 GPtrArray *cases, GArray *places, GPtrArray *problems);

/* Adds a problem for each rule that a case names and the set does not have. ids ends with NULL. */
void cases_check_rules (const GArray *places, const char *const ids[], GPtrArray *problems);

#endif
