/* SPDX-License-Identifier: BSD-2-Clause */

/* Kind "consent": whether the recipient's consent, or the lack of an objection, carries
 * promotion. */

#include <string.h>

#include "licet/clock.h"
#include "rules.h"

typedef struct {
    char *basis;
    int64_t days;
} Age;

typedef struct {
    char **accept;
    bool opt_out;
    int64_t max_age_days, soft_opt_in_days;
    GArray *ages; /* of Age */
} Parameters;

const char *const consent_bases[] = { "express",   "double-opt-in", "soft-opt-in", "inferred",
                                      "published", "registry",      "contract",    NULL };

static const ConfField fields[] = {
    { "accept", CONF_STRINGS, false, 0, 0, consent_bases },
    { "opt_out", CONF_BOOL, false, 0, 0, NULL },
    { "max_age_days", CONF_INT, false, 1, 36500, NULL },
    { "soft_opt_in_days", CONF_INT, false, 1, 36500, NULL },
    { "ages", CONF_GROUPS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static const ConfField age_fields[] = {
    { "basis", CONF_STRING, true, 0, 0, consent_bases },
    { "days", CONF_INT, true, 1, 36500, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static GArray *
load_ages (const ConfNode *list, GPtrArray *problems)
{
    GArray *ages = g_array_new (FALSE, FALSE, sizeof (Age));

    for (unsigned i = 0; i < conf_count (list); i++) {
        const ConfNode *node = conf_item (list, i);
        if (!conf_check (node, age_fields, problems))
            continue;
        Age age = { g_strdup (conf_string (node, "basis", "")), conf_int (node, "days", 1) };
        g_array_append_val (ages, age);
    }
    return ages;
}

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->accept = conf_strings (node, "accept");
    parameters->opt_out = conf_bool (node, "opt_out", false);
    parameters->max_age_days = conf_int (node, "max_age_days", 0);
    parameters->soft_opt_in_days = conf_int (node, "soft_opt_in_days", 0);
    parameters->ages = load_ages (conf_child (node, "ages"), problems);
    if (!parameters->opt_out && !parameters->accept[0])
        conf_problem (problems, node,
                      "a consent rule accepts nothing; right would be accept = [ \"express\" ] "
                      "or opt_out = true");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    for (unsigned i = 0; i < parameters->ages->len; i++)
        g_free (g_array_index (parameters->ages, Age, i).basis);
    g_array_unref (parameters->ages);
    g_strfreev (parameters->accept);
    g_free (parameters);
}

static char *
describe (const ConsentAnswer *answer, const char *state)
{
    g_autofree char *at = answer->at ? clock_format (answer->at) : NULL;

    return g_strdup_printf ("%s%s%s%s%s%s%s", state, answer->basis ? ", basis " : "",
                            answer->basis ? answer->basis : "", at ? ", " : "", at ? at : "",
                            answer->source ? ", source " : "",
                            answer->source ? answer->source : "");
}

/* What became of earlier mail is no word of the person. */
static char *
describe_refused (const ConsentAnswer *answer)
{
    g_autofree char *state =
        answer->suppression ? g_strdup_printf ("suppressed: %s", answer->suppression)
                            : g_strdup ("withdrawn");

    return describe (answer, state);
}

static char *
remedy_for (const Parameters *parameters)
{
    if (parameters->opt_out)
        return g_strdup ("a consent after the objection");
    g_autofree char *list = g_strjoinv (", ", parameters->accept);
    return g_strdup_printf ("consent on the basis of: %s", list);
}

bool
consent_holds (const RuleView *view, char **accepted)
{
    const ConsentAnswer *answer = view->facts->promotion;

    if (answer->state != CONSENT_GRANTED || (answer->expires && answer->expires <= view->now))
        return false;
    return !accepted ||
           (answer->basis && g_strv_contains ((const char *const *)accepted, answer->basis));
}

bool
consent_was_said (const RuleView *view)
{
    static const char *const said[] = { "express", "double-opt-in", "registry", NULL };

    return consent_holds (view, (char **)said);
}

static bool
is_past_age (const Parameters *parameters, const ConsentAnswer *answer, int64_t now)
{
    for (unsigned i = 0; i < parameters->ages->len; i++) {
        const Age *age = &g_array_index (parameters->ages, Age, i);
        if (strcmp (age->basis, answer->basis) == 0 && answer->at + age->days * 86400 <= now)
            return true;
    }
    return false;
}

/* Why a grant does not count, or NULL. */
static const char *
find_flaw (const Parameters *parameters, const ConsentAnswer *answer, int64_t now)
{
    /* What is no longer consent is still no objection. */
    if (parameters->opt_out)
        return NULL;
    if (!answer->basis)
        return "granted, but without a basis";
    if (answer->expires && answer->expires <= now)
        return "granted, but expired";
    if (parameters->max_age_days && answer->at + parameters->max_age_days * 86400 <= now)
        return "granted, but too long ago";
    if (!g_strv_contains ((const char *const *)parameters->accept, answer->basis))
        return "granted, but not on a basis that counts here";
    if (parameters->soft_opt_in_days && strcmp (answer->basis, "soft-opt-in") == 0 &&
        answer->at + parameters->soft_opt_in_days * 86400 <= now)
        return "granted, but the sale is too long ago";
    if (is_past_age (parameters, answer, now))
        return "granted, but too long ago for its basis";
    return NULL;
}

static char *
describe_granted (const Parameters *parameters, const ConsentAnswer *answer, const char *flaw)
{
    g_autofree char *text = describe (answer, flaw ? flaw : "granted");

    if (!flaw || answer->basis)
        return g_steal_pointer (&text);
    g_autofree char *list = g_strjoinv (", ", parameters->accept);
    return g_strdup_printf ("%s; accepted are: %s", text, list);
}

static void
settle (RuleResult *result, Verdict verdict, char *evidence)
{
    result->verdict = verdict;
    result->evidence = evidence;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    const ConsentAnswer *answer = view->facts->promotion;
    const char *flaw = NULL;

    switch (answer->state) {
    case CONSENT_UNAVAILABLE:
        rule_no_answer (result);
        return;
    case CONSENT_REFUSED:
        settle (result, VERDICT_VIOLATED, describe_refused (answer));
        break;
    case CONSENT_UNKNOWN:
        settle (
            result, parameters->opt_out ? VERDICT_SATISFIED : VERDICT_VIOLATED,
            describe (answer, answer->pending ? "not confirmed yet" : "no consent on record"));
        break;
    case CONSENT_GRANTED:
        flaw = find_flaw (parameters, answer, view->now);
        settle (result, flaw ? VERDICT_VIOLATED : VERDICT_SATISFIED,
                describe_granted (parameters, answer, flaw));
        break;
    }
    if (result->verdict == VERDICT_VIOLATED)
        result->remedy = remedy_for (parameters);
}

const RuleKind kind_consent = {
    .name = "consent",
    .summary = "the recipient agreed on an accepted basis, or did not object",
    .sentence = { "the recipient has not agreed to promotional mail",
                  "el destinatario no ha aceptado correo promocional" },
    .fields = fields,
    .cannot_tell = ACTION_DEFER,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
