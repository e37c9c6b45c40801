/* SPDX-License-Identifier: BSD-2-Clause */

/* What licet-policy.cfg names and other files must have: a misspelt name would be nothing, in
 * silence. */

#include "references.h"

#include <stdlib.h>
#include <string.h>

#include "licet/address.h"
#include "licet/nearest.h"

/* The names, ended by NULL, and the word for them in a problem. */
typedef struct {
    const GPtrArray *known;
    const char *what;
} Names;

/* What is wrong with the name, or NULL. Caller frees. */
static char *
doubt_name (const char *name, const Names *names)
{
    const char *const *known = (const char *const *)names->known->pdata;

    if (g_strv_contains (known, name))
        return NULL;
    const char *nearest = nearest_word (known, name);
    return g_strdup_printf ("%s \"%s\"%s%s%s", names->what, name,
                            nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                            nearest ? "\"?" : "");
}

/* False when there is nothing to warn of. */
static bool
warn_of_name (Loader *loader, const ConfNode *place, const char *name, const Names *names)
{
    g_autofree char *doubt = doubt_name (name, names);
    g_autofree char *where = conf_where (place);

    if (doubt)
        g_ptr_array_add (loader->set->warnings, g_strdup_printf ("%s: %s", where, doubt));
    return doubt != NULL;
}

static void
add_of_homes (const Loader *loader, const GPtrArray *homes, GPtrArray *codes, GPtrArray *ids,
              GPtrArray *registries)
{
    for (unsigned i = 0; i < homes->len; i++) {
        const Territory *home = g_ptr_array_index (homes, i);
        g_ptr_array_add (codes, home->code);
        for (unsigned j = 0; j < home->own->len; j++) {
            Rule *rule = g_ptr_array_index (home->own, j);
            const ConfNode *node = g_hash_table_lookup (loader->nodes, rule);
            const char *registry = node ? conf_string (node, "registry", NULL) : NULL;
            g_ptr_array_add (ids, rule->id);
            if (registry)
                g_ptr_array_add (registries, (char *)registry);
        }
    }
}

static void
warn_of_attested (Loader *loader, const ConfNode *list, const Names *ids)
{
    for (unsigned i = 0; i < conf_count (list); i++)
        warn_of_name (loader, conf_item (list, i), conf_string (conf_item (list, i), "rule", ""),
                      ids);
}

static void
warn_of_profiles (Loader *loader, const ConfNode *senders, const Names *codes)
{
    for (unsigned i = 0; i < conf_count (senders); i++) {
        const ConfNode *list = conf_child (conf_item (senders, i), "territories");
        g_auto (GStrv) territories = conf_strings (conf_item (senders, i), "territories");
        for (unsigned j = 0; territories[j]; j++)
            warn_of_name (loader, conf_item (list, j), territories[j], codes);
    }
}

static int
compare_words (const void *one, const void *other)
{
    return strcmp (*(const char *const *)one, *(const char *const *)other);
}

/* "" for all territories, else in an order of its own. Caller frees. */
static char *
territories_of (const ConfNode *sender)
{
    g_auto (GStrv) codes = conf_strings (sender, "territories");

    qsort (codes, g_strv_length (codes), sizeof *codes, compare_words);
    return g_strjoinv (",", codes);
}

/* The first of two that fit as well is taken, and nothing of the second. */
static void
warn_of_doubles (Loader *loader, const ConfNode *senders)
{
    g_autoptr (GHashTable) first =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

    for (unsigned i = 0; i < conf_count (senders); i++) {
        const ConfNode *list = conf_child (conf_item (senders, i), "domains");
        g_auto (GStrv) domains = conf_strings (conf_item (senders, i), "domains");
        g_autofree char *codes = territories_of (conf_item (senders, i));
        for (unsigned j = 0; domains[j]; j++) {
            g_autofree char *domain = address_domain_ascii (domains[j], NULL);
            g_autofree char *key = g_strconcat (domain ? domain : "", " ", codes, NULL);
            g_autofree char *where = conf_where (conf_item (list, j));
            const char *earlier = g_hash_table_lookup (first, key);
            if (!domain)
                continue;
            if (!earlier)
                g_hash_table_insert (first, g_steal_pointer (&key), g_steal_pointer (&where));
            else
                g_ptr_array_add (loader->set->warnings,
                                 g_strdup_printf ("%s: a second entry of senders for %s in the "
                                                  "same territories is never used; the first "
                                                  "is in %s",
                                                  where, domain, earlier));
        }
    }
}

/* An extract may be there before the rule that asks it. */
static void
warn_of_registries (Loader *loader, const ConfNode *list, const Names *asked)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        const ConfNode *node = conf_item (list, i);
        const char *name = conf_string (node, "name", "");
        const Registry *registry = resources_registry (loader->set->resources, name);
        const char *failure = registry ? registry_failure (registry) : NULL;
        g_autofree char *where = conf_where (node);
        if (!warn_of_name (loader, node, name, asked) && failure)
            g_ptr_array_add (loader->set->warnings,
                             g_strdup_printf ("%s: registry %s gives no answer: %s", where, name,
                                              failure));
    }
}

void
references_check (Loader *loader, const ConfNode *root)
{
    g_autoptr (GPtrArray) codes = g_ptr_array_new (), ids = g_ptr_array_new ();
    g_autoptr (GPtrArray) registries = g_ptr_array_new (), none = g_ptr_array_new ();

    add_of_homes (loader, loader->set->territories, codes, ids, registries);
    add_of_homes (loader, loader->set->providers, none, ids, registries);
    add_of_homes (loader, loader->set->house, none, ids, registries);
    g_ptr_array_add (codes, NULL);
    g_ptr_array_add (ids, NULL);
    g_ptr_array_add (registries, NULL);
    warn_of_attested (loader, conf_child (root, "attested"),
                      &(Names){ ids, "there is no rule" });
    warn_of_profiles (loader, conf_child (root, "senders"),
                      &(Names){ codes, "there is no territory" });
    warn_of_doubles (loader, conf_child (root, "senders"));
    warn_of_registries (loader, conf_child (root, "registries"),
                        &(Names){ registries, "no rule asks the registry" });
}
