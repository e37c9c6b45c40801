/* SPDX-License-Identifier: BSD-2-Clause */

/* The line that a sender reads in the notice of a mail that did not go. */

#include "reply.h"

#include <string.h>

#include "licet/address.h"
#include "licet/clock.h"
#include "licet/limits.h"

enum {
    LONGEST_URL = 200,
    ROOM = LIMIT_REPLY - 12, /* RFC 5321 4.5.3.1.5: 512 octets with code and CRLF */
};

/* What is said beside the sentences of the kinds. */
static const char *const spanish[][2] = {
    { "it waits until", "espera hasta" },
    { "Source", "Fuente" },
    { "See", "Ver" },
    { "refused by policy", "rechazado por la política" },
    { "it cannot be told now whether the mail may be sent",
      "ahora no se puede saber si el correo puede enviarse" },
    { "a setting is missing without which it cannot be told whether the mail may be sent; the "
      "administrator of this mail system can add it",
      "falta un ajuste sin el cual no se puede saber si el correo puede enviarse; el "
      "administrador de este sistema de correo puede añadirlo" },
    { "nothing shows that the mail may be sent; who keeps the policies of this mail system can "
      "say what is missing",
      "nada muestra que el correo pueda enviarse; quien mantiene las políticas de este sistema "
      "de correo puede decir qué falta" },
    { "the message can be read in two ways", "el mensaje puede leerse de dos maneras" },
    { "the promotional block cannot be removed safely",
      "el bloque promocional no puede quitarse con seguridad" },
    { "tracking cannot be removed safely", "el seguimiento no puede quitarse con seguridad" },
    { "there is nothing more to strip", "no queda nada más que quitar" },
    { "this much has been sent already:", "ya se ha enviado esto:" },
    { "nor can its text go alone", "tampoco puede ir su texto solo" },
};

bool
reply_is_url (const char *text)
{
    bool sound = (g_str_has_prefix (text, "https://") || g_str_has_prefix (text, "http://")) &&
                 strlen (text) <= LONGEST_URL;

    for (const char *c = text; sound && *c; c++)
        sound = *c > ' ' && *c <= '~';
    return sound;
}

Language
reply_language_read (const ConfNode *node)
{
    const char *tag = conf_string (node, "reply_language", policy_languages[ENGLISH]);

    return strcmp (tag, policy_languages[SPANISH]) == 0 ? SPANISH : ENGLISH;
}

void
reply_prepare (Decision *decision, const PolicySet *set, const Message *message)
{
    const char *from = message_from (message);
    const SenderProfile *profile =
        from ? policy_set_sender (set, address_domain (from), decision->facts->territory) : NULL;
    const ReplyStyle *style = policy_set_reply_style (set);

    decision->reply_language =
        profile && profile->has_reply_language ? profile->reply_language : style->language;
    g_free (decision->reply_url);
    decision->reply_url = g_strdup (style->url);
}

const char *
reply_phrase (const Decision *decision, const char *english)
{
    for (unsigned i = 0; decision->reply_language == SPANISH && i < G_N_ELEMENTS (spanish); i++)
        if (strcmp (spanish[i][0], english) == 0)
            return spanish[i][1];
    return english;
}

/* What to do about it depends on why: to wait, to ask for a setting, or to ask what is missing. Which
 * one is for the log, not for outsiders. */
const char *
reply_doubt (const Decision *decision, const RuleResult *result)
{
    if (result->passing)
        return reply_phrase (decision, "it cannot be told now whether the mail may be sent");
    if (result->not_set_up)
        return reply_phrase (
            decision,
            "a setting is missing without which it cannot be told whether the mail may be sent; "
            "the administrator of this mail system can add it");
    return reply_phrase (decision,
                         "nothing shows that the mail may be sent; who keeps the policies of "
                         "this mail system can say what is missing");
}

const char *
reply_sentence (const Docket *docket, const Decision *decision, const RuleResult *result)
{
    const Rule *rule = docket_rule (docket, result->id);

    if (!rule)
        return reply_phrase (decision, "refused by policy");
    if (result->verdict == VERDICT_CANNOT_TELL)
        return reply_doubt (decision, result);
    return rule->reply ? rule->reply : rule->kind->sentence[decision->reply_language];
}

/* RFC 5321 4.2: printable ASCII. */
static char *
spell (const char *text)
{
    g_autofree char *valid = g_utf8_make_valid (text, -1);
    g_auto (GStrv) parts = g_strsplit (valid, "§", -1);
    g_autofree char *spelled = g_strjoinv ("s.", parts);
    char *ascii = g_str_to_ascii (spelled, "C");

    for (char *c = ascii; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return ascii;
}

char *
reply_line (const char *text)
{
    char *line = spell (text);

    if (strlen (line) > ROOM)
        line[ROOM] = '\0';
    return line;
}

/* ". See https://…", or "" */
static char *
point_to_page (const Decision *decision, const char *rule)
{
    if (!decision->reply_url)
        return g_strdup ("");
    g_auto (GStrv) parts = g_strsplit (decision->reply_url, "{rule}", -1);
    g_autofree char *id = g_uri_escape_string (rule, NULL, FALSE);
    g_autofree char *url = g_strjoinv (id, parts);
    return g_strdup_printf (". %s %s", reply_phrase (decision, "See"), url);
}

char *
reply_make (const Decision *decision, const char *code, const RuleResult *result,
            const char *sentence, int64_t until, const char *reason)
{
    g_autofree char *time = until ? clock_format (until) : NULL;
    g_autofree char *wait =
        until ? g_strdup_printf ("; %s %s", reply_phrase (decision, "it waits until"), time)
              : g_strdup ("");
    g_autofree char *text = g_strdup_printf (
        "%s%s: %s%s%s%s. %s: %s", code, result->id, sentence, wait, reason ? "; " : "",
        reason ? reason : "", reply_phrase (decision, "Source"), result->source);
    g_autofree char *line = spell (text);
    g_autofree char *page = point_to_page (decision, result->id);

    /* The page says what a long text no longer does. */
    if (strlen (line) + strlen (page) > ROOM)
        line[ROOM - strlen (page)] = '\0';
    return g_strconcat (line, page, NULL);
}
