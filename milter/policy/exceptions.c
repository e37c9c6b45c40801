/* SPDX-License-Identifier: BSD-2-Clause */

/* Exceptions from rules: with an owner, a reason and an end. */

#include "exceptions.h"

#include <string.h>

#include "licet/clock.h"
#include "answered.h"

static const ConfField fields[] = {
    { "rule", CONF_STRING, true, 0, 0, NULL },
    { "owner", CONF_STRING, true, 0, 0, NULL },
    { "reason", CONF_STRING, true, 0, 0, NULL },
    { "from", CONF_STRING, false, 0, 0, NULL },
    { "until", CONF_STRING, true, 0, 0, NULL },
    { "senders", CONF_STRINGS, false, 0, 0, NULL },
    { "campaigns", CONF_STRINGS, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

void
exception_free (Exception *exception)
{
    g_free (exception->rule);
    g_free (exception->owner);
    g_free (exception->reason);
    g_strfreev (exception->senders);
    g_strfreev (exception->campaigns);
    g_free (exception->where);
    g_free (exception);
}

Exception *
exception_read (const ConfNode *node, GPtrArray *problems)
{
    if (!conf_check (node, fields, problems))
        return NULL;
    Exception *exception = g_new0 (Exception, 1);
    exception->rule = g_strdup (conf_string (node, "rule", NULL));
    exception->owner = g_strdup (conf_string (node, "owner", NULL));
    exception->reason = g_strdup (conf_string (node, "reason", NULL));
    exception->senders = answered_senders (node, problems);
    exception->campaigns = conf_strings (node, "campaigns");
    exception->where = conf_where (node);
    answered_read (node, "why the rule cannot be kept until then", &exception->from,
                   &exception->until, problems);
    return exception;
}

static bool
is_for (const Exception *exception, const RuleView *view, const char *rule)
{
    return strcmp (exception->rule, rule) == 0 && view->now >= exception->from &&
           view->now < exception->until &&
           answered_is_from (exception->senders, view->message) &&
           answered_has_campaign (exception->campaigns, view->message);
}

const Exception *
exceptions_find (const Territory *territory, const RuleView *view, const char *rule)
{
    for (unsigned i = 0; i < territory->exceptions->len; i++) {
        const Exception *exception = g_ptr_array_index (territory->exceptions, i);
        if (is_for (exception, view, rule))
            return exception;
    }
    return NULL;
}

void
exception_apply (const Exception *exception, RuleResult *result)
{
    if (!exception)
        return;
    g_autofree char *until = clock_format (exception->until);
    g_autofree char *evidence = g_steal_pointer (&result->evidence);
    result->mode = MODE_SHADOW;
    result->evidence = g_strdup_printf ("%s; exception of %s until %s: %s", evidence,
                                        exception->owner, until, exception->reason);
}
