/* SPDX-License-Identifier: BSD-2-Clause */

/* Unfolding, and folding again at blanks. */

#include "folds.h"

#include <string.h>

#include "licet/limits.h"

/* RFC 2047 2 for lines with encoded words; RFC 5322 2.1.1 would allow two more. */
#define LINE_WIDTH 76

static bool
is_blank (char c)
{
    return c == ' ' || c == '\t';
}

bool
folds_are_bad (const char *name, const char *value)
{
    size_t used = strlen (name) + 2;

    for (const char *line = value;;) {
        size_t length = strcspn (line, "\r");
        bool continued = line != value;
        if (used + length > LIMIT_LINE || (continued && line[strspn (line, " \t")] == '\r') ||
            (continued && !line[strspn (line, " \t")]))
            return true;
        if (!line[length])
            return false;
        line += length + 2;
        used = 0;
    }
}

bool
folds_have_blank_line (const char *data, size_t length)
{
    for (size_t at = 0; at < length && data[at] != '\r';) {
        const char *newline = memchr (data + at, '\n', length - at);
        size_t text = at;
        while (text < length && is_blank (data[text]))
            text++;
        if (text > at && text < length && data[text] == '\r')
            return true;
        at = newline ? (size_t)(newline - data) + 1 : length;
    }
    return false;
}

char *
folds_remove (const char *value)
{
    GString *line = g_string_sized_new (strlen (value));

    for (const char *c = value; *c; c++)
        if (*c != '\r' && *c != '\n')
            g_string_append_c (line, *c);
    while (line->len > 0 && is_blank (line->str[line->len - 1]))
        g_string_truncate (line, line->len - 1);
    return g_string_free (line, FALSE);
}

/* The length of the next line: up to the last blanks within `room`, else up to the first after;
 * everything when there is none. */
static size_t
line_at_blank (const char *text, size_t room)
{
    size_t best = 0;

    for (size_t i = 1; text[i]; i++) {
        if (!is_blank (text[i]) || is_blank (text[i - 1]))
            continue;
        if (i > room)
            return best > 0 ? best : i;
        best = i;
    }
    size_t length = strlen (text);
    return length <= room || best == 0 ? length : best;
}

/* The last place within `room` octets where a blank may be put; 0 when there is none. Within
 * brackets and quotes there is none. */
static size_t
line_at_separator (const char *text, size_t length, size_t room)
{
    size_t best = 0;
    bool quoted = false, angle = false;

    for (size_t i = 0; i < MIN (length, room); i++) {
        if (text[i] == '"')
            quoted = !quoted;
        angle = !quoted && (text[i] == '<' || (angle && text[i] != '>'));
        bool between = text[i] == '>' && text[i + 1] == '<';
        if (!quoted && !angle && i + 1 < length && (text[i] == ',' || between))
            best = i + 1;
    }
    return best;
}

char *
folds_add (const char *name, const char *value, bool separators)
{
    GString *out = g_string_sized_new (strlen (value) + 64);
    size_t used = strlen (name) + 2;

    while (*value) {
        size_t room = used < LINE_WIDTH ? LINE_WIDTH - used : 1;
        size_t length = line_at_blank (value, room);
        size_t cut = separators && used + length > LIMIT_LINE
                         ? line_at_separator (value, length, LIMIT_LINE - used)
                         : 0;
        length = cut > 0 ? cut : length;
        g_string_append_len (out, value, (gssize)length);
        value += length;
        if (*value)
            g_string_append (out, cut > 0 ? "\r\n " : "\r\n");
        used = cut > 0 ? 1 : 0;
    }
    return g_string_free (out, FALSE);
}
