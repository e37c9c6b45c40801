/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * From the verdicts of all rules to one outcome. Read policy_decide first.
 */

#include <string.h>

#include "licet/clock.h"
#include "licet/limits.h"
#include "rules.h"

static bool
is_in_force (const Rule *rule, int64_t now)
{
    return rule->mode != MODE_OFF && now >= rule->valid_from &&
           (!rule->valid_to || now < rule->valid_to);
}

static bool
has_campaign (const Rule *rule, const Message *message)
{
    const char *value = message_header (message, "X-Licet-Campaign");
    g_auto (GStrv) tokens = g_strsplit_set (value ? value : "", ",; ", -1);

    for (char **wanted = rule->campaigns; *wanted; wanted++)
        for (char **token = tokens; *token; token++)
            if (g_ascii_strcasecmp (*wanted, *token) == 0)
                return true;
    return !rule->campaigns[0];
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
    return has_campaign (rule, view->message) ? NULL : "for other campaigns only";
}

static RuleResult *
judge_rule (const Rule *rule, MessageClass class, const RuleView *view)
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
    return result;
}

static GPtrArray *
judge_all (const Territory *territory, MessageClass class, const RuleView *view)
{
    GPtrArray *results = g_ptr_array_new_with_free_func ((GDestroyNotify)rule_result_free);

    for (unsigned i = 0; i < territory->rules->len; i++)
        g_ptr_array_add (results,
                         judge_rule (g_ptr_array_index (territory->rules, i), class, view));
    return results;
}

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

/* The first result, in file order, that asks for the action with effect; NULL when none does. */
static const RuleResult *
find_action (const GPtrArray *results, Action action)
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
    const RuleResult *longest = find_action (results, ACTION_DEFER);

    for (unsigned i = 0; i < results->len; i++) {
        const RuleResult *result = g_ptr_array_index (results, i);
        if (result->action == ACTION_DEFER && result->mode == MODE_ENFORCE &&
            result->until > longest->until)
            longest = result;
    }
    return longest;
}

static const Rule *
rule_of (const Territory *territory, const char *id)
{
    for (unsigned i = 0; i < territory->rules->len; i++) {
        const Rule *rule = g_ptr_array_index (territory->rules, i);
        if (strcmp (rule->id, id) == 0)
            return rule;
    }
    return NULL;
}

/* RFC 5321 4.2: printable ASCII; 4.5.3.1.5: 512 octets with code and CRLF. */
static char *
reply_line (const char *text)
{
    g_autofree char *valid = g_utf8_make_valid (text, -1);
    g_auto (GStrv) parts = g_strsplit (valid, "§", -1);
    g_autofree char *spelled = g_strjoinv ("s.", parts);
    char *ascii = g_str_to_ascii (spelled, "C");

    for (char *c = ascii; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    if (strlen (ascii) > LIMIT_REPLY - 12)
        ascii[LIMIT_REPLY - 12] = '\0';
    return ascii;
}

static char *
make_reply (const char *code, const RuleResult *result, const char *sentence, int64_t until,
            const char *reason)
{
    g_autofree char *time = until ? clock_format (until) : NULL;
    g_autofree char *text =
        g_strdup_printf ("%s %s: %s%s%s%s%s. Source: %s", code, result->id, sentence,
                         time ? "; it waits until " : "", time ? time : "", reason ? "; " : "",
                         reason ? reason : "", result->source);
    return reply_line (text);
}

static void
set_rule (Decision *decision, const RuleResult *result)
{
    decision->rule = g_strdup (result->id);
    decision->source = g_strdup (result->source);
}

static const char *
sentence_of (const Territory *territory, const RuleResult *result)
{
    const Rule *rule = rule_of (territory, result->id);

    if (!rule)
        return "refused by policy";
    if (result->verdict == VERDICT_CANNOT_TELL)
        return "it cannot be told now whether the mail may be sent";
    return rule->reply ? rule->reply : rule->kind->sentence;
}

static void
refuse (Decision *decision, const Territory *territory, const RuleResult *result,
        const char *reason)
{
    decision->outcome = OUTCOME_REFUSE;
    set_rule (decision, result);
    decision->reply =
        make_reply ("550 5.7.1", result, sentence_of (territory, result), 0, reason);
}

static void
defer (Decision *decision, const Territory *territory, const RuleResult *result)
{
    decision->outcome = OUTCOME_DEFER;
    decision->until = result->until;
    set_rule (decision, result);
    decision->reply =
        make_reply ("451 4.7.1", result, sentence_of (territory, result), result->until, NULL);
}

/* The heaviest of refuse, defer and nothing; false when neither refuses nor defers. */
static bool
settle_held_back (Decision *decision, const Territory *territory, const GPtrArray *results)
{
    const RuleResult *refusing = find_action (results, ACTION_REFUSE);
    const RuleResult *deferring = find_longest_wait (results);

    if (refusing)
        refuse (decision, territory, refusing, NULL);
    else if (deferring)
        defer (decision, territory, deferring);
    return refusing || deferring;
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

/* The first rule that is certain to be violated and asks for a strip; NULL when none is. */
static const RuleResult *
find_certain_strip (const GPtrArray *results)
{
    for (unsigned i = 0; i < results->len; i++) {
        const RuleResult *result = g_ptr_array_index (results, i);
        if (result->action == ACTION_STRIP && result->mode == MODE_ENFORCE &&
            result->verdict == VERDICT_VIOLATED)
            return result;
    }
    return NULL;
}

/* A strip that cannot be made is a refusal; but where nobody can tell yet whether it is due,
 * the mail waits for an answer, unless another rule refuses it anyway. */
static void
settle_without_strip (Decision *decision, const Territory *territory, const RuleResult *asking,
                      const char *obstacle)
{
    const RuleResult *certain = find_certain_strip (decision->rules);

    if (certain)
        refuse (decision, territory, certain, *obstacle ? obstacle : NULL);
    else if (!settle_held_back (decision, territory, decision->rules))
        defer (decision, territory, asking);
}

static void
settle_strip (Decision *decision, const Territory *territory, const RuleResult *asking,
              const RuleView *view)
{
    const char *obstacle = find_obstacle (view);
    RuleView stripped = *view;

    if (obstacle) {
        settle_without_strip (decision, territory, asking, obstacle);
        return;
    }
    stripped.stripped = true;
    g_autoptr (GPtrArray) second = judge_all (territory, CLASS_TRANSACTIONAL, &stripped);
    merge_second_look (decision->rules, second);
    const RuleResult *still = find_action (second, ACTION_STRIP);
    if (still) {
        refuse (decision, territory, still, "there is nothing more to strip");
        return;
    }
    if (settle_held_back (decision, territory, second))
        return;
    decision->outcome = OUTCOME_STRIP;
    set_rule (decision, asking);
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
    decision->reply = reply_line (text);
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
    decision->rules = judge_all (territory, decision->legal_class, &view);
    if (refuse_ambiguous (decision, set, message, classification))
        return decision;

    /* A strip is tried first: what it cures no longer counts. */
    const RuleResult *asking = find_action (decision->rules, ACTION_STRIP);
    if (asking) {
        settle_strip (decision, territory, asking, &view);
        return decision;
    }
    if (settle_held_back (decision, territory, decision->rules))
        return decision;
    const RuleResult *fixing = find_action (decision->rules, ACTION_FIX);
    if (fixing)
        set_rule (decision, fixing);
    decision->outcome = OUTCOME_DELIVER;
    return decision;
}

static void
refuse_failed (Decision *decision, const char *what, const char *reason)
{
    g_autofree char *text =
        g_strdup_printf ("550 5.7.1 %s: %s cannot be removed safely: %s. Source: %s",
                         decision->rule, what, reason, decision->source);

    decision->outcome = OUTCOME_REFUSE;
    g_free (decision->reply);
    decision->reply = reply_line (text);
    for (unsigned i = 0; i < decision->rules->len; i++)
        ((RuleResult *)g_ptr_array_index (decision->rules, i))->cured = false;
}

void
policy_strip_failed (Decision *decision, const char *reason)
{
    refuse_failed (decision, "the promotional block", reason);
}

void
policy_tracking_failed (Decision *decision, const char *reason)
{
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (result->action != ACTION_FIX || result->mode != MODE_ENFORCE ||
            strcmp (result->kind, "tracking") != 0)
            continue;
        g_free (decision->rule);
        g_free (decision->source);
        set_rule (decision, result);
        break;
    }
    refuse_failed (decision, "tracking", reason);
}
