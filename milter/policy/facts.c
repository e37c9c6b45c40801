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
settle_from_header (RecipientFacts *facts, const PolicySet *set, const char *value)
{
    g_auto (GStrv) parts = g_strsplit (value, "-", 2);
    const char *subdivision = parts[0] ? parts[1] : NULL;

    return parts[0] && settle (facts, find_territory (set, parts[0], subdivision), subdivision,
                               "header", 0.8);
}

RecipientFacts *
policy_facts (const PolicySet *set, const Message *message, const char *given,
              const ConsentRecord *record)
{
    RecipientFacts *facts = g_new0 (RecipientFacts, 1);
    const char *header = message_header (message, "X-Licet-Territory");
    const char *country = address_country (record->address);

    facts->given = g_strdup (given);
    facts->address = g_strdup (record->address);
    facts->person = g_strdup (record->person);
    facts->recipient_class = g_strdup (record->recipient_class);
    facts->language = g_strdup (record->language);
    facts->promotion = consent_answer_copy (record->promotion);
    facts->tracking = consent_answer_copy (record->tracking);
    if (record->country &&
        settle (facts, find_territory (set, record->country, record->subdivision),
                record->subdivision, "consent-record", 0.95))
        return facts;
    /* Who names a country without a policy file, or several, gets the strict default: their
     * domain knows less. */
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
