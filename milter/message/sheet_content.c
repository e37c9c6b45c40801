/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Text that comes from a style sheet: `content: "…"` (CSS Content 3). Everything but strings in
 * such a declaration is passed over.
 */

#include "sheet_content.h"

#include <stdbool.h>

static bool
is_ident (char byte)
{
    return g_ascii_isalnum (byte) || byte == '-' || byte == '_';
}

/* CSS Syntax 3, 4.3.7: up to six digits and one blank; any other byte stands for itself. */
static size_t
append_escape (GString *out, const char *text, size_t length)
{
    gunichar value = 0;
    size_t used = 0;

    while (used < length && used < 6 && g_ascii_isxdigit (text[used]))
        value = value * 16 + (gunichar)g_ascii_xdigit_value (text[used++]);
    if (used == 0) {
        if (length > 0 && *text != '\n')
            g_string_append_c (out, *text);
        return MIN (length, 1);
    }
    g_string_append_unichar (out, value > 0 && g_unichar_validate (value) ? value : 0xfffd);
    return used < length && g_ascii_isspace (text[used]) ? used + 1 : used;
}

/* From behind the opening quote; how much was read, with the closing one. */
static size_t
append_string (GString *out, const char *text, size_t length, char quote)
{
    size_t at = 0;

    while (at < length && text[at] != quote && text[at] != '\n') {
        if (text[at] == '\\') {
            at += 1 + append_escape (out, text + at + 1, length - at - 1);
            continue;
        }
        g_string_append_c (out, text[at++]);
    }
    return MIN (at + 1, length);
}

static size_t
append_declaration (GString *out, const char *text, size_t length)
{
    size_t at = 0;

    while (at < length && text[at] != ';' && text[at] != '}') {
        char byte = text[at++];
        if (byte == '"' || byte == '\'')
            at += append_string (out, text + at, length - at, byte);
    }
    g_string_append_c (out, '\n');
    return at;
}

static size_t
colon_after (const char *text, size_t length)
{
    size_t at = 0;

    while (at < length && g_ascii_isspace (text[at]))
        at++;
    return at < length && text[at] == ':' ? at + 1 : 0;
}

void
sheet_append_content (GString *out, const char *sheet, size_t length)
{
    const size_t word = strlen ("content");

    for (size_t at = 0; at + word < length; at++) {
        if ((sheet[at] | 0x20) != 'c' || (at > 0 && is_ident (sheet[at - 1])) ||
            g_ascii_strncasecmp (sheet + at, "content", word) != 0)
            continue;
        size_t colon = colon_after (sheet + at + word, length - at - word);
        if (colon == 0)
            continue;
        at += word + colon;
        at += append_declaration (out, sheet + at, length - at) - 1;
    }
}
