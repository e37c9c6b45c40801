/* SPDX-License-Identifier: BSD-2-Clause */

/* Mailbox providers: what they ask of who sends to them, whatever the law says. */

#include "provider.h"

#include <string.h>

#include "exceptions.h"
#include "licet/address.h"

static const ConfField provider_fields[] = {
    { "provider", CONF_STRING, true, 0, 0, NULL },
    { "name", CONF_STRING, true, 0, 0, NULL },
    { "domains", CONF_STRINGS, true, 0, 0, NULL },
    { "mx", CONF_STRINGS, false, 0, 0, NULL },
    { "mixed_mail", CONF_STRING, true, 0, 0, NULL },
    { "rules", CONF_GROUPS, true, 0, 0, NULL },
    { "exceptions", CONF_GROUPS, false, 0, 0, NULL },
    { "tests", CONF_GROUPS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

Territory *
territory_new (const char *code, const char *name)
{
    Territory *territory = g_new0 (Territory, 1);

    territory->code = g_strdup (code);
    territory->name = g_strdup (name);
    territory->own = g_ptr_array_new_with_free_func ((GDestroyNotify)rule_free);
    territory->rules = g_ptr_array_new ();
    territory->own_exceptions = g_ptr_array_new_with_free_func ((GDestroyNotify)exception_free);
    territory->exceptions = g_ptr_array_new ();
    return territory;
}

void
territory_read_rules (Territory *territory, const ConfNode *list, GHashTable *nodes,
                      GPtrArray *problems)
{
    for (unsigned i = 0; i < conf_count (list); i++) {
        Rule *rule = rule_load (conf_item (list, i), problems);
        if (!rule)
            continue;
        g_ptr_array_add (territory->own, rule);
        g_hash_table_insert (nodes, rule, (void *)conf_item (list, i));
    }
}

void
territory_free (Territory *territory)
{
    g_free (territory->code);
    g_free (territory->name);
    g_free (territory->inherits);
    g_free (territory->language);
    g_strfreev (territory->domains);
    g_strfreev (territory->mx);
    g_ptr_array_unref (territory->own);
    g_ptr_array_unref (territory->rules);
    g_ptr_array_unref (territory->own_exceptions);
    g_ptr_array_unref (territory->exceptions);
    g_free (territory);
}

/* As A-labels, the form of a recipient's address. */
static char **
read_domains (const ConfNode *root, GPtrArray *problems)
{
    char **domains = conf_strings (root, "domains");

    if (!domains[0])
        conf_problem (problems, conf_child (root, "domains"),
                      "domains is empty; right would be domains = [ \"mail.example\" ]");
    for (char **domain = domains; *domain; domain++) {
        char *ascii = address_domain_ascii (*domain, NULL);
        if (!ascii) {
            conf_problem (problems, conf_child (root, "domains"),
                          "\"%s\" is no domain; right would be mail.example", *domain);
            continue;
        }
        g_free (*domain);
        *domain = ascii;
    }
    return domains;
}

/* "mx.mail.example", or ".mail.example" for all below it. */
static char **
read_mx (const ConfNode *root, GPtrArray *problems)
{
    char **hosts = conf_strings (root, "mx");

    for (char **host = hosts; *host; host++) {
        const char *name = **host == '.' ? *host + 1 : *host;
        g_autofree char *ascii = address_domain_ascii (name, NULL);
        if (ascii && strchr (ascii, '.') && g_ascii_strcasecmp (ascii, name) == 0)
            continue;
        conf_problem (problems, conf_child (root, "mx"),
                      "\"%s\" is no host of a DNS record; right would be mx.mail.example, or "
                      ".mail.example for all below it",
                      *host);
    }
    return hosts;
}

static void
check_name (const Territory *provider, const ConfNode *root, const char *path,
            GPtrArray *problems)
{
    g_autofree char *name = g_path_get_basename (path);
    g_autofree char *wanted = g_strconcat (provider->code, ".cfg", NULL);

    if (strcmp (name, wanted) != 0)
        conf_problem (problems, conf_child (root, "provider"),
                      "%s does not fit the name of the file; right would be %s", provider->code,
                      wanted);
    if (provider->mixed_test)
        return;
    g_autofree char *known = g_strjoinv (", ", (char **)mixed_test_names ());
    conf_problem (problems, conf_child (root, "mixed_mail"),
                  "unknown test \"%s\"; right would be one of: %s", provider->mixed_name,
                  known);
}

Territory *
provider_read (const ConfNode *root, const char *path, GHashTable *nodes, GPtrArray *problems)
{
    if (!conf_check (root, provider_fields, problems))
        return NULL;
    Territory *provider =
        territory_new (conf_string (root, "provider", NULL), conf_string (root, "name", NULL));
    provider->domains = read_domains (root, problems);
    provider->mx = read_mx (root, problems);
    provider->mixed_test = mixed_test_find (conf_string (root, "mixed_mail", ""));
    provider->mixed_name = g_intern_string (conf_string (root, "mixed_mail", ""));
    check_name (provider, root, path, problems);
    territory_read_rules (provider, conf_child (root, "rules"), nodes, problems);
    return provider;
}

const Territory *
provider_find (const GPtrArray *providers, const char *name)
{
    for (unsigned i = 0; i < providers->len; i++) {
        const Territory *provider = g_ptr_array_index (providers, i);
        if (strcmp (provider->code, name) == 0)
            return provider;
    }
    return NULL;
}

const Territory *
provider_of (const GPtrArray *providers, const char *domain)
{
    for (unsigned i = 0; i < providers->len; i++) {
        const Territory *provider = g_ptr_array_index (providers, i);
        for (char **own = provider->domains; *own; own++)
            if (g_ascii_strcasecmp (*own, domain) == 0)
                return provider;
    }
    return NULL;
}

static bool
is_of (const Territory *provider, const char *host)
{
    for (char **own = provider->mx; *own; own++) {
        size_t length = strlen (host), tail = strlen (*own);
        bool fits = **own == '.' ? length > tail : length == tail;
        if (fits && g_ascii_strcasecmp (host + length - tail, *own) == 0)
            return true;
    }
    return false;
}

const Territory *
provider_hosting (const GPtrArray *providers, char **hosts)
{
    for (char **host = hosts; *host; host++)
        for (unsigned i = 0; i < providers->len; i++)
            if (is_of (g_ptr_array_index (providers, i), *host))
                return g_ptr_array_index (providers, i);
    return NULL;
}

bool
provider_any_hosts (const GPtrArray *providers)
{
    for (unsigned i = 0; i < providers->len; i++)
        if (((Territory *)g_ptr_array_index (providers, i))->mx[0])
            return true;
    return false;
}
