/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "consent-request": whether a mail may ask for consent. Such a mail says so by the word
 * consent-request in X-Licet-Campaign; that it was sent, a pending event in the store says.
 */

#include <string.h>

#include "rules.h"

typedef enum { ALLOWED_NEVER, ALLOWED_ONCE } Allowed;

typedef struct {
    Allowed allowed;
    bool promotion;
} Parameters;

static const char *const words[] = { "never", "once", NULL };

static const ConfField fields[] = {
    { "allowed", CONF_STRING, true, 0, 0, words },
    { "promotion", CONF_BOOL, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    (void)problems;
    parameters->allowed = strcmp (conf_string (node, "allowed", "never"), "once") == 0
                              ? ALLOWED_ONCE
                              : ALLOWED_NEVER;
    parameters->promotion = conf_bool (node, "promotion", false);
    return parameters;
}

static void
settle (RuleResult *result, Verdict verdict, const char *evidence, const char *remedy)
{
    result->verdict = verdict;
    result->evidence = g_strdup (evidence);
    result->remedy = g_strdup (remedy);
}

static void
judge_once (const ConsentAnswer *answer, RuleResult *result)
{
    switch (answer->state) {
    case CONSENT_UNAVAILABLE:
        rule_no_answer (result);
        return;
    case CONSENT_REFUSED:
        settle (result, VERDICT_VIOLATED, "the recipient has refused before",
                "no request to this recipient");
        return;
    case CONSENT_GRANTED:
        settle (result, VERDICT_SATISFIED, "the recipient has agreed already", NULL);
        return;
    case CONSENT_UNKNOWN:
        if (answer->pending)
            settle (result, VERDICT_VIOLATED, "the recipient has been asked before",
                    "no second request");
        else
            settle (result, VERDICT_SATISFIED, "the first request", NULL);
        return;
    }
    g_assert_not_reached ();
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    const ConsentAnswer *answer = view->facts->promotion;

    if (!message_has_campaign (view->message, "consent-request")) {
        settle (result, VERDICT_NOT_APPLICABLE, "it does not ask for consent", NULL);
        return;
    }
    if (!parameters->promotion && !view->stripped && view->classification->blocks->len > 0) {
        settle (result, VERDICT_VIOLATED, "the request carries promotion",
                "a request without promotion");
        return;
    }
    if (parameters->allowed == ALLOWED_ONCE) {
        judge_once (answer, result);
        return;
    }
    if (answer->state == CONSENT_GRANTED)
        settle (result, VERDICT_SATISFIED, "the recipient has agreed already", NULL);
    else
        settle (result, VERDICT_VIOLATED, "a request for consent without consent",
                "consent that was asked for in another way");
}

const RuleKind kind_consent_request = {
    .name = "consent-request",
    .summary = "a mail may ask the recipient for consent",
    .sentence = { "the law does not let this mail ask the recipient for consent",
                  "la ley no permite que este correo pida el consentimiento del destinatario" },
    .fields = fields,
    .cannot_tell = ACTION_DEFER,
    .load = load,
    .judge = judge,
    .free = g_free,
};
