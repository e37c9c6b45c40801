/* SPDX-License-Identifier: BSD-2-Clause */

/* What becomes of a copy that must be stripped and cannot be: strip_fallback. */

#include "fallback.h"

#include <string.h>

#include "fixes.h"
#include "reply.h"
#include "settle.h"
#include "verdicts.h"

/* Where nobody can tell whether the strip is due, there is nothing to fall back from. */
static bool
is_certain_strip (const RuleResult *result)
{
    return result->action == ACTION_STRIP && result->mode == MODE_ENFORCE &&
           result->verdict == VERDICT_VIOLATED;
}

/* The first in file order; NULL when there is none. */
static const RuleResult *
find_certain_strip (const GPtrArray *results)
{
    for (unsigned i = 0; i < results->len; i++)
        if (is_certain_strip (g_ptr_array_index (results, i)))
            return g_ptr_array_index (results, i);
    return NULL;
}

/* Each rule that asks for the strip must be content with what comes in its place. */
static Fallback
strictest_fallback (const PolicySet *set, const Docket *docket, const GPtrArray *results)
{
    Fallback strictest = FALLBACK_TEXT_ONLY;

    for (unsigned i = 0; i < results->len; i++) {
        const Rule *rule = docket_duty (docket, i)->rule;
        if (is_certain_strip (g_ptr_array_index (results, i)))
            strictest = MAX (strictest,
                             rule->has_fallback ? rule->fallback : policy_set_fallback (set));
    }
    return strictest;
}

/* A mail that waits is asked about again; one that is held is not. So what would refuse it must
 * be looked at now. */
static void
hold_whole (Decision *decision, const Docket *docket, const RuleResult *certain,
            const char *sentence, const char *reason)
{
    const RuleResult *refusing = settle_find (decision->rules, ACTION_REFUSE);

    if (refusing)
        settle_refuse (decision, refusing, reply_sentence (docket, decision, refusing), NULL);
    else
        settle_hold (decision, certain, sentence, reason);
}

static void
settle_certain (Decision *decision, const Docket *docket, const RuleResult *certain,
                const char *sentence)
{
    const char *reason = sentence ? NULL : decision->obstacle;

    if (!sentence)
        sentence = reply_sentence (docket, decision, certain);
    switch (decision->fallback) {
    case FALLBACK_REFUSE:
        settle_refuse (decision, certain, sentence, reason);
        return;
    case FALLBACK_HOLD:
        hold_whole (decision, docket, certain, sentence, reason);
        return;
    case FALLBACK_TEXT_ONLY:
        decision->outcome = OUTCOME_STRIP;
        decision->copy = COPY_TEXT_ONLY;
        g_clear_pointer (&decision->reply, g_free);
        settle_rule (decision, certain);
        return;
    }
    g_assert_not_reached ();
}

void
fallback_settle (Decision *decision, const Docket *docket, const RuleView *view,
                 const char *obstacle, const char *sentence)
{
    const RuleResult *certain = find_certain_strip (decision->rules);

    decision->copy = COPY_WHOLE;
    decision->fallback = FALLBACK_REFUSE;
    if (!certain) {
        if (!settle_held_back (decision, docket, decision->rules))
            settle_defer (decision, docket, settle_find (decision->rules, ACTION_STRIP));
        return;
    }
    /* Of a message that is nothing but promotion nothing may be left. */
    if (view->classification->class == CLASS_MIXED)
        decision->fallback = strictest_fallback (view->set, docket, decision->rules);
    g_free (decision->obstacle);
    decision->obstacle = *obstacle ? g_strdup (obstacle) : NULL;
    settle_certain (decision, docket, certain, sentence);
}

void
policy_strip_failed (const PolicySet *set, const Message *message,
                     const Classification *classification, Decision *decision, int64_t now,
                     const char *reason)
{
    RuleView view = { set, message, classification, decision->facts, false, now, true, NULL };
    g_autoptr (Docket) docket = docket_new (set, decision->facts, classification);
    g_autofree char *sentence = g_strdup_printf (
        "%s: %s", reply_phrase (decision, "the promotional block cannot be removed safely"),
        reason);

    /* The results so far tell of a copy that there will not be. */
    g_ptr_array_unref (decision->rules);
    decision->rules = verdicts_judge (docket, false, &view);
    fallback_settle (decision, docket, &view, reason, sentence);
    fixes_prepare (decision, &view);
}

static const RuleResult *
result_of (const Decision *decision, const char *id)
{
    for (unsigned i = 0; i < decision->rules->len; i++)
        if (strcmp (((RuleResult *)g_ptr_array_index (decision->rules, i))->id, id) == 0)
            return g_ptr_array_index (decision->rules, i);
    g_assert_not_reached ();
}

void
policy_text_only_failed (const PolicySet *set, Decision *decision, const char *reason)
{
    const RuleResult *result = result_of (decision, decision->rule);
    g_autoptr (Docket) docket = docket_new (set, decision->facts, NULL);
    g_autofree char *both =
        g_strdup_printf ("%s; %s: %s", decision->obstacle,
                         reply_phrase (decision, "nor can its text go alone"), reason);

    decision->copy = COPY_WHOLE;
    settle_refuse (decision, result, reply_sentence (docket, decision, result), both);
}

void
policy_judge_text_only (const PolicySet *set, const Message *rest,
                        const Classification *classification, Decision *decision, int64_t now)
{
    g_autoptr (Docket) docket = docket_new (set, decision->facts, NULL);
    RuleView view = { set, rest, classification, decision->facts, false, now, false, NULL };
    bool promotion =
        classification->class == CLASS_PROMOTIONAL || classification->class == CLASS_MIXED;

    if (classification->problem || promotion) {
        policy_text_only_failed (set, decision,
                                 classification->problem ? classification->problem
                                                         : "it reads as promotion");
        return;
    }
    g_autoptr (GPtrArray) second = verdicts_judge (docket, true, &view);
    settle_second_look (decision, docket, result_of (decision, decision->rule), second);
    fixes_prepare (decision, &view);
}

void
policy_copy_failed (Decision *decision, const char *reason)
{
    g_autofree char *line = reply_line (reason);

    decision->outcome = OUTCOME_REFUSE;
    decision->copy = COPY_WHOLE;
    g_clear_pointer (&decision->rule, g_free);
    g_clear_pointer (&decision->source, g_free);
    g_free (decision->reply);
    decision->reply =
        g_strdup_printf ("550 5.7.1 licet: the message cannot be changed: %s", line);
}

void
policy_tracking_failed (Decision *decision, const char *reason)
{
    const RuleResult *result = NULL;
    g_autofree char *sentence = g_strdup_printf (
        "%s: %s", reply_phrase (decision, "tracking cannot be removed safely"), reason);

    for (unsigned i = 0; i < decision->rules->len; i++) {
        RuleResult *candidate = g_ptr_array_index (decision->rules, i);
        candidate->cured = false;
        if (!result && candidate->action == ACTION_FIX && candidate->mode == MODE_ENFORCE &&
            strcmp (candidate->kind, "tracking") == 0)
            result = candidate;
    }
    g_assert (result);
    decision->copy = COPY_WHOLE;
    settle_refuse (decision, result, sentence, NULL);
}
