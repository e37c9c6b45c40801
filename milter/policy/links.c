/* SPDX-License-Identifier: BSD-2-Clause */

/* What the files of a directory say of each other: who inherits from whom, which rule stands for
 * which, and which rules the cases name. */

#include <string.h>

#include "exceptions.h"
#include "house.h"
#include "loader.h"
#include "overlaps.h"
#include "policy_set.h"

static bool
is_replaced (const Territory *territory, const char *id)
{
    for (unsigned i = 0; i < territory->own->len; i++)
        if (g_strcmp0 (((Rule *)g_ptr_array_index (territory->own, i))->replaces, id) == 0)
            return true;
    return false;
}

/* Inherited rules first, but for those that an own rule replaces. depth guards against loops. */
static void
collect_rules (Loader *loader, const Territory *territory, GPtrArray *rules, unsigned depth)
{
    const Territory *parent =
        territory->inherits ? policy_set_find (loader->set, territory->inherits) : NULL;

    if (parent && depth <= loader->set->territories->len) {
        g_autoptr (GPtrArray) inherited = g_ptr_array_new ();
        collect_rules (loader, parent, inherited, depth + 1);
        for (unsigned i = 0; i < inherited->len; i++)
            if (!is_replaced (territory, ((Rule *)g_ptr_array_index (inherited, i))->id))
                g_ptr_array_add (rules, g_ptr_array_index (inherited, i));
    }
    for (unsigned i = 0; i < territory->own->len; i++)
        g_ptr_array_add (rules, g_ptr_array_index (territory->own, i));
}

/* Whether the territory comes back to itself, at most as many steps away as there are files. */
static bool
is_circular (const PolicySet *set, const Territory *territory)
{
    const Territory *parent = territory;

    for (unsigned i = 0; i < set->territories->len; i++) {
        parent = parent->inherits ? policy_set_find (set, parent->inherits) : NULL;
        if (!parent || parent == territory)
            return parent != NULL;
    }
    return false;
}

static const Rule *
find_rule_in (const GPtrArray *homes, const char *id, const Rule *but)
{
    for (unsigned i = 0; i < homes->len; i++) {
        const Territory *home = g_ptr_array_index (homes, i);
        for (unsigned j = 0; j < home->own->len; j++) {
            const Rule *rule = g_ptr_array_index (home->own, j);
            if (rule != but && strcmp (rule->id, id) == 0)
                return rule;
        }
    }
    return NULL;
}

static const Rule *
find_rule (const PolicySet *set, const char *id, const Rule *but)
{
    const Rule *rule = find_rule_in (set->territories, id, but);

    if (!rule)
        rule = find_rule_in (set->providers, id, but);
    return rule ? rule : find_rule_in (set->house, id, but);
}

static bool
is_inherited (const PolicySet *set, const Territory *territory, const char *id)
{
    const Territory *parent = territory;

    for (unsigned i = 0; i < set->territories->len; i++) {
        parent = parent->inherits ? policy_set_find (set, parent->inherits) : NULL;
        for (unsigned j = 0; parent && j < parent->own->len; j++)
            if (strcmp (((Rule *)g_ptr_array_index (parent->own, j))->id, id) == 0)
                return true;
        if (!parent)
            break;
    }
    return false;
}

/* Whether all that the territory inherits from could be read. */
static bool
is_chain_whole (const Loader *loader, const Territory *territory)
{
    for (unsigned i = 0; i <= loader->set->territories->len; i++) {
        if (!territory->inherits)
            return true;
        if (g_hash_table_contains (loader->broken, territory->inherits))
            return false;
        territory = policy_set_find (loader->set, territory->inherits);
        if (!territory)
            return false;
    }
    return false;
}

static void
check_replaces (Loader *loader, const Territory *territory, const Rule *rule)
{
    const ConfNode *node = g_hash_table_lookup (loader->nodes, rule);
    const Rule *replaced = find_rule (loader->set, rule->replaces, rule);

    if (g_hash_table_contains (loader->broken, rule->replaces) ||
        !is_chain_whole (loader, territory))
        return;
    if (!replaced) {
        g_autoptr (GPtrArray) ids = policy_rule_ids (loader->set);
        g_ptr_array_add (ids, NULL);
        g_autofree char *meant = conf_meant ((const char *const *)ids->pdata, rule->replaces);
        conf_problem (loader->problems, conf_child (node, "replaces"),
                      "there is no rule %s to replace%s", rule->replaces, meant);
    } else if (!is_inherited (loader->set, territory, rule->replaces)) {
        conf_problem (loader->problems, conf_child (node, "replaces"),
                      "%s does not inherit the rule %s; right would be a rule of the "
                      "territory that it inherits from",
                      territory->code, rule->replaces);
    } else if (replaced->kind != rule->kind) {
        conf_problem (loader->problems, conf_child (node, "replaces"),
                      "%s is of kind %s and cannot stand for %s, of kind %s", rule->id,
                      rule->kind->name, replaced->id, replaced->kind->name);
    }
}

static void
check_own_rules (Loader *loader, const Territory *territory)
{
    for (unsigned i = 0; i < territory->own->len; i++) {
        const Rule *rule = g_ptr_array_index (territory->own, i);
        const ConfNode *node = g_hash_table_lookup (loader->nodes, rule);
        const Rule *other = find_rule (loader->set, rule->id, NULL);
        if (other != rule)
            conf_problem (loader->problems, conf_child (node, "id"),
                          "a second rule with the id %s; the first is in %s", rule->id,
                          other->where);
        if (rule->replaces)
            check_replaces (loader, territory, rule);
    }
}

static void
check_inherits (Loader *loader, const Territory *territory)
{
    const ConfNode *root = g_hash_table_lookup (loader->nodes, territory);
    const char *parent = territory->inherits;

    if (parent && !policy_set_find (loader->set, parent) &&
        !g_hash_table_contains (loader->broken, parent))
        conf_problem (loader->problems, conf_child (root, "inherits"),
                      "there is no territory %s to inherit from", parent);
    if (is_circular (loader->set, territory))
        conf_problem (loader->problems, conf_child (root, "inherits"),
                      "%s inherits from itself; right would be a territory that does not "
                      "lead back",
                      territory->code);
}

static void
check_exception (Loader *loader, const Territory *territory, const Exception *exception)
{
    const ConfNode *node = g_hash_table_lookup (loader->nodes, exception);
    g_autoptr (GPtrArray) ids = g_ptr_array_new ();

    if (g_hash_table_contains (loader->broken, exception->rule) ||
        !is_chain_whole (loader, territory))
        return;
    for (unsigned i = 0; i < territory->rules->len; i++) {
        g_ptr_array_add (ids, ((Rule *)g_ptr_array_index (territory->rules, i))->id);
        if (strcmp (g_ptr_array_index (ids, i), exception->rule) == 0)
            return;
    }
    g_ptr_array_add (ids, NULL);
    g_autofree char *meant = conf_meant ((const char *const *)ids->pdata, exception->rule);
    conf_problem (loader->problems, conf_child (node, "rule"), "%s has no rule %s%s",
                  territory->code, exception->rule, meant);
}

/* Those of the territories that it inherits from hold as well. */
static void
collect_exceptions (Loader *loader, Territory *territory)
{
    const Territory *from = territory;

    for (unsigned i = 0; from && i <= loader->set->territories->len; i++) {
        for (unsigned j = 0; j < from->own_exceptions->len; j++)
            g_ptr_array_add (territory->exceptions,
                             g_ptr_array_index (from->own_exceptions, j));
        from = from->inherits ? policy_set_find (loader->set, from->inherits) : NULL;
    }
    for (unsigned i = 0; i < territory->own_exceptions->len; i++)
        check_exception (loader, territory, g_ptr_array_index (territory->own_exceptions, i));
}

static void
link_exceptions (Loader *loader, const GPtrArray *homes)
{
    for (unsigned i = 0; i < homes->len; i++)
        collect_exceptions (loader, g_ptr_array_index (homes, i));
}

static void
check_cases (Loader *loader)
{
    g_autoptr (GPtrArray) ids = policy_rule_ids (loader->set);

    GHashTableIter iter;
    void *broken = NULL;
    g_hash_table_iter_init (&iter, loader->broken);
    while (g_hash_table_iter_next (&iter, &broken, NULL))
        g_ptr_array_add (ids, broken);
    g_ptr_array_add (ids, NULL);
    cases_check_rules (loader->places, (const char *const *)ids->pdata, loader->problems);
}

static void
link_homes (Loader *loader, const GPtrArray *homes)
{
    for (unsigned i = 0; i < homes->len; i++) {
        Territory *territory = g_ptr_array_index (homes, i);
        check_inherits (loader, territory);
        check_own_rules (loader, territory);
        collect_rules (loader, territory, territory->rules, 0);
        if (is_chain_whole (loader, territory))
            overlaps_check (loader, territory);
    }
}

void
links_resolve (Loader *loader)
{
    const GPtrArray *territories = loader->set->territories;
    const GPtrArray *providers = loader->set->providers;

    link_homes (loader, territories);
    link_homes (loader, providers);
    link_homes (loader, loader->set->house);
    house_join (loader->set->house, territories);
    link_exceptions (loader, territories);
    link_exceptions (loader, providers);
    link_exceptions (loader, loader->set->house);
    check_cases (loader);
    const char *fallback = loader->set->default_territory;
    if (fallback && !policy_set_find (loader->set, fallback) &&
        !g_hash_table_contains (loader->broken, fallback))
        conf_problem (loader->problems,
                      conf_child (conffile_root (g_ptr_array_index (loader->files, 0)),
                                  "default_territory"),
                      "default_territory: there is no territory %s", fallback);
}
