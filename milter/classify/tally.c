/* SPDX-License-Identifier: BSD-2-Clause */

/* Counts that need no language, so that a message in one nobody tuned for is understood too. */

#include "tally.h"

#include <string.h>

#include "licet/utf8.h"

#include "needles.h"

enum { LONG_NUMBER = 6, LONG_LABEL = 40, LONG_LINE = 160, TARGET = 512, TOKEN = 16 };

static bool
is_currency (gunichar letter)
{
    return letter >= 0x80 ? g_unichar_type (letter) == G_UNICODE_CURRENCY_SYMBOL
                          : letter == '$';
}

/* ISO 4217 codes and the words that stand for a sign, folded. */
static bool
is_currency_word (const char *at)
{
    static const char *const names[] = {
        "EUR", "USD", "GBP", "CHF", "MXN", "ARS", "BRL",  "COP",  "CLP", "PEN", "AUD", "NZD",
        "CAD", "SGD", "HKD", "TWD", "SEK", "NOK", "DKK",  "PLN",  "CZK", "HUF", "TRY", "RUB",
        "UAH", "JPY", "KRW", "CNY", "ILS", "SAR", "AED",  "INR",  "zł",  "Kč",  "kr",  "TL",
        "Ft",  "руб", "грн", "円",  "元",  "원",  "درهم", "ريال", NULL
    };
    unsigned char first = (unsigned char)at[0], second = (unsigned char)at[1];

    if (first < 'A' || (first > 'Z' && first < 0x80 && first != 'z' && first != 'k') ||
        (first <= 'Z' && g_ascii_islower (second) && second != 't'))
        return false;
    for (const char *const *name = names; *name; name++)
        if (**name == *at && strncmp (at, *name, strlen (*name)) == 0)
            return true;
    return false;
}

static bool
is_picture (gunichar letter)
{
    return (letter >= 0x1f300 && letter <= 0x1faff) || (letter >= 0x2600 && letter <= 0x27bf) ||
           (letter >= 0x23e9 && letter <= 0x23f3);
}

unsigned
tally_pictures (const char *text)
{
    unsigned count = 0;

    for (; *text; text = g_utf8_next_char (text))
        count += is_picture (g_utf8_get_char (text));
    return count;
}

/* An amount may have its sign before or after it, with a blank between. */
static void
count_letters (Tally *tally, const char *text)
{
    unsigned digits = 0;
    bool currency = false, number = false, start = true;

    tally->characters = utf8_count_letters (text, strlen (text));
    for (const char *at = text; *at; at = g_utf8_next_char (at)) {
        /* Most letters stand within a word, or begin one that is no currency, and are nothing
         * else. */
        if (!currency && !number && g_ascii_islower (*at) && *at != 'z' && *at != 'k')
            start = false;
        if (!start && !number && g_ascii_islower (*at)) {
            digits = 0;
            while (g_ascii_islower (*at))
                at++;
        }
        if (!*at)
            return;
        if (*at == ' ') {
            digits = 0;
            start = true;
            continue;
        }
        gunichar letter = (unsigned char)*at < 0x80 ? (gunichar)*at : g_utf8_get_char (at);
        bool digit = letter < 0x80 ? g_ascii_isdigit (letter) : g_unichar_isdigit (letter);
        bool sign = is_currency (letter) || ((start || number) && is_currency_word (at));
        tally->capitals += letter < 0x80 && g_ascii_isupper (letter);
        tally->pictures += letter > 0x2000 && is_picture (letter);
        tally->percentages += number && (letter == '%' || letter == 0xff05);
        tally->times += digits > 0 && digits < 3 && letter == ':' && g_ascii_isdigit (at[1]) &&
                        g_ascii_isdigit (at[2]);
        tally->exclamations += letter == '!' || letter == 0xff01;
        digits = digit ? digits + 1 : 0;
        tally->long_numbers += digits == LONG_NUMBER;
        tally->prices += (digit && currency) || (number && sign);
        start = letter < 0x80 && !g_ascii_isalnum (letter);
        if (letter == ' ' || letter == '\t' || letter == 0xa0 || letter == ':')
            continue;
        currency = sign || (currency && g_ascii_isalpha (letter) && !start);
        number = digit;
    }
}

static bool
is_lone_code (const char *line, size_t length)
{
    size_t digits = 0;

    if (length < 4 || length > 11)
        return false;
    for (size_t i = 0; i < length; i++) {
        digits += g_ascii_isdigit (line[i]);
        if (!g_ascii_isdigit (line[i]) && !g_ascii_isupper (line[i]) && line[i] != '-')
            return false;
    }
    return digits >= 2;
}

/* "Datum: 3. Mai": what receipts and tickets are made of, whatever the language. */
static bool
is_labelled (const char *line, size_t length)
{
    const char *colon = memchr (line, ':', MIN (length, LONG_LABEL));

    return length < LONG_LINE && colon && colon > line + 1 && colon + 2 < line + length &&
           colon[1] != '/' && (colon[1] == ' ' || (unsigned char)colon[1] >= 0x80) &&
           !g_ascii_isdigit (colon[-1]);
}

static void
count_lines (Tally *tally, const char *text)
{
    while (*text) {
        size_t length = (size_t)(strchrnul (text, '\n') - text);
        size_t blanks = strspn (text, " \t\r");
        if (blanks < length) {
            const char *line = text + blanks;
            size_t rest = length - blanks;
            while (rest > 0 && g_ascii_isspace (line[rest - 1]))
                rest--;
            tally->lone_codes += is_lone_code (line, rest);
            tally->labels += is_labelled (line, rest);
        }
        text += length + (text[length] == '\n');
    }
}

/* A long mark that only one reader gets: to confirm, to reset, to follow a parcel. */
static bool
has_token (const char *target)
{
    while (*target) {
        size_t length = 0;
        unsigned digits = 0;
        while (g_ascii_isalnum (target[length]) || target[length] == '-' ||
               target[length] == '_')
            length++;
        for (size_t i = 0; length >= TOKEN && i < length; i++)
            digits += g_ascii_isdigit (target[i]);
        if (digits >= 4)
            return true;
        target += MAX (length, 1);
    }
    return false;
}

enum { LINK_CAMPAIGN, LINK_UNSUBSCRIBE, LINK_ACCOUNT, LINK_SOCIAL };

static const Needle link_words[] = {
    { "utm_", LINK_CAMPAIGN },       { "mc_cid", LINK_CAMPAIGN },
    { "campaign", LINK_CAMPAIGN },   { "unsub", LINK_UNSUBSCRIBE },
    { "optout", LINK_UNSUBSCRIBE },  { "opt-out", LINK_UNSUBSCRIBE },
    { "opt_out", LINK_UNSUBSCRIBE }, { "preferences", LINK_UNSUBSCRIBE },
    { "login", LINK_ACCOUNT },       { "signin", LINK_ACCOUNT },
    { "sign-in", LINK_ACCOUNT },     { "account", LINK_ACCOUNT },
    { "password", LINK_ACCOUNT },    { "reset", LINK_ACCOUNT },
    { "verif", LINK_ACCOUNT },       { "confirm", LINK_ACCOUNT },
    { "activat", LINK_ACCOUNT },     { "order", LINK_ACCOUNT },
    { "invoice", LINK_ACCOUNT },     { "track", LINK_ACCOUNT },
    { "billing", LINK_ACCOUNT },     { "payment", LINK_ACCOUNT },
    { "booking", LINK_ACCOUNT },     { "ticket", LINK_ACCOUNT },
    { "receipt", LINK_ACCOUNT },     { "facebook.com", LINK_SOCIAL },
    { "twitter.com", LINK_SOCIAL },  { "instagram.com", LINK_SOCIAL },
    { "youtube.com", LINK_SOCIAL },  { "linkedin.com", LINK_SOCIAL },
    { "pinterest.", LINK_SOCIAL },   { "tiktok.com", LINK_SOCIAL },
    { "vk.com", LINK_SOCIAL },       { NULL, 0 },
};

static void
count_link (Tally *tally, const char *target)
{
    static Needles needles = { .rows = link_words };
    size_t length = strnlen (target, TARGET);
    g_autofree char *lower = g_strndup (target, length);

    utf8_lower_ascii (lower, lower, length);
    guint32 found = needles_find (&needles, lower);

    tally->campaign_links += found >> LINK_CAMPAIGN & 1;
    tally->unsubscribe_links += found >> LINK_UNSUBSCRIBE & 1;
    tally->account_links += found >> LINK_ACCOUNT & 1;
    tally->social_links += found >> LINK_SOCIAL & 1;
    tally->token_links += has_token (lower);
}

static void
count_links (Tally *tally, const Message *message, unsigned leaf)
{
    const GPtrArray *links = message_leaf (message, leaf)->links;
    g_autoptr (GHashTable) hosts =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    const char *last = NULL; /* most links of a mail lead to the same host */

    for (unsigned i = 0; i < links->len; i++) {
        const Link *link = g_ptr_array_index (links, i);
        if (!link->visible)
            continue;
        tally->links++;
        count_link (tally, link->target);
        const char *host = strstr (link->target, "://");
        size_t length = host ? strcspn (host + 3, "/?#") : 0;
        bool again = host && last && strncmp (host, last, length + 3) == 0 &&
                     strchr ("/?#", last[length + 3]);
        if (host && !again)
            g_hash_table_add (hosts, g_ascii_strdown (host + 3, (gssize)length));
        last = host ? host : last;
    }
    tally->hosts = g_hash_table_size (hosts);
}

static bool
is_any (const char *name, const char *const names[])
{
    for (; *names; names++)
        if (*name == **names && strcmp (name, *names) == 0)
            return true;
    return false;
}

static bool
is_named (const LeafElement *element, const char *name)
{
    return *element->name == *name && strcmp (element->name, name) == 0;
}

/* Smaller ones are text. */
static bool
is_heading (const char *name)
{
    return name[0] == 'h' && name[1] >= '1' && name[1] <= '4' && name[2] == '\0';
}

static void
count_elements (Tally *tally, const Message *message, unsigned leaf)
{
    static const char *const strikes[] = { "s", "strike", "del", NULL };
    unsigned count = message_element_count (message, leaf);

    for (unsigned i = 0; i < count; i++) {
        const LeafElement *element = message_element (message, leaf, i);
        if (element->hidden)
            continue;
        bool image = is_named (element, "img");
        tally->images += image;
        tally->linked_images +=
            image && element->parent >= 0 &&
            is_named (message_element (message, leaf, (unsigned)element->parent), "a");
        tally->tables += is_named (element, "table");
        tally->quotes += is_named (element, "blockquote");
        tally->headings += is_heading (element->name);
        tally->strikes += is_any (element->name, strikes);
    }
}

Tally
tally_take (const Message *message, int leaf, const char *text)
{
    Tally tally = { 0 };

    count_letters (&tally, text);
    count_lines (&tally, text);
    if (leaf < 0)
        return tally;
    count_links (&tally, message, (unsigned)leaf);
    count_elements (&tally, message, (unsigned)leaf);
    return tally;
}
