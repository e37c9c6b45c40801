/* SPDX-License-Identifier: BSD-2-Clause */

/* Exceptions from rules: with an owner, a reason and an end. */

#include "exceptions.h"

#include <string.h>

#include "licet/address.h"
#include "licet/clock.h"
#include "verdicts.h"

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

static int64_t
read_date (const ConfNode *node, const char *name, GPtrArray *problems)
{
    const char *text = conf_string (node, name, NULL);
    g_autoptr (GError) cause = NULL;
    int64_t time = 0;

    if (text && !clock_parse (text, &time, &cause))
        conf_problem (problems, conf_child (node, name), "%s: %s", name, cause->message);
    return time;
}

static void
check_text (const ConfNode *node, const char *name, const char *right, GPtrArray *problems)
{
    g_autofree char *folded = policy_fold (conf_string (node, name, ""));

    if (!*folded || !g_utf8_validate (conf_string (node, name, ""), -1, NULL))
        conf_problem (problems, conf_child (node, name), "%s says nothing; right would be %s",
                      name, right);
}

/* As A-labels, the form of the From address. */
static char **
read_senders (const ConfNode *node, GPtrArray *problems)
{
    char **domains = conf_strings (node, "senders");

    for (char **domain = domains; *domain; domain++) {
        char *ascii = address_domain_ascii (*domain, NULL);
        if (!ascii) {
            conf_problem (problems, conf_child (node, "senders"),
                          "\"%s\" is no domain; right would be shop.example", *domain);
            continue;
        }
        g_free (*domain);
        *domain = ascii;
    }
    return domains;
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
    exception->from = read_date (node, "from", problems);
    exception->until = read_date (node, "until", problems);
    exception->senders = read_senders (node, problems);
    exception->campaigns = conf_strings (node, "campaigns");
    exception->where = conf_where (node);
    check_text (node, "owner", "who answers for it", problems);
    check_text (node, "reason", "why the rule cannot be kept until then", problems);
    if (exception->until && exception->until <= exception->from)
        conf_problem (problems, conf_child (node, "until"),
                      "until is not after from; right would be a later date");
    return exception;
}

static bool
is_from (char **domains, const Message *message)
{
    const char *from = message_from (message);
    const char *domain = from ? address_domain (from) : "";
    size_t length = strlen (domain);

    for (char **own = domains; *own; own++) {
        size_t tail = strlen (*own);
        if (length >= tail && g_ascii_strcasecmp (domain + length - tail, *own) == 0 &&
            (length == tail || domain[length - tail - 1] == '.'))
            return true;
    }
    return !domains[0];
}

static bool
is_for (const Exception *exception, const RuleView *view, const char *rule)
{
    return strcmp (exception->rule, rule) == 0 && view->now >= exception->from &&
           view->now < exception->until && is_from (exception->senders, view->message) &&
           verdicts_has_campaign (exception->campaigns, view->message);
}

void
exceptions_apply (const Territory *territory, const RuleView *view, RuleResult *result)
{
    for (unsigned i = 0; i < territory->exceptions->len; i++) {
        const Exception *exception = g_ptr_array_index (territory->exceptions, i);
        if (result->mode != MODE_ENFORCE || !is_for (exception, view, result->id))
            continue;
        g_autofree char *until = clock_format (exception->until);
        g_autofree char *evidence = g_steal_pointer (&result->evidence);
        result->mode = MODE_SHADOW;
        result->evidence = g_strdup_printf ("%s; exception of %s until %s: %s", evidence,
                                            exception->owner, until, exception->reason);
    }
}
