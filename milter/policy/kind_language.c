/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "language": the way to unsubscribe is said in the languages that the law asks for. What says
 * it in a language, words/<language>.cfg knows.
 */

#include <string.h>

#include "resources.h"
#include "rules.h"

typedef struct {
    char **languages;
    bool any;
} Parameters;

static const ConfField fields[] = {
    { "languages", CONF_STRINGS, true, 0, 0, NULL },
    { "any", CONF_BOOL, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->languages = conf_strings (node, "languages");
    parameters->any = conf_bool (node, "any", false);
    if (!parameters->languages[0])
        conf_problem (problems, node,
                      "languages is empty; right would be languages = [ \"fr\" ]");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->languages);
    g_free (parameters);
}

typedef struct {
    GString *seen, *missing, *unknown;
} Findings;

static void
look_for (const Parameters *parameters, const RuleView *view, const char *text,
          Findings *findings)
{
    const Resources *resources = policy_set_resources (view->set);

    for (char **language = parameters->languages; *language; language++) {
        const WordList *words = resources_unsubscribe (resources, *language);
        const char *word = words ? wordlist_find (words, text) : NULL;
        GString *list = !words ? findings->unknown : word ? findings->seen : findings->missing;
        g_string_append_printf (list, "%s%s", list->len ? ", " : "", *language);
        if (word)
            g_string_append_printf (list, " (\"%s\")", word);
    }
}

static void
settle (const Parameters *parameters, const Findings *findings, RuleResult *result)
{
    bool enough = parameters->any ? findings->seen->len > 0
                                  : !findings->missing->len && !findings->unknown->len;

    result->verdict = enough                   ? VERDICT_SATISFIED
                      : findings->unknown->len ? VERDICT_CANNOT_TELL
                                               : VERDICT_VIOLATED;
    result->not_set_up = result->verdict == VERDICT_CANNOT_TELL;
    result->evidence = g_strdup_printf (
        "unsubscribe words in: %s; not in: %s%s%s",
        findings->seen->len ? findings->seen->str : "none",
        findings->missing->len ? findings->missing->str : "none",
        findings->unknown->len ? "; no words for: " : "", findings->unknown->str);
    if (result->not_set_up)
        result->remedy = g_strdup_printf (
            "the words that say unsubscribe, in the policies' folder words, of: %s",
            findings->unknown->str);
    else if (!enough)
        result->remedy = g_strdup_printf (
            "the way to unsubscribe in words of: %s", findings->missing->str);
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    g_autofree char *text = view_text (view);
    g_autoptr (GString) seen = g_string_new (NULL), missing = g_string_new (NULL);
    g_autoptr (GString) unknown = g_string_new (NULL);
    Findings findings = { seen, missing, unknown };

    look_for (data, view, text, &findings);
    settle (data, &findings, result);
}

const RuleKind kind_language = {
    .name = "language",
    .summary = "the way to unsubscribe is said in the languages of the law",
    .sentence = { "the mail does not say how to unsubscribe in the language that the law asks for",
                  "el correo no dice cómo darse de baja en el idioma que pide la ley" },
    .fields = fields,
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
