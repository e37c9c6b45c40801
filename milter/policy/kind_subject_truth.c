/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "subject-truth": the subject does not pass for an answer to a mail that was never sent. The
 * part of "not misleading" that can be seen in the message.
 */

#include <string.h>

#include "rules.h"
#include "wordlist.h"

typedef struct {
    char **prefixes; /* folded */
    WordList *claims;
} Parameters;

static const ConfField fields[] = {
    { "prefixes", CONF_STRINGS, true, 0, 0, NULL },
    { "claims", CONF_STRINGS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->prefixes = conf_strings (node, "prefixes");
    parameters->claims = wordlist_new (conf_strings (node, "claims"));
    bool blank = !parameters->prefixes[0];
    for (char **prefix = parameters->prefixes; *prefix; prefix++) {
        char *folded = policy_fold (*prefix);
        g_free (*prefix);
        *prefix = folded;
        blank = blank || !*folded;
    }
    if (blank)
        conf_problem (problems, conf_child (node, "prefixes"),
                      "prefixes is empty or has an empty text; right would be prefixes = "
                      "[ \"re:\", \"fwd:\" ]");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->prefixes);
    wordlist_free (parameters->claims);
    g_free (parameters);
}

/* RFC 5322 3.6.4: an answer names what it answers. */
static bool
is_answer (const Message *message)
{
    const char *parent = message_header (message, "In-Reply-To");
    const char *thread = message_header (message, "References");

    return (parent && strchr (parent, '<')) || (thread && strchr (thread, '<'));
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    g_autofree char *subject = policy_fold (message_subject (view->message));

    result->verdict = VERDICT_SATISFIED;
    for (char **prefix = parameters->prefixes; *prefix; prefix++) {
        if (!g_str_has_prefix (subject, *prefix))
            continue;
        result->evidence = g_strdup_printf ("Subject begins with \"%s\"", *prefix);
        if (is_answer (view->message))
            return;
        result->verdict = VERDICT_VIOLATED;
        result->remedy = g_strdup ("a subject that does not pass for an answer");
        return;
    }
    const char *claim = wordlist_find (parameters->claims, subject);
    if (claim) {
        result->verdict = VERDICT_CANNOT_TELL;
        result->evidence = g_strdup_printf ("Subject claims \"%s\"", claim);
        result->remedy = g_strdup ("a claim that somebody checked, or none");
        return;
    }
    result->evidence = g_strdup ("Subject does not pass for an answer");
}

const RuleKind kind_subject_truth = {
    .name = "subject-truth",
    .summary = "the subject does not pass for an answer or a forwarded mail",
    .sentence = { "the subject passes for an answer to a mail that was never sent",
                  "el asunto se hace pasar por respuesta a un correo que nunca se envió" },
    .fields = fields,
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
