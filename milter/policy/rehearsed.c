/* SPDX-License-Identifier: BSD-2-Clause */

/* Policies as they are tried out: the same, but for the sender of the kit and one rule. */

#include <string.h>

#include "kit.h"
#include "licet/cases.h"
#include "policy_set.h"

/* What is left out: the rule of an id (NULL: none), and the rules of the house (NULL: stay). */
typedef struct {
    const char *id;
    const GPtrArray *house;
} Omission;

static bool
is_omitted (const Omission *omission, Rule *rule)
{
    return (omission->id && strcmp (rule->id, omission->id) == 0) ||
           (omission->house && g_ptr_array_find ((GPtrArray *)omission->house, rule, NULL));
}

static bool
has_omitted (const Omission *omission, const GPtrArray *rules)
{
    for (unsigned i = 0; i < rules->len; i++)
        if (is_omitted (omission, g_ptr_array_index (rules, i)))
            return true;
    return false;
}

/* A territory with its rules but those, and without exceptions: what somebody answers for until a
 * date is no matter of the rules' own cases. Owns only the lists. */
static Territory *
territory_without (const Territory *territory, const Omission *omission)
{
    Territory *variant = g_new0 (Territory, 1);

    *variant = *territory;
    variant->rules = g_ptr_array_new ();
    for (unsigned i = 0; i < territory->rules->len; i++)
        if (!is_omitted (omission, g_ptr_array_index (territory->rules, i)))
            g_ptr_array_add (variant->rules, g_ptr_array_index (territory->rules, i));
    variant->exceptions = g_ptr_array_new ();
    return variant;
}

/* Those that the base owns are told from our own by their place in its list. */
static GPtrArray *
homes_without (const GPtrArray *homes, const Omission *omission)
{
    GPtrArray *variants = g_ptr_array_new ();

    for (unsigned i = 0; i < homes->len; i++) {
        Territory *territory = g_ptr_array_index (homes, i);
        bool changed =
            territory->exceptions->len > 0 || has_omitted (omission, territory->rules);
        g_ptr_array_add (variants,
                         changed ? territory_without (territory, omission) : territory);
    }
    return variants;
}

PolicySet *
policy_set_rehearsed (PolicySet *set, const char *without, bool of_law)
{
    const Territory *house = of_law ? policy_set_house (set) : NULL;
    Omission omission = { without, house ? house->own : NULL };
    PolicySet *variant = g_memdup2 (set, sizeof *set);

    variant->base = policy_set_ref (set);
    g_atomic_ref_count_init (&variant->references);
    variant->territories = homes_without (set->territories, &omission);
    variant->providers = homes_without (set->providers, &omission);
    variant->resources = resources_bare (set->resources);
    variant->senders = g_ptr_array_new ();
    for (unsigned i = 0; i < set->senders->len; i++)
        g_ptr_array_add (variant->senders, g_ptr_array_index (set->senders, i));
    g_ptr_array_add (variant->senders, kit_profile (set->blocks));
    return variant;
}

static void
free_homes (GPtrArray *variants, const GPtrArray *homes)
{
    for (unsigned i = 0; i < variants->len; i++) {
        Territory *territory = g_ptr_array_index (variants, i);
        if (territory == g_ptr_array_index (homes, i))
            continue;
        g_ptr_array_unref (territory->rules);
        g_ptr_array_unref (territory->exceptions);
        g_free (territory);
    }
    g_ptr_array_unref (variants);
}

void
policy_set_rehearsed_free (PolicySet *set)
{
    free_homes (set->territories, set->base->territories);
    free_homes (set->providers, set->base->providers);
    kit_profile_free (g_ptr_array_index (set->senders, set->senders->len - 1));
    g_ptr_array_unref (set->senders);
    resources_free (set->resources);
    policy_set_unref (set->base);
    g_free (set);
}

static void
add_ids (GPtrArray *ids, const GPtrArray *homes)
{
    for (unsigned i = 0; i < homes->len; i++) {
        const Territory *home = g_ptr_array_index (homes, i);
        for (unsigned j = 0; j < home->own->len; j++)
            g_ptr_array_add (ids, ((Rule *)g_ptr_array_index (home->own, j))->id);
    }
}

GPtrArray *
policy_rule_ids (const PolicySet *set)
{
    GPtrArray *ids = g_ptr_array_new ();

    add_ids (ids, set->territories);
    add_ids (ids, set->providers);
    add_ids (ids, set->house);
    return ids;
}

static const Rule *
find_rule (const GPtrArray *homes, const char *id)
{
    for (unsigned i = 0; i < homes->len; i++) {
        const Territory *home = g_ptr_array_index (homes, i);
        for (unsigned j = 0; j < home->own->len; j++) {
            const Rule *rule = g_ptr_array_index (home->own, j);
            if (strcmp (rule->id, id) == 0)
                return rule;
        }
    }
    return NULL;
}

const char *
policy_rule_where (const PolicySet *set, const char *id)
{
    const Rule *rule = find_rule (set->territories, id);

    if (!rule)
        rule = find_rule (set->providers, id);
    if (!rule)
        rule = find_rule (set->house, id);
    return rule ? rule->where : NULL;
}

const GPtrArray *
policy_cases (const PolicySet *set)
{
    return set->cases;
}
