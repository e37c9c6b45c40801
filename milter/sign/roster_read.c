/* SPDX-License-Identifier: BSD-2-Clause */

/* Reads keys and tables, and tells all that is wrong with them. */

#include <string.h>

#include "licet/address.h"
#include "licet/error.h"

#include "roster.h"
#include "roster_private.h"

static bool
wrong (GError **error, const char *what)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS, "%s", what);
    return false;
}

static bool
check_spec (const Roster *roster, const SignerKey *spec, const char *domain, GError **error)
{
    if (!domain || !signer_is_name (domain) || !spec->selector ||
        !signer_is_name (spec->selector) || !spec->file)
        return wrong (error,
                      "the domain or the selector is no name; right would be a domain, a "
                      "selector of letters, digits, \"-\" and \".\", and a file");
    if (spec->from && spec->to && spec->from >= spec->to)
        return wrong (error, "its last day is before its first");
    if (spec->identity && !strchr (spec->identity, '%') &&
        !roster_is_identity_of (spec->identity, domain))
        return wrong (error, "the identity is not of the domain; right would be @DOMAIN or an "
                             "address at it or a subdomain (RFC 6376 3.5, i=)");
    /* Two records at one name: a verifier may take either (RFC 6376 3.6.2.2). */
    const Key *other = roster_find (roster, domain, spec->selector);
    if (other && !spec->senders && !other->senders) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: another key has the same domain and selector", spec->file);
        return false;
    }
    return true;
}

/* "@shop.example" or "shop.example": everybody there; "@.shop.example": everybody below. */
static char *
sender_pattern (const char *sender)
{
    const char *host = *sender == '@' ? sender + 1 : sender;

    if (strchr (host, '@'))
        return g_strdup (sender);
    return g_strconcat (*host == '.' ? "*@*" : "*@", host, NULL);
}

static char **
sender_patterns (char *const *senders)
{
    unsigned count = senders ? g_strv_length ((char **)senders) : 0;
    char **patterns = count > 0 ? g_new0 (char *, count + 1) : NULL;

    for (unsigned i = 0; i < count; i++)
        patterns[i] = sender_pattern (senders[i]);
    return patterns;
}

static bool
add_spec (Roster *roster, const SignerKey *spec, GError **error)
{
    g_autofree char *domain = spec->domain ? address_domain_ascii (spec->domain, NULL) : NULL;

    if (!check_spec (roster, spec, domain, error))
        return false;
    EVP_PKEY *pkey = keys_load (spec->file, roster->keeper, error);
    Key *key = pkey ? keys_new (pkey, domain, spec->selector, roster->with_pem, error) : NULL;
    if (!key)
        return false;
    key->identity = g_strdup (spec->identity);
    key->lifetime = spec->lifetime;
    key->from = spec->from;
    key->to = spec->to;
    key->subdomains = spec->subdomains;
    key->senders = sender_patterns (spec->senders);
    key->envelope_senders = sender_patterns (spec->envelope_senders);
    g_ptr_array_add (roster->keys, key);
    return true;
}

/* The one domain that a pattern of From addresses names, or NULL. */
static const char *
literal_domain (const char *pattern)
{
    const char *host = strrchr (pattern, '@') ? strrchr (pattern, '@') + 1 : pattern;

    return signer_is_name (host) ? host : NULL;
}

static bool
is_path (const char *text)
{
    return *text == '/' || g_str_has_prefix (text, "./") || g_str_has_prefix (text, "../");
}

static EVP_PKEY *
load_row (const Roster *roster, const KeyRow *row, const char *file, GError **error)
{
    if (is_path (file))
        return keys_load (file, roster->keeper, error);
    /* The table is a key file then. */
    g_autofree char *table =
        g_strndup (row->place, strlen (row->place) - strlen (strrchr (row->place, ':')));
    return keys_check_file (table, roster->keeper, error)
               ? keys_parse (row->place, file, error)
               : NULL;
}

static void
add_row (Roster *roster, const KeyRow *row, const char *file, const char *only, GError **all)
{
    GError *error = NULL;
    const char *domain = strcmp (row->domain, "%") == 0 ? NULL : row->domain;
    EVP_PKEY *pkey = load_row (roster, row, file, &error);
    Key *key = pkey ? keys_new (pkey, domain, row->selector, roster->with_pem, &error) : NULL;

    if (!key) {
        g_autofree char *prefix = g_strdup_printf ("%s: ", row->place);
        if (!g_str_has_prefix (error->message, prefix))
            g_prefix_error (&error, "%s", prefix);
        licet_error_gather (all, error);
        return;
    }
    key->name = g_strdup (row->name);
    key->only = g_strdup (only);
    g_ptr_array_add (roster->keys, key);
}

/* A path with "%" is one key for each domain that the rows with this name speak of. */
static void
add_row_per_domain (Roster *roster, const KeyRow *row, GError **all)
{
    for (unsigned i = 0; i < roster->table->rows->len; i++) {
        const SigningRow *signing = g_ptr_array_index (roster->table->rows, i);
        if (strcmp (signing->name, row->name) != 0)
            continue;
        const char *domain = literal_domain (signing->pattern);
        if (!domain) {
            licet_error_gather (
                all, g_error_new (LICET_ERROR, LICET_ERROR_SETTINGS,
                                  "%s: \"%s\" names no single domain, and the file of \"%s\" "
                                  "depends on it; right would be one row per domain",
                                  signing->place, signing->pattern, row->name));
            continue;
        }
        g_auto (GStrv) parts = g_strsplit (row->file, "%", -1);
        g_autofree char *file = g_strjoinv (domain, parts);
        add_row (roster, row, file, domain, all);
    }
}

static bool
has_name (const GPtrArray *rows, const char *name)
{
    for (unsigned i = 0; i < rows->len; i++)
        if (strcmp (((const KeyRow *)g_ptr_array_index (rows, i))->name, name) == 0)
            return true;
    return false;
}

static void
check_rows (const Roster *roster, const GPtrArray *keys, GError **all)
{
    for (unsigned i = 0; i < roster->table->rows->len; i++) {
        const SigningRow *row = g_ptr_array_index (roster->table->rows, i);
        if (strcmp (row->name, "%") != 0 && !has_name (keys, row->name))
            licet_error_gather (all, g_error_new (LICET_ERROR, LICET_ERROR_SETTINGS,
                                                  "%s: the KeyTable has no key \"%s\"",
                                                  row->place, row->name));
    }
}

/* Rows come before keys of the domain, so beside one for everybody there such a key would wait for a
 * day that never comes: the way in which a rotation fails unseen. */
static void
check_overruled (const Roster *roster, const GPtrArray *specs, GError **all)
{
    for (unsigned i = 0; specs && i < specs->len; i++) {
        const SignerKey *spec = g_ptr_array_index (specs, i);
        g_autofree char *domain = spec->domain ? address_domain_ascii (spec->domain, NULL) : NULL;
        g_autofree char *anybody = g_strdup_printf ("anybody@%s", domain ? domain : "");
        if (!domain || spec->senders || spec->envelope_senders)
            continue;
        g_autoptr (GPtrArray) rows = tables_match (roster->table, anybody);
        if (rows->len == 0)
            continue;
        licet_error_gather (
            all, g_error_new (LICET_ERROR, LICET_ERROR_SETTINGS,
                              "%s%skey %u: never signs for %s, since %s comes first; right would "
                              "be senders = [ \"@%s\" ], which comes before the table, or the key "
                              "in the key table",
                              spec->place ? spec->place : "", spec->place ? ": " : "", i + 1,
                              domain, ((const SigningRow *)rows->pdata[0])->place, domain));
    }
}

static void
add_rows (Roster *roster, const GPtrArray *rows, GError **all)
{
    for (unsigned i = 0; i < rows->len; i++) {
        const KeyRow *row = g_ptr_array_index (rows, i);
        if (is_path (row->file) && strchr (row->file, '%'))
            add_row_per_domain (roster, row, all);
        else
            add_row (roster, row, row->file, NULL, all);
    }
    check_rows (roster, rows, all);
}

/* Wrong rows have their places; a file that is not there has none. */
static void
prefix_unreadable (GError **error, const char *setting)
{
    if (*error && !g_error_matches (*error, LICET_ERROR, LICET_ERROR_SETTINGS))
        g_prefix_error (error, "%s: ", setting);
}

static void
add_tables (Roster *roster, const SignerOptions *options, GError **all)
{
    GError *signing_error = NULL, *key_error = NULL;
    bool keys = options->key_table && *options->key_table;
    bool signing = options->signing_table && *options->signing_table;

    if (!keys && !signing)
        return;
    if (!keys || !signing) {
        wrong (&key_error, keys ? "key_table without signing_table: nothing says whom its keys "
                                  "sign for"
                                : "signing_table without key_table: it only names keys");
        licet_error_gather (all, key_error);
        return;
    }
    roster->table = tables_read_signing (options->signing_table, &signing_error);
    g_autoptr (GPtrArray) rows = tables_read_keys (options->key_table, &key_error);
    prefix_unreadable (&signing_error, "signing_table");
    prefix_unreadable (&key_error, "key_table");
    if (signing_error)
        licet_error_gather (all, signing_error);
    if (key_error)
        licet_error_gather (all, key_error);
    if (roster->table && rows)
        add_rows (roster, rows, all);
    if (roster->table)
        check_overruled (roster, options->keys, all);
}

static void
add_specs (Roster *roster, const SignerOptions *options, GError **all)
{
    for (unsigned i = 0; options->keys && i < options->keys->len; i++) {
        const SignerKey *spec = g_ptr_array_index (options->keys, i);
        GError *error = NULL;
        if (add_spec (roster, spec, &error))
            continue;
        g_prefix_error (&error, "%s%skey %u: ", spec->place ? spec->place : "",
                        spec->place ? ": " : "", i + 1);
        licet_error_gather (all, error);
    }
}

Roster *
roster_new (const SignerOptions *options, GError **error)
{
    g_autoptr (Roster) roster = g_new0 (Roster, 1);
    GError *all = NULL;

    roster->keys = g_ptr_array_new_with_free_func ((GDestroyNotify)keys_free);
    roster->all_rows = options->all_rows;
    roster->with_pem = options->libopendkim;
    roster->keeper = options->keeper;
    add_specs (roster, options, &all);
    add_tables (roster, options, &all);
    if (all) {
        g_propagate_error (error, all);
        return NULL;
    }
    return g_steal_pointer (&roster);
}
