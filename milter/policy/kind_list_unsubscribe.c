/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "list-unsubscribe": the header fields by which a mail program unsubscribes (RFC 2369, RFC
 * 8058). A transaction must never carry them: who presses the button would lose their receipts.
 */

#include "list_unsubscribe.h"

#include <string.h>

#include "footer.h"
#include "rules.h"

typedef struct {
    bool one_click;
} Parameters;

static const ConfField fields[] = {
    { "one_click", CONF_BOOL, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);
    g_auto (GStrv) classes = conf_strings (node, "applies_to");

    parameters->one_click = conf_bool (node, "one_click", true);
    if (g_strv_contains ((const char *const *)classes, "transactional"))
        conf_problem (
            problems, conf_child (node, "applies_to"),
            "a transaction must not be unsubscribed from; right would be applies_to = "
            "[ \"promotional\" ]");
    return parameters;
}

/* The fields as they are: why they do not do, or NULL. */
static const char *
find_flaw (const Parameters *parameters, const Message *message)
{
    unsigned fields_count = list_unsubscribe_count (message, "List-Unsubscribe");
    unsigned posts = list_unsubscribe_count (message, "List-Unsubscribe-Post");

    if (fields_count == 0)
        return "no List-Unsubscribe";
    if (!list_unsubscribe_is_valid (message))
        return "List-Unsubscribe without an address";
    if (!parameters->one_click)
        return NULL;
    if (fields_count != 1 || posts > 1)
        return "the fields of one-click stand more than once";
    return list_unsubscribe_is_one_click (message) ? NULL : "List-Unsubscribe is not one-click";
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    const char *flaw = find_flaw (parameters, view->message);

    result->verdict = flaw ? VERDICT_VIOLATED : VERDICT_SATISFIED;
    result->evidence = g_strdup (flaw ? flaw : "List-Unsubscribe");
    if (!flaw)
        return;
    result->remedy = g_strdup ("List-Unsubscribe with one https address, and "
                               "List-Unsubscribe-Post: List-Unsubscribe=One-Click (RFC 8058)");
    result->fix = footer_list_unsubscribe (view);
}

const RuleKind kind_list_unsubscribe = {
    .name = "list-unsubscribe",
    .summary = "the header has what a mail program unsubscribes with",
    .sentence = { "the header lacks List-Unsubscribe for one-click (RFC 8058)",
                  "en la cabecera falta List-Unsubscribe con un solo clic (RFC 8058)" },
    .fields = fields,
    .fix = "list-unsubscribe",
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = g_free,
};
