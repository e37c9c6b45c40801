/* SPDX-License-Identifier: BSD-2-Clause */

#include "shape.h"

#include <glib.h>

/* Whether a byte goes on a word or a number. */
static bool
goes_on (char byte)
{
    return g_ascii_isalnum (byte) || (byte & 0x80);
}

static const char *
skip_blanks (const char *text)
{
    while (*text == ' ')
        text++;
    return text;
}

static bool
fits (char sign, char byte)
{
    if (sign == '#')
        return g_ascii_isdigit (byte);
    return sign == '@' ? g_ascii_isalpha (byte) : sign == byte;
}

static bool
stands_at (const char *shape, const char *at)
{
    for (; *shape; shape++) {
        if (*shape == ' ') {
            at = skip_blanks (at);
            continue;
        }
        if (!fits (*shape, *at))
            return false;
        at++;
    }
    return !goes_on (*at);
}

bool
shape_is_in (const char *shape, const char *text)
{
    for (const char *at = text; *at; at++)
        if ((at == text || !goes_on (at[-1])) && stands_at (shape, at))
            return true;
    return false;
}
