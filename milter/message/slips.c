/* SPDX-License-Identifier: BSD-2-Clause */

/* Marks with a slip of the pen. */

#include "slips.h"

#include <glib.h>
#include <string.h>

#define NAME      "licet"
#define ATTRIBUTE "data-licet"
#define KIND      "promotional"

static bool
begins_with (const char *text, size_t length, const char *prefix)
{
    return length >= strlen (prefix) &&
           g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0;
}

/* How far "promotional" is to be moved on when its last letter would be this one (Horspool). */
static size_t
kind_step (char last)
{
    static const unsigned char nearer[256] = {
        /* than past it */
        ['l'] = 11, ['a'] = 10, ['n'] = 9, ['o'] = 8, ['i'] = 7,
        ['t'] = 6,  ['m'] = 4,  ['r'] = 2, ['p'] = 1,
    };

    return strlen (KIND) - nearer[(unsigned char)(last | 0x20)];
}

bool
slips_may_be_in (const char *data, size_t length)
{
    for (size_t at = 0; at + strlen (KIND) <= length;) {
        size_t step = kind_step (data[at + strlen (KIND) - 1]);
        if (step == 0 && begins_with (data + at, length - at, KIND))
            return true;
        at += MAX (step, 1);
    }
    return false;
}

static size_t
common_begin (const char *a, const char *b, size_t length)
{
    size_t common = 0;

    while (common < length && g_ascii_tolower (a[common]) == g_ascii_tolower (b[common]))
        common++;
    return common;
}

/* a and b point behind the last letters. */
static size_t
common_end (const char *a, const char *b, size_t length)
{
    size_t common = 0;

    while (common < length && g_ascii_tolower (a[-1 - (ptrdiff_t)common]) ==
                                  g_ascii_tolower (b[-1 - (ptrdiff_t)common]))
        common++;
    return common;
}

/* One letter put in, left out, changed, or two swapped; not none. */
static bool
is_one_off (const char *text, size_t length, const char *word)
{
    size_t wanted = strlen (word), least = MIN (length, wanted);
    size_t first = common_begin (text, word, least);
    size_t last = common_end (text + length, word + wanted, least - first);
    size_t left = length - first - last, missing = wanted - first - last;

    if (left == 2 && missing == 2)
        return g_ascii_tolower (text[first]) == word[first + 1] &&
               g_ascii_tolower (text[first + 1]) == word[first];
    return left <= 1 && missing <= 1 && left + missing > 0;
}

static void
skip_blanks (const char **text, size_t *length)
{
    while (*length > 0 && g_ascii_isspace (**text)) {
        (*text)++;
        (*length)--;
    }
}

/* Without blanks around it, and the sign of an end. */
static void
trim (const char **text, size_t *length)
{
    skip_blanks (text, length);
    if (*length > 0 && **text == '/') {
        (*text)++;
        (*length)--;
        skip_blanks (text, length);
    }
    while (*length > 0 && g_ascii_isspace ((*text)[*length - 1]))
        (*length)--;
}

/* "licit:promotional" */
static bool
is_misnamed (const char *text, size_t length)
{
    const char *colon = length > 0 ? memchr (text, ':', length) : NULL;
    size_t name = colon ? (size_t)(colon - text) : length;

    return colon && is_one_off (text, name, NAME) && length - name - 1 == strlen (KIND) &&
           begins_with (colon + 1, strlen (KIND), KIND);
}

bool
slips_is_comment (const char *text, size_t length)
{
    trim (&text, &length);
    return begins_with (text, length, NAME) || is_misnamed (text, length);
}

bool
slips_is_line (const char *text, size_t length)
{
    trim (&text, &length);
    if (is_misnamed (text, length))
        return true;
    if (!begins_with (text, length, NAME))
        return false;
    text += strlen (NAME);
    length -= strlen (NAME);
    if (length > 0 && g_ascii_ispunct (*text))
        return true;
    skip_blanks (&text, &length);
    return begins_with (text, length, "promo");
}

bool
slips_is_attribute (const char *name, size_t length)
{
    return is_one_off (name, length, ATTRIBUTE);
}

bool
slips_is_classes (const char *value, size_t length)
{
    for (size_t at = 0; at < length; at++)
        if ((at == 0 || g_ascii_isspace (value[at - 1])) &&
            begins_with (value + at, length - at, NAME "-"))
            return true;
    return false;
}
