/* SPDX-License-Identifier: BSD-2-Clause */

#include "prose.h"

#include <string.h>

/* In letters: a line that is no row of an address, and a sentence that says something. */
enum { LONG_LINE = 46, LEAST_SENTENCE = 18 };

static bool
is_end (gunichar letter)
{
    return letter == '.' || letter == '!' || letter == '?' || letter == 0x2026 ||
           letter == 0x3002 || letter == 0xff01 || letter == 0xff1f || letter == 0x61f;
}

/* Quotes and brackets that close, pictures and blanks may follow the end. */
static bool
may_follow (gunichar letter)
{
    return g_unichar_isspace (letter) || letter == '"' || letter == '\'' || letter >= 0x1f000 ||
           g_unichar_type (letter) == G_UNICODE_CLOSE_PUNCTUATION ||
           g_unichar_type (letter) == G_UNICODE_FINAL_PUNCTUATION;
}

/* Behind the last end of a sentence; the text itself where none ends. "5.00" is no end. */
static const char *
last_end (const char *text)
{
    const char *at = text + strlen (text);

    while (at > text) {
        const char *next = at;
        at = g_utf8_prev_char (at);
        gunichar letter = g_utf8_get_char (at);
        if (is_end (letter) &&
            (letter > 0x3000 || *next == '\0' || may_follow (g_utf8_get_char (next))))
            return next;
    }
    return text;
}

static bool
has_long_line (const char *text, const char *end)
{
    for (const char *at = text; at < end;) {
        const char *newline = memchr (at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        bool wide = g_unichar_iswide (g_utf8_get_char (at));
        if (g_utf8_strlen (at, stop - at) >= LONG_LINE || (stop - at >= LONG_LINE && wide))
            return true;
        at = stop + 1;
    }
    return false;
}

bool
prose_ends (const char *text)
{
    const char *end = last_end (text);

    if (end == text)
        return false;
    while (*end && may_follow (g_utf8_get_char (end)))
        end = g_utf8_next_char (end);
    return *end == '\0';
}

/* A link, an address or a sign may stand behind the sentences, if it is shorter than they are. */
bool
prose_is (const char *text)
{
    const char *end = last_end (text);

    return 2 * strlen (end) <= (size_t)(end - text) && has_long_line (text, end);
}

/* Ideographic ends need no blank behind them. */
static bool
ends_sentence (const char *at)
{
    if ((signed char)*at > 0 && !is_end ((guchar)*at))
        return false;
    gunichar letter = g_utf8_get_char (at);
    const char *next = g_utf8_next_char (at);

    return is_end (letter) && (letter > 0x3000 || *next == '\0' || g_ascii_isspace (*next));
}

/* Other scripts than Latin may say as much with half as many. */
static long
least_letters (const char *sentence)
{
    return (guchar)*sentence < 0x80 ? LEAST_SENTENCE : LEAST_SENTENCE / 2;
}

char **
prose_sentences (const char *text)
{
    GPtrArray *sentences = g_ptr_array_new ();
    const char *start = text;

    for (const char *at = text; *at; at = g_utf8_next_char (at)) {
        if (!ends_sentence (at) || g_utf8_strlen (start, at - start) < least_letters (start))
            continue;
        const char *end = g_utf8_next_char (at);
        g_ptr_array_add (sentences, g_strndup (start, (size_t)(end - start)));
        start = end;
    }
    if (*start)
        g_ptr_array_add (sentences, g_strdup (start));
    g_ptr_array_add (sentences, NULL);
    return (char **)g_ptr_array_free (sentences, FALSE);
}
