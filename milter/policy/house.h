/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_HOUSE_H
#define LICET_POLICY_HOUSE_H

#include "rules.h"

/*
 * The company's own rules, house.cfg: they judge every recipient beside the rules of the territory, by
 * the class that its law gives the message. A Territory without people, whose code is "house".
 */
#define HOUSE "house"

/* The file; NULL when there is a problem. nodes: gets where each rule stands. */
Territory *house_read (const ConfNode *root, GHashTable *nodes, GPtrArray *problems);

/* Gives each territory the rules and exceptions of the house, behind its own. */
void house_join (const GPtrArray *house, const GPtrArray *territories);

#endif
