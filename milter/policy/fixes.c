/* SPDX-License-Identifier: BSD-2-Clause */

/* What is added to a mail so that it need not be refused. */

#include "fixes.h"

#include <string.h>

#include "docket.h"
#include "footer.h"
#include "reply.h"
#include "settle.h"
#include "verdicts.h"

static bool
is_due (const RuleResult *result)
{
    return result->action == ACTION_FIX && result->mode == MODE_ENFORCE && !result->cured;
}

static bool
is_of (const RuleResult *result, const char *fix)
{
    const RuleKind *kind = rule_kind_find (result->kind);

    return kind->fix && strcmp (kind->fix, fix) == 0;
}

static const RuleResult *
find_due (const Decision *decision, const char *fix)
{
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (is_due (result) && is_of (result, fix))
            return result;
    }
    return NULL;
}

/* Only one label can be the first of a subject: who may live in two countries that both ask for
 * that gets no mail on a guess. */
static const RuleResult *
find_rival_label (const Decision *decision)
{
    const RuleResult *first = find_due (decision, "subject-label");

    for (unsigned i = 0; first && i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (is_due (result) && is_of (result, "subject-label") &&
            strcmp (result->fix, first->fix) != 0)
            return result;
    }
    return NULL;
}

static void
refuse (const PolicySet *set, Decision *decision, const RuleResult *result, const char *reason)
{
    g_autoptr (Docket) docket = docket_new (set, decision->facts, NULL);

    decision->copy = COPY_WHOLE;
    g_clear_pointer (&decision->footer, footer_free);
    settle_refuse (decision, result, reply_sentence (docket, decision, result), reason);
}

/* Texts of the law that several rules ask for stand once. */
static char **
gather_legal_texts (const Decision *decision)
{
    g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
    g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (!is_due (result) || strcmp (result->kind, kind_required_text.name) != 0)
            continue;
        g_auto (GStrv) lines = g_strsplit (result->fix, "\n", -1);
        for (char **line = lines; *line; line++)
            if (g_hash_table_add (seen, g_strdup (*line)))
                g_strv_builder_add (texts, *line);
    }
    return g_strv_builder_end (texts);
}

static bool
wants_sender (const Decision *decision)
{
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (is_due (result) && is_of (result, "footer") &&
            strcmp (result->kind, kind_required_text.name) != 0)
            return true;
    }
    return false;
}

static Footer *
make_footer (const Decision *decision, const RuleView *view, const char **ret_why)
{
    g_auto (GStrv) legal_texts = gather_legal_texts (decision);
    FooterParts parts = { legal_texts, wants_sender (decision) };

    return footer_make (view, &parts, ret_why);
}

void
fixes_prepare (Decision *decision, const RuleView *view)
{
    const char *why = NULL;

    g_clear_pointer (&decision->footer, footer_free);
    if (decision->outcome == OUTCOME_REFUSE || decision->outcome == OUTCOME_DEFER)
        return;
    const RuleResult *rival = find_rival_label (decision);
    if (rival) {
        refuse (view->set, decision, rival, "two labels cannot both stand first");
        return;
    }
    const RuleResult *wanting = find_due (decision, "footer");
    if (!wanting)
        return;
    decision->footer =
        decision->copy == COPY_TEXT_ONLY ? NULL : make_footer (decision, view, &why);
    if (!decision->footer)
        policy_fix_failed (view->set, decision, why ? why : "a text alone gets no footer");
}

/* Rules that let a mail go without its footer do; the first that does not, or NULL. */
static const RuleResult *
let_go (const Docket *docket, Decision *decision)
{
    const RuleResult *strict = NULL;

    for (unsigned i = 0; i < decision->rules->len; i++) {
        RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (!is_due (result) || !is_of (result, "footer"))
            continue;
        bool lax = result->not_set_up || docket_duty (docket, i)->rule->unfixed == ACTION_ALLOW;
        if (lax)
            result->action = ACTION_ALLOW;
        else if (!strict)
            strict = result;
    }
    return strict;
}

void
policy_fix_failed (const PolicySet *set, Decision *decision, const char *reason)
{
    g_autoptr (Docket) docket = docket_new (set, decision->facts, NULL);
    const RuleResult *strict = let_go (docket, decision);

    g_clear_pointer (&decision->footer, footer_free);
    if (strict)
        refuse (set, decision, strict, reason);
}

/* The first duty that the copy still does not meet, or NULL. */
static const RuleResult *
find_unmended (const Decision *decision, const GPtrArray *second)
{
    for (unsigned i = 0; i < second->len; i++) {
        const RuleResult *again = g_ptr_array_index (second, i);
        if (is_due (g_ptr_array_index (decision->rules, i)) && is_of (again, "footer") &&
            again->verdict != VERDICT_SATISFIED)
            return again;
    }
    return NULL;
}

void
policy_judge_fixed (const PolicySet *set, const Message *copy,
                    const Classification *classification, Decision *decision, int64_t now)
{
    g_autoptr (Docket) docket = docket_new (set, decision->facts, classification);
    g_autoptr (Classification) whole = classification_new ();
    RuleView view = { set, copy, whole, decision->facts, false, now, false, NULL };

    /* Its blocks are places in another message. */
    whole->class = classification->class;
    whole->promo_purpose = classification->promo_purpose;
    g_autoptr (GPtrArray) second = verdicts_judge (docket, decision->copy != COPY_WHOLE, &view);
    const RuleResult *unmended = find_unmended (decision, second);
    if (unmended)
        policy_fix_failed (set, decision, unmended->evidence);
}
