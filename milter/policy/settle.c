/* SPDX-License-Identifier: BSD-2-Clause */

/* From judged rules to an outcome with its reply. */

#include "settle.h"

#include <string.h>

#include "reply.h"

const RuleResult *
settle_find (const GPtrArray *results, Action action)
{
    for (unsigned i = 0; i < results->len; i++) {
        const RuleResult *result = g_ptr_array_index (results, i);
        if (result->action == action && result->mode == MODE_ENFORCE)
            return result;
    }
    return NULL;
}

/* Who asks to wait longest, else the first who asks to wait; NULL when nobody does. */
static const RuleResult *
find_longest_wait (const GPtrArray *results)
{
    const RuleResult *longest = settle_find (results, ACTION_DEFER);

    for (unsigned i = 0; i < results->len; i++) {
        const RuleResult *result = g_ptr_array_index (results, i);
        if (result->action == ACTION_DEFER && result->mode == MODE_ENFORCE &&
            result->until > longest->until)
            longest = result;
    }
    return longest;
}

void
settle_rule (Decision *decision, const RuleResult *result)
{
    g_free (decision->rule);
    g_free (decision->source);
    decision->rule = g_strdup (result->id);
    decision->source = g_strdup (result->source);
}

void
settle_refuse (Decision *decision, const RuleResult *result, const char *sentence,
               const char *reason)
{
    decision->outcome = OUTCOME_REFUSE;
    settle_rule (decision, result);
    g_free (decision->reply);
    decision->reply = reply_make (decision, "550 5.7.1 ", result, sentence, 0, reason);
}

void
settle_hold (Decision *decision, const RuleResult *result, const char *sentence,
             const char *reason)
{
    decision->outcome = OUTCOME_HOLD;
    settle_rule (decision, result);
    g_free (decision->reply);
    decision->reply = reply_make (decision, "", result, sentence, 0, reason);
}

void
settle_defer (Decision *decision, const Docket *docket, const RuleResult *result)
{
    decision->outcome = OUTCOME_DEFER;
    decision->until = result->until;
    settle_rule (decision, result);
    g_free (decision->reply);
    decision->reply = reply_make (decision, "451 4.7.1 ", result,
                                  reply_sentence (docket, decision, result), result->until,
                                  NULL);
}

bool
settle_held_back (Decision *decision, const Docket *docket, const GPtrArray *results)
{
    const RuleResult *refusing = settle_find (results, ACTION_REFUSE);
    const RuleResult *holding = settle_find (results, ACTION_HOLD);
    const RuleResult *deferring = find_longest_wait (results);

    if (refusing)
        settle_refuse (decision, refusing, reply_sentence (docket, decision, refusing), NULL);
    else if (holding)
        settle_hold (decision, holding, reply_sentence (docket, decision, holding), NULL);
    else if (deferring)
        settle_defer (decision, docket, deferring);
    return refusing || holding || deferring;
}

/* What the first look found stays on record, cured when the stripped copy no longer has it. A
 * rule that only the stripped copy comes under is recorded as it was judged there: it takes the
 * place of its "not applicable". */
static void
merge_second_look (GPtrArray *first, const GPtrArray *second)
{
    for (unsigned i = 0; i < first->len; i++) {
        RuleResult *result = g_ptr_array_index (first, i);
        const RuleResult *again = g_ptr_array_index (second, i);
        if (result->action != ACTION_ALLOW && again->action == ACTION_ALLOW)
            result->cured = true;
        if (result->verdict != VERDICT_NOT_APPLICABLE ||
            again->verdict == VERDICT_NOT_APPLICABLE)
            continue;
        result->verdict = again->verdict;
        result->action = again->action;
        result->until = again->until;
        g_free (result->evidence);
        result->evidence = g_strdup_printf ("in the stripped copy: %s", again->evidence);
        result->remedy = g_strdup (again->remedy);
        result->fix = g_strdup (again->fix);
    }
}

void
settle_second_look (Decision *decision, const Docket *docket, const RuleResult *asking,
                    const GPtrArray *second)
{
    const RuleResult *still = settle_find (second, ACTION_STRIP);

    merge_second_look (decision->rules, second);
    if (still) {
        settle_refuse (decision, still, reply_sentence (docket, decision, still),
                       reply_phrase (decision, "there is nothing more to strip"));
        return;
    }
    if (settle_held_back (decision, docket, second))
        return;
    decision->outcome = OUTCOME_STRIP;
    settle_rule (decision, asking);
}
