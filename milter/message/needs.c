/* SPDX-License-Identifier: BSD-2-Clause */

/* One pass over the bytes; nearly all mail needs nothing and is done with after it. */

#include "needs.h"

#include <stdint.h>
#include <string.h>

#include "licet/limits.h"

#define DECLARATION "content-transfer-encoding:"

static bool
has_eightbit (const char *data, size_t length)
{
    uint64_t seen = 0, words[4];
    size_t i = 0;

    for (; i + sizeof words <= length; i += sizeof words) {
        memcpy (words, data + i, sizeof words);
        seen |= words[0] | words[1] | words[2] | words[3];
    }
    for (; i < length; i++)
        seen |= (unsigned char)data[i];
    return (seen & UINT64_C (0x8080808080808080)) || (length > 0 && memchr (data, 0, length));
}

static bool
is_harmless (const char *value, size_t length)
{
    static const char *const words[] = { "7bit", "quoted-printable", "base64" };

    while (length > 0 && (*value == ' ' || *value == '\t')) {
        value++;
        length--;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
        if (strlen (words[i]) == length && g_ascii_strncasecmp (words[i], value, length) == 0)
            return true;
    return false;
}

/* line: without its end. */
static bool
is_declaration (const char *line, size_t length)
{
    size_t name = strlen (DECLARATION);

    return length >= name && (*line == 'C' || *line == 'c') &&
           g_ascii_strncasecmp (line, DECLARATION, name) == 0 &&
           !is_harmless (line + name, length - name);
}

Needs
needs_scan (const char *data, size_t length)
{
    Needs needs = { .eightbit = has_eightbit (data, length) };

    for (size_t at = 0; at < length;) {
        const char *line = data + at;
        const char *newline = memchr (line, '\n', length - at);
        size_t end = newline ? (size_t)(newline - line) : length - at;
        bool crlf = newline && end > 0 && line[end - 1] == '\r';
        size_t text = end - crlf;
        needs.bare = needs.bare || (newline && !crlf) || memchr (line, '\r', text);
        needs.long_line = needs.long_line || text > LIMIT_LINE;
        needs.declared = needs.declared || is_declaration (line, text);
        at += end + (newline != NULL);
    }
    return needs;
}

bool
needs_any (Needs needs, bool eightbit)
{
    return needs.long_line || needs.bare || (eightbit && (needs.eightbit || needs.declared));
}

char *
needs_describe (Needs needs, bool eightbit)
{
    g_autoptr (GPtrArray) words = g_ptr_array_new ();

    if (eightbit && needs.eightbit)
        g_ptr_array_add (words, (gpointer) "8-bit bytes");
    if (eightbit && needs.declared)
        g_ptr_array_add (words, (gpointer) "a transfer encoding that may be converted");
    if (needs.long_line)
        g_ptr_array_add (words, (gpointer) "a line of more than 998 octets");
    if (needs.bare)
        g_ptr_array_add (words, (gpointer) "a bare CR or LF");
    g_ptr_array_add (words, NULL);
    return g_strjoinv (", ", (char **)words->pdata);
}
