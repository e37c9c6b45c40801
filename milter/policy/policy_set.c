/* SPDX-License-Identifier: BSD-2-Clause */

/* Reads the directory of policies: all files, then inheritance, and every problem of both. */

#include <stdlib.h>
#include <string.h>

#include "licet/address.h"
#include "licet/error.h"
#include "hints.h"
#include "provider.h"
#include "resources.h"
#include "rules.h"
#include "sender.h"
#include "wordlist.h"

struct PolicySet {
    GPtrArray *territories; /* of Territory */
    GPtrArray *providers;   /* of Territory */
    GPtrArray *senders;     /* of SenderProfile */
    WordList *unsubscribe;
    Resources *resources;
    BlockSelectors *blocks;
    TrackingPatterns *tracking;
    Hints *hints; /* for senders without a profile */
    bool refuses_ambiguous;
    Fallback fallback; /* of rules without their own */
    char *default_territory;
    char *version;
    gatomicrefcount references;
};

typedef struct {
    PolicySet *set;
    GPtrArray *files;  /* of Conffile: places of problems found after reading */
    GHashTable *nodes; /* Rule or Territory -> ConfNode */
    GChecksum *checksum;
    GPtrArray *problems;
} Loader;

static const char *const ambiguous_words[] = { "promotional", "refuse", NULL };

static const ConfField main_fields[] = {
    { "version", CONF_STRING, false, 0, 0, NULL },
    { "default_territory", CONF_STRING, true, 0, 0, NULL },
    { "unsubscribe_words", CONF_STRINGS, true, 0, 0, NULL },
    { "senders", CONF_GROUPS, false, 0, 0, NULL },
    { "promotional_blocks", CONF_STRINGS, false, 0, 0, NULL },
    { "protected_blocks", CONF_STRINGS, false, 0, 0, NULL },
    { "detect_blocks", CONF_STRING, false, 0, 0, block_detection_words },
    { "tracking", CONF_GROUP, false, 0, 0, NULL },
    { "ambiguous", CONF_STRING, false, 0, 0, ambiguous_words },
    { "registries", CONF_GROUPS, false, 0, 0, NULL },
    { "attested", CONF_GROUPS, false, 0, 0, NULL },
    { "fixes", CONF_STRINGS, false, 0, 0, resource_fix_words },
    { "footers", CONF_GROUPS, false, 0, 0, NULL },
    { "strip_fallback", CONF_STRING, false, 0, 0, rule_fallback_words },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static const ConfField territory_fields[] = {
    { "territory", CONF_STRING, true, 0, 0, NULL },
    { "name", CONF_STRING, true, 0, 0, NULL },
    { "inherits", CONF_STRING, false, 0, 0, NULL },
    { "language", CONF_STRING, false, 0, 0, NULL },
    { "mixed_mail", CONF_STRING, true, 0, 0, NULL },
    { "rules", CONF_GROUPS, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static Conffile *
open_file (Loader *loader, const char *path)
{
    g_autoptr (GError) cause = NULL;
    Conffile *file = conffile_load (path, &cause);

    if (!file) {
        g_ptr_array_add (loader->problems, g_strdup (cause->message));
        return NULL;
    }
    const char *checksum = conffile_checksum (file);
    g_checksum_update (loader->checksum, (const guchar *)checksum, (gssize)strlen (checksum));
    g_ptr_array_add (loader->files, file);
    return file;
}

/* A sender's hints hold the general ones too. */
static void
read_hints (PolicySet *set, const ConfNode *root, GPtrArray *problems)
{
    set->refuses_ambiguous =
        strcmp (conf_string (root, "ambiguous", "promotional"), "refuse") == 0;
    set->fallback = rule_fallback_parse (conf_string (root, "strip_fallback", "refuse"));
    set->blocks = block_selectors_read (root, problems);
    set->tracking = tracking_patterns_read (root, problems);
    set->hints = hints_new (set->blocks, NULL, set->tracking);
    for (unsigned i = 0; i < set->senders->len; i++) {
        SenderProfile *sender = g_ptr_array_index (set->senders, i);
        sender->hints = hints_new (set->blocks, sender->blocks, set->tracking);
    }
}

static void
read_main (Loader *loader, const char *dir)
{
    g_autofree char *path = g_build_filename (dir, "licet-policy.cfg", NULL);
    const Conffile *file = open_file (loader, path);

    if (!file || !conf_check (conffile_root (file), main_fields, loader->problems))
        return;
    const ConfNode *root = conffile_root (file);
    const ConfNode *senders = conf_child (root, "senders");
    loader->set->default_territory = g_strdup (conf_string (root, "default_territory", NULL));
    sender_check_no_blank (root, "unsubscribe_words", loader->problems);
    loader->set->unsubscribe = wordlist_new (conf_strings (root, "unsubscribe_words"));
    loader->set->resources = resources_read (root, dir, loader->problems);
    for (unsigned i = 0; i < conf_count (senders); i++) {
        SenderProfile *sender = sender_read (conf_item (senders, i), loader->problems);
        if (sender)
            g_ptr_array_add (loader->set->senders, sender);
    }
    read_hints (loader->set, root, loader->problems);
}

/* "DE", "US-CA" or "XX": what a consent record or a domain can say. */
static bool
is_territory_code (const char *code)
{
    size_t letters = strspn (code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return letters == 2 &&
           (code[2] == '\0' ||
            (code[2] == '-' && code[3] != '\0' &&
             strspn (code + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen (code + 3)));
}

static void
read_rules (Loader *loader, Territory *territory, const ConfNode *list)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        Rule *rule = rule_load (conf_item (list, i), loader->problems);
        if (!rule)
            continue;
        g_ptr_array_add (territory->own, rule);
        g_hash_table_insert (loader->nodes, rule, (void *)conf_item (list, i));
    }
}

static void
read_territory (Loader *loader, const char *path)
{
    const Conffile *file = open_file (loader, path);

    if (!file || !conf_check (conffile_root (file), territory_fields, loader->problems))
        return;
    const ConfNode *root = conffile_root (file);
    Territory *territory = g_new0 (Territory, 1);
    territory->code = g_strdup (conf_string (root, "territory", NULL));
    territory->name = g_strdup (conf_string (root, "name", NULL));
    territory->inherits = g_strdup (conf_string (root, "inherits", NULL));
    territory->language = g_strdup (conf_string (root, "language", NULL));
    territory->own = g_ptr_array_new_with_free_func ((GDestroyNotify)rule_free);
    territory->rules = g_ptr_array_new ();
    territory->mixed_test = mixed_test_find (conf_string (root, "mixed_mail", ""));
    territory->mixed_name = g_intern_string (conf_string (root, "mixed_mail", ""));
    if (!territory->mixed_test) {
        g_autofree char *known = g_strjoinv (", ", (char **)mixed_test_names ());
        conf_problem (loader->problems, conf_child (root, "mixed_mail"),
                      "unknown test \"%s\"; right would be one of: %s", territory->mixed_name,
                      known);
    }
    if (!is_territory_code (territory->code))
        conf_problem (loader->problems, conf_child (root, "territory"),
                      "\"%s\" is no territory code; right would be DE or US-CA",
                      territory->code);
    g_autofree char *name = g_path_get_basename (path);
    g_autofree char *wanted = g_strconcat (territory->code, ".cfg", NULL);
    if (strcmp (name, wanted) != 0)
        conf_problem (loader->problems, conf_child (root, "territory"),
                      "%s does not fit the name of the file; right would be %s",
                      territory->code, wanted);
    if (strcmp (territory->code, "UK") == 0)
        conf_problem (loader->problems, conf_child (root, "territory"),
                      "the ISO 3166 code of the United Kingdom is GB");
    if (policy_set_find (loader->set, territory->code))
        conf_problem (loader->problems, conf_child (root, "territory"), "%s has a file already",
                      territory->code);
    g_ptr_array_add (loader->set->territories, territory);
    g_hash_table_insert (loader->nodes, territory, (void *)root);
    read_rules (loader, territory, conf_child (root, "rules"));
}

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

    return rule ? rule : find_rule_in (set->providers, id, but);
}

static void
check_own_rules (Loader *loader, const Territory *territory)
{
    for (unsigned i = 0; i < territory->own->len; i++) {
        const Rule *rule = g_ptr_array_index (territory->own, i);
        const ConfNode *node = g_hash_table_lookup (loader->nodes, rule);
        if (find_rule (loader->set, rule->id, rule))
            conf_problem (loader->problems, conf_child (node, "id"),
                          "a second rule with the id %s", rule->id);
        if (!rule->replaces)
            continue;
        if (!find_rule (loader->set, rule->replaces, rule))
            conf_problem (loader->problems, conf_child (node, "replaces"),
                          "there is no rule %s to replace", rule->replaces);
        else if (!is_inherited (loader->set, territory, rule->replaces))
            conf_problem (loader->problems, conf_child (node, "replaces"),
                          "%s does not inherit the rule %s; right would be a rule of the "
                          "territory that it inherits from",
                          territory->code, rule->replaces);
    }
}

static void
link_territories (Loader *loader)
{
    const GPtrArray *territories = loader->set->territories;

    for (unsigned i = 0; i < territories->len; i++) {
        Territory *territory = g_ptr_array_index (territories, i);
        if (territory->inherits && !policy_set_find (loader->set, territory->inherits))
            conf_problem (
                loader->problems,
                conf_child (g_hash_table_lookup (loader->nodes, territory), "inherits"),
                "there is no territory %s to inherit from", territory->inherits);
        if (is_circular (loader->set, territory))
            conf_problem (
                loader->problems,
                conf_child (g_hash_table_lookup (loader->nodes, territory), "inherits"),
                "%s inherits from itself; right would be a territory that does not "
                "lead back",
                territory->code);
        check_own_rules (loader, territory);
        collect_rules (loader, territory, territory->rules, 0);
    }
    for (unsigned i = 0; i < loader->set->providers->len; i++) {
        Territory *provider = g_ptr_array_index (loader->set->providers, i);
        check_own_rules (loader, provider);
        collect_rules (loader, provider, provider->rules, 0);
    }
    const char *fallback = loader->set->default_territory;
    if (fallback && !policy_set_find (loader->set, fallback))
        conf_problem (loader->problems,
                      conf_child (conffile_root (g_ptr_array_index (loader->files, 0)),
                                  "default_territory"),
                      "default_territory: there is no territory %s", fallback);
}

/* The words and the model decide the class, so they belong to the version; classify reads them. */
static void
count_folder (Loader *loader, const char *dir, const char *name)
{
    g_autofree char *folder = g_build_filename (dir, name, NULL);
    g_autoptr (GPtrArray) paths = conffile_list (folder, ".cfg", NULL);

    for (unsigned i = 0; paths && i < paths->len; i++)
        open_file (loader, g_ptr_array_index (paths, i));
}

static void
read_providers (Loader *loader, const char *dir)
{
    g_autofree char *folder = g_build_filename (dir, "providers", NULL);
    g_autoptr (GPtrArray) paths = conffile_list (folder, ".cfg", NULL);

    for (unsigned i = 0; paths && i < paths->len; i++) {
        const char *path = g_ptr_array_index (paths, i);
        const Conffile *file = open_file (loader, path);
        Territory *provider =
            file ? provider_read (conffile_root (file), path, loader->nodes, loader->problems)
                 : NULL;
        if (provider)
            g_ptr_array_add (loader->set->providers, provider);
    }
}

static void
read_all (Loader *loader, const char *dir)
{
    g_autofree char *territories = g_build_filename (dir, "territories", NULL);
    g_autoptr (GError) cause = NULL;

    read_main (loader, dir);
    g_autoptr (GPtrArray) paths = conffile_list (territories, ".cfg", &cause);
    if (!paths) {
        g_ptr_array_add (loader->problems, g_strdup (cause->message));
        return;
    }
    for (unsigned i = 0; i < paths->len; i++)
        read_territory (loader, g_ptr_array_index (paths, i));
    read_providers (loader, dir);
    link_territories (loader);
    count_folder (loader, dir, "words");
    count_folder (loader, dir, "model");
}

static PolicySet *
policy_set_new (void)
{
    PolicySet *set = g_new0 (PolicySet, 1);

    set->territories = g_ptr_array_new_with_free_func ((GDestroyNotify)territory_free);
    set->providers = g_ptr_array_new_with_free_func ((GDestroyNotify)territory_free);
    set->senders = g_ptr_array_new_with_free_func ((GDestroyNotify)sender_free);
    g_atomic_ref_count_init (&set->references);
    return set;
}

PolicySet *
policy_set_load (const char *dir, GError **error)
{
    g_autoptr (PolicySet) set = policy_set_new ();
    g_autoptr (GPtrArray) files =
        g_ptr_array_new_with_free_func ((GDestroyNotify)conffile_free);
    g_autoptr (GHashTable) nodes = g_hash_table_new (NULL, NULL);
    g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    Loader loader = { set, files, nodes, checksum, problems };

    if (!g_file_test (dir, G_FILE_TEST_IS_DIR)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: no such directory of policies", dir);
        return NULL;
    }
    read_all (&loader, dir);
    set->version = g_strdup (g_checksum_get_string (checksum));
    if (!conf_finish (problems, LICET_ERROR_POLICY, error))
        return NULL;
    return g_steal_pointer (&set);
}

PolicySet *
policy_set_ref (PolicySet *set)
{
    g_atomic_ref_count_inc (&set->references);
    return set;
}

void
policy_set_unref (PolicySet *set)
{
    if (!set || !g_atomic_ref_count_dec (&set->references))
        return;
    g_ptr_array_unref (set->territories);
    g_ptr_array_unref (set->providers);
    g_ptr_array_unref (set->senders);
    block_selectors_free (set->blocks);
    tracking_patterns_free (set->tracking);
    hints_free (set->hints);
    wordlist_free (set->unsubscribe);
    resources_free (set->resources);
    g_free (set->default_territory);
    g_free (set->version);
    g_free (set);
}

const char *
policy_set_version (const PolicySet *set)
{
    return set->version;
}

const char *
policy_set_default (const PolicySet *set)
{
    return set->default_territory;
}

unsigned
policy_set_territory_count (const PolicySet *set)
{
    return set->territories->len;
}

unsigned
policy_set_rule_count (const PolicySet *set)
{
    unsigned count = 0;

    for (unsigned i = 0; i < set->territories->len; i++)
        count += ((Territory *)g_ptr_array_index (set->territories, i))->own->len;
    for (unsigned i = 0; i < set->providers->len; i++)
        count += ((Territory *)g_ptr_array_index (set->providers, i))->own->len;
    return count;
}

unsigned
policy_set_sender_count (const PolicySet *set)
{
    return set->senders->len;
}

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
policy_set_provider (const PolicySet *set, const char *name)
{
    return provider_find (set->providers, name);
}

const Territory *
policy_set_provider_of (const PolicySet *set, const char *domain)
{
    return provider_of (set->providers, domain);
}

const WordList *
policy_set_unsubscribe (const PolicySet *set)
{
    return set->unsubscribe;
}

const Resources *
policy_set_resources (const PolicySet *set)
{
    return set->resources;
}

const SenderProfile *
policy_set_sender (const PolicySet *set, const char *domain, const char *territory)
{
    return sender_find (set->senders, domain, territory);
}

const Hints *
policy_hints (const PolicySet *set, const Message *message)
{
    const char *from = message_from (message);
    const SenderProfile *sender =
        from ? sender_find (set->senders, address_domain (from), NULL) : NULL;

    return sender ? sender->hints : set->hints;
}

bool
policy_set_refuses_ambiguous (const PolicySet *set)
{
    return set->refuses_ambiguous;
}

Fallback
policy_set_fallback (const PolicySet *set)
{
    return set->fallback;
}
