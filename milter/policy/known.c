/* SPDX-License-Identifier: BSD-2-Clause */

/* Mail that an officer has read and answers for: its class is theirs until a date. */

#include "known.h"

#include <string.h>

#include "answered.h"
#include "policy_set.h"

enum { TEMPLATE_DIGITS = 16 };

static const char *const classes[] = { "transactional", "promotional", NULL };

static const ConfField fields[] = {
    { "class", CONF_STRING, true, 0, 0, classes },
    { "templates", CONF_STRINGS, false, 0, 0, NULL },
    { "senders", CONF_STRINGS, false, 0, 0, NULL },
    { "campaigns", CONF_STRINGS, false, 0, 0, NULL },
    { "owner", CONF_STRING, true, 0, 0, NULL },
    { "reason", CONF_STRING, true, 0, 0, NULL },
    { "from", CONF_STRING, false, 0, 0, NULL },
    { "until", CONF_STRING, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

void
known_free (KnownMail *known)
{
    if (!known)
        return;
    g_strfreev (known->templates);
    g_strfreev (known->senders);
    g_strfreev (known->campaigns);
    g_free (known->words);
    g_free (known->where);
    g_free (known);
}

static void
check_templates (const ConfNode *node, char **templates, GPtrArray *problems)
{
    for (char **text = templates; *text; text++)
        if (strlen (*text) != TEMPLATE_DIGITS ||
            strspn (*text, "0123456789abcdef") != TEMPLATE_DIGITS)
            conf_problem (problems, conf_child (node, "templates"),
                          "\"%s\" names no template; right would be the 16 digits that licet "
                          "classify prints",
                          *text);
}

KnownMail *
known_read (const ConfNode *node, GPtrArray *problems)
{
    if (!conf_check (node, fields, problems))
        return NULL;
    KnownMail *known = g_new0 (KnownMail, 1);
    known->templates = conf_strings (node, "templates");
    known->senders = answered_senders (node, problems);
    known->campaigns = conf_strings (node, "campaigns");
    known->where = conf_where (node);
    message_class_parse (conf_string (node, "class", ""), &known->class);
    answered_read (node, "why it is safe to take its class for granted", &known->from,
                   &known->until, problems);
    check_templates (node, known->templates, problems);
    if (!known->templates[0] && !known->senders[0] && !known->campaigns[0])
        conf_problem (problems, node,
                      "known_mail names no templates, senders or campaigns: it would be all mail");
    known->words = g_strdup_printf ("known mail of %s until %.10s: %s",
                                    conf_string (node, "owner", ""),
                                    conf_string (node, "until", ""),
                                    conf_string (node, "reason", ""));
    return known;
}

static bool
is_known (const KnownMail *known, const Message *message, const char *template, int64_t now)
{
    const char *const *templates = (const char *const *)known->templates;

    return now >= known->from && now < known->until &&
           (!known->templates[0] || (template && g_strv_contains (templates, template))) &&
           answered_is_from (known->senders, message) &&
           answered_has_campaign (known->campaigns, message);
}

const KnownMail *
policy_known (const PolicySet *set, const Message *message, int64_t now)
{
    g_autofree char *template = set->known->len > 0 ? message_template (message) : NULL;

    for (unsigned i = 0; i < set->known->len; i++)
        if (is_known (g_ptr_array_index (set->known, i), message, template, now))
            return g_ptr_array_index (set->known, i);
    return NULL;
}
