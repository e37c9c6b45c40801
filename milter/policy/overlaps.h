/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_OVERLAPS_H
#define LICET_POLICY_OVERLAPS_H

#include "loader.h"

/* Adds a warning to the set for each rule of the territory that can never decide anything, because
 * another one asks as much or more in all the mail and at all times that it is for; a problem for
 * each rule that no mail can satisfy together with one before it, the first of these; and a problem
 * for each setting of a rule without effect. Once the territory has its rules. */
void overlaps_check (Loader *loader, const Territory *territory);

#endif
