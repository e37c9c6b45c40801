/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "soft-opt-in": the conditions under which a customer may be written to without having agreed
 * (Directive 2002/58/EC art. 13(2)), as the consent record states them. That the mail itself
 * offers the objection is for the kind "unsubscribe".
 */

#include <string.h>

#include "rules.h"

typedef struct {
    char **predicates;
} Parameters;

/* Collected in a sale; the sender's own goods; similar ones; told at collection how to object. */
static const char *const words[] = { "sale", "own", "similar", "objection-offered", NULL };

static const ConfField fields[] = {
    { "predicates", CONF_STRINGS, true, 0, 0, words },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->predicates = conf_strings (node, "predicates");
    if (!parameters->predicates[0])
        conf_problem (problems, node,
                      "predicates is empty; right would be predicates = [ \"sale\", \"own\" ]");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->predicates);
    g_free (parameters);
}

/* "sale=order 81; own; not-similar": 1 when the word stands there, -1 with "not-", else 0. */
static int
find_statement (const char *evidence, const char *word)
{
    g_auto (GStrv) parts = g_strsplit_set (evidence ? evidence : "", ";,", -1);

    for (char **part = parts; *part; part++) {
        char *text = g_strstrip (*part);
        bool not = g_str_has_prefix (text, "not-");
        text += not ? strlen ("not-") : 0;
        text[strcspn (text, "=: ")] = '\0';
        if (g_ascii_strcasecmp (text, word) == 0)
            return not ? -1 : 1;
    }
    return 0;
}

static void
append_word (GString *list, const char *word)
{
    g_string_append_printf (list, "%s%s", list->len ? ", " : "", word);
}

static void
judge_record (const Parameters *parameters, const ConsentAnswer *answer, RuleResult *result)
{
    g_autoptr (GString) denied = g_string_new (NULL), open = g_string_new (NULL);

    for (char **word = parameters->predicates; *word; word++) {
        int said = find_statement (answer->evidence, *word);
        if (said < 0)
            append_word (denied, *word);
        else if (said == 0)
            append_word (open, *word);
    }
    result->verdict = denied->len ? VERDICT_VIOLATED
                      : open->len ? VERDICT_CANNOT_TELL
                                  : VERDICT_SATISFIED;
    result->evidence = denied->len ? g_strdup_printf ("the record denies: %s", denied->str)
                       : open->len
                           ? g_strdup_printf ("the record does not state: %s", open->str)
                           : g_strdup ("the record states every condition");
    if (result->verdict != VERDICT_SATISFIED)
        result->remedy = g_strdup ("consent, or evidence of the sale in the record such as "
                                   "\"sale=order 81; own; similar; objection-offered\"");
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const ConsentAnswer *answer = view->facts->promotion;

    if (answer->state == CONSENT_UNAVAILABLE) {
        rule_no_answer (result);
        return;
    }
    if (answer->state != CONSENT_GRANTED || g_strcmp0 (answer->basis, "soft-opt-in") != 0) {
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence = g_strdup ("the record does not rely on a soft opt-in");
        return;
    }
    judge_record (data, answer, result);
}

const RuleKind kind_soft_opt_in = {
    .name = "soft-opt-in",
    .summary = "the record states the conditions of a soft opt-in",
    .sentence = { "the conditions for mail to customers without their consent are not met",
                  "no se cumplen las condiciones para escribir a clientes sin su consentimiento" },
    .fields = fields,
    .cannot_tell = ACTION_STRIP,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
