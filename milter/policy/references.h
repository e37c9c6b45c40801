/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_REFERENCES_H
#define LICET_POLICY_REFERENCES_H

#include "loader.h"
#include "policy_set.h"
#include "resources.h"

/* Adds a warning for each name in licet-policy.cfg (root) that nothing else has: the territory of a
 * profile, an attested rule, a registry that no rule asks; for a registry that cannot be read; and
 * for a profile that stands behind another of the same domain and territories. Once all files are read. */
void references_check (Loader *loader, const ConfNode *root);

#endif
