/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "authentication": SPF, DKIM, DMARC and the names of our hosts are published so that the
 * provider takes the mail. A mail does not show it; preflight finds it out from DNS.
 */

#include "authentication_rule.h"

#include <string.h>

typedef struct {
    char **require, **require_one;
    char *word;
} Parameters;

static const ConfField fields[] = {
    { "require", CONF_STRINGS, false, 0, 0, NULL },
    { "require_one", CONF_STRINGS, false, 0, 0, NULL },
    { "word", CONF_STRING, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void
check_facts (const ConfNode *node, const char *name, char **facts, GPtrArray *problems)
{
    for (char **fact = facts; *fact; fact++)
        if (auth_fact_parse (*fact) == AUTH_FACTS)
            conf_problem (
                problems, conf_child (node, name),
                "\"%s\" is nothing that preflight finds out; right would be one of: "
                "spf, spf-aligned, dkim, dkim-aligned, dmarc, aligned, ptr, mx, tls-rpt, "
                "mta-sts",
                *fact);
}

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->require = conf_strings (node, "require");
    parameters->require_one = conf_strings (node, "require_one");
    parameters->word = g_strdup (conf_string (node, "word", NULL));
    check_facts (node, "require", parameters->require, problems);
    check_facts (node, "require_one", parameters->require_one, problems);
    if (!parameters->require[0] && !parameters->require_one[0])
        conf_problem (problems, node,
                      "nothing is asked for; right would be require = [ \"spf\", \"dkim\" ]");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->require);
    g_strfreev (parameters->require_one);
    g_free (parameters->word);
    g_free (parameters);
}

static void
add_evidence (GString *text, const Authentication *authentication, AuthFact fact)
{
    const char *reason = authentication->reasons[fact];

    g_string_append_printf (text, "%s%s: %s%s%s", text->len ? "; " : "", auth_fact_word (fact),
                            auth_answer_word (authentication->answers[fact]),
                            reason ? ", " : "", reason ? reason : "");
}

/* The least of the answers that must hold. */
static AuthAnswer
judge_all (char **facts, const Authentication *authentication, GString *evidence)
{
    AuthAnswer answer = AUTH_YES;

    for (char **word = facts; *word; word++) {
        AuthFact fact = auth_fact_parse (*word);
        AuthAnswer one = authentication->answers[fact];
        if (one != AUTH_YES)
            add_evidence (evidence, authentication, fact);
        if (one == AUTH_NO || answer == AUTH_NO)
            answer = AUTH_NO;
        else if (one == AUTH_UNKNOWN)
            answer = AUTH_UNKNOWN;
    }
    return answer;
}

/* The best of the answers of which one must hold. */
static AuthAnswer
judge_one (char **facts, const Authentication *authentication, GString *evidence)
{
    g_autoptr (GString) found = g_string_new (NULL);
    AuthAnswer answer = *facts ? AUTH_NO : AUTH_YES;

    for (char **word = facts; *word; word++) {
        AuthFact fact = auth_fact_parse (*word);
        AuthAnswer one = authentication->answers[fact];
        add_evidence (found, authentication, fact);
        if (one == AUTH_YES || answer == AUTH_YES)
            answer = AUTH_YES;
        else if (one == AUTH_UNKNOWN)
            answer = AUTH_UNKNOWN;
    }
    if (answer != AUTH_YES)
        g_string_append_printf (evidence, "%s%s", evidence->len ? "; " : "", found->str);
    return answer;
}

static char *
describe_all (char **facts, char **one_of)
{
    g_autofree char *all = g_strjoinv (", ", facts);
    g_autofree char *some = g_strjoinv (" or ", one_of);

    return g_strdup_printf ("%s%s%s", all, *facts && *one_of ? ", " : "", some);
}

static const char *
fact_for_people (const char *word)
{
    static const char *const words[AUTH_FACTS] = {
        [AUTH_SPF] = "SPF",
        [AUTH_SPF_ALIGNED] = "an envelope sender aligned with From",
        [AUTH_DKIM] = "DKIM",
        [AUTH_DKIM_ALIGNED] = "a DKIM signature aligned with From",
        [AUTH_DMARC] = "a DMARC record",
        [AUTH_ALIGNED] = "SPF or DKIM aligned with From",
        [AUTH_PTR] = "names of the hosts (PTR)",
        [AUTH_MX] = "MX",
        [AUTH_TLS_RPT] = "TLS-RPT",
        [AUTH_MTA_STS] = "MTA-STS",
    };
    AuthFact fact = auth_fact_parse (word);

    return fact == AUTH_FACTS ? word : words[fact];
}

static void
add_facts (GString *text, char **facts, const char *between)
{
    for (unsigned i = 0; facts[i]; i++)
        g_string_append_printf (text, "%s%s", i ? between : "", fact_for_people (facts[i]));
}

char *
authentication_rule_asks (const void *data)
{
    const Parameters *parameters = data;
    GString *text = g_string_new (NULL);

    add_facts (text, parameters->require_one, " or ");
    if (*parameters->require_one && *parameters->require)
        g_string_append (text, ", ");
    add_facts (text, parameters->require, ", ");
    return g_string_free (text, FALSE);
}

const char *
authentication_rule_word (const void *data)
{
    return ((const Parameters *)data)->word;
}

void
authentication_rule_judge (const void *data, const Authentication *authentication,
                           RuleResult *result)
{
    const Parameters *parameters = data;
    g_autoptr (GString) evidence = g_string_new (NULL);

    if (!authentication) {
        result->verdict = VERDICT_CANNOT_TELL;
        result->not_set_up = true;
        result->evidence = g_strdup ("nobody has looked at the DNS of the sender's domain");
        result->remedy = g_strdup ("the domain among preflight_domains of licet.cfg(5)");
        return;
    }
    AuthAnswer all = judge_all (parameters->require, authentication, evidence);
    AuthAnswer one = judge_one (parameters->require_one, authentication, evidence);
    if (all == AUTH_YES && one == AUTH_YES) {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = describe_all (parameters->require, parameters->require_one);
        return;
    }
    result->verdict = all == AUTH_NO || one == AUTH_NO ? VERDICT_VIOLATED : VERDICT_CANNOT_TELL;
    result->passing = result->verdict == VERDICT_CANNOT_TELL;
    result->evidence = g_strdup (evidence->str);
    result->remedy = g_strdup_printf ("what licet doctor --domain %s says is to be published",
                                      authentication->domain);
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    authentication_rule_judge (data, view->facts->authentication, result);
}

const RuleKind kind_authentication = {
    .name = "authentication",
    .summary = "SPF, DKIM, DMARC and PTR of the sender's domain are as the provider asks",
    .sentence = { "the sender's domain is not set up as the mailbox provider asks",
                  "el dominio del remitente no cumple lo que pide el proveedor de correo" },
    .fields = fields,
    .cannot_tell = ACTION_ALLOW,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
