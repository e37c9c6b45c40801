/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "required-text": sentences that the law wants in the text, word by word. They are the same
 * for every sender, so a mail without them can be given them.
 */

#include <string.h>

#include "rules.h"

typedef struct {
    char **texts;    /* as the law has them */
    char **folded;   /* the same, to compare */
    char **suffices; /* folded; one of them stands for all texts */
} Parameters;

static const ConfField fields[] = {
    { "texts", CONF_STRINGS, true, 0, 0, NULL },
    { "suffices", CONF_STRINGS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

/* Each goes into a footer as a paragraph: one line, in UTF-8. */
static char **
fold_all (const ConfNode *node, const char *name, GPtrArray *problems)
{
    char **texts = conf_strings (node, name);
    bool sound = true;

    for (char **text = texts; *text; text++) {
        char *folded = policy_fold (*text);
        sound = sound && *folded && !strpbrk (*text, "\r\n");
        g_free (*text);
        *text = folded;
    }
    if (!sound)
        conf_problem (problems, conf_child (node, name),
                      "%s has an empty text or one of several lines; right would be the sentence "
                      "of the law",
                      name);
    return texts;
}

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->texts = conf_strings (node, "texts");
    parameters->folded = fold_all (node, "texts", problems);
    parameters->suffices = fold_all (node, "suffices", problems);
    if (!parameters->texts[0])
        conf_problem (problems, conf_child (node, "texts"),
                      "texts is empty; right would be the sentence of the law");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->texts);
    g_strfreev (parameters->folded);
    g_strfreev (parameters->suffices);
    g_free (parameters);
}

static const char *
find_sufficient (const Parameters *parameters, const char *text)
{
    for (char **one = parameters->suffices; *one; one++)
        if (strstr (text, *one))
            return *one;
    return NULL;
}

/* The texts that a mail lacks, one a line; empty when it has all. */
static GString *
find_missing (const Parameters *parameters, const char *text)
{
    GString *missing = g_string_new (NULL);

    for (unsigned i = 0; parameters->texts[i]; i++)
        if (!strstr (text, parameters->folded[i]))
            g_string_append_printf (missing, "%s%s", missing->len ? "\n" : "",
                                    parameters->texts[i]);
    return missing;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    g_autofree char *text = view_text (view);
    const char *sufficient = find_sufficient (parameters, text);
    g_autoptr (GString) missing = find_missing (parameters, text);

    if (sufficient || !missing->len) {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = sufficient
                               ? g_strdup_printf ("the visible text has \"%s\"", sufficient)
                               : g_strdup ("every required text is visible");
        return;
    }
    g_auto (GStrv) lines = g_strsplit (missing->str, "\n", 2);
    result->verdict = VERDICT_VIOLATED;
    result->evidence = g_strdup_printf ("the text lacks \"%s\"", lines[0]);
    result->remedy = g_strdup_printf ("the visible text \"%s\"", lines[0]);
    result->fix = g_strdup (missing->str);
}

const RuleKind kind_required_text = {
    .name = "required-text",
    .summary = "the visible text has the sentences that the law prescribes",
    .sentence = { "the mail lacks a text that the law prescribes",
                  "falta en el correo un texto que la ley exige" },
    .fields = fields,
    .fix = "footer",
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
