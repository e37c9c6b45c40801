/* SPDX-License-Identifier: BSD-2-Clause */

/* The decision value and the words for its members. */

#include "licet/decision.h"

RuleResult *
rule_result_new (void)
{
    return g_new0 (RuleResult, 1);
}

void
rule_result_free (RuleResult *result)
{
    if (!result)
        return;
    g_free (result->id);
    g_free (result->kind);
    g_free (result->source);
    g_free (result->evidence);
    g_free (result->remedy);
    g_free (result->fix);
    g_free (result->counted);
    g_free (result);
}

void
footer_free (Footer *footer)
{
    if (!footer)
        return;
    g_free (footer->html);
    g_free (footer->plain);
    g_free (footer->language);
    g_free (footer);
}

void
recipient_facts_free (RecipientFacts *facts)
{
    if (!facts)
        return;
    g_free (facts->given);
    g_free (facts->address);
    g_strfreev (facts->names);
    g_free (facts->recipient_class);
    g_free (facts->language);
    g_free (facts->territory);
    g_free (facts->subdivision);
    g_free (facts->provider);
    consent_answer_free (facts->promotion);
    consent_answer_free (facts->tracking);
    g_clear_pointer (&facts->contacts, g_array_unref);
    g_free (facts->contacts_failure);
    authentication_unref (facts->authentication);
    g_free (facts->limit);
    mail_hosts_unref (facts->mail_hosts);
    g_free (facts->token);
    g_free (facts);
}

void
decision_free (Decision *decision)
{
    if (!decision)
        return;
    recipient_facts_free (decision->facts);
    g_free (decision->legal_reason);
    footer_free (decision->footer);
    if (decision->rules)
        g_ptr_array_unref (decision->rules);
    g_free (decision->rule);
    g_free (decision->source);
    g_free (decision->reply_url);
    g_free (decision->reply);
    g_free (decision->obstacle);
    g_free (decision);
}

const char *
verdict_word (Verdict verdict)
{
    switch (verdict) {
    case VERDICT_SATISFIED:
        return "satisfied";
    case VERDICT_VIOLATED:
        return "violated";
    case VERDICT_NOT_APPLICABLE:
        return "not-applicable";
    case VERDICT_CANNOT_TELL:
        return "cannot-tell";
    }
    g_assert_not_reached ();
}

const char *
action_word (Action action)
{
    switch (action) {
    case ACTION_ALLOW:
        return "allow";
    case ACTION_FIX:
        return "fix";
    case ACTION_STRIP:
        return "strip";
    case ACTION_DEFER:
        return "defer";
    case ACTION_HOLD:
        return "hold";
    case ACTION_REFUSE:
        return "refuse";
    }
    g_assert_not_reached ();
}

const char *
rule_mode_word (RuleMode mode)
{
    switch (mode) {
    case MODE_ENFORCE:
        return "enforce";
    case MODE_SHADOW:
        return "shadow";
    case MODE_OFF:
        return "off";
    }
    g_assert_not_reached ();
}

const char *
outcome_word (Outcome outcome)
{
    switch (outcome) {
    case OUTCOME_DELIVER:
        return "deliver";
    case OUTCOME_STRIP:
        return "strip";
    case OUTCOME_DEFER:
        return "defer";
    case OUTCOME_HOLD:
        return "hold";
    case OUTCOME_REFUSE:
        return "refuse";
    }
    g_assert_not_reached ();
}

const char *
fallback_word (Fallback fallback)
{
    switch (fallback) {
    case FALLBACK_TEXT_ONLY:
        return "text-only";
    case FALLBACK_HOLD:
        return "hold";
    case FALLBACK_REFUSE:
        return "refuse";
    }
    g_assert_not_reached ();
}
