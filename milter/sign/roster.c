/* SPDX-License-Identifier: BSD-2-Clause */

/* Who signs for whom. */

#include "roster.h"

#include <string.h>

#include "licet/address.h"
#include "licet/clock.h"

#include "roster_private.h"

void
roster_free (Roster *roster)
{
    if (!roster)
        return;
    g_ptr_array_unref (roster->keys);
    g_clear_pointer (&roster->table, tables_free_signing);
    g_free (roster);
}

static bool
is_key (const Key *key, const char *domain, const char *selector)
{
    return (!key->domain || g_ascii_strcasecmp (key->domain, domain) == 0) &&
           g_ascii_strcasecmp (key->selector, selector) == 0;
}

const Key *
roster_find (const Roster *roster, const char *domain, const char *selector)
{
    for (unsigned i = 0; i < roster->keys->len; i++) {
        const Key *key = g_ptr_array_index (roster->keys, i);
        if (is_key (key, domain, selector))
            return key;
    }
    return NULL;
}

static bool
is_below (const char *domain, const char *parent)
{
    size_t length = strlen (domain), suffix = strlen (parent);

    return length > suffix && domain[length - suffix - 1] == '.' &&
           strcmp (domain + length - suffix, parent) == 0;
}

/* RFC 6376 3.5: i= is d= or a subdomain of it. */
bool
roster_is_identity_of (const char *identity, const char *domain)
{
    const char *at = strrchr (identity, '@');
    g_autofree char *host = at ? g_ascii_strdown (at + 1, -1) : NULL;

    return host && (strcmp (host, domain) == 0 || is_below (host, domain)) &&
           !strpbrk (identity, " \t\r\n;\"<>()");
}

/* A search for keys and what it saw on its way. */
typedef struct {
    const Roster *roster;
    const char *address, *host;
    int64_t now;
    GPtrArray *found;    /* of Signing */
    const Key *off_duty; /* would fit, but for its dates */
} Search;

static void
free_signing (void *data)
{
    Signing *signing = data;

    g_free (signing->domain);
    g_free (signing->identity);
    g_free (signing);
}

static bool
is_on_duty (const Key *key, int64_t now)
{
    return now >= key->from && (key->to == 0 || now < key->to);
}

static char *
fill_in (const char *text, const char *host)
{
    g_auto (GStrv) parts = g_strsplit (text, "%", -1);

    return g_strjoinv (host, parts);
}

static bool
is_found (const Search *search, const Key *key)
{
    for (unsigned i = 0; i < search->found->len; i++) {
        const Signing *other = g_ptr_array_index (search->found, i);
        if (is_key (other->key, key->domain ? key->domain : search->host, key->selector))
            return true;
    }
    return false;
}

static void
take (Search *search, const Key *key, const char *identity)
{
    if (!is_on_duty (key, search->now)) {
        search->off_duty = key;
        return;
    }
    if (is_found (search, key))
        return;
    Signing *signing = g_new0 (Signing, 1);
    signing->key = key;
    signing->domain = g_strdup (key->domain ? key->domain : search->host);
    signing->identity = identity ? fill_in (identity, search->host) : NULL;
    if (signing->identity && !roster_is_identity_of (signing->identity, signing->domain))
        g_clear_pointer (&signing->identity, g_free);
    g_ptr_array_add (search->found, signing);
}

static void
search_senders (Search *search)
{
    for (unsigned i = 0; i < search->roster->keys->len; i++) {
        const Key *key = g_ptr_array_index (search->roster->keys, i);
        for (char **pattern = key->senders; pattern && *pattern; pattern++)
            if (tables_glob (*pattern, search->address))
                take (search, key, key->identity);
    }
}

/* As the From address: domains as A-labels, all in lower case. NULL for what has no domain. */
static char *
normalise (const char *address)
{
    const char *at = strrchr (address, '@');
    g_autofree char *host = at ? address_domain_ascii (at + 1, NULL) : NULL;
    g_autofree char *user = at ? g_ascii_strdown (address, at - address) : NULL;

    return host ? g_strdup_printf ("%s@%s", user, host) : NULL;
}

static void
search_envelope (Search *search, const char *sender)
{
    g_autofree char *address = sender ? normalise (sender) : NULL;

    for (unsigned i = 0; address && i < search->roster->keys->len; i++) {
        const Key *key = g_ptr_array_index (search->roster->keys, i);
        for (char **pattern = key->envelope_senders; pattern && *pattern; pattern++)
            if (tables_glob (*pattern, address))
                take (search, key, key->identity);
    }
}

static void
search_name (Search *search, const char *name, const char *identity)
{
    for (unsigned i = 0; i < search->roster->keys->len; i++) {
        const Key *key = g_ptr_array_index (search->roster->keys, i);
        if (g_strcmp0 (key->name, name) == 0 &&
            (!key->only || strcmp (key->only, search->host) == 0))
            take (search, key, identity);
    }
}

static void
search_table (Search *search)
{
    if (!search->roster->table)
        return;
    g_autoptr (GPtrArray) rows = tables_match (search->roster->table, search->address);
    for (unsigned i = 0; i < rows->len; i++) {
        const SigningRow *row = g_ptr_array_index (rows, i);
        bool percent = strcmp (row->name, "%") == 0;
        search_name (search, percent ? search->host : row->name, row->identity);
        if (!search->roster->all_rows)
            return;
    }
}

static bool
is_aligned (const char *host, const char *domain)
{
    g_autofree char *one = address_organisational_domain (host);
    g_autofree char *other = address_organisational_domain (domain);

    return strcmp (one, other) == 0;
}

/* Keys for exactly this domain, which is the host or a parent of it. */
static void
search_domain (Search *search, const char *domain)
{
    bool below = strcmp (domain, search->host) != 0;

    for (unsigned i = 0; i < search->roster->keys->len; i++) {
        const Key *key = g_ptr_array_index (search->roster->keys, i);
        if (key->senders || key->name || strcmp (key->domain, domain) != 0)
            continue;
        if (!below || (key->subdomains && is_aligned (search->host, domain)))
            take (search, key, key->identity);
    }
}

static void
search_domains (Search *search)
{
    for (const char *domain = search->host; domain && search->found->len == 0;) {
        search_domain (search, domain);
        const char *dot = strchr (domain, '.');
        domain = dot ? dot + 1 : NULL;
    }
}

/* A key that comes near, and why it is none for this one; or NULL. Names no address: it goes into
 * logs. Caller frees. */
static char *
say_near (const Search *search)
{
    const Roster *roster = search->roster;

    if (roster->keys->len == 0)
        return g_strdup ("; none is configured (keys, key_table in licet.cfg)");
    for (unsigned i = 0; i < roster->keys->len; i++) {
        const Key *key = g_ptr_array_index (roster->keys, i);
        bool same = g_strcmp0 (key->domain, search->host) == 0;
        if (same && key->senders)
            return g_strdup_printf ("; its key %s signs for its senders alone", key->selector);
        if (key->domain && !key->subdomains && !key->senders && !key->name &&
            is_below (search->host, key->domain))
            return g_strdup_printf ("; the key %s of %s does not sign for subdomains",
                                    key->selector, key->domain);
    }
    return NULL;
}

static char *
say_why (const Search *search)
{
    const Key *key = search->off_duty;

    if (!key) {
        g_autofree char *near = say_near (search);
        return g_strdup_printf ("no key for %s%s%s", search->host, near ? near : "",
                                search->roster->table
                                    ? ", and no row of the signing table fits"
                                    : "");
    }
    bool early = search->now < key->from;
    g_autofree char *time = clock_format (early ? key->from : key->to);
    return g_strdup_printf ("the key %s for %s signs %s %s", key->selector, search->host,
                            early ? "from" : "until", time);
}

GPtrArray *
roster_choose (const Roster *roster, const SignerCopy *copy, char **ret_why)
{
    const char *from = copy->from ? copy->from : "";
    const char *at = strrchr (from, '@');
    g_autofree char *host = address_domain_ascii (at ? at + 1 : from, NULL);
    Search search = { .roster = roster, .host = host, .now = copy->now };

    *ret_why = NULL;
    search.found = g_ptr_array_new_with_free_func (free_signing);
    if (!host) {
        *ret_why = g_strdup ("the From field names no domain");
        return search.found;
    }
    g_autofree char *user = g_ascii_strdown (from, at ? at - from : 0);
    g_autofree char *address = g_strdup_printf ("%s@%s", user, host);
    search.address = address;
    search_senders (&search);
    if (search.found->len == 0)
        search_table (&search);
    if (search.found->len == 0)
        search_domains (&search);
    search_envelope (&search, copy->sender);
    if (search.found->len == 0)
        *ret_why = say_why (&search);
    return search.found;
}

void
signer_key_use_free (SignerKeyUse *use)
{
    if (!use)
        return;
    g_free (use->domain);
    g_free (use->selector);
    g_free (use->record);
    g_free (use);
}

/* Whether the pattern of From addresses names somebody at the host. */
static bool
is_of_host (const char *pattern, const char *host)
{
    const char *at = strrchr (pattern, '@');
    const char *wanted = at ? at + 1 : pattern;

    return tables_glob (wanted, host) || (*wanted == '.' && g_str_has_suffix (host, wanted));
}

static bool
is_for_some (const Roster *roster, const Key *key, const char *host)
{
    for (char **pattern = key->senders; pattern && *pattern; pattern++)
        if (is_of_host (*pattern, host))
            return true;
    for (unsigned i = 0; key->name && i < roster->table->rows->len; i++) {
        const SigningRow *row = g_ptr_array_index (roster->table->rows, i);
        const char *name = strcmp (row->name, "%") == 0 ? host : row->name;
        if (strcmp (name, key->name) == 0 && is_of_host (row->pattern, host))
            return !key->only || strcmp (key->only, host) == 0;
    }
    return g_strcmp0 (key->domain, host) == 0;
}

static bool
is_chosen (const Roster *roster, const Key *key, const char *host, int64_t now)
{
    g_autofree char *why = NULL;
    g_autoptr (GPtrArray) chosen =
        roster_choose (roster, &(SignerCopy){ .from = host, .now = now }, &why);

    for (unsigned i = 0; i < chosen->len; i++)
        if (((const Signing *)g_ptr_array_index (chosen, i))->key == key)
            return true;
    return false;
}

/* False when the domain has nothing to do with the key. */
static bool
find_use (const Roster *roster, const Key *key, const char *host, int64_t now, KeyUse *ret_use)
{
    bool later = now < key->from;

    if (!later && !is_on_duty (key, now))
        return false;
    bool all = is_chosen (roster, key, host, later ? key->from : now);
    if (!all && !is_for_some (roster, key, host))
        return false;
    *ret_use = later ? KEY_USE_LATER : all ? KEY_USE_ALL : KEY_USE_SOME;
    return true;
}

GPtrArray *
roster_keys_for (const Roster *roster, const char *domain, int64_t now)
{
    GPtrArray *uses = g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_use_free);

    for (unsigned i = 0; i < roster->keys->len; i++) {
        const Key *key = g_ptr_array_index (roster->keys, i);
        KeyUse found = KEY_USE_ALL;
        if (!find_use (roster, key, domain, now, &found))
            continue;
        SignerKeyUse *use = g_new0 (SignerKeyUse, 1);
        use->domain = g_strdup (key->domain ? key->domain : domain);
        use->selector = g_strdup (key->selector);
        use->record = g_strdup (key->record);
        use->use = found;
        use->from = found == KEY_USE_LATER ? key->from : 0;
        g_ptr_array_add (uses, use);
    }
    return uses;
}

char **
roster_domains (const Roster *roster)
{
    g_autoptr (GPtrArray) domains = g_ptr_array_new ();

    for (unsigned i = 0; i < roster->keys->len; i++) {
        char *domain = ((const Key *)g_ptr_array_index (roster->keys, i))->domain;
        if (domain && !g_ptr_array_find_with_equal_func (domains, domain, g_str_equal, NULL))
            g_ptr_array_add (domains, domain);
    }
    g_ptr_array_add (domains, NULL);
    return g_strdupv ((char **)domains->pdata);
}
