/* SPDX-License-Identifier: BSD-2-Clause */

/* Kind "required-text": sentences that the law wants in the text, word by word. */

#include <string.h>

#include "rules.h"

typedef struct {
    char **texts; /* folded */
} Parameters;

static const ConfField fields[] = {
    { "texts", CONF_STRINGS, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->texts = conf_strings (node, "texts");
    bool blank = !parameters->texts[0];
    for (char **text = parameters->texts; *text; text++) {
        char *folded = policy_fold (*text);
        g_free (*text);
        *text = folded;
        blank = blank || !*folded;
    }
    if (blank)
        conf_problem (problems, conf_child (node, "texts"),
                      "texts is empty or has an empty text; right would be the sentence of the "
                      "law");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->texts);
    g_free (parameters);
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    g_autofree char *text = view_text (view);

    for (char **wanted = parameters->texts; *wanted; wanted++) {
        if (strstr (text, *wanted))
            continue;
        result->verdict = VERDICT_VIOLATED;
        result->evidence = g_strdup_printf ("the text lacks \"%s\"", *wanted);
        result->remedy = g_strdup_printf ("the visible text \"%s\"", *wanted);
        return;
    }
    result->verdict = VERDICT_SATISFIED;
    result->evidence = g_strdup ("every required text is visible");
}

const RuleKind kind_required_text = {
    .name = "required-text",
    .summary = "the visible text has the sentences that the law prescribes",
    .sentence = "the mail lacks a text that the law prescribes",
    .fields = fields,
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
