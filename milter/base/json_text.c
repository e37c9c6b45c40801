/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/json_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "licet/utf8.h"

static void
append_escape (GString *out, unsigned char c)
{
    static const char letters[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                    ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\' };

    if (letters[c])
        g_string_append_printf (out, "\\%c", letters[c]);
    else
        g_string_append_printf (out, "\\u%04X", c);
}

/* Of ASCII, what stands for itself. */
static bool
is_plain (unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Beyond ASCII nothing but texts has letters, so here is the only place to look at them. */
static void
append_quoted (GString *out, const char *text)
{
    const char *from = text, *c = text;

    g_string_append_c (out, '"');
    while (*c) {
        const char *next = g_utf8_next_char (c);
        gunichar letter = (unsigned char)*c < 0x7f ? (gunichar)*c : g_utf8_get_char (c);
        if (is_plain ((unsigned char)*c) || (letter >= 0x7f && !utf8_is_control (letter))) {
            c = next;
            continue;
        }
        g_string_append_len (out, from, c - from);
        if (letter < 0x7f)
            append_escape (out, (unsigned char)letter);
        else
            g_string_append_printf (out, "\\u%04x", letter);
        from = c = next;
    }
    g_string_append_len (out, from, c - from);
    g_string_append_c (out, '"');
}

void
json_text_append (GString *out, const char *text)
{
    if (!text) {
        g_string_append (out, "null");
    } else if (g_utf8_validate (text, -1, NULL)) {
        append_quoted (out, text);
    } else {
        g_autofree char *valid = g_utf8_make_valid (text, -1);
        append_quoted (out, valid);
    }
}

/* Only the first member comes right after a bracket. */
static void
begin_value (GString *out, const char *key)
{
    char last = out->len > 0 ? out->str[out->len - 1] : '{';

    if (last != '{' && last != '[')
        g_string_append_c (out, ',');
    if (!key)
        return;
    g_string_append_c (out, '"');
    g_string_append (out, key);
    g_string_append_len (out, "\":", 2);
}

void
json_text_begin (GString *out, const char *key, char bracket)
{
    begin_value (out, key);
    g_string_append_c (out, bracket);
}

void
json_text_end (GString *out, char bracket)
{
    g_string_append_c (out, bracket);
}

void
json_text_put (GString *out, const char *key, const char *text)
{
    begin_value (out, key);
    json_text_append (out, text);
}

void
json_text_put_integer (GString *out, const char *key, int64_t number)
{
    begin_value (out, key);
    g_string_append_printf (out, "%" G_GINT64_FORMAT, number);
}

void
json_text_put_real (GString *out, const char *key, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd (text, sizeof text, "%.6g", number);
    char *exponent = strchr (text, 'e');
    begin_value (out, key);
    g_string_append_len (out, text, exponent ? exponent - text : (gssize)strlen (text));
    if (exponent)
        g_string_append_printf (out, "e%d", atoi (exponent + 1));
    else if (!strchr (text, '.'))
        g_string_append (out, ".0");
}

void
json_text_put_true (GString *out, const char *key)
{
    begin_value (out, key);
    g_string_append (out, "true");
}
