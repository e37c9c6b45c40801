/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "attestation": a duty that no mail shows (that withdrawals are acknowledged, that an address
 * works for 60 days). A person attests in licet-policy.cfg that it is met; the record says who.
 */

#include "resources.h"
#include "rules.h"

typedef struct {
    char *duty;
} Parameters;

static const ConfField fields[] = {
    { "duty", CONF_STRING, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);
    const char *duty = conf_string (node, "duty", "");

    if (!*duty || !g_utf8_validate (duty, -1, NULL))
        conf_problem (problems, conf_child (node, "duty"),
                      "duty must say what is due, in UTF-8");
    parameters->duty = g_strdup (duty);
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_free (parameters->duty);
    g_free (parameters);
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    const char *who = resources_attestation (policy_set_resources (view->set), result->id);

    if (who) {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = g_strdup_printf ("attested by %s: %s", who, parameters->duty);
        return;
    }
    result->verdict = VERDICT_CANNOT_TELL;
    result->not_set_up = true;
    result->evidence = g_strdup_printf ("nobody has attested: %s", parameters->duty);
    result->remedy =
        g_strdup_printf ("an entry of attested in licet-policy.cfg for %s", result->id);
}

const RuleKind kind_attestation = {
    .name = "attestation",
    .summary = "a person attests a duty that the mail does not show",
    .sentence = { "nobody has attested that a duty of the sender is met",
                  "nadie ha certificado que se cumple un deber del remitente" },
    .fields = fields,
    .cannot_tell = ACTION_ALLOW,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
