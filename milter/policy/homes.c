/* SPDX-License-Identifier: BSD-2-Clause */

/* The homes of rules, looked up: territories, mailbox providers, the house. */

#include <string.h>

#include "policy_set.h"
#include "provider.h"

const Territory *
policy_set_find (const PolicySet *set, const char *code)
{
    for (unsigned i = 0; i < set->territories->len; i++) {
        const Territory *territory = g_ptr_array_index (set->territories, i);
        if (g_ascii_strcasecmp (territory->code, code) == 0)
            return territory;
    }
    return NULL;
}

const char *
policy_set_language (const PolicySet *set, const char *territory)
{
    g_autofree char *first = g_strndup (territory, strcspn (territory, TERRITORY_JOIN));
    const Territory *home = policy_set_find (set, first);

    return home ? home->language : NULL;
}

const Territory *
policy_set_house (const PolicySet *set)
{
    return set->house->len ? g_ptr_array_index (set->house, 0) : NULL;
}

const Territory *
policy_set_provider (const PolicySet *set, const char *name)
{
    return provider_find (set->providers, name);
}

const Territory *
policy_set_provider_of (const PolicySet *set, const char *domain)
{
    return provider_of (set->providers, domain);
}

const Territory *
policy_set_provider_hosting (const PolicySet *set, char **hosts)
{
    return provider_hosting (set->providers, hosts);
}

bool
policy_wants_mail_hosts (const PolicySet *set, const char *domain)
{
    return provider_any_hosts (set->providers) && !provider_of (set->providers, domain);
}
