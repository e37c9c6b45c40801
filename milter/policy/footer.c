/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The footer that a mail without it gets: texts of the law, who sends, where the sender can be
 * reached, and a link to unsubscribe, from the sender's profile and in the recipient's language.
 */

#include "footer.h"

#include <string.h>

#include "licet/address.h"
#include "resources.h"
#include "sender.h"

static const ConfField text_fields[] = {
    { "language", CONF_STRING, true, 0, 0, NULL },
    { "reason", CONF_STRING, false, 0, 0, NULL },
    { "unsubscribe", CONF_STRING, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

FooterTexts *
footer_texts_read (const ConfNode *node, GPtrArray *problems)
{
    if (!conf_check (node, text_fields, problems))
        return NULL;
    for (const ConfField *field = text_fields; field->name; field++) {
        const char *text = conf_string (node, field->name, "x");
        if (!*text || !g_utf8_validate (text, -1, NULL) || strpbrk (text, "\r\n"))
            conf_problem (problems, conf_child (node, field->name),
                          "%s must be a text of one line, in UTF-8", field->name);
    }
    FooterTexts *texts = g_new0 (FooterTexts, 1);
    texts->language = g_strdup (conf_string (node, "language", NULL));
    texts->reason = g_strdup (conf_string (node, "reason", NULL));
    texts->unsubscribe = g_strdup (conf_string (node, "unsubscribe", NULL));
    return texts;
}

void
footer_texts_free (FooterTexts *texts)
{
    if (!texts)
        return;
    g_free (texts->language);
    g_free (texts->reason);
    g_free (texts->unsubscribe);
    g_free (texts);
}

static const SenderProfile *
profile_of (const RuleView *view)
{
    const char *from = message_from (view->message);

    return from ? policy_set_sender (view->set, address_domain (from), view->facts->territory)
                : NULL;
}

static char *
fill (const char *template, const char *place, const char *value)
{
    g_auto (GStrv) parts = g_strsplit (template, place, -1);
    g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);

    return g_strjoinv (escaped, parts);
}

static bool
lacks_token (const SenderProfile *profile, const RecipientFacts *facts)
{
    return sender_wants_token (profile) && !facts->token;
}

char *
footer_list_unsubscribe (const RuleView *view)
{
    const SenderProfile *profile = profile_of (view);
    g_autofree char *url = footer_unsubscribe_url (view);

    if (!url || !profile->unsubscribe_mailto)
        return url ? g_strdup_printf ("<%s>", url) : NULL;
    g_autofree char *mailbox = g_uri_escape_string (profile->unsubscribe_mailto, "@", FALSE);
    return g_strdup_printf ("<%s>,\r\n <mailto:%s?subject=%s>", url, mailbox,
                            view->facts->token);
}

char *
footer_unsubscribe_url (const RuleView *view)
{
    const SenderProfile *profile = profile_of (view);
    Purpose purpose = view->classification->promo_purpose;

    if (!profile || !profile->unsubscribe_url || lacks_token (profile, view->facts))
        return NULL;
    const char *token = view->facts->token;
    g_autofree char *with_token =
        fill (profile->unsubscribe_url, "{token}", token ? token : "");
    g_autofree char *with_address = fill (with_token, "{address}", view->facts->address);
    return fill (with_address, "{purpose}",
                 purpose == PURPOSE_NONE ? "*" : purpose_word (purpose));
}

/* ASCII, so that it stands in a page of any character set that is edited at all. */
static void
append_escaped (GString *html, const char *text)
{
    for (const char *c = text; *c; c = g_utf8_next_char (c)) {
        gunichar letter = g_utf8_get_char (c);
        if (letter >= 0x7f || strchr ("<>&\"'", (int)letter))
            g_string_append_printf (html, "&#%u;", letter);
        else
            g_string_append_unichar (html, letter);
    }
}

static void
append_lines (GString *html, GString *plain, char **lines)
{
    for (char **line = lines; *line; line++) {
        append_escaped (html, *line);
        g_string_append (html, "<br>\r\n");
        g_string_append_printf (plain, "%s\r\n", *line);
    }
}

static void
append_first (GString *html, GString *plain, char **lines)
{
    char *first[] = { lines[0], NULL };

    append_lines (html, plain, first);
}

static void
append_way_out (GString *html, GString *plain, const FooterTexts *texts, const char *url)
{
    if (texts->reason) {
        append_escaped (html, texts->reason);
        g_string_append (html, "\r\n");
        g_string_append_printf (plain, "\r\n%s\r\n", texts->reason);
    }
    g_string_append (html, "<a style=\"color:#0b57d0\" href=\"");
    append_escaped (html, url);
    g_string_append (html, "\">");
    append_escaped (html, texts->unsubscribe);
    g_string_append (html, "</a>");
    g_string_append_printf (plain, "%s: %s", texts->unsubscribe, url);
}

static void
append_sender (GString *html, GString *plain, const SenderProfile *profile)
{
    append_first (html, plain, profile->names);
    append_lines (html, plain, profile->postal_address);
    append_lines (html, plain, profile->contact);
    append_lines (html, plain, profile->register_data);
}

static Footer *
finish (const GString *html, const GString *plain, const char *language)
{
    Footer *footer = g_new0 (Footer, 1);

    footer->html = g_strconcat (
        "<div style=\"margin:16px 0 0;padding:8px;background:#ffffff;color:#333333;"
        "font:13px/1.5 sans-serif\">\r\n",
        html->str, "\r\n</div>", NULL);
    footer->plain = g_strdup_printf ("\r\n\r\n----\r\n%s", g_strchomp (plain->str));
    footer->language = g_strdup (language);
    return footer;
}

/* What a language says where nobody knows the recipient's own. */
static const char *
language_of (const RuleView *view)
{
    const char *own = view->facts->language;

    if (own && *own)
        return own;
    return view->facts->territory ? policy_set_language (view->set, view->facts->territory)
                                  : NULL;
}

/* Who sends and how to leave; false with *ret_why when there is nothing to make it of. */
static bool
append_profile (const RuleView *view, GString *html, GString *plain, const char **ret_why)
{
    const SenderProfile *profile = profile_of (view);
    const FooterTexts *texts =
        resources_footer (policy_set_resources (view->set), language_of (view));
    g_autofree char *url = footer_unsubscribe_url (view);

    *ret_why = !profile ? "there is no sender profile to make a footer of"
               : !url && profile->unsubscribe_url
                   ? "no token for the link of a footer can be made"
               : !url   ? "the sender profile has no unsubscribe_url for a footer"
               : !texts ? "there are no texts for a footer in footers"
                        : NULL;
    if (*ret_why)
        return false;
    append_sender (html, plain, profile);
    append_way_out (html, plain, texts, url);
    return true;
}

Footer *
footer_make (const RuleView *view, const FooterParts *parts, const char **ret_why)
{
    g_autoptr (GString) html = g_string_new (NULL), plain = g_string_new (NULL);
    const FooterTexts *texts =
        resources_footer (policy_set_resources (view->set), language_of (view));
    const char *language = policy_set_language (view->set, view->facts->territory);

    *ret_why = NULL;
    append_lines (html, plain, parts->legal_texts);
    if (parts->sender && !append_profile (view, html, plain, ret_why))
        return NULL;
    return finish (html, plain, parts->sender ? texts->language : language ? language : "en");
}

void
footer_offer (const RuleView *view, RuleResult *result)
{
    static char *none[] = { NULL };
    static const FooterParts sender = { none, true };
    const char *why = NULL;
    Footer *footer = footer_make (view, &sender, &why);

    if (footer)
        result->fix = g_strdup ("footer");
    footer_free (footer);
}
