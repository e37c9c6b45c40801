/* SPDX-License-Identifier: BSD-2-Clause */

#include "settled.h"

#include <string.h>

/* A receipt has a few such lines, and they are short: not much of an offer goes into them. */
enum { MOST_LINES = 4, MOST_CLAUSES = 8, SHORT_LINE = 80, SHORT_NAME = 60 };

/* "-20 kr", but not "-20 %". */
static bool
is_currency (const char *at, size_t length)
{
    static const char *const words[] = { "eur", "usd", "gbp", "chf",  "kr",   "zł",
                                         "tl",  "грн", "руб", "kč",   "ft",   "lei",
                                         "元",  "円",  "원",  "ريال", "درهم", "sek",
                                         "nok", "dkk", "pln", "บาท",  "ден",  NULL };

    for (const char *const *word = words; *word; word++)
        if (strlen (*word) <= length && g_ascii_strncasecmp (at, *word, strlen (*word)) == 0)
            return true;
    return g_unichar_type (g_utf8_get_char (at)) == G_UNICODE_CURRENCY_SYMBOL;
}

/* Past a minus sign, "5,00" or "5 kr": also behind a blank and the sign or code of a currency. */
static bool
is_amount (const char *text, size_t length)
{
    size_t at = strspn (text, " "), currency = 0;

    while (at < length && currency < 4 && !g_ascii_isdigit (text[at]) && text[at] != ' ') {
        at++;
        currency++;
    }
    at += at < length && text[at] == ' ' && currency > 0;
    size_t digits = at;
    while (at < length && g_ascii_isdigit (text[at]))
        at++;
    if (at == digits)
        return false;
    if (at + 2 < length && strchr (".,", text[at]) && g_ascii_isdigit (text[at + 1]) &&
        g_ascii_isdigit (text[at + 2]))
        return true;
    at += at < length && text[at] == ' ';
    return at < length && is_currency (text + at, length - at);
}

#define MINUS "\xe2\x88\x92"

/* Of a minus, or a hyphen that stands for one; 0 for others. */
static size_t
minus_length (const char *at)
{
    return *at == '-' ? 1 : g_str_has_prefix (at, MINUS) ? strlen (MINUS) : 0;
}

static const char *
find_byte (const char *at, const char *end, int byte)
{
    const char *found = memchr (at, byte, (size_t)(end - at));

    return found ? found : end;
}

static bool
is_reduction (const char *line, size_t length)
{
    const char *end = line + length;
    const char *hyphen = find_byte (line, end, '-'), *minus = find_byte (line, end, MINUS[0]);

    for (const char *at = MIN (hyphen, minus); end - at > 4; at = MIN (hyphen, minus)) {
        size_t sign = minus_length (at);
        if (sign > 0 && is_amount (at + sign, (size_t)(end - at) - sign))
            return true;
        if (at == hyphen)
            hyphen = find_byte (at + 1, end, '-');
        else
            minus = find_byte (at + 1, end, MINUS[0]);
    }
    return false;
}

static bool
is_mark (const char *line)
{
    line += strspn (line, " \t>");
    return g_str_has_prefix (line, "[licet:") || g_str_has_prefix (line, "[/licet:");
}

static bool
says_so (const char *line, size_t length, const Words *words, bool ways_out)
{
    g_autofree char *text = g_strndup (line, length);

    return ways_out ? words_settled (words, text) : words_spent (words, text);
}

/* The length of what ends a clause here; 0 within one. "5,00" is no end. */
static size_t
clause_end (const char *at)
{
    static const char *const marks[] = { "，", "。", "、", "；", "،", NULL };

    if (strchr (",.;", *at) && at[1] == ' ')
        return 2;
    for (const char *const *mark = marks; (unsigned char)*at >= 0x80 && *mark; mark++)
        if (g_str_has_prefix (at, *mark))
            return strlen (*mark);
    return 0;
}

/* One line without its clauses that say what was reduced: "Kettle 39.90, coupon -5.00, total". */
static void
add_clauses (GString *kept, const char *line, size_t length, const Words *words,
             unsigned *taken)
{
    size_t start = 0;

    for (size_t at = 0; at < length;) {
        size_t mark = clause_end (line + at), end = at + mark;
        at += mark > 0 ? mark : 1;
        if (mark == 0 && at < length)
            continue;
        size_t size = MIN (mark > 0 ? end : at, length) - start;
        bool may = size < length && size <= SHORT_LINE && *taken < MOST_CLAUSES;
        if (may &&
            (is_reduction (line + start, size) || says_so (line + start, size, words, false)))
            (*taken)++;
        else
            g_string_append_len (kept, line + start, (gssize)size);
        start += size;
    }
}

static char *
remove_clauses (const char *text, const Words *words)
{
    GString *kept = g_string_sized_new (strlen (text));
    unsigned taken = 0;

    for (const char *at = text; *at;) {
        size_t length = (size_t)(strchrnul (at, '\n') - at);
        add_clauses (kept, at, length, words, &taken);
        at += length;
        if (*at) {
            g_string_append_c (kept, '\n');
            at++;
        }
    }
    return g_string_free (kept, FALSE);
}

static char *
remove_lines (const char *text, const Words *words, bool ways_out)
{
    GString *kept = g_string_sized_new (strlen (text));
    size_t name = 0; /* where the line before begins, which may name what the amount is */
    unsigned taken = 0;

    for (const char *at = text; *at;) {
        size_t length = (size_t)(strchrnul (at, '\n') - at);
        bool may = taken < MOST_LINES && length <= SHORT_LINE;
        if (may && is_reduction (at, length)) {
            taken++;
            if (kept->len - name <= SHORT_NAME)
                g_string_truncate (kept, name);
        } else if (may && (is_mark (at) || says_so (at, length, words, ways_out))) {
            taken++;
        } else if (strspn (at, " \t\r") < length) {
            name = kept->len;
            g_string_append_len (kept, at, (gssize)length);
            g_string_append_c (kept, '\n');
        }
        at += length + (at[length] == '\n');
    }
    return g_string_free (kept, FALSE);
}

char *
settled_remove (const char *text, const Words *words)
{
    g_autofree char *rest = remove_clauses (text, words);

    return remove_lines (rest, words, true);
}

char *
settled_bill (const char *text, const Words *words)
{
    if (!is_reduction (text, strlen (text)) && !words_spent (words, text))
        return NULL;
    g_autofree char *rest = remove_clauses (text, words);
    return remove_lines (rest, words, false);
}
