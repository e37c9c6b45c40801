/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "promotion-terms": the conditions of an offer can be reached from the mail (Directive
 * 2000/31/EC art. 6(c), (d)): words that stand for them are in the visible text.
 */

#include "rules.h"
#include "wordlist.h"

typedef struct {
    WordList *words;
} Parameters;

static const ConfField fields[] = {
    { "words", CONF_STRINGS, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);
    char **words = conf_strings (node, "words");

    if (!words[0])
        conf_problem (problems, node,
                      "words is empty; right would be words = [ \"conditions\" ]");
    parameters->words = wordlist_new (words);
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    wordlist_free (parameters->words);
    g_free (parameters);
}

static bool
is_offer (Purpose purpose)
{
    return purpose == PURPOSE_OFFER || purpose == PURPOSE_CROSS_SELL ||
           purpose == PURPOSE_REFERRAL;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;

    if (!is_offer (view->classification->promo_purpose)) {
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence = g_strdup_printf ("its promotion is: %s",
                                            purpose_word (view->classification->promo_purpose));
        return;
    }
    g_autofree char *text = view_text (view);
    const char *word = wordlist_find (parameters->words, text);
    result->verdict = word ? VERDICT_SATISFIED : VERDICT_VIOLATED;
    result->evidence = word ? g_strdup_printf ("the text has \"%s\"", word)
                            : g_strdup ("an offer, and no words about its conditions");
    if (!word)
        result->remedy = g_strdup ("the conditions of the offer, or a link to them");
}

const RuleKind kind_promotion_terms = {
    .name = "promotion-terms",
    .summary = "the conditions of an offer can be reached from the mail",
    .sentence = { "the mail does not say where the conditions of its offer are",
                  "el correo no dice dónde están las condiciones de su oferta" },
    .fields = fields,
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
