/* SPDX-License-Identifier: BSD-2-Clause */

#include "resources.h"

#include <string.h>

#include "licet/clock.h"

const char *const resource_fix_words[] = { "subject-label",    "tracking", "footer",
                                           "list-unsubscribe", "reply-to", NULL };

struct Resources {
    GPtrArray *registries;   /* of Registry */
    GHashTable *attested;    /* id of the rule -> "who on when" */
    GHashTable *unsubscribe; /* language -> WordList */
    GPtrArray *footers;      /* of FooterTexts */
    char **fixes;            /* NULL: all */
};

static const ConfField registry_fields[] = {
    { "name", CONF_STRING, true, 0, 0, NULL },
    { "file", CONF_STRING, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static const ConfField attested_fields[] = {
    { "rule", CONF_STRING, true, 0, 0, NULL },
    { "by", CONF_STRING, true, 0, 0, NULL },
    { "on", CONF_STRING, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void
read_registries (Resources *resources, const ConfNode *list, const char *dir,
                 GPtrArray *problems)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        const ConfNode *node = conf_item (list, i);
        if (!conf_check (node, registry_fields, problems))
            continue;
        const char *name = conf_string (node, "name", ""),
                   *file = conf_string (node, "file", "");
        if (resources_registry (resources, name))
            conf_problem (problems, conf_child (node, "name"), "a second registry %s", name);
        g_autofree char *path =
            g_path_is_absolute (file) ? g_strdup (file) : g_build_filename (dir, file, NULL);
        g_ptr_array_add (resources->registries, registry_load (name, path));
    }
}

static void
read_attested (Resources *resources, const ConfNode *list, GPtrArray *problems)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        const ConfNode *node = conf_item (list, i);
        int64_t on = 0;
        if (!conf_check (node, attested_fields, problems))
            continue;
        const char *date = conf_string (node, "on", ""), *by = conf_string (node, "by", "");
        if (!clock_parse (date, &on, NULL))
            conf_problem (problems, conf_child (node, "on"),
                          "\"%s\" is no date; right would be \"2026-11-01\"", date);
        if (!*by || !g_utf8_validate (by, -1, NULL))
            conf_problem (problems, conf_child (node, "by"), "by must name a person, in UTF-8");
        g_hash_table_insert (resources->attested, g_strdup (conf_string (node, "rule", "")),
                             g_strdup_printf ("%s on %s", by, date));
    }
}

static void
read_footers (Resources *resources, const ConfNode *list, const WordList *ways,
              GPtrArray *problems)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        const ConfNode *node = conf_item (list, i);
        FooterTexts *texts = footer_texts_read (node, problems);
        if (!texts)
            continue;
        g_ptr_array_add (resources->footers, texts);
        /* The rule that wanted the footer judges the copy that has it. */
        g_autofree char *link = policy_fold (texts->unsubscribe);
        if (!wordlist_finds (ways, link))
            conf_problem (problems, conf_child (node, "unsubscribe"),
                          "\"%s\" has none of unsubscribe_words, so that no rule would take the "
                          "link for a way out; right would be to add it to them",
                          texts->unsubscribe);
    }
}

void
resources_add_words (Resources *resources, const ConfNode *root)
{
    const char *language = conf_string (root, "language", NULL);

    if (language)
        g_hash_table_insert (resources->unsubscribe, g_strdup (language),
                             wordlist_new (conf_strings (root, "unsubscribe")));
}

Resources *
resources_read (const ConfNode *root, const char *dir, const WordList *ways,
                GPtrArray *problems)
{
    Resources *resources = g_new0 (Resources, 1);

    resources->registries = g_ptr_array_new_with_free_func ((GDestroyNotify)registry_free);
    resources->attested = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    resources->unsubscribe =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)wordlist_free);
    resources->footers = g_ptr_array_new_with_free_func ((GDestroyNotify)footer_texts_free);
    read_registries (resources, conf_child (root, "registries"), dir, problems);
    read_attested (resources, conf_child (root, "attested"), problems);
    read_footers (resources, conf_child (root, "footers"), ways, problems);
    resources->fixes = conf_has (root, "fixes") ? conf_strings (root, "fixes") : NULL;
    return resources;
}

Resources *
resources_bare (const Resources *resources)
{
    Resources *bare = g_new0 (Resources, 1);

    bare->registries = g_ptr_array_new ();
    bare->attested = g_hash_table_new (g_str_hash, g_str_equal);
    bare->footers = g_ptr_array_new ();
    bare->unsubscribe = g_hash_table_ref (resources->unsubscribe);
    return bare;
}

void
resources_free (Resources *resources)
{
    if (!resources)
        return;
    g_ptr_array_unref (resources->registries);
    g_ptr_array_unref (resources->footers);
    g_hash_table_unref (resources->attested);
    g_hash_table_unref (resources->unsubscribe);
    g_strfreev (resources->fixes);
    g_free (resources);
}

const Registry *
resources_registry (const Resources *resources, const char *name)
{
    for (unsigned i = 0; i < resources->registries->len; i++) {
        const Registry *registry = g_ptr_array_index (resources->registries, i);
        if (strcmp (registry_name (registry), name) == 0)
            return registry;
    }
    return NULL;
}

const char *
resources_attestation (const Resources *resources, const char *rule)
{
    return g_hash_table_lookup (resources->attested, rule);
}

bool
resources_fixes (const Resources *resources, const char *fix)
{
    return !resources->fixes || g_strv_contains ((const char *const *)resources->fixes, fix);
}

const WordList *
resources_unsubscribe (const Resources *resources, const char *language)
{
    return g_hash_table_lookup (resources->unsubscribe, language);
}

static const FooterTexts *
find_footer (const Resources *resources, const char *language)
{
    size_t length = strcspn (language, "-_");

    for (unsigned i = 0; i < resources->footers->len; i++) {
        const FooterTexts *texts = g_ptr_array_index (resources->footers, i);
        if (strlen (texts->language) == length &&
            g_ascii_strncasecmp (texts->language, language, length) == 0)
            return texts;
    }
    return NULL;
}

const FooterTexts *
resources_footer (const Resources *resources, const char *language)
{
    const FooterTexts *texts = find_footer (resources, language ? language : "en");

    return texts ? texts : find_footer (resources, "en");
}
