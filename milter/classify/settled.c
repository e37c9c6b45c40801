/* SPDX-License-Identifier: BSD-2-Clause */

#include "settled.h"

#include <string.h>

/* A receipt has a few such lines, and they are short: not much of an offer goes into them. */
enum { MOST_LINES = 4, SHORT_LINE = 80, SHORT_NAME = 60 };

/* Past a minus sign, "5,00": also behind a blank and the sign or code of a currency. */
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
    return at > digits && at + 2 < length && strchr (".,", text[at]) &&
           g_ascii_isdigit (text[at + 1]) && g_ascii_isdigit (text[at + 2]);
}

static bool
is_reduction (const char *line, size_t length)
{
    for (size_t i = 0; i + 4 < length; i++) {
        size_t minus = line[i] == '-' ? 1 : strncmp (line + i, "\xe2\x88\x92", 3) == 0 ? 3 : 0;
        if (minus > 0 && is_amount (line + i + minus, length - i - minus))
            return true;
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
says_so (const char *line, size_t length, const Words *words)
{
    g_autofree char *text = g_strndup (line, length);

    return words_settled (words, text);
}

char *
settled_remove (const char *text, const Words *words)
{
    GString *kept = g_string_sized_new (strlen (text));
    size_t name = 0; /* where the line before begins, which may name what the amount is */
    unsigned taken = 0;

    for (const char *at = text; *at;) {
        size_t length = strcspn (at, "\n");
        bool may = taken < MOST_LINES && length <= SHORT_LINE;
        if (may && is_reduction (at, length)) {
            taken++;
            if (kept->len - name <= SHORT_NAME)
                g_string_truncate (kept, name);
        } else if (may && (is_mark (at) || says_so (at, length, words))) {
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
