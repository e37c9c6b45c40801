/* SPDX-License-Identifier: BSD-2-Clause */

/* Sender profiles: who sends under which domain, and how their mail is built. */

#include "sender.h"

#include <string.h>

#include "licet/address.h"

static const ConfField sender_fields[] = {
    { "domains", CONF_STRINGS, true, 0, 0, NULL },
    { "names", CONF_STRINGS, true, 0, 0, NULL },
    { "postal_address", CONF_STRINGS, false, 0, 0, NULL },
    { "contact", CONF_STRINGS, false, 0, 0, NULL },
    { "register", CONF_STRINGS, false, 0, 0, NULL },
    { "promotional_blocks", CONF_STRINGS, false, 0, 0, NULL },
    { "protected_blocks", CONF_STRINGS, false, 0, 0, NULL },
    { "detect_blocks", CONF_STRING, false, 0, 0, block_detection_words },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

void
sender_free (SenderProfile *sender)
{
    g_strfreev (sender->domains);
    g_strfreev (sender->names);
    g_strfreev (sender->postal_address);
    g_strfreev (sender->contact);
    g_strfreev (sender->register_data);
    block_selectors_free (sender->blocks);
    hints_free (sender->hints);
    g_free (sender);
}

/* As A-labels, the form of the From address. */
static char **
read_domains (const ConfNode *node, GPtrArray *problems)
{
    char **domains = conf_strings (node, "domains");

    if (!domains[0])
        conf_problem (problems, conf_child (node, "domains"),
                      "domains is empty; right would be domains = [ \"shop.example\" ]");
    for (char **domain = domains; *domain; domain++) {
        char *ascii = address_domain_ascii (*domain, NULL);
        if (!ascii) {
            conf_problem (problems, conf_child (node, "domains"),
                          "\"%s\" is no domain; right would be shop.example", *domain);
            continue;
        }
        g_free (*domain);
        *domain = ascii;
    }
    return domains;
}

void
sender_check_no_blank (const ConfNode *group, const char *name, GPtrArray *problems)
{
    g_auto (GStrv) texts = conf_strings (group, name);

    for (char **text = texts; *text; text++) {
        g_autofree char *folded = policy_fold (*text);
        if (!*folded) {
            conf_problem (problems, conf_child (group, name),
                          "%s has an empty text, or one that is not UTF-8; right would be to "
                          "leave it out",
                          name);
            return;
        }
    }
}

SenderProfile *
sender_read (const ConfNode *node, GPtrArray *problems)
{
    if (!conf_check (node, sender_fields, problems))
        return NULL;
    for (const ConfField *field = sender_fields; field->name; field++)
        if (field->type == CONF_STRINGS)
            sender_check_no_blank (node, field->name, problems);
    SenderProfile *sender = g_new0 (SenderProfile, 1);
    sender->domains = read_domains (node, problems);
    sender->names = conf_strings (node, "names");
    sender->postal_address = conf_strings (node, "postal_address");
    sender->contact = conf_strings (node, "contact");
    sender->register_data = conf_strings (node, "register");
    sender->blocks = block_selectors_read (node, problems);
    return sender;
}

static bool
is_within (const char *domain, const char *parent)
{
    size_t length = strlen (domain), tail = strlen (parent);

    return length >= tail && g_ascii_strcasecmp (domain + length - tail, parent) == 0 &&
           (length == tail || domain[length - tail - 1] == '.');
}

const SenderProfile *
sender_find (const GPtrArray *senders, const char *domain)
{
    const SenderProfile *closest = NULL;
    size_t length = 0;

    for (unsigned i = 0; i < senders->len; i++) {
        const SenderProfile *sender = g_ptr_array_index (senders, i);
        for (char **own = sender->domains; *own; own++)
            if (is_within (domain, *own) && strlen (*own) > length) {
                closest = sender;
                length = strlen (*own);
            }
    }
    return closest;
}
