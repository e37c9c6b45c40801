/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "order": in a mail that is both, the transaction stands above the promotion. With the
 * subject, this is the test of the primary purpose of 16 CFR 316.3(a)(2) as a rule.
 */

#include "rules.h"

typedef struct {
    bool subject;
} Parameters;

static const ConfField fields[] = {
    { "subject", CONF_BOOL, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    (void)problems;
    parameters->subject = conf_bool (node, "subject", false);
    return parameters;
}

/* Where the promotion begins. */
static char *
describe_first_block (const RuleView *view)
{
    const GPtrArray *blocks = view->classification->blocks;

    if (blocks->len == 0)
        return g_strdup ("no block is known");
    const Block *block = g_ptr_array_index (blocks, 0);
    const Leaf *leaf = message_leaf (view->message, block->leaf);
    return g_strdup_printf ("promotion from byte %zu of %s %s", block->start, leaf->type,
                            leaf->path);
}

static void
settle (RuleResult *result, Verdict verdict, const char *evidence, const char *remedy)
{
    result->verdict = verdict;
    result->evidence = g_strdup (evidence);
    result->remedy = g_strdup (remedy);
}

static void
judge_mixed (const Parameters *parameters, const RuleView *view, RuleResult *result)
{
    const Classification *classification = view->classification;
    g_autofree char *where = describe_first_block (view);
    bool subject = parameters->subject && classification->subject_class == CLASS_PROMOTIONAL;
    g_autofree char *evidence =
        g_strdup_printf ("%s; %s%s", content_order_word (classification->order), where,
                         subject ? "; the subject speaks of an advertisement" : "");

    switch (classification->order) {
    case ORDER_NONE:
        settle (result, VERDICT_CANNOT_TELL, evidence, "blocks that can be told apart");
        return;
    case ORDER_PROMOTION_FIRST:
        settle (result, VERDICT_VIOLATED, evidence, "the transaction above the promotion");
        return;
    case ORDER_TRANSACTION_FIRST:
        settle (result, subject ? VERDICT_VIOLATED : VERDICT_SATISFIED, evidence,
                subject ? "a subject about the transaction" : NULL);
        return;
    }
    g_assert_not_reached ();
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Classification *classification = view->classification;

    if (view->stripped)
        settle (result, VERDICT_SATISFIED, "nothing but the transaction is left", NULL);
    else if (classification->class != CLASS_MIXED)
        settle (result, VERDICT_NOT_APPLICABLE, "it is not both", NULL);
    else if (classification->problem)
        settle (result, VERDICT_CANNOT_TELL, classification->problem,
                "blocks that can be told apart");
    else
        judge_mixed (data, view, result);
}

const RuleKind kind_order = {
    .name = "order",
    .summary = "in a mail that is both, the transaction stands above the promotion",
    .sentence = { "the promotion stands above the transaction",
                  "la promoción está por encima de la transacción" },
    .fields = fields,
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = g_free,
};
