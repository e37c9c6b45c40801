/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "registry": what a public registry says of the recipient, by an extract that must not be
 * too old. A registry of objections must not list them, one of consents must.
 */

#include <string.h>

#include "licet/clock.h"
#include "resources.h"
#include "rules.h"

typedef struct {
    char *name;
    bool consents;
    int64_t max_age_days;
    char **unless; /* bases that make the question needless */
} Parameters;

static const char *const meanings[] = { "objections", "consents", NULL };

static const ConfField fields[] = {
    { "registry", CONF_STRING, true, 0, 0, NULL },
    { "lists", CONF_STRING, false, 0, 0, meanings },
    { "max_age_days", CONF_INT, true, 1, 3650, NULL },
    { "unless", CONF_STRINGS, false, 0, 0, consent_bases },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    (void)problems;
    parameters->name = g_strdup (conf_string (node, "registry", ""));
    parameters->consents = strcmp (conf_string (node, "lists", "objections"), "consents") == 0;
    parameters->max_age_days = conf_int (node, "max_age_days", 0);
    parameters->unless = conf_strings (node, "unless");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_free (parameters->name);
    g_strfreev (parameters->unless);
    g_free (parameters);
}

static void
cannot_tell (RuleResult *result, char *evidence, char *remedy)
{
    result->verdict = VERDICT_CANNOT_TELL;
    result->evidence = evidence;
    result->remedy = remedy;
}

/* The age of the answer is part of it. */
static void
judge_extract (const Parameters *parameters, const Registry *registry, const RuleView *view,
               RuleResult *result)
{
    int64_t extracted = registry_extracted (registry);
    g_autofree char *date = clock_format (extracted);
    bool listed = registry_lists (registry, view->facts->address);
    int64_t days = (view->now - extracted) / 86400;

    if (extracted > view->now || extracted + parameters->max_age_days * 86400 <= view->now) {
        cannot_tell (result,
                     g_strdup_printf ("the extract of %s is of %s, %" G_GINT64_FORMAT
                                      " days ago",
                                      parameters->name, date, days),
                     g_strdup_printf ("an extract at most %" G_GINT64_FORMAT " days old",
                                      parameters->max_age_days));
        return;
    }
    result->verdict = listed == parameters->consents ? VERDICT_SATISFIED : VERDICT_VIOLATED;
    result->evidence = g_strdup_printf (
        "%s in %s, extract of %s", listed ? "listed" : "not listed", parameters->name, date);
    if (result->verdict == VERDICT_VIOLATED)
        result->remedy = g_strdup_printf (
            parameters->consents ? "an entry in %s" : "no entry in %s", parameters->name);
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    const Registry *registry =
        resources_registry (policy_set_resources (view->set), parameters->name);

    if (consent_holds (view, parameters->unless)) {
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence =
            g_strdup_printf ("the recipient agreed, basis %s", view->facts->promotion->basis);
        return;
    }
    result->not_set_up = !registry;
    if (!registry)
        cannot_tell (result, g_strdup_printf ("no registry %s is set up", parameters->name),
                     g_strdup ("an entry of registries in licet-policy.cfg"));
    else if (registry_failure (registry))
        cannot_tell (result, g_strdup (registry_failure (registry)),
                     g_strdup ("an extract that can be read"));
    else
        judge_extract (parameters, registry, view, result);
}

const RuleKind kind_registry = {
    .name = "registry",
    .summary = "a public registry does not forbid mail to the recipient",
    .sentence = { "a public registry forbids promotional mail to the recipient",
                  "un registro público prohíbe el correo promocional al destinatario" },
    .fields = fields,
    .cannot_tell = ACTION_DEFER,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
