/* SPDX-License-Identifier: BSD-2-Clause */

/* Counts that need no language, so that a message in one nobody tuned for is understood too. */

#include "tally.h"

#include <string.h>

enum { LONG_NUMBER = 6 };

static bool
is_currency (gunichar letter)
{
    return g_unichar_type (letter) == G_UNICODE_CURRENCY_SYMBOL;
}

/* An amount may have its sign before or after it, with a blank between. */
static void
count_text (Tally *tally, const char *text)
{
    unsigned digits = 0;
    bool currency = false, number = false, line_start = true;

    for (const char *at = text; *at; at = g_utf8_next_char (at)) {
        gunichar letter = g_utf8_get_char (at);
        bool digit = g_unichar_isdigit (letter);
        tally->characters++;
        digits = digit ? digits + 1 : 0;
        tally->long_numbers += digits == LONG_NUMBER;
        tally->prices += (digit && currency) || (number && is_currency (letter));
        tally->exclamations += letter == '!' || letter == 0xff01;
        tally->quoted_lines += line_start && letter == '>';
        line_start = letter == '\n';
        if (g_unichar_isspace (letter) && letter != '\n')
            continue;
        currency = is_currency (letter);
        number = digit;
    }
}

static bool
holds_any (const char *target, const char *const words[])
{
    for (; *words; words++)
        if (strstr (target, *words))
            return true;
    return false;
}

static void
count_link (Tally *tally, const char *target)
{
    static const char *const campaign[] = { "utm_", "mc_cid", "campaign", NULL };
    static const char *const unsubscribe[] = { "unsub",   "optout",      "opt-out",
                                               "opt_out", "preferences", NULL };
    static const char *const account[] = { "login",   "signin", "account", "password",
                                           "reset",   "verif",  "confirm", "order",
                                           "invoice", "track",  NULL };
    g_autofree char *lower = g_ascii_strdown (target, (gssize)MIN (strlen (target), 512));

    tally->campaign_links += holds_any (lower, campaign);
    tally->unsubscribe_links += holds_any (lower, unsubscribe);
    tally->account_links += holds_any (lower, account);
}

Tally
tally_take (const Message *message, int leaf, const char *text)
{
    Tally tally = { 0 };

    count_text (&tally, text);
    if (leaf < 0)
        return tally;
    const GPtrArray *links = message_leaf (message, (unsigned)leaf)->links;
    for (unsigned i = 0; i < links->len; i++) {
        const Link *link = g_ptr_array_index (links, i);
        if (link->visible)
            count_link (&tally, link->target);
    }
    for (unsigned i = 0; i < message_element_count (message, (unsigned)leaf); i++) {
        const LeafElement *element = message_element (message, (unsigned)leaf, i);
        tally.images += !element->hidden && strcmp (element->name, "img") == 0;
    }
    return tally;
}
