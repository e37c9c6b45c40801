/* SPDX-License-Identifier: BSD-2-Clause */

/* Sender profiles: who sends under which domain, and how their mail is built. */

#include "sender.h"

#include <string.h>

#include "licet/address.h"
#include "reply.h"

enum { LONGEST_URL = 400 }; /* the filled-in form must fit a line */

static const ConfField sender_fields[] = {
    { "domains", CONF_STRINGS, true, 0, 0, NULL },
    { "names", CONF_STRINGS, true, 0, 0, NULL },
    { "postal_address", CONF_STRINGS, false, 0, 0, NULL },
    { "contact", CONF_STRINGS, false, 0, 0, NULL },
    { "register", CONF_STRINGS, false, 0, 0, NULL },
    { "territories", CONF_STRINGS, false, 0, 0, NULL },
    { "unsubscribe_url", CONF_STRING, false, 0, 0, NULL },
    { "unsubscribe_mailto", CONF_STRING, false, 0, 0, NULL },
    { "reply_to", CONF_STRING, false, 0, 0, NULL },
    { "daily_volume", CONF_INT, false, 1, 1000000000, NULL },
    { "reply_language", CONF_STRING, false, 0, 0, policy_languages },
    { "promotional_blocks", CONF_STRINGS, false, 0, 0, NULL },
    { "protected_blocks", CONF_STRINGS, false, 0, 0, NULL },
    { "detect_blocks", CONF_STRING, false, 0, 0, block_detection_words },
    { "marked_transaction", CONF_STRING, false, 0, 0, marked_transaction_words },
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
    g_strfreev (sender->territories);
    g_free (sender->unsubscribe_url);
    g_free (sender->unsubscribe_mailto);
    g_free (sender->reply_to);
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

/* A place that nothing fills in, or none, would be a link that names nobody. */
static void
check_places (const ConfNode *node, const char *url, GPtrArray *problems)
{
    static const char *const places[] = { "{token}", "{address}", "{purpose}", NULL };
    const ConfNode *place = conf_child (node, "unsubscribe_url");

    for (const char *at = strchr (url, '{'); at; at = strchr (at + 1, '{')) {
        bool known = false;
        for (unsigned i = 0; places[i]; i++)
            known = known || g_str_has_prefix (at, places[i]);
        if (known)
            continue;
        conf_problem (problems, place,
                      "\"%.*s\" is filled in by nothing; known here: {token}, {address}, "
                      "{purpose}",
                      (int)strcspn (at, "}") + (strchr (at, '}') != NULL), at);
        return;
    }
    if (!strstr (url, "{token}") && !strstr (url, "{address}"))
        conf_problem (problems, place,
                      "\"%s\" names no recipient, so that one click would unsubscribe nobody "
                      "(RFC 8058 3.1); right would be \"https://shop.example/u/{token}\"",
                      url);
}

/* RFC 8058 3.1 asks for https, and the address goes into header fields and pages. */
static char *
read_url (const ConfNode *node, GPtrArray *problems)
{
    const char *url = conf_string (node, "unsubscribe_url", NULL);
    bool sound = url && g_str_has_prefix (url, "https://") && strlen (url) < LONGEST_URL;

    for (const char *c = url; sound && *c; c++)
        sound = *c > ' ' && *c < 0x7f && !strchr ("<>\"'\\,", *c);
    if (url && !sound)
        conf_problem (problems, conf_child (node, "unsubscribe_url"),
                      "no address to unsubscribe at; right would be "
                      "\"https://shop.example/u/{token}\"");
    else if (url)
        check_places (node, url, problems);
    return sound ? g_strdup (url) : NULL;
}

static char *
read_mailbox (const ConfNode *node, const char *name, GPtrArray *problems)
{
    const char *text = conf_string (node, name, NULL);
    char *address = text ? address_normalise (text, NULL) : NULL;

    if (text && (!address || !g_str_is_ascii (address)))
        conf_problem (problems, conf_child (node, name),
                      "\"%s\" is no address in ASCII; right would be \"service@shop.example\"",
                      text);
    return address;
}

bool
sender_wants_token (const SenderProfile *sender)
{
    return sender->unsubscribe_mailto ||
           (sender->unsubscribe_url && strstr (sender->unsubscribe_url, "{token}"));
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
    sender->territories = conf_strings (node, "territories");
    sender->unsubscribe_url = read_url (node, problems);
    sender->reply_to = read_mailbox (node, "reply_to", problems);
    sender->unsubscribe_mailto = read_mailbox (node, "unsubscribe_mailto", problems);
    sender->daily_volume = conf_int (node, "daily_volume", -1);
    sender->has_reply_language = conf_has (node, "reply_language");
    sender->reply_language = reply_language_read (node);
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

/* "US" is for US-CA too, and of several territories one suffices. */
static bool
is_for (const SenderProfile *sender, const char *territory)
{
    g_auto (GStrv) codes = g_strsplit (territory ? territory : "", TERRITORY_JOIN, -1);

    if (!territory || !sender->territories[0])
        return true;
    for (char **code = codes; *code; code++)
        for (char **own = sender->territories; *own; own++)
            if (strcmp (*own, *code) == 0 ||
                (g_str_has_prefix (*code, *own) && (*code)[strlen (*own)] == '-'))
                return true;
    return false;
}

/* The closest domain counts, then a profile that names its territories. */
static size_t
fitness (const SenderProfile *sender, const char *own)
{
    return 2 * strlen (own) + (sender->territories[0] != NULL);
}

const SenderProfile *
sender_find (const GPtrArray *senders, const char *domain, const char *territory)
{
    const SenderProfile *closest = NULL;
    size_t best = 0;

    for (unsigned i = 0; i < senders->len; i++) {
        const SenderProfile *sender = g_ptr_array_index (senders, i);
        for (char **own = sender->domains; *own; own++)
            if (is_within (domain, *own) && is_for (sender, territory) &&
                fitness (sender, *own) > best) {
                closest = sender;
                best = fitness (sender, *own);
            }
    }
    return closest;
}
