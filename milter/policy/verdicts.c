/* SPDX-License-Identifier: BSD-2-Clause */

/* Every rule that a recipient comes under, judged. */

#include "verdicts.h"

#include <string.h>

#include "licet/address.h"
#include "answered.h"
#include "exceptions.h"
#include "resources.h"

static bool
is_in_force (const Rule *rule, int64_t now)
{
    return rule->mode != MODE_OFF && now >= rule->valid_from &&
           (!rule->valid_to || now < rule->valid_to);
}

/* Why the recipient is none of those that the rule is for, or NULL. Whose class nobody knows gets
 * every rule. */
static const char *
find_other_recipient (const Rule *rule, const RecipientFacts *facts)
{
    const char *class = facts->recipient_class;

    if (!class)
        return NULL;
    if (g_strv_contains ((const char *const *)rule->not_for, class))
        return "not for recipients of this class";
    if (!rule->only_for[0] || g_strv_contains ((const char *const *)rule->only_for, class))
        return NULL;
    return "for recipients of another class";
}

/* How many like mails a day this sender says to send at most; -1 when nobody said. */
static int64_t
volume_of (const RuleView *view)
{
    const char *from = message_from (view->message);
    const SenderProfile *profile =
        from ? policy_set_sender (view->set, address_domain (from), view->facts->territory)
             : NULL;

    return profile ? profile->daily_volume : -1;
}

/* Why a rule does not apply, or NULL. */
static const char *
find_exemption (const Rule *rule, MessageClass class, const RuleView *view)
{
    const char *other = find_other_recipient (rule, view->facts);
    int64_t volume = rule->volume_above >= 0 ? volume_of (view) : -1;

    if (class == CLASS_PERSONAL)
        return "personal correspondence";
    if (!is_in_force (rule, view->now))
        return rule->mode == MODE_OFF ? "switched off" : "not in force at this time";
    if (view->facts->provider_hosts && rule->hosted == MODE_OFF)
        return "for domains of the provider's own only";
    if (class == CLASS_PROMOTIONAL ? !rule->promotional : !rule->transactional)
        return class == CLASS_PROMOTIONAL ? "for transactional mail only"
                                          : "for promotional mail only";
    if (other)
        return other;
    if (volume >= 0 && volume <= rule->volume_above)
        return "for senders of more mail a day";
    return answered_has_campaign (rule->campaigns, view->message) ? NULL
                                                                  : "for other campaigns only";
}

/* A violation that counts only above a volume that nobody told is none yet. */
static void
doubt_volume (const Rule *rule, const RuleView *view, RuleResult *result)
{
    if (result->verdict != VERDICT_VIOLATED || rule->volume_above < 0 || volume_of (view) >= 0)
        return;
    g_autofree char *evidence = g_steal_pointer (&result->evidence);
    result->verdict = VERDICT_CANNOT_TELL;
    result->not_set_up = true;
    result->evidence = g_strdup_printf (
        "%s; whether the sender sends more than %" G_GINT64_FORMAT " a day is not said",
        evidence, rule->volume_above);
    g_free (result->remedy);
    result->remedy =
        g_strdup ("daily_volume in the sender's entry of senders in licet-policy.cfg");
}

static bool
is_cuttable (const RuleView *view)
{
    const Classification *classification = view->classification;

    return classification->class == CLASS_MIXED && classification->blocks->len > 0 &&
           !classification->problem && !view->uncuttable && !view->stripped;
}

/* Whether all of its promotion was found by licet. */
static bool
is_found (const Classification *classification)
{
    bool found = false;

    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (g_strcmp0 (block->how, "marked") == 0 || g_strcmp0 (block->how, "selected") == 0)
            return false;
        found = found || g_strcmp0 (block->how, "detected") == 0;
    }
    return found;
}

/* Who marked the promotion learns of the refusal what the template lacks; a transaction in which licet
 * found it is not lost for that. */
static Action
unfixed_of (const Rule *rule, const RuleView *view)
{
    bool found = !rule->has_unfixed && is_found (view->classification);
    bool strips = found || rule->unfixed == ACTION_STRIP;

    if (!strips)
        return rule->unfixed;
    return is_cuttable (view) ? ACTION_STRIP : ACTION_REFUSE;
}

/* What cannot be mended is for the rule's `unfixed`, unless nobody knows whether it is due. */
static void
weigh_fix (const Rule *rule, const RuleView *view, RuleResult *result)
{
    const char *why = NULL;

    if (result->action != ACTION_FIX)
        return;
    if (!resources_fixes (policy_set_resources (view->set), rule->kind->fix))
        why = "licet-policy.cfg switches this fix off";
    else if (!result->fix && !rule->kind->fix_by_places)
        why = "there is nothing to add";
    if (!why)
        return;
    g_autofree char *evidence = g_steal_pointer (&result->evidence);
    result->evidence = g_strdup_printf ("%s; %s", evidence, why);
    result->action = result->not_set_up ? ACTION_ALLOW : unfixed_of (rule, view);
}

/* A transaction does not wait for the hours of the promotion beside it. */
static Action
otherwise_of (const Rule *rule, const RuleView *view)
{
    return is_cuttable (view) ? rule->mixed_otherwise : rule->otherwise;
}

static void
set_action (const Rule *rule, const RuleView *view, RuleResult *result)
{
    if (result->verdict == VERDICT_VIOLATED)
        result->action = otherwise_of (rule, view);
    else if (result->verdict == VERDICT_CANNOT_TELL)
        result->action = result->not_set_up ? rule->not_set_up : rule->cannot_tell;
    weigh_fix (rule, view, result);
}

/* A rule that several territories have stands for all of them: each of them must except from it. */
static const Exception *
find_exception (const Duty *duty, const RuleView *view)
{
    g_auto (GStrv) codes = g_strsplit (view->facts->territory, TERRITORY_JOIN, -1);
    const Exception *found = exceptions_find (duty->home, view, duty->rule->id);

    for (char **code = codes; *code && found; code++) {
        const Territory *home = policy_set_find (view->set, *code);
        if (g_ptr_array_find (home->rules, duty->rule, NULL) &&
            !exceptions_find (home, view, duty->rule->id))
            return NULL;
    }
    return found;
}

/* What a provider asks of its own mailboxes it may only advise for those that it hosts. Rules of
 * territories have no such difference: theirs is always "enforce". */
static RuleMode
mode_of (const Rule *rule, const RuleView *view)
{
    return view->facts->provider_hosts ? MAX (rule->mode, rule->hosted) : rule->mode;
}

static RuleResult *
judge_rule (const Duty *duty, MessageClass class, const RuleView *view)
{
    const Rule *rule = duty->rule;
    RuleResult *result = rule_result_new ();
    const char *exemption = find_exemption (rule, class, view);

    result->id = g_strdup (rule->id);
    result->kind = g_strdup (rule->kind->name);
    result->mode = mode_of (rule, view);
    result->source = g_strdup (rule->source);
    if (exemption) {
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence = g_strdup (exemption);
        return result;
    }
    rule->kind->judge (rule->parameters, view, result);
    doubt_volume (rule, view, result);
    set_action (rule, view, result);
    if (result->action != ACTION_ALLOW && result->mode == MODE_ENFORCE)
        exception_apply (find_exception (duty, view), result);
    return result;
}

GPtrArray *
verdicts_judge (const Docket *docket, bool rest, const RuleView *view)
{
    GPtrArray *results = g_ptr_array_new_with_free_func ((GDestroyNotify)rule_result_free);
    g_autofree char *text = NULL;
    RuleView shared = *view;

    shared.text = &text;

    for (unsigned i = 0; i < docket->duties->len; i++) {
        const Duty *duty = docket_duty (docket, i);
        MessageClass class = rest ? CLASS_TRANSACTIONAL : duty->class;
        g_ptr_array_add (results, judge_rule (duty, class, &shared));
    }
    return results;
}
