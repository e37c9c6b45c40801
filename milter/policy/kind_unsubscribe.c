/* SPDX-License-Identifier: BSD-2-Clause */

/* Kind "unsubscribe": a way out that the recipient can see. */

#include <string.h>

#include "footer.h"
#include "list_unsubscribe.h"
#include "rules.h"
#include "wordlist.h"

enum { CONTEXT = 200 }; /* characters */

typedef struct {
    char **where;
    bool list_unsubscribe, one_click;
} Parameters;

static const char *const places[] = { "link", "mailto", "header", NULL };

static const ConfField fields[] = {
    { "where", CONF_STRINGS, true, 0, 0, places },
    { "list_unsubscribe", CONF_BOOL, false, 0, 0, NULL },
    { "one_click", CONF_BOOL, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);

    parameters->where = conf_strings (node, "where");
    parameters->list_unsubscribe = conf_bool (node, "list_unsubscribe", false);
    parameters->one_click = conf_bool (node, "one_click", false);
    if (!parameters->where[0])
        conf_problem (problems, node, "where is empty; right would be where = [ \"link\" ]");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_strfreev (parameters->where);
    g_free (parameters);
}

static bool
accepts (const Parameters *parameters, const char *place)
{
    return g_strv_contains ((const char *const *)parameters->where, place);
}

static bool
has_word (const RuleView *view, const char *text)
{
    return wordlist_finds (policy_set_unsubscribe (view->set), text);
}

/* In the link's text (in plain text its line) or in its target. */
static bool
says_unsubscribe (const RuleView *view, const Link *link)
{
    g_autofree char *text = policy_fold (link->text ? link->text : "");
    g_autofree char *target = policy_fold (link->target ? link->target : "");

    return has_word (view, text) ||
           wordlist_finds_target (policy_set_unsubscribe (view->set), target);
}

static const char *
place_of (const Link *link)
{
    if (g_ascii_strncasecmp (link->target, "mailto:", 7) == 0)
        return "mailto";
    if (g_ascii_strncasecmp (link->target, "http://", 7) == 0 ||
        g_ascii_strncasecmp (link->target, "https://", 8) == 0)
        return "link";
    return NULL;
}

static const Link *
link_of (const RuleView *view, unsigned leaf, unsigned i)
{
    return g_ptr_array_index (message_leaf (view->message, leaf)->links, i);
}

static bool
holds_any (const char *text, const char *const words[])
{
    for (; *words; words++)
        if (strstr (text, *words))
            return true;
    return false;
}

/* The end of a session, or of a plan that is paid for, ends no mail: "Abmelden" and "cancel
 * subscription" say either. What names mail, or carries a mark of its reader, does. */
static bool
leads_elsewhere (const char *target)
{
    static const char *const sessions[] = { "logout",        "log-out",     "log_out",
                                            "logoff",        "signout",     "sign-out",
                                            "sign_out",      "signoff",     "logga-ut",
                                            "cerrar-sesion", "deconnexion", NULL };
    static const char *const plans[] = { "/abmelden",
                                         "/billing",
                                         "/plan",
                                         "/membership",
                                         "/premium",
                                         "/tarif",
                                         "/account/subscription",
                                         "/pricing",
                                         NULL };
    static const char *const mail[] = { "mail", "news",   "unsub",   "optout", "opt-out",
                                        "list", "prefer", "boletin", NULL };
    g_autofree char *lower = g_ascii_strdown (target, -1);
    char *query = strpbrk (lower, "?#");
    const char *host = strstr (lower, "//");
    const char *path = host ? strchr (host + 2, '/') : NULL;

    if (!path || holds_any (lower, mail))
        return false;
    if (query)
        *query = '\0';
    return holds_any (path, sessions) || (!query && holds_any (path, plans));
}

/* Whether a reader can follow the link to a place that counts. */
static bool
leads_out (const Parameters *parameters, const RuleView *view, unsigned leaf, const Link *link)
{
    const char *place = link->visible && link->target ? place_of (link) : NULL;

    return place && accepts (parameters, place) && !leads_elsewhere (link->target) &&
           view_has (view, leaf, link->start);
}

static const Link *
find_own_words (const Parameters *parameters, const RuleView *view, unsigned leaf)
{
    const GPtrArray *links = message_leaf (view->message, leaf)->links;

    for (unsigned i = 0; i < links->len; i++)
        if (leads_out (parameters, view, leaf, link_of (view, leaf, i)) &&
            says_unsubscribe (view, link_of (view, leaf, i)))
            return link_of (view, leaf, i);
    return NULL;
}

/* Visible text from the end of the link before to the beginning of the link after, at most
 * CONTEXT characters on each side. */
static char *
text_around (const RuleView *view, unsigned leaf, unsigned i)
{
    const Leaf *this = message_leaf (view->message, leaf);
    const Link *link = link_of (view, leaf, i);
    const Link *last = i > 0 ? link_of (view, leaf, i - 1) : NULL;
    size_t end = i + 1 < this->links->len ? link_of (view, leaf, i + 1)->start
                                          : g_bytes_get_size (this->content);
    g_autofree char *before = view_range (view, leaf, last ? last->start : 0, link->start);
    g_autofree char *after = view_range (view, leaf, link->start, end);
    g_autofree char *other = policy_fold (last && last->text ? last->text : "");
    const char *from = g_str_has_prefix (before, other) ? before + strlen (other) : before;
    long surplus = g_utf8_strlen (from, -1) - CONTEXT;

    if (g_utf8_strlen (after, -1) > CONTEXT)
        *g_utf8_offset_to_pointer (after, CONTEXT) = '\0';
    return g_strjoin (" ", surplus > 0 ? g_utf8_offset_to_pointer (from, surplus) : from, after,
                      NULL);
}

/* "To unsubscribe, click <a>here</a>". */
static const Link *
find_words_around (const Parameters *parameters, const RuleView *view, unsigned leaf)
{
    const Leaf *this = message_leaf (view->message, leaf);

    if (this->links->len == 0)
        return NULL;
    g_autofree char *whole = view_range (view, leaf, 0, g_bytes_get_size (this->content));
    if (!has_word (view, whole))
        return NULL;
    for (unsigned i = 0; i < this->links->len; i++) {
        const Link *link = link_of (view, leaf, i);
        if (!leads_out (parameters, view, leaf, link))
            continue;
        g_autofree char *text = text_around (view, leaf, i);
        if (has_word (view, text))
            return link;
    }
    return NULL;
}

/* The first visible link that leads out; *ret_leaf is its leaf. */
static const Link *
find_link (const Parameters *parameters, const RuleView *view, unsigned *ret_leaf)
{
    for (unsigned i = 0; i < message_leaf_count (view->message); i++) {
        const Link *link = NULL;
        if (view_reads (view, i))
            link = find_own_words (parameters, view, i);
        if (!link && view_reads (view, i) && message_leaf (view->message, i)->kind == LEAF_HTML)
            link = find_words_around (parameters, view, i);
        if (link) {
            *ret_leaf = i;
            return link;
        }
    }
    return NULL;
}

static void
violate (RuleResult *result, const char *evidence, const char *remedy)
{
    result->verdict = VERDICT_VIOLATED;
    g_free (result->evidence);
    result->evidence = g_strdup (evidence);
    result->remedy = g_strdup (remedy);
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    unsigned leaf = 0;
    const Link *link = find_link (parameters, view, &leaf);
    bool header = list_unsubscribe_is_valid (view->message);

    if (link) {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = g_strdup_printf (
            "%s in %s %s, byte %zu", place_of (link), message_leaf (view->message, leaf)->type,
            message_leaf (view->message, leaf)->path, link->start);
    } else if (header && accepts (parameters, "header")) {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = g_strdup ("List-Unsubscribe");
    } else {
        violate (result, "no visible link or address whose words say unsubscribe",
                 "a visible link to unsubscribe where the reader sees it");
        if (accepts (parameters, "link"))
            footer_offer (view, result);
        return;
    }
    if (parameters->list_unsubscribe && !header)
        violate (result, "no List-Unsubscribe", "a List-Unsubscribe field (RFC 2369)");
    else if (parameters->one_click && !list_unsubscribe_is_one_click (view->message))
        violate (result, "no one-click unsubscribe",
                 "List-Unsubscribe with https and List-Unsubscribe-Post (RFC 8058)");
}

const RuleKind kind_unsubscribe = {
    .name = "unsubscribe",
    .summary = "a visible way to unsubscribe stands in the mail",
    .sentence = { "the mail has no visible way to unsubscribe",
                  "el correo no tiene una forma visible de darse de baja" },
    .fields = fields,
    .fix = "footer",
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
