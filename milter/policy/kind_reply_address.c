/* SPDX-License-Identifier: BSD-2-Clause */

/* Kind "reply-address": an answer to the mail reaches somebody. */

#include <string.h>

#include "licet/address.h"
#include "rules.h"

static const char *const deaf[] = { "noreply",         "no-reply",        "no_reply",
                                    "donotreply",      "do-not-reply",    "no.reply",
                                    "nicht-antworten", "ne-pas-repondre", "no-responder",
                                    "noresponder",     "nepasrepondre",   NULL };

static const ConfField fields[] = {
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static bool
is_deaf (const char *address)
{
    const char *at = strrchr (address, '@');
    g_autofree char *local = g_ascii_strdown (address, at ? (gssize)(at - address) : -1);

    for (unsigned i = 0; deaf[i]; i++)
        if (strstr (local, deaf[i]))
            return true;
    return false;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const char *reply_to = message_header (view->message, "Reply-To");
    const char *from = message_from (view->message);
    const char *where = reply_to && *reply_to ? reply_to : from ? from : "";
    const SenderProfile *profile =
        from ? policy_set_sender (view->set, address_domain (from), view->facts->territory)
             : NULL;

    (void)data;
    bool reached = *where && !is_deaf (where);
    result->verdict = reached ? VERDICT_SATISFIED : VERDICT_VIOLATED;
    result->evidence = g_strdup_printf ("answers go to %s%s", reply_to ? "Reply-To" : "From",
                                        reached ? "" : ", which says that nobody reads them");
    if (reached)
        return;
    result->remedy = g_strdup ("a Reply-To that somebody reads");
    result->fix = profile ? g_strdup (profile->reply_to) : NULL;
}

const RuleKind kind_reply_address = {
    .name = "reply-address",
    .summary = "an answer to the mail reaches somebody",
    .sentence = { "nobody reads the answers to the mail",
                  "nadie lee las respuestas al correo" },
    .fields = fields,
    .fix = "reply-to",
    .cannot_tell = ACTION_REFUSE,
    .judge = judge,
};
