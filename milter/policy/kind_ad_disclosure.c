/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "ad-disclosure": the mail can be recognised as advertising, where the law prescribes no
 * words. Words prove it; that it can be recognised without them, nobody but a reader can tell.
 */

#include <string.h>

#include "rules.h"
#include "wordlist.h"

typedef struct {
    WordList *words;
    bool subject_only, unsolicited_only, exact;
} Parameters;

static const char *const places[] = { "anywhere", "subject", NULL };
static const char *const occasions[] = { "always", "unsolicited", NULL };

static const ConfField fields[] = {
    { "words", CONF_STRINGS, true, 0, 0, NULL },
    { "where", CONF_STRING, false, 0, 0, places },
    { "when", CONF_STRING, false, 0, 0, occasions },
    { "exact", CONF_BOOL, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);
    char **words = conf_strings (node, "words");

    if (!words[0])
        conf_problem (problems, node,
                      "words is empty; right would be words = [ \"advertisement\" ]");
    parameters->words = wordlist_new (words);
    parameters->subject_only = strcmp (conf_string (node, "where", "anywhere"), "subject") == 0;
    parameters->unsolicited_only =
        strcmp (conf_string (node, "when", "always"), "unsolicited") == 0;
    parameters->exact = conf_bool (node, "exact", false);
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    wordlist_free (parameters->words);
    g_free (parameters);
}

static void
judge_words (const Parameters *parameters, const RuleView *view, RuleResult *result)
{
    g_autofree char *subject = policy_fold (message_subject (view->message));
    const char *word = wordlist_find (parameters->words, subject);
    bool in_subject = word != NULL;
    g_autofree char *text = parameters->subject_only || word ? NULL : view_text (view);

    if (text)
        word = wordlist_find (parameters->words, text);
    result->verdict = word                ? VERDICT_SATISFIED
                      : parameters->exact ? VERDICT_VIOLATED
                                          : VERDICT_CANNOT_TELL;
    result->evidence =
        word ? g_strdup_printf ("%s has \"%s\"", in_subject ? "Subject" : "the text", word)
             : g_strdup ("no word that says advertising");
    if (!word)
        result->remedy = g_strdup ("a word that says that it is advertising");
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;

    if (parameters->unsolicited_only && consent_was_said (view)) {
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence = g_strdup ("the recipient agreed");
        return;
    }
    judge_words (parameters, view, result);
}

const RuleKind kind_ad_disclosure = {
    .name = "ad-disclosure",
    .summary = "the mail says that it is advertising",
    .sentence = { "the mail does not say that it is advertising",
                  "el correo no dice que es publicidad" },
    .fields = fields,
    .cannot_tell = ACTION_ALLOW,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
