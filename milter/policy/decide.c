/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * From the verdicts of all rules to one outcome. Read policy_decide first.
 */

#include "fallback.h"
#include "fixes.h"
#include "reply.h"
#include "settle.h"
#include "verdicts.h"

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
settle_strip (Decision *decision, const Docket *docket, const RuleResult *asking,
              const RuleView *view)
{
    const char *obstacle = find_obstacle (view);
    RuleView stripped = *view;

    if (obstacle) {
        fallback_settle (decision, docket, view, obstacle, NULL);
        return;
    }
    stripped.stripped = true;
    g_autoptr (GPtrArray) second = verdicts_judge (docket, true, &stripped);
    decision->copy = COPY_STRIPPED;
    settle_second_look (decision, docket, asking, second);
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
    g_autofree char *text = g_strdup_printf (
        "550 5.6.0 %s: %s", reply_phrase (decision, "the message can be read in two ways"),
        ambiguity);
    decision->outcome = OUTCOME_REFUSE;
    decision->reply = reply_line (text);
    return true;
}

static Decision *
decide (const PolicySet *set, const Message *message, const Classification *classification,
        RecipientFacts *facts, int64_t now)
{
    Decision *decision = g_new0 (Decision, 1);
    g_autoptr (Docket) docket = docket_new (set, facts, classification);
    RuleView view = { set, message, classification, facts, false, now, false, NULL };

    decision->facts = facts;
    reply_prepare (decision, set, message);
    decision->purpose = classification->promo_purpose;
    decision->legal_class = docket->class;
    decision->legal_reason = g_steal_pointer (&docket->reason);
    decision->rules = verdicts_judge (docket, false, &view);
    if (refuse_ambiguous (decision, set, message, classification))
        return decision;

    /* A strip is tried first: what it cures no longer counts. */
    const RuleResult *asking = settle_find (decision->rules, ACTION_STRIP);
    if (asking) {
        settle_strip (decision, docket, asking, &view);
        return decision;
    }
    if (settle_held_back (decision, docket, decision->rules))
        return decision;
    const RuleResult *fixing = settle_find (decision->rules, ACTION_FIX);
    if (fixing)
        settle_rule (decision, fixing);
    decision->outcome = OUTCOME_DELIVER;
    return decision;
}

Decision *
policy_decide (const PolicySet *set, const Message *message,
               const Classification *classification, RecipientFacts *facts, int64_t now)
{
    Decision *decision = decide (set, message, classification, facts, now);
    RuleView view = { set, message, classification, facts, false, now, false, NULL };

    fixes_prepare (decision, &view);
    return decision;
}
