/* SPDX-License-Identifier: BSD-2-Clause */

#include "sender.h"

#include <string.h>

#include "fold.h"

static const char *
first_field (const Message *message, const char *const names[])
{
    for (; *names; names++)
        if (message_header (message, *names))
            return *names;
    return NULL;
}

static bool
holds_any (const char *text, const char *const words[])
{
    for (; *words; words++)
        if (strstr (text, *words))
            return true;
    return false;
}

/* A list's own fields are no sign of advertising when its readers write to it. */
static const char *
find_bulk (const Message *message, bool discussion)
{
    static const char *const always[] = { "Feedback-ID",           "X-Campaign",
                                          "X-CampaignID",          "X-Campaign-Id",
                                          "X-Mailchimp-Campaign",  "X-Mailer-RecptId",
                                          "X-Newsletter",          "X-Mailjet-Campaign",
                                          "List-Unsubscribe-Post", NULL };
    static const char *const lists[] = { "List-Unsubscribe", "List-Id", NULL };
    const char *field = first_field (message, always);
    const char *precedence = message_header (message, "Precedence");

    if (field || discussion)
        return field;
    if (precedence && (g_ascii_strcasecmp (precedence, "bulk") == 0 ||
                       g_ascii_strcasecmp (precedence, "list") == 0))
        return "Precedence";
    return first_field (message, lists);
}

/* Names, since X-Mailer is also set by programs that send. */
static const char *
find_client (const Message *message)
{
    static const char *const clients[] = {
        "thunderbird",  "apple mail", "iphone mail", "ipad mail",   "outlook",    "mutt",
        "evolution",    "kmail",      "mozilla",     "claws",       "eudora",     "sylpheed",
        "alpine",       "pine.",      "roundcube",   "k-9",         "geary",      "gnus",
        "squirrelmail", "horde",      "the bat",     "lotus notes", "mailspring", NULL
    };
    const char *agent = message_header (message, "User-Agent");
    const char *mailer = agent ? agent : message_header (message, "X-Mailer");
    g_autofree char *lower = mailer ? g_ascii_strdown (mailer, -1) : NULL;

    for (const char *const *client = clients; lower && *client; client++)
        if (strstr (lower, *client))
            return *client;
    return NULL;
}

/* Accounts of a machine that only its programs send from. A person who works as one of them has a
 * program for people's mail, or answers. */
static bool
is_machine (const Message *message)
{
    static const char *const accounts[] = { "root",     "cron",   "daemon",   "anacron",
                                            "nobody",   "nagios", "www-data", "apache",
                                            "icinga",   "zabbix", "monit",    "logwatch",
                                            "backup",   "munin",  "logcheck", "smartd",
                                            "apticron", NULL };
    const char *address = message_from (message);
    g_autofree char *local =
        address ? g_ascii_strdown (address, (gssize)strcspn (address, "@+")) : NULL;

    return local && g_strv_contains (accounts, local) && !find_client (message) &&
           !message_header (message, "In-Reply-To");
}

static const char *
find_automatic (const Message *message, bool machine)
{
    static const char *const names[] = { "X-Auto-Response-Suppress", "X-Autoreply",
                                         "X-Failed-Recipients", NULL };
    const char *submitted = message_header (message, "Auto-Submitted");
    const char *type = message_header (message, "Content-Type");
    const char *path = message_header (message, "Return-Path");

    if (submitted && g_ascii_strcasecmp (submitted, "no") != 0)
        return "Auto-Submitted";
    if (type && g_ascii_strncasecmp (type, "multipart/report", 16) == 0)
        return "Content-Type: multipart/report";
    if (path && strcmp (path, "<>") == 0)
        return "Return-Path: <>";
    /* Who writes to somebody can be answered. */
    if (!message_from (message))
        return "From without an address";
    if (machine)
        return "From an account of a machine";
    return first_field (message, names);
}

static const char *
find_platform (const Message *message)
{
    static const char *const names[] = { "X-PM-Message-Stream",
                                         "X-Mailgun-Tag",
                                         "X-Mailgun-Variables",
                                         "X-MC-Tags",
                                         "X-MC-User",
                                         "X-SES-Configuration-Set",
                                         "X-SES-Message-Tags",
                                         "X-SMTPAPI",
                                         "X-SG-EID",
                                         "X-Mailin-Tag",
                                         "X-MSYS-API",
                                         "X-MJ-CustomID",
                                         NULL };

    return first_field (message, names);
}

/* As mail programs of many languages begin the subject of an answer or of mail passed on. */
static bool
is_reply_subject (const char *subject)
{
    static const char *const marks[] = { "re",   "aw",     "sv",   "vs",   "antw", "odp",
                                         "ynt",  "fw",     "fwd",  "wg",   "tr",   "rv",
                                         "enc",  "doorst", "vb",   "pd",   "rif",  "ref",
                                         "res",  "回复",   "回覆", "答复", "转发", "轉寄",
                                         "返信", "転送",   "답장", "전달", "رد",   "תגובה",
                                         "השב",  "ответ",  "на",   NULL };
    /* "[list] Re: …" */
    const char *start =
        *subject == '[' && strchr (subject, ']') ? strchr (subject, ']') + 1 : subject;
    start += strspn (start, " ");
    size_t length = strcspn (start, ":[（(");
    const char *colon = strchr (start, ':') ? ":" : "：";
    const char *end = strstr (start, colon);
    g_autofree char *mark = g_utf8_strdown (start, (gssize)length);

    if (!end || end > start + 24)
        return false;
    for (const char *const *word = marks; *word; word++)
        if (strncmp (mark, *word, strlen (*word)) == 0 && strlen (mark) <= strlen (*word) + 3)
            return true;
    return false;
}

static bool
is_silent (const char *local)
{
    static const char *const words[] = { "noreply",    "no-reply",        "no_reply",
                                         "no.reply",   "donotreply",      "do-not-reply",
                                         "norespond",  "nicht-antworten", "mailer-daemon",
                                         "postmaster", "bounce",          NULL };

    return holds_any (local, words);
}

static bool
is_role (const char *local)
{
    static const char *const words[] = {
        "info",      "newsletter", "news",     "support", "service", "order",    "billing",
        "invoice",   "notif",      "alert",    "hello",   "contact", "kontakt",  "team",
        "sales",     "marketing",  "shop",     "store",   "offer",   "account",  "admin",
        "webmaster", "office",     "customer", "kunden",  "mailing", "update",   "auto",
        "system",    "root",       "security", "booking", "ticket",  "tracking", "shipment",
        "delivery",  "mail@",      "help",     "promo",   "deals",   "list",     NULL
    };

    return holds_any (local, words);
}

/* Words that a part of an office's address begins with; of people's names none does. */
static bool
begins_office (const char *part)
{
    static const char *const words[] = {
        "account",    "admin",     "aanbied",   "alert",     "angebot",   "assisten",
        "atencion",   "atendimen", "ayuda",     "bestallni", "bestell",   "billing",
        "biuro",      "boletin",   "booking",   "boutique",  "buchhalt",  "buchung",
        "client",     "commande",  "comunica",  "contact",   "contato",   "contatti",
        "customer",   "deals",     "delivery",  "destek",    "encomenda", "factur",
        "fattur",     "fatura",    "faktur",    "helpdesk",  "iletisim",  "info",
        "invoice",    "klant",     "kontakt",   "kund",      "loja",      "magasin",
        "magazin",    "magaza",    "mailing",   "marketing", "musteri",   "negozio",
        "newsletter", "notif",     "nyhed",     "nyhet",     "obsluga",   "ofertas",
        "offer",      "offre",     "office",    "ordine",    "ordini",    "ordre",
        "pedido",     "pidtrym",   "podderzh",  "promo",     "prenota",   "rechnung",
        "receipt",    "reserva",   "reservier", "sales",     "salg",      "security",
        "service",    "servicio",  "servizio",  "shipment",  "shipping",  "siparis",
        "sklep",      "soporte",   "sprzedaz",  "store",     "support",   "suporte",
        "suport",     "tienda",    "tracking",  "update",    "vendas",    "vendite",
        "ventas",     "verkoop",   "versand",   "vertrieb",  "webmaster", "webshop",
        "winkel",     "zakaz",     "zamovlen",  "zamowien",  NULL
    };

    for (const char *const *word = words; *word; word++)
        if (g_str_has_prefix (part, *word))
            return true;
    return false;
}

/* An office in any of the languages, by whole words of the address: "calista@" is no list. */
static bool
is_office (const char *local)
{
    static const char *const words[] = { "hola",   "hello",  "hi",   "hallo",  "bonjour",
                                         "ciao",   "hey",    "ola",  "team",   "equipo",
                                         "equipe", "news",   "mail", "mailer", "list",
                                         "order",  "orders", "shop", "butik",  "auto",
                                         "root",   "system", "help", "ticket", "tickets",
                                         "bilgi",  "club",   "crm",  NULL };
    g_auto (GStrv) parts = g_strsplit_set (local, ".-_+0123456789", -1);

    for (char **part = parts; *part; part++)
        if (g_strv_contains (words, *part) || begins_office (*part))
            return true;
    return false;
}

static char *
display_name (const char *from)
{
    g_autofree char *decoded = message_decode_words (from);
    g_autofree char *name = g_strndup (decoded, strcspn (decoded, "<"));
    g_autofree char *folded = fold_loose (g_strdelimit (name, "\"',", ' '));

    return g_strdup (g_strstrip (folded));
}

/* "Shop Example Newsletter" of the firm "Shop Example". */
static bool
is_firm (const char *display, char **names)
{
    for (char **name = names; name && *name; name++) {
        g_autofree char *folded = fold_loose (*name);
        size_t length = strlen (folded);
        if (length > 0 && g_str_has_prefix (display, folded) &&
            !g_ascii_isalnum (display[length]))
            return true;
    }
    return false;
}

/* Names of letters only; "Example Store 24" has others. NULL for more than three or fewer than
 * least. */
static char **
split_names (const char *from, unsigned least)
{
    g_autofree char *folded = display_name (from);
    g_auto (GStrv) words = g_strsplit (folded, " ", -1);
    unsigned names = 0;

    for (char **word = words; *word; word++) {
        for (const char *at = *word; *at; at = g_utf8_next_char (at)) {
            gunichar letter = g_utf8_get_char (at);
            if (!g_unichar_isalpha (letter) && letter != '-' && letter != '.')
                return NULL;
        }
        names += **word != '\0';
    }
    return names >= least && names <= 3 ? g_steal_pointer (&words) : NULL;
}

/* People's addresses have a part of their name; those of shops with two words as name do not. */
static bool
is_named (const char *from, const char *local)
{
    g_auto (GStrv) names = split_names (from, 2);

    for (char **name = names; names && *name; name++)
        if (strlen (*name) > 2 && strstr (local, *name))
            return true;
    return false;
}

/* "Jonas <jonas@shop.example>", but not "Faro <faro@faro.example>": what the domain is called too
 * may be a firm. */
static bool
is_friend (const char *from, const char *local, const char *domain)
{
    g_auto (GStrv) names = split_names (from, 1);

    for (char **name = names; names && *name; name++)
        if (strlen (*name) > 2 && strstr (local, *name) && !strstr (domain, *name))
            return true;
    return false;
}

static void
look_at_author (const Message *message, char **names, Sender *sender)
{
    const char *address = message_from (message);
    const char *from = message_header (message, "From");
    const char *at = address ? strrchr (address, '@') : NULL;
    g_autofree char *local = at ? g_ascii_strdown (address, at + 1 - address) : g_strdup ("");
    g_autofree char *before = g_strndup (local, strcspn (local, "@"));
    g_autofree char *domain = g_ascii_strdown (at ? at + 1 : "", -1);
    g_autofree char *display = from ? display_name (from) : g_strdup ("");

    sender->silent = is_silent (local);
    sender->role = sender->silent || is_role (local);
    sender->person = from && !sender->role && is_named (from, local);
    sender->house =
        sender->silent || sender->platform || is_office (before) || is_firm (display, names);
    sender->friend = from && !sender->house && is_friend (from, before, domain);
}

/* Whether the first address of To is the list's own, as in "List-Post: <mailto:list@…>". */
static bool
is_sent_to_list (const Message *message, const char *const lists[])
{
    const char *to = message_header (message, "To");
    const char *at = to ? strchr (to, '@') : NULL;

    if (!at)
        return false;
    const char *start = at;
    while (start > to && !strchr (" <\t\",;:", start[-1]))
        start--;
    g_autofree char *address = g_strndup (start, strcspn (start, " >\t,;\r\n"));
    for (; *lists; lists++) {
        const char *value = message_header (message, *lists);
        if (value && strstr (value, address))
            return true;
    }
    return false;
}

/* A newsletter's author is of the house that the list is of; those who write to a discussion come from
 * anywhere. lists: fields that name the list. */
static bool
is_foreign (const Message *message, const Sender *sender, const char *const lists[])
{
    const char *from = message_from (message);
    const char *at = from ? strrchr (from, '@') : NULL;

    if (!at || sender->house || sender->role)
        return false;
    for (; *lists; lists++) {
        const char *value = message_header (message, *lists);
        g_autofree char *lower = value ? g_ascii_strdown (value, -1) : NULL;
        g_autofree char *domain = g_ascii_strdown (at + 1, -1);
        if (lower && strstr (lower, domain))
            return false;
    }
    return true;
}

/* Announcements go through the same programs: what tells them apart is that people write. */
static bool
is_discussion (const Message *message, const Sender *sender)
{
    static const char *const lists[] = { "List-Post",      "List-Id",
                                         "Mailing-List",   "X-BeenThere",
                                         "X-Mailing-List", "X-Mailman-Version",
                                         "X-Loop",         NULL };

    return first_field (message, lists) &&
           (sender->thread || sender->reply || sender->client ||
            ((sender->person || sender->friend || is_foreign (message, sender, lists)) &&
             is_sent_to_list (message, lists)));
}

Sender
sender_look (const Message *message, char **names)
{
    Sender sender = { 0 };

    sender.machine = is_machine (message);
    sender.automatic = find_automatic (message, sender.machine);
    sender.platform = find_platform (message);
    sender.client = find_client (message);
    sender.thread =
        message_header (message, "In-Reply-To") || message_header (message, "References");
    sender.reply = is_reply_subject (message_subject (message));
    look_at_author (message, names, &sender);
    sender.discussion = is_discussion (message, &sender);
    sender.bulk = find_bulk (message, sender.discussion);
    return sender;
}

bool
sender_corresponds (const Sender *sender)
{
    return sender->thread || sender->client || sender->discussion || sender->friend;
}

bool
sender_declares (const Message *message, MessageClass *ret_class, const char **ret_field)
{
    static const char *const fields[] = { "X-PM-Message-Stream", "X-Mailgun-Tag",
                                          "X-MC-Tags",           "X-SES-Configuration-Set",
                                          "X-SES-Message-Tags",  "X-SMTPAPI",
                                          "X-Mailin-Tag",        "X-MSYS-API",
                                          "X-MJ-CustomID",       "X-Mailjet-Campaign",
                                          "X-Mailgun-Variables" };
    static const char *const transactional[] = { "transactional", "outbound", "receipt",
                                                 "invoice",       "order",    "password",
                                                 "notification",  NULL };
    static const char *const promotional[] = { "broadcast", "marketing", "newsletter",
                                               "promo",     "campaign",  NULL };
    const char *field[2] = { NULL, NULL };

    for (unsigned i = 0; i < G_N_ELEMENTS (fields); i++) {
        const char *value = message_header (message, fields[i]);
        g_autofree char *lower = value ? g_ascii_strdown (value, -1) : NULL;
        if (lower && holds_any (lower, transactional))
            field[0] = fields[i];
        if (lower && holds_any (lower, promotional))
            field[1] = fields[i];
    }
    if (!field[0] == !field[1])
        return false;
    *ret_class = field[0] ? CLASS_TRANSACTIONAL : CLASS_PROMOTIONAL;
    *ret_field = field[0] ? field[0] : field[1];
    return true;
}
