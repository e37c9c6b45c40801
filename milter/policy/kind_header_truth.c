/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "header-truth": From names one sender, who is one of ours and nobody else's (15 USC
 * 7704(a)(1)). Where the mail really came from, Postfix's own fields say.
 */

#include <string.h>

#include "licet/address.h"
#include "rules.h"

typedef struct {
    char **not_from; /* domains that no organisation sends from */
    bool known;
} Parameters;

static const ConfField fields[] = {
    { "not_from", CONF_STRINGS, false, 0, 0, NULL },
    { "known_sender", CONF_BOOL, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    (void)problems;
    parameters->not_from = conf_strings (node, "not_from");
    parameters->known = conf_bool (node, "known_sender", false);
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->not_from);
    g_free (parameters);
}

static unsigned
count_fields (const Message *message, const char *name)
{
    unsigned count = 0;

    for (unsigned i = 0; i < message_field_count (message); i++)
        count += g_ascii_strcasecmp (message_field (message, i)->name, name) == 0;
    return count;
}

static void
settle (RuleResult *result, Verdict verdict, const char *domain, const char *what,
        const char *remedy)
{
    result->verdict = verdict;
    result->evidence =
        g_strdup_printf ("From%s%s: %s", domain ? " " : "", domain ? domain : "", what);
    result->remedy = g_strdup (remedy);
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    const char *from = message_from (view->message);
    const char *domain = from ? address_domain (from) : NULL;
    unsigned count = count_fields (view->message, "From");

    if (!domain || count != 1) {
        settle (result, VERDICT_VIOLATED, domain,
                count > 1 ? "stands more than once" : "no sender can be read",
                "one From with an address (RFC 5322 3.6)");
        return;
    }
    for (char **other = parameters->not_from; *other; other++)
        if (g_ascii_strcasecmp (*other, domain) == 0) {
            settle (result, VERDICT_VIOLATED, domain, "a provider's own domain",
                    "a From of the sender's own domain");
            return;
        }
    bool known = policy_set_sender (view->set, domain, NULL) != NULL;
    if (parameters->known && !known) {
        settle (result, VERDICT_CANNOT_TELL, domain, "no sender profile has this domain",
                "an entry of senders in licet-policy.cfg for this domain");
        result->not_set_up = policy_set_sender_count (view->set) == 0;
        return;
    }
    settle (result, VERDICT_SATISFIED, domain,
            known ? "a domain of a sender profile" : "one sender", NULL);
}

const RuleKind kind_header_truth = {
    .name = "header-truth",
    .summary = "From names one sender, who is not somebody else",
    .sentence = { "the mail does not say truly who sends it",
                  "el correo no dice con verdad quién lo envía" },
    .fields = fields,
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
