/* SPDX-License-Identifier: BSD-2-Clause */

/* Which territory's rules judge a recipient, and how sure that is. */

#include <string.h>

#include "licet/address.h"
#include "rules.h"

/* "US" with "CA": the file US-CA when there is one, else US; NULL when neither is there. */
static const Territory *
find_territory (const PolicySet *set, const char *country, const char *subdivision)
{
    g_autofree char *full =
        subdivision ? g_strdup_printf ("%s-%s", country, subdivision) : NULL;
    const Territory *territory = full ? policy_set_find (set, full) : NULL;

    return territory ? territory : policy_set_find (set, country);
}

static bool
settle (RecipientFacts *facts, const Territory *territory, const char *subdivision,
        const char *source, double confidence)
{
    if (!territory)
        return false;
    facts->territory = g_strdup (territory->code);
    facts->subdivision = g_strdup (subdivision);
    facts->territory_source = source;
    facts->territory_confidence = confidence;
    return true;
}

static bool
has_code (const GString *codes, const char *code)
{
    g_auto (GStrv) parts = g_strsplit (codes->str, TERRITORY_JOIN, -1);

    return g_strv_contains ((const char *const *)parts, code);
}

static void
add_code (GString *codes, const char *code)
{
    if (!has_code (codes, code))
        g_string_append_printf (codes, "%s%s", codes->len ? TERRITORY_JOIN : "", code);
}

/* The territory that "US-CA" leads to; NULL when neither it nor its country has a file. */
static const Territory *
find_named (const PolicySet *set, const char *name)
{
    g_auto (GStrv) parts = g_strsplit (name, "-", 2);

    return find_territory (set, parts[0], parts[1]);
}

/* "DE, FR": either may be the law of this recipient, so both judge; one without a file may be
 * anything, so the default judges too. */
static void
settle_several (RecipientFacts *facts, const PolicySet *set, char **names)
{
    g_autoptr (GString) codes = g_string_new (NULL);

    for (char **name = names; *name; name++) {
        const Territory *territory = **name ? find_named (set, *name) : NULL;
        if (territory)
            add_code (codes, territory->code);
        else if (**name)
            add_code (codes, policy_set_default (set));
    }
    facts->territory = g_strdup (codes->str);
    facts->territory_source = "header";
    facts->territory_confidence = 0.5;
}

static bool
settle_from_header (RecipientFacts *facts, const PolicySet *set, const char *value)
{
    g_auto (GStrv) names = g_strsplit_set (value, ",; \t", -1);
    unsigned count = 0;
    char *only = NULL;

    for (char **name = names; *name; name++) {
        count += **name != '\0';
        only = **name ? *name : only;
    }
    if (count > 1) {
        settle_several (facts, set, names);
        return true;
    }
    const char *dash = only ? strchr (only, '-') : NULL;
    return only &&
           settle (facts, find_named (set, only), dash ? dash + 1 : NULL, "header", 0.8);
}

/* A domain of its own comes before what DNS says. */
static void
settle_provider (RecipientFacts *facts, const PolicySet *set, const char *address,
                 const MailHosts *hosts)
{
    const Territory *provider =
        strchr (address, '@') ? policy_set_provider_of (set, address_domain (address)) : NULL;

    facts->mail_hosts = hosts ? mail_hosts_ref (hosts) : NULL;
    if (!provider && hosts) {
        provider = policy_set_provider_hosting (set, hosts->hosts);
        facts->provider_hosts = provider != NULL;
    }
    facts->provider = provider ? g_strdup (provider->code) : NULL;
}

RecipientFacts *
policy_facts (const PolicySet *set, const Message *message, const char *given,
              const ConsentRecord *record, const MailHosts *hosts)
{
    RecipientFacts *facts = g_new0 (RecipientFacts, 1);
    const char *header = message_header (message, "X-Licet-Territory");
    const char *country = address_country (record->address);

    facts->given = g_strdup (given);
    facts->address = g_strdup (record->address);
    facts->names = g_strdupv (record->names);
    facts->recipient_class = g_strdup (record->recipient_class);
    facts->language = g_strdup (record->language);
    facts->promotion = consent_answer_copy (record->promotion);
    facts->tracking = consent_answer_copy (record->tracking);
    settle_provider (facts, set, record->address, hosts);
    if (record->country &&
        settle (facts, find_territory (set, record->country, record->subdivision),
                record->subdivision, "consent-record", 0.95))
        return facts;
    /* Who names a country without a policy file gets the strict default: their domain knows
     * less. */
    if (header && !*header)
        header = NULL;
    if (!record->country && header && settle_from_header (facts, set, header))
        return facts;
    if (!record->country && !header && country &&
        settle (facts, policy_set_find (set, country), NULL, "domain", 0.6))
        return facts;
    settle (facts, policy_set_find (set, policy_set_default (set)), NULL, "default", 0.1);
    return facts;
}
