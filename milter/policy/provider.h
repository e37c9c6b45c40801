/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_PROVIDER_H
#define LICET_POLICY_PROVIDER_H

#include "rules.h"

/* The file of a mailbox provider: NULL when there is a problem. nodes: gets where each rule stands. */
Territory *provider_read (const ConfNode *root, const char *path, GHashTable *nodes,
                          GPtrArray *problems);
/* Of any home of rules: the lists are empty. */
Territory *territory_new (const char *code, const char *name);
void territory_read_rules (Territory *territory, const ConfNode *list, GHashTable *nodes,
                           GPtrArray *problems);
void territory_free (Territory *territory);

/* By name; by the domain of a mailbox, which must be one of the provider's own and not below one. */
const Territory *provider_find (const GPtrArray *providers, const char *name);
const Territory *provider_of (const GPtrArray *providers, const char *domain);
/* By one of the hosts that take the mail of a domain. */
const Territory *provider_hosting (const GPtrArray *providers, char **hosts);
/* Whether any of them can be known by such hosts. */
bool provider_any_hosts (const GPtrArray *providers);

#endif
