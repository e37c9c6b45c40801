/* SPDX-License-Identifier: BSD-2-Clause */

/* What the mailbox providers would make of a domain, whatever the mail: for licet doctor. */

#include "authentication_rule.h"
#include "policy_set.h"

static void
verdict_free (ProviderVerdict *verdict)
{
    g_free (verdict->provider);
    g_free (verdict->rule);
    g_free (verdict->asks);
    g_free (verdict->word);
    g_free (verdict->evidence);
    g_free (verdict->source);
    g_free (verdict);
}

static ProviderVerdict *
judge (const Territory *provider, const Rule *rule, const Authentication *authentication)
{
    g_autoptr (RuleResult) result = rule_result_new ();
    ProviderVerdict *verdict = g_new0 (ProviderVerdict, 1);

    authentication_rule_judge (rule->parameters, authentication, result);
    verdict->provider = g_strdup (provider->name);
    verdict->rule = g_strdup (rule->id);
    verdict->mail = !rule->transactional  ? "promotional mail"
                    : !rule->promotional ? "transactional mail"
                                         : "all mail";
    verdict->verdict = result->verdict;
    verdict->asks = authentication_rule_asks (rule->parameters);
    verdict->word = g_strdup (authentication_rule_word (rule->parameters));
    verdict->volume_above = rule->volume_above;
    verdict->evidence = g_strdup (result->evidence);
    verdict->source = g_strdup (rule->source);
    return verdict;
}

GPtrArray *
policy_providers_judge (const PolicySet *set, const Authentication *authentication, int64_t now)
{
    GPtrArray *verdicts = g_ptr_array_new_with_free_func ((GDestroyNotify)verdict_free);

    for (unsigned i = 0; i < set->providers->len; i++) {
        const Territory *provider = g_ptr_array_index (set->providers, i);
        for (unsigned j = 0; j < provider->rules->len; j++) {
            const Rule *rule = g_ptr_array_index (provider->rules, j);
            bool in_force = rule->mode != MODE_OFF && now >= rule->valid_from &&
                            (!rule->valid_to || now < rule->valid_to);
            if (rule->kind == &kind_authentication && in_force)
                g_ptr_array_add (verdicts, judge (provider, rule, authentication));
        }
    }
    return verdicts;
}
