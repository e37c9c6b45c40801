/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "sector-gate": mail of a sector (alcohol, gambling, …) that must go to adults only, or not at
 * all. Which mail that is, the rule's campaigns say.
 */

#include <string.h>

#include "rules.h"

typedef struct {
    bool forbidden;
} Parameters;

static const char *const adult_classes[] = { "adult",    "company",      "role",
                                             "merchant", "professional", NULL };

static const ConfField fields[] = {
    { "forbidden", CONF_BOOL, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->forbidden = conf_bool (node, "forbidden", false);
    if (!conf_has (node, "campaigns"))
        conf_problem (
            problems, node,
            "a sector without campaigns would stop all mail; right would be campaigns "
            "= [ \"gambling\" ]");
    return parameters;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    const char *class = view->facts->recipient_class;
    bool minor = g_strcmp0 (class, "minor") == 0;

    result->evidence =
        g_strdup_printf ("the recipient is on record as: %s", class ? class : "nothing");
    if (parameters->forbidden || minor) {
        result->verdict = VERDICT_VIOLATED;
        result->remedy =
            g_strdup (parameters->forbidden ? "no mail of this sector" : "a recipient of age");
    } else if (class && g_strv_contains (adult_classes, class)) {
        result->verdict = VERDICT_SATISFIED;
    } else {
        result->verdict = VERDICT_CANNOT_TELL;
        result->remedy = g_strdup ("recipient_class adult in the consent record");
    }
}

const RuleKind kind_sector_gate = {
    .name = "sector-gate",
    .summary = "mail of a restricted sector goes to adults only, or to nobody",
    .sentence = { "mail of this sector may not be sent to the recipient",
                  "el correo de este sector no puede enviarse al destinatario" },
    .fields = fields,
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = g_free,
};
