/* SPDX-License-Identifier: BSD-2-Clause */

/* Policies as they are tried out: the same, but for the sender of the kit and one rule. */

#include <string.h>

#include "kit.h"
#include "licet/cases.h"
#include "policy_set.h"

static bool
has_rule (const GPtrArray *rules, const char *id)
{
    for (unsigned i = 0; i < rules->len; i++)
        if (strcmp (((Rule *)g_ptr_array_index (rules, i))->id, id) == 0)
            return true;
    return false;
}

/* A territory with its rules but one. Owns only the list. */
static Territory *
territory_without (const Territory *territory, const char *id)
{
    Territory *variant = g_new0 (Territory, 1);

    *variant = *territory;
    variant->rules = g_ptr_array_new ();
    for (unsigned i = 0; i < territory->rules->len; i++)
        if (strcmp (((Rule *)g_ptr_array_index (territory->rules, i))->id, id) != 0)
            g_ptr_array_add (variant->rules, g_ptr_array_index (territory->rules, i));
    return variant;
}

/* Those that the base owns are told from our own by their list of rules. */
static GPtrArray *
territories_without (const PolicySet *base, const char *id)
{
    GPtrArray *territories = g_ptr_array_new ();

    for (unsigned i = 0; i < base->territories->len; i++) {
        Territory *territory = g_ptr_array_index (base->territories, i);
        bool changed = id && has_rule (territory->rules, id);
        g_ptr_array_add (territories, changed ? territory_without (territory, id) : territory);
    }
    return territories;
}

PolicySet *
policy_set_rehearsed (PolicySet *set, const char *without)
{
    PolicySet *variant = g_memdup2 (set, sizeof *set);

    variant->base = policy_set_ref (set);
    g_atomic_ref_count_init (&variant->references);
    variant->territories = territories_without (set, without);
    variant->senders = g_ptr_array_new ();
    for (unsigned i = 0; i < set->senders->len; i++)
        g_ptr_array_add (variant->senders, g_ptr_array_index (set->senders, i));
    g_ptr_array_add (variant->senders, kit_profile (set->blocks));
    return variant;
}

void
policy_set_rehearsed_free (PolicySet *set)
{
    for (unsigned i = 0; i < set->territories->len; i++) {
        Territory *territory = g_ptr_array_index (set->territories, i);
        if (territory == g_ptr_array_index (set->base->territories, i))
            continue;
        g_ptr_array_unref (territory->rules);
        g_free (territory);
    }
    g_ptr_array_unref (set->territories);
    kit_profile_free (g_ptr_array_index (set->senders, set->senders->len - 1));
    g_ptr_array_unref (set->senders);
    policy_set_unref (set->base);
    g_free (set);
}

GPtrArray *
policy_rule_ids (const PolicySet *set)
{
    GPtrArray *ids = g_ptr_array_new ();

    for (unsigned i = 0; i < set->territories->len; i++) {
        const Territory *territory = g_ptr_array_index (set->territories, i);
        for (unsigned j = 0; j < territory->own->len; j++)
            g_ptr_array_add (ids, ((Rule *)g_ptr_array_index (territory->own, j))->id);
    }
    return ids;
}

const char *
policy_rule_where (const PolicySet *set, const char *id)
{
    for (unsigned i = 0; i < set->territories->len; i++) {
        const Territory *territory = g_ptr_array_index (set->territories, i);
        for (unsigned j = 0; j < territory->own->len; j++) {
            const Rule *rule = g_ptr_array_index (territory->own, j);
            if (strcmp (rule->id, id) == 0)
                return rule->where;
        }
    }
    return NULL;
}

const GPtrArray *
policy_cases (const PolicySet *set)
{
    return set->cases;
}
