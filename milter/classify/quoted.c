/* SPDX-License-Identifier: BSD-2-Clause */

#include "quoted.h"

#include <glib.h>
#include <string.h>

/* LABEL: longest "From:" of any language; HEAD_LINES: over which a head may be wrapped. */
enum {
    LABEL = 24,
    LEAST_LABELS = 3,
    HEAD_LINES = 4,
    RULE = 3,
    LONG_RULE = 10,
    MOST_LINE = 400
};

typedef struct {
    const char *at;
    size_t length;     /* without its end and the blanks there */
    const char *after; /* where the next one begins */
} Line;

static Line
line_at (const char *at)
{
    const char *end = strchrnul (at, '\n');
    Line line = { at, (size_t)(end - at), *end ? end + 1 : end };

    while (line.length > 0 && g_ascii_isspace (at[line.length - 1]))
        line.length--;
    return line;
}

static Line
line_after (Line line)
{
    return line_at (line.after);
}

static size_t
run_of (Line line, char letter)
{
    size_t length = 0;

    while (length < line.length && line.at[length] == letter)
        length++;
    return length;
}

/* "-----Original Message-----" */
static bool
is_titled_rule (Line line)
{
    size_t dashes = run_of (line, '-');

    return dashes >= RULE && line.length > 2 * RULE + 3 && dashes < line.length &&
           strncmp (line.at + line.length - RULE, "---", RULE) == 0;
}

static bool
is_signature (Line line)
{
    return (line.length == 2 && run_of (line, '-') == 2) || run_of (line, '_') >= LONG_RULE;
}

/* "2015" or "10:58" */
static bool
has_time (Line line)
{
    for (size_t i = 0; i + 4 <= line.length; i++) {
        const char *at = line.at + i;
        if (!g_ascii_isdigit (at[0]))
            continue;
        if ((at[0] == '1' || at[0] == '2') && g_ascii_isdigit (at[1]) &&
            g_ascii_isdigit (at[2]) && g_ascii_isdigit (at[3]))
            return true;
        if (at[1] == ':' && g_ascii_isdigit (at[2]) && g_ascii_isdigit (at[3]))
            return true;
    }
    return false;
}

static bool
ends_with_colon (Line line)
{
    return line.length > 0 &&
           (line.at[line.length - 1] == ':' ||
            (line.length >= 3 && strncmp (line.at + line.length - 3, "\uff1a", 3) == 0));
}

static bool
have_time (Line line, unsigned lines)
{
    for (unsigned i = 0; i < lines; i++) {
        if (has_time (line))
            return true;
        line = line_after (line);
    }
    return false;
}

/* A time and an address, up to a colon at the end of a line. */
static bool
is_head (Line line)
{
    Line first = line;
    bool address = false;

    for (unsigned i = 0; i < HEAD_LINES && line.length > 0 && line.length < MOST_LINE; i++) {
        address = address || memchr (line.at, '@', line.length) != NULL;
        if (ends_with_colon (line))
            return address && have_time (first, i + 1);
        line = line_after (line);
    }
    return false;
}

static bool
is_label (Line line)
{
    const char *colon = line.length ? memchr (line.at, ':', MIN (line.length, LABEL)) : NULL;

    return colon && colon > line.at && !g_ascii_isdigit (line.at[0]);
}

/* "From: …", "Sent: …", "To: …", of which one has an address and one a time. */
static bool
is_label_block (Line line)
{
    bool time = false, address = false;
    unsigned labels = 0;

    for (; is_label (line); labels++) {
        time = time || has_time (line);
        address = address || memchr (line.at, '@', line.length) != NULL;
        if (labels >= HEAD_LINES)
            break;
        line = line_after (line);
    }
    return labels >= LEAST_LABELS && time && address;
}

Quoted
quoted_take (const char *text)
{
    Quoted quoted = { 0 };
    g_autoptr (GString) own = g_string_new (NULL);
    bool over = false;

    for (Line line = line_at (text); *line.at; line = line_after (line)) {
        bool mark = line.length > 0 && line.at[0] == '>';
        quoted.lines += mark;
        if (mark)
            continue;
        quoted.head =
            quoted.head || is_head (line) || is_titled_rule (line) || is_label_block (line);
        quoted.signature = quoted.signature || is_signature (line);
        over = over || quoted.head || quoted.signature;
        if (over)
            continue;
        g_string_append_len (own, line.at, (gssize)line.length);
        g_string_append_c (own, '\n');
    }
    quoted.own = g_string_free (g_steal_pointer (&own), FALSE);
    return quoted;
}

void
quoted_clear (Quoted *quoted)
{
    g_clear_pointer (&quoted->own, g_free);
}
