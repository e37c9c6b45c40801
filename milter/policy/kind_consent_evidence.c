/* SPDX-License-Identifier: BSD-2-Clause */

/* Kind "consent-evidence": the record of a consent holds what proves it (GDPR art. 7(1)). */

#include <string.h>

#include "rules.h"

typedef struct {
    char **fields;
} Parameters;

static const char *const words[] = { "at", "source", "wording", "evidence", NULL };

static const ConfField fields[] = {
    { "fields", CONF_STRINGS, true, 0, 0, words },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->fields = conf_strings (node, "fields");
    if (!parameters->fields[0])
        conf_problem (problems, node, "fields is empty; right would be fields = [ \"at\" ]");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->fields);
    g_free (parameters);
}

static bool
has_field (const ConsentAnswer *answer, const char *field)
{
    if (strcmp (field, "at") == 0)
        return answer->at != 0;
    const char *text = strcmp (field, "source") == 0    ? answer->source
                       : strcmp (field, "wording") == 0 ? answer->wording
                                                        : answer->evidence;
    return text && *text;
}

static void
judge_grant (const Parameters *parameters, const ConsentAnswer *answer, RuleResult *result)
{
    g_autoptr (GString) missing = g_string_new (NULL);

    for (char **field = parameters->fields; *field; field++)
        if (!has_field (answer, *field))
            g_string_append_printf (missing, "%s%s", missing->len ? ", " : "", *field);
    result->verdict = missing->len ? VERDICT_VIOLATED : VERDICT_SATISFIED;
    result->evidence =
        missing->len ? g_strdup_printf ("the record of the consent lacks: %s", missing->str)
                     : g_strdup ("the record holds what proves the consent");
    if (missing->len)
        result->remedy = g_strdup_printf ("a record with: %s", missing->str);
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const ConsentAnswer *answer = view->facts->promotion;

    switch (answer->state) {
    case CONSENT_GRANTED:
        judge_grant (data, answer, result);
        return;
    case CONSENT_UNAVAILABLE:
        rule_no_answer (result);
        return;
    case CONSENT_UNKNOWN:
    case CONSENT_REFUSED:
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence = g_strdup ("there is no consent to prove");
        return;
    }
    g_assert_not_reached ();
}

const RuleKind kind_consent_evidence = {
    .name = "consent-evidence",
    .summary = "the record of the consent holds what proves it",
    .sentence = { "the recipient's consent cannot be proved",
                  "el consentimiento del destinatario no puede probarse" },
    .fields = fields,
    .cannot_tell = ACTION_DEFER,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
