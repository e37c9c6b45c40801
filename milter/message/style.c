/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The few declarations of a style attribute that decide whether text is seen. Style sheets are
 * not read: mail programs drop them too often for a sender to rely on them.
 */

#include "style.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* Longer than any word that is looked for. */
#define LONGEST_WORD 31

/* A number as CSS writes it, without a locale; -1 when there is none. */
static double
read_number (const char *value, const char **ret_unit)
{
    char *end = NULL;
    double number = g_ascii_strtod (value, &end);

    *ret_unit = end;
    return end == value ? -1 : number;
}

/* Relative sizes keep what they are relative to. */
static unsigned
font_size (const char *value, unsigned hidden)
{
    const char *unit = "";
    double number = read_number (value, &unit);

    if (number == 0 || (number > 0 && number <= 1 && g_str_has_prefix (unit, "p")))
        return hidden | HIDDEN_TINY;
    if (number > 0 && (*unit == 'e' || *unit == '%'))
        return hidden;
    return hidden & ~(unsigned)HIDDEN_TINY;
}

static unsigned
visibility (const char *value, unsigned hidden)
{
    if (g_str_has_prefix (value, "hidden") || g_str_has_prefix (value, "collapse"))
        return hidden | HIDDEN_INVISIBLE;
    if (g_str_has_prefix (value, "visible"))
        return hidden & ~(unsigned)HIDDEN_INVISIBLE;
    return hidden;
}

static bool
is_zero (const char *value)
{
    const char *unit = "";

    return read_number (value, &unit) == 0;
}

static unsigned
apply (const char *property, const char *value, unsigned hidden)
{
    if (strcmp (property, "font-size") == 0)
        return font_size (value, hidden);
    if (strcmp (property, "visibility") == 0)
        return visibility (value, hidden);
    bool removed = (strcmp (property, "display") == 0 && g_str_has_prefix (value, "none")) ||
                   (strcmp (property, "mso-hide") == 0 && g_str_has_prefix (value, "all")) ||
                   (strcmp (property, "max-height") == 0 && is_zero (value)) ||
                   (strcmp (property, "opacity") == 0 && is_zero (value));
    return removed ? hidden | HIDDEN_REMOVED : hidden;
}

/* A trimmed word in lower case; what does not fit into it is no word of interest. */
static void
copy_word (char *word, const char *text, size_t length)
{
    while (length > 0 && g_ascii_isspace (*text)) {
        text++;
        length--;
    }
    while (length > 0 && g_ascii_isspace (text[length - 1]))
        length--;
    length = MIN (length, LONGEST_WORD);
    for (size_t i = 0; i < length; i++)
        word[i] = g_ascii_tolower (text[i]);
    word[length] = '\0';
}

unsigned
style_hidden (const char *style, size_t length, unsigned inherited)
{
    char property[LONGEST_WORD + 1], value[LONGEST_WORD + 1];
    unsigned hidden = inherited;

    for (size_t at = 0; at < length;) {
        const char *found = memchr (style + at, ';', length - at);
        size_t end = found ? (size_t)(found - style) : length;
        const char *colon = memchr (style + at, ':', end - at);
        if (colon) {
            copy_word (property, style + at, (size_t)(colon - style) - at);
            copy_word (value, colon + 1, end - (size_t)(colon - style) - 1);
            hidden = apply (property, value, hidden);
        }
        at = end + 1;
    }
    return hidden;
}
