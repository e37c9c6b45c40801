/* SPDX-License-Identifier: BSD-2-Clause */

/* Every rule of a territory, judged. */

#include "verdicts.h"

#include <string.h>

#include "exceptions.h"

static bool
is_in_force (const Rule *rule, int64_t now)
{
    return rule->mode != MODE_OFF && now >= rule->valid_from &&
           (!rule->valid_to || now < rule->valid_to);
}

bool
verdicts_has_campaign (char **campaigns, const Message *message)
{
    const char *value = message_header (message, "X-Licet-Campaign");
    g_auto (GStrv) tokens = g_strsplit_set (value ? value : "", ",; ", -1);

    for (char **wanted = campaigns; *wanted; wanted++)
        for (char **token = tokens; *token; token++)
            if (g_ascii_strcasecmp (*wanted, *token) == 0)
                return true;
    return !campaigns[0];
}

/* Why a rule does not apply, or NULL. */
static const char *
find_exemption (const Rule *rule, MessageClass class, const RuleView *view)
{
    if (class == CLASS_PERSONAL)
        return "personal correspondence";
    if (!is_in_force (rule, view->now))
        return rule->mode == MODE_OFF ? "switched off" : "not in force at this time";
    if (class == CLASS_PROMOTIONAL ? !rule->promotional : !rule->transactional)
        return class == CLASS_PROMOTIONAL ? "for transactional mail only"
                                          : "for promotional mail only";
    return verdicts_has_campaign (rule->campaigns, view->message) ? NULL
                                                                  : "for other campaigns only";
}

static RuleResult *
judge_rule (const Territory *territory, const Rule *rule, MessageClass class,
            const RuleView *view)
{
    RuleResult *result = rule_result_new ();
    const char *exemption = find_exemption (rule, class, view);

    result->id = g_strdup (rule->id);
    result->kind = g_strdup (rule->kind->name);
    result->mode = rule->mode;
    result->source = g_strdup (rule->source);
    if (exemption) {
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence = g_strdup (exemption);
        return result;
    }
    rule->kind->judge (rule->parameters, view, result);
    if (result->verdict == VERDICT_VIOLATED)
        result->action = rule->otherwise;
    else if (result->verdict == VERDICT_CANNOT_TELL)
        result->action = rule->cannot_tell;
    if (result->action != ACTION_ALLOW)
        exceptions_apply (territory, view, result);
    return result;
}

GPtrArray *
verdicts_judge (const Territory *territory, MessageClass class, const RuleView *view)
{
    GPtrArray *results = g_ptr_array_new_with_free_func ((GDestroyNotify)rule_result_free);

    for (unsigned i = 0; i < territory->rules->len; i++)
        g_ptr_array_add (
            results,
            judge_rule (territory, g_ptr_array_index (territory->rules, i), class, view));
    return results;
}
