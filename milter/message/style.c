/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The few declarations of a style attribute that decide whether text is seen. Style sheets are
 * not read: mail programs drop them too often for a sender to rely on them.
 */

#include "style.h"

#include <glib.h>
#include <string.h>

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

unsigned
style_hidden (const char *style, unsigned inherited)
{
    unsigned hidden = inherited;
    g_autofree char *text = g_ascii_strdown (style, -1);

    for (char *at = text; *at;) {
        size_t length = strcspn (at, ";");
        char *next = at[length] ? at + length + 1 : at + length;
        at[length] = '\0';
        char *colon = strchr (at, ':');
        if (colon) {
            *colon = '\0';
            hidden = apply (g_strstrip (at), g_strstrip (colon + 1), hidden);
        }
        at = next;
    }
    return hidden;
}
