/* SPDX-License-Identifier: BSD-2-Clause */

/* Kind "promo-share": promotion is at most a given part of the visible text (the 80/20 rule). */

#include "rules.h"

typedef struct {
    int64_t most;
} Parameters;

static const ConfField fields[] = {
    { "most_percent", CONF_INT, true, 0, 99, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    (void)problems;
    parameters->most = conf_int (node, "most_percent", 0);
    return parameters;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    const Classification *classification = view->classification;
    double share = view->stripped ? 0 : 100 * classification->promo_share;

    if (classification->problem) {
        result->verdict = VERDICT_CANNOT_TELL;
        result->evidence = g_strdup (classification->problem);
        result->remedy = g_strdup ("blocks that can be told apart");
        return;
    }
    bool fits = share <= (double)parameters->most;
    result->verdict = fits ? VERDICT_SATISFIED : VERDICT_VIOLATED;
    result->evidence = g_strdup_printf ("%.0f %% is promotion", share);
    if (!fits)
        result->remedy = g_strdup_printf ("at most %d %% of promotion", (int)parameters->most);
}

const RuleKind kind_promo_share = {
    .name = "promo-share",
    .summary = "promotion is at most a given part of the visible text",
    .sentence = { "too large a part of the mail is promotion",
                  "una parte demasiado grande del correo es promoción" },
    .fields = fields,
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = g_free,
};
