/* SPDX-License-Identifier: BSD-2-Clause */

#include "numbers.h"

#include <glib.h>
#include <string.h>

/* A booking's name has this many letters at least; two of them capitals, since a model has one. */
enum { LOCATOR_LETTERS = 5, LOCATOR_CAPITALS = 2 };

/* Currencies that are written in letters, as fold_open spells them: the Korean one in its parts. */
static const char *const currencies[] = {
    "eur",    "usd",    "gbp",     "chf",     "sek",
    "nok",    "dkk",    "pln",     "czk",     "huf",
    "try",    "rub",    "uah",     "brl",     "jpy",
    "cny",    "krw",    "kr",      "zl",      "tl",
    "руб",    "грн",    "円",      "元",      "lei",
    "r.",     "ils",    "aed",     "mxn",     "ars",
    "cop",    "clp",    "euro",    "euros",   "kroner",
    "kronor", "pesos",  "reais",   "zlotych", "lira",
    "рублеи", "рубля",  "гривень", "гривні",  "ש\"ח",
    "שח",     "شيكل",   "ريال",    "درهم",    "جنيه",
    "دينار",  "ر.س",    "د.إ",     "원",      "\xe1\x84\x8b\xe1\x85\xaf\xe1\x86\xab",
    "ريالا",  "ريالات", "درهما",   "دراهم",   "جنيها",
    "جنيهات", "دينارا", "دنانير",
};

/* Most of what stands beside a number begins as none of them does. */
static bool
may_be_currency (char byte)
{
    static bool first[256];
    static gsize made = 0;

    if (g_once_init_enter (&made)) {
        for (unsigned i = 0; i < G_N_ELEMENTS (currencies); i++)
            first[(guchar)*currencies[i]] = true;
        g_once_init_leave (&made, 1);
    }
    return first[(guchar)byte];
}

static bool
is_currency_word (const char *at)
{
    if (!may_be_currency (*at))
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS (currencies); i++) {
        if (currencies[i][0] != at[0] || currencies[i][1] != at[1])
            continue;
        size_t length = strlen (currencies[i]);
        if (strncmp (at, currencies[i], length) == 0 &&
            !g_unichar_isalpha (g_utf8_get_char (at + length)))
            return true;
    }
    return false;
}

/* "EUR 5", with the word right before the number. */
static bool
follows_currency_word (const char *text, const char *number)
{
    const char *at = number;

    while (at > text && at[-1] == ' ')
        at--;
    for (unsigned i = 0; i < 3 && at > text; i++)
        at = g_utf8_prev_char (at);
    return at < number && is_currency_word (at) &&
           (at == text || !g_unichar_isalpha (g_utf8_get_char (g_utf8_prev_char (at))));
}

/* "2만 원", "3万円": ten thousands, and the like. */
static const char *
skip_multiple (const char *at)
{
    static const char *const words[] = { "万",
                                         "萬",
                                         "千",
                                         "억",
                                         "만",
                                         "천",
                                         "\xe1\x84\x86\xe1\x85\xa1\xe1\x86\xab",
                                         "\xe1\x84\x8e\xe1\x85\xa5\xe1\x86\xab" };

    for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
        if (*at == *words[i] && g_str_has_prefix (at, words[i])) {
            at += strlen (words[i]);
            return at + strspn (at, " ");
        }
    return at;
}

static bool
is_currency (gunichar letter)
{
    return g_unichar_type (letter) == G_UNICODE_CURRENCY_SYMBOL;
}

/* The last letter before a place that is no blank. */
static gunichar
letter_before (const char *text, const char *at)
{
    while (at > text && at[-1] == ' ')
        at--;
    return at > text ? g_utf8_get_char (g_utf8_prev_char (at)) : ' ';
}

/* "-33.75" is what was paid less in a bill, whatever its currency is called. */
static bool
is_less (const char *start, const char *end, gunichar before)
{
    return (before == '-' || before == 0x2212) && end - start > 3 && strchr (".,", end[-3]);
}

static void
look_at_number (const char *text, const char *start, const char *end, Numbers *numbers)
{
    const char *behind = end + strspn (end, " ");
    gunichar before = letter_before (text, start), next = g_utf8_get_char (behind);

    numbers->percent = numbers->percent || next == '%' || before == '%' || next == 0x066a;
    numbers->amount = numbers->amount || is_less (start, end, before) || is_currency (before) ||
                      is_currency (next) || is_currency_word (behind) ||
                      is_currency_word (skip_multiple (behind)) ||
                      follows_currency_word (text, start);
}

Numbers
numbers_find (const char *text)
{
    Numbers numbers = { 0 };

    for (const char *at = text; *at;) {
        unsigned digits = 0;
        if (!g_ascii_isdigit (*at)) {
            at++;
            continue;
        }
        const char *start = at;
        for (; g_ascii_isdigit (*at) || *at == '.' || *at == ','; at++) {
            digits = g_ascii_isdigit (*at) ? digits + 1 : 0;
            numbers.digits = MAX (numbers.digits, digits);
        }
        look_at_number (text, start, at, &numbers);
    }
    return numbers;
}

/* Capitals and digits alone. */
static bool
is_locator (const char *word, size_t length)
{
    unsigned capitals = 0, digits = 0;

    for (size_t i = 0; i < length; i++) {
        capitals += g_ascii_isupper (word[i]);
        digits += g_ascii_isdigit (word[i]);
    }
    return length >= LOCATOR_LETTERS && capitals + digits == length &&
           capitals >= LOCATOR_CAPITALS && digits >= 1;
}

static size_t
word_length (const char *at)
{
    size_t length = 0;

    while (g_ascii_isalnum (at[length]) || (unsigned char)at[length] >= 0x80)
        length++;
    return length;
}

static bool
is_hour (const char *at, size_t length)
{
    static const char digits[] = "0123456789";

    return length > 0 && length <= 2 && strspn (at, digits) == length && at[length] == ':' &&
           strspn (at + length + 1, digits) == 2;
}

bool
numbers_locate (const char *text)
{
    for (const char *at = text; *at;) {
        size_t length = word_length (at);
        if ((g_ascii_isdigit (*at) || g_ascii_isupper (*at)) &&
            (is_hour (at, length) || is_locator (at, length)))
            return true;
        at += MAX (length, 1);
    }
    return false;
}
