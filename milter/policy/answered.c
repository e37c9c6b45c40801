/* SPDX-License-Identifier: BSD-2-Clause */

/* What somebody answers for: who, why, until when, and for which mail. */

#include "answered.h"

#include <string.h>

#include "licet/address.h"

static void
check_text (const ConfNode *node, const char *name, const char *right, GPtrArray *problems)
{
    g_autofree char *folded = policy_fold (conf_string (node, name, ""));

    if (!*folded || !g_utf8_validate (conf_string (node, name, ""), -1, NULL))
        conf_problem (problems, conf_child (node, name), "%s says nothing; right would be %s",
                      name, right);
}

void
answered_read (const ConfNode *node, const char *right, int64_t *ret_from, int64_t *ret_until,
               GPtrArray *problems)
{
    *ret_from = rule_read_date (node, "from", problems);
    *ret_until = rule_read_date (node, "until", problems);
    check_text (node, "owner", "who answers for it", problems);
    check_text (node, "reason", right, problems);
    if (*ret_until && *ret_until <= *ret_from)
        conf_problem (problems, conf_child (node, "until"),
                      "until is not after from; right would be a later date");
}

char **
answered_senders (const ConfNode *node, GPtrArray *problems)
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

bool
answered_is_from (char **domains, const Message *message)
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

bool
answered_has_campaign (char **campaigns, const Message *message)
{
    for (char **wanted = campaigns; *wanted; wanted++)
        if (message_has_campaign (message, *wanted))
            return true;
    return !campaigns[0];
}
