/* SPDX-License-Identifier: BSD-2-Clause */

#include "docket.h"

#include <string.h>

static MessageClass
class_at (const Territory *home, const Classification *classification, char **ret_reason)
{
    if (!classification) {
        *ret_reason = g_strdup ("not asked for");
        return CLASS_TRANSACTIONAL;
    }
    if (classification->class == CLASS_MIXED && classification->problem) {
        /* Where the promotion begins and ends is not known, so no test of share or order helps. */
        *ret_reason = g_strdup_printf ("it cannot be told apart: %s", classification->problem);
        return CLASS_PROMOTIONAL;
    }
    if (classification->class == CLASS_MIXED) {
        g_autofree char *reason = NULL;
        MessageClass class = home->mixed_test (classification, &reason);
        *ret_reason = g_strdup_printf ("%s: %s", home->mixed_name, reason);
        return class;
    }
    *ret_reason = g_strdup ("as classified");
    return classification->class;
}

static Duty *
find_duty (const Docket *docket, const Rule *rule)
{
    for (unsigned i = 0; i < docket->duties->len; i++) {
        Duty *duty = &g_array_index (docket->duties, Duty, i);
        if (duty->rule == rule)
            return duty;
    }
    return NULL;
}

/* One territory inherits no rule twice, so only the rules of those before it are searched. */
static void
add_rules (Docket *docket, const Territory *home, MessageClass class)
{
    bool first = docket->duties->len == 0;

    for (unsigned i = 0; i < home->rules->len; i++) {
        Duty duty = { g_ptr_array_index (home->rules, i), home, class };
        Duty *shared = first ? NULL : find_duty (docket, duty.rule);
        if (!shared)
            g_array_append_val (docket->duties, duty);
        else if (class == CLASS_PROMOTIONAL)
            shared->class = class;
    }
}

static void
add_reason (Docket *docket, const Territory *home, const char *reason, bool named)
{
    g_autofree char *before = docket->reason;

    docket->reason = g_strdup_printf ("%s%s%s%s%s", before ? before : "", before ? "; " : "",
                                      named ? home->code : "", named ? ": " : "", reason);
}

static void
add_territory (Docket *docket, const Territory *home, const Classification *classification,
               bool named)
{
    g_autofree char *reason = NULL;
    MessageClass class = class_at (home, classification, &reason);

    add_rules (docket, home, class);
    add_reason (docket, home, reason, named);
    if (class == CLASS_PROMOTIONAL)
        docket->class = class;
}

static void
add_provider (Docket *docket, const Territory *provider, const Classification *classification)
{
    g_autofree char *reason = NULL;

    add_rules (docket, provider, class_at (provider, classification, &reason));
}

Docket *
docket_new (const PolicySet *set, const RecipientFacts *facts,
            const Classification *classification)
{
    Docket *docket = g_new0 (Docket, 1);
    g_auto (GStrv) codes = g_strsplit (facts->territory, TERRITORY_JOIN, -1);
    const Territory *provider =
        facts->provider ? policy_set_provider (set, facts->provider) : NULL;

    docket->duties = g_array_new (FALSE, FALSE, sizeof (Duty));
    bool personal = classification && classification->class == CLASS_PERSONAL;
    docket->class = personal ? CLASS_PERSONAL : CLASS_TRANSACTIONAL;
    for (char **code = codes; *code; code++)
        add_territory (docket, policy_set_find (set, *code), classification, codes[1] != NULL);
    if (provider)
        add_provider (docket, provider, classification);
    return docket;
}

void
docket_free (Docket *docket)
{
    if (!docket)
        return;
    g_array_unref (docket->duties);
    g_free (docket->reason);
    g_free (docket);
}

const Duty *
docket_duty (const Docket *docket, unsigned i)
{
    return &g_array_index (docket->duties, Duty, i);
}

const Rule *
docket_rule (const Docket *docket, const char *id)
{
    for (unsigned i = 0; i < docket->duties->len; i++)
        if (strcmp (docket_duty (docket, i)->rule->id, id) == 0)
            return docket_duty (docket, i)->rule;
    return NULL;
}

bool
policy_counts_contacts (const PolicySet *set, const RecipientFacts *facts)
{
    g_autoptr (Docket) docket = docket_new (set, facts, NULL);

    for (unsigned i = 0; i < docket->duties->len; i++) {
        const Rule *rule = docket_duty (docket, i)->rule;
        if (rule->kind == &kind_frequency_cap && rule->mode != MODE_OFF)
            return true;
    }
    return false;
}
