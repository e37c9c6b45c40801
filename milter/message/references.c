/* SPDX-License-Identifier: BSD-2-Clause */

/* Character references (WHATWG HTML 13.2.5.72 to 13.2.5.80). */

#include "references.h"

#include <stdlib.h>
#include <string.h>

#include "html.h"

/* 13.2.5.80: these numbers mean windows-1252. */
static const unsigned short windows[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
};

/* The longest names of the table, and of those whose semicolon may lack. */
#define LONGEST_REFERENCE 32
#define LONGEST_LEGACY    ((size_t)6)

static int
compare_reference (const void *key, const void *row)
{
    const char *name = key, *entry = *(const char *const *)row;

    while (*name && *name == *entry) {
        name++;
        entry++;
    }
    unsigned char left = (unsigned char)*name;
    unsigned char right = *entry == ':' || *entry == '=' ? 0 : (unsigned char)*entry;
    return (int)left - (int)right;
}

/* What follows the name in its row, or NULL. */
static const char *
find_named (const char *text, size_t length)
{
    char name[LONGEST_REFERENCE + 1];

    if (length == 0 || length > LONGEST_REFERENCE)
        return NULL;
    memcpy (name, text, length);
    name[length] = '\0';
    const char *const *found = bsearch (name, references_names, references_count,
                                        sizeof references_names[0], compare_reference);
    return found ? *found + length : NULL;
}

/* A number that is no character becomes U+FFFD. */
static gunichar
check_number (unsigned long number)
{
    if (number >= 0x80 && number < 0xa0)
        return windows[number - 0x80];
    if (number == 0 || number > 0x10ffff || (number >= 0xd800 && number < 0xe000))
        return 0xfffd;
    return (gunichar)number;
}

/* "#65", "#x41": the digits that belong to it. */
static size_t
read_number (const char *text, size_t length, gunichar *ret_code)
{
    bool hex = length > 1 && (text[1] == 'x' || text[1] == 'X');
    size_t first = hex ? 2 : 1, i = first;
    unsigned long number = 0;

    for (; i < length && (hex ? g_ascii_isxdigit (text[i]) : g_ascii_isdigit (text[i])); i++)
        if (number <= 0x10ffff)
            number = number * (hex ? 16 : 10) + (unsigned long)g_ascii_xdigit_value (text[i]);
    if (i == first)
        return 0;
    *ret_code = check_number (number);
    return i;
}

static void
append_codes (GString *out, const char *row)
{
    char *end = NULL;

    g_string_append_unichar (out, (gunichar)strtoul (row + 1, &end, 16));
    if (*end == ',')
        g_string_append_unichar (out, (gunichar)strtoul (end + 1, NULL, 16));
}

/* A name as long as can be, with its semicolon or one of those that may lack it. In an attribute
 * the latter must not go on as in the query of a URL. */
static size_t
read_name (const char *text, size_t length, bool attribute, GString *out)
{
    size_t run = 0;

    while (run < length && run <= LONGEST_REFERENCE && g_ascii_isalnum (text[run]))
        run++;
    const char *row = run < length && text[run] == ';' ? find_named (text, run) : NULL;
    if (row) {
        append_codes (out, row);
        return run + 1;
    }
    for (size_t used = MIN (run, LONGEST_LEGACY); used >= 2; used--) {
        row = find_named (text, used);
        if (!row || *row != ':')
            continue;
        if (attribute && used < length && (text[used] == '=' || g_ascii_isalnum (text[used])))
            return 0;
        append_codes (out, row);
        return used;
    }
    return 0;
}

/* The reference after an ampersand: how many bytes it has; 0 for none. */
static size_t
read_reference (const char *text, size_t length, bool attribute, GString *out)
{
    gunichar code = 0;

    if (length == 0 || text[0] != '#')
        return read_name (text, length, attribute, out);
    size_t used = read_number (text, length, &code);
    if (used > 0)
        g_string_append_unichar (out, code);
    return used > 0 && used < length && text[used] == ';' ? used + 1 : used;
}

static void
append (GString *out, const char *text, size_t length, bool attribute)
{
    while (length > 0) {
        const char *found = memchr (text, '&', length);
        size_t plain = found ? (size_t)(found - text) : length;

        g_string_append_len (out, text, (gssize)plain);
        text += plain;
        length -= plain;
        if (length == 0)
            return;
        size_t used = read_reference (text + 1, length - 1, attribute, out);
        if (used == 0)
            g_string_append_c (out, '&');
        text += used + 1;
        length -= used + 1;
    }
}

void
html_append_unescaped (GString *out, const char *text, size_t length)
{
    append (out, text, length, false);
}

void
html_append_value (GString *out, const char *value, size_t length)
{
    append (out, value, length, true);
}
