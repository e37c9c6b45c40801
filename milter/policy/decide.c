/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * From the verdicts of all rules to one outcome. Read policy_decide first.
 */

#include "fallback.h"
#include "settle.h"
#include "verdicts.h"

static MessageClass
class_in_territory (const Territory *territory, const Classification *classification,
                    char **ret_reason)
{
    if (classification->class == CLASS_MIXED && classification->problem) {
        /* Where the promotion begins and ends is not known, so no test of share or order helps. */
        *ret_reason = g_strdup_printf ("it cannot be told apart: %s", classification->problem);
        return CLASS_PROMOTIONAL;
    }
    if (classification->class == CLASS_MIXED) {
        g_autofree char *reason = NULL;
        MessageClass class = territory->mixed_test (classification, &reason);
        *ret_reason = g_strdup_printf ("%s: %s", territory->mixed_name, reason);
        return class;
    }
    *ret_reason = g_strdup ("as classified");
    return classification->class;
}

/* Why the blocks cannot be taken out, or NULL. */
static const char *
find_obstacle (const RuleView *view)
{
    if (view->classification->problem)
        return view->classification->problem;
    if (view->classification->class != CLASS_MIXED)
        return "";
    return view->classification->blocks->len == 0 ? "no promotional block is marked in it"
                                                  : NULL;
}

static void
settle_strip (Decision *decision, const RuleResult *asking, const RuleView *view)
{
    const Territory *territory = policy_set_find (view->set, decision->facts->territory);
    const char *obstacle = find_obstacle (view);
    RuleView stripped = *view;

    if (obstacle) {
        fallback_settle (decision, view, obstacle, NULL);
        return;
    }
    stripped.stripped = true;
    g_autoptr (GPtrArray) second = verdicts_judge (territory, CLASS_TRANSACTIONAL, &stripped);
    decision->copy = COPY_STRIPPED;
    settle_second_look (decision, territory, asking, second);
}

/* What two readers could understand differently is nobody's to judge, when the policies say so. */
static bool
refuse_ambiguous (Decision *decision, const PolicySet *set, const Message *message,
                  const Classification *classification)
{
    const char *ambiguity = message_ambiguity (message);

    if (!ambiguity || classification->class == CLASS_PERSONAL ||
        !policy_set_refuses_ambiguous (set))
        return false;
    g_autofree char *text =
        g_strdup_printf ("550 5.6.0 the message can be read in two ways: %s", ambiguity);
    decision->outcome = OUTCOME_REFUSE;
    decision->reply = settle_line (text);
    return true;
}

Decision *
policy_decide (const PolicySet *set, const Message *message,
               const Classification *classification, RecipientFacts *facts, int64_t now)
{
    Decision *decision = g_new0 (Decision, 1);
    const Territory *territory = policy_set_find (set, facts->territory);
    RuleView view = { set, message, classification, facts, false, now };

    decision->facts = facts;
    decision->legal_class =
        class_in_territory (territory, classification, &decision->legal_reason);
    decision->rules = verdicts_judge (territory, decision->legal_class, &view);
    if (refuse_ambiguous (decision, set, message, classification))
        return decision;

    /* A strip is tried first: what it cures no longer counts. */
    const RuleResult *asking = settle_find (decision->rules, ACTION_STRIP);
    if (asking) {
        settle_strip (decision, asking, &view);
        return decision;
    }
    if (settle_held_back (decision, territory, decision->rules))
        return decision;
    const RuleResult *fixing = settle_find (decision->rules, ACTION_FIX);
    if (fixing)
        settle_rule (decision, fixing);
    decision->outcome = OUTCOME_DELIVER;
    return decision;
}
