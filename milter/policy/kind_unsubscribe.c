/* SPDX-License-Identifier: BSD-2-Clause */

/* Kind "unsubscribe": a way out that the recipient can see. */

#include <string.h>

#include "rules.h"

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

/* The words of any language, in the link's text or in its target. */
static bool
says_unsubscribe (const RuleView *view, const Link *link)
{
    g_autofree char *text = policy_fold (link->text ? link->text : "");
    g_autofree char *target = policy_fold (link->target ? link->target : "");
    char **words = policy_set_unsubscribe_words (view->set);

    for (char **word = words; *word; word++)
        if (strstr (text, *word) ||
            (g_str_is_ascii (*word) && !strchr (*word, ' ') && strstr (target, *word)))
            return true;
    return false;
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

/* The first visible link that leads out; *ret_leaf is its leaf. */
static const Link *
find_link (const Parameters *parameters, const RuleView *view, unsigned *ret_leaf)
{
    for (unsigned i = 0; i < message_leaf_count (view->message); i++) {
        const Leaf *leaf = message_leaf (view->message, i);
        for (unsigned j = 0; leaf->links && j < leaf->links->len; j++) {
            const Link *link = g_ptr_array_index (leaf->links, j);
            const char *place = link->visible && link->target ? place_of (link) : NULL;
            if (place && accepts (parameters, place) && view_has (view, i, link->start) &&
                says_unsubscribe (view, link)) {
                *ret_leaf = i;
                return link;
            }
        }
    }
    return NULL;
}

/* RFC 8058 3.1. */
static bool
has_one_click (const Message *message)
{
    const char *post = message_header (message, "List-Unsubscribe-Post");
    const char *header = message_header (message, "List-Unsubscribe");

    return post && header && strcmp (post, "List-Unsubscribe=One-Click") == 0 &&
           strstr (header, "<https://");
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
    bool header = message_header (view->message, "List-Unsubscribe") != NULL;

    if (link) {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = g_strdup_printf (
            "%s in %s %s, byte %zu", place_of (link), message_leaf (view->message, leaf)->type,
            message_leaf (view->message, leaf)->path, link->start);
    } else if (header && accepts (parameters, "header")) {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = g_strdup ("List-Unsubscribe");
    } else {
        violate (result, "no visible link or address whose text says unsubscribe",
                 "a visible link to unsubscribe in the text and the HTML");
        return;
    }
    if (parameters->list_unsubscribe && !header)
        violate (result, "no List-Unsubscribe", "a List-Unsubscribe field (RFC 2369)");
    else if (parameters->one_click && !has_one_click (view->message))
        violate (result, "no one-click unsubscribe",
                 "List-Unsubscribe with https and List-Unsubscribe-Post (RFC 8058)");
}

const RuleKind kind_unsubscribe = {
    .name = "unsubscribe",
    .summary = "a visible way to unsubscribe stands in the mail",
    .sentence = "the mail has no visible way to unsubscribe",
    .fields = fields,
    .cannot_tell = ACTION_REFUSE,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
