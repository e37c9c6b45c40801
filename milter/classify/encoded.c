/* SPDX-License-Identifier: BSD-2-Clause */

/* Lenient decoders for looking, never for cutting: whatever some reader might decode is decoded. */

#include "encoded.h"

#include <string.h>

/* Rows of letters that are shorter are words, identifiers or keys. */
enum { LEAST_BASE64 = 40 };

enum { LEAST_ESCAPES = 8 };

GString *
encoded_without_nul (const char *data, size_t length)
{
    GString *out = g_string_sized_new (length + 1);

    while (length > 0) {
        size_t text = strnlen (data, length);
        g_string_append_len (out, data, (gssize)text);
        while (text < length && data[text] == '\0')
            text++;
        data += text;
        length -= text;
    }
    return out;
}

GBytes *
encoded_with_crlf (GBytes *content)
{
    gsize length = 0;
    const char *data = g_bytes_get_data (content, &length);
    GString *out = g_string_sized_new (length + length / 32 + 1);

    for (size_t i = 0; i < length; i++) {
        if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
            g_string_append_c (out, '\r');
        g_string_append_c (out, data[i]);
    }
    return g_string_free_to_bytes (out);
}

/* The last character may be cut off. */
static bool
is_nearly_utf8 (const char *data, size_t length)
{
    const char *end = NULL;

    return g_utf8_validate_len (data, length, &end) || length - (size_t)(end - data) < 4;
}

bool
encoded_is_text (const char *data, size_t length)
{
    unsigned odd = 0, high = 0;

    length = MIN (length, ENCODED_HEAD);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)data[i];
        odd += byte > 0 && byte < ' ' && !g_ascii_isspace ((char)byte);
        high += byte >= 0x80;
    }
    return length > 0 && odd == 0 && (high < length / 8 || is_nearly_utf8 (data, length));
}

static size_t
line_end (const char *data, size_t length, size_t at)
{
    const char *end = memchr (data + at, '\n', length - at);

    return end ? (size_t)(end - data) + 1 : length;
}

static void
decode_uu_line (GString *out, const char *line, size_t length)
{
    for (size_t i = 1; i + 4 <= length; i += 4) {
        guint32 group = 0;
        for (size_t k = 0; k < 4; k++)
            group = group << 6 | ((guint32)(unsigned char)line[i + k] - 32) % 64;
        g_string_append_c (out, (char)(group >> 16));
        g_string_append_c (out, (char)(group >> 8 & 0xff));
        g_string_append_c (out, (char)(group & 0xff));
    }
}

GString *
encoded_uu (const char *data, size_t length)
{
    GString *out = g_string_new (NULL);
    bool inside = false;

    for (size_t at = 0; at < length;) {
        size_t end = line_end (data, length, at);
        const char *line = data + at;
        if (!inside)
            inside =
                end - at > 10 && strncmp (line, "begin ", 6) == 0 && g_ascii_isdigit (line[6]);
        else if (strncmp (line, "end", MIN (3, end - at)) == 0)
            inside = false;
        else
            decode_uu_line (out, line, end - at);
        at = end;
    }
    return out;
}

static bool
is_base64 (char byte)
{
    return g_ascii_isalnum (byte) || byte == '+' || byte == '/';
}

static void
decode_run (GString *out, const GString *run)
{
    gsize length = 0;

    if (run->len < LEAST_BASE64)
        return;
    g_autofree char *some = g_strndup (run->str, MIN (run->len, 4 * ENCODED_HEAD));
    g_autofree char *head = (char *)g_base64_decode (some, &length);
    if (!encoded_is_text (head, length))
        return;
    g_autofree char *decoded = (char *)g_base64_decode (run->str, &length);
    g_string_append_len (out, decoded, (gssize)length);
    g_string_append (out, "\n<hr>\n");
}

/* Letters of base64 and nothing else, but for padding. */
static bool
is_base64_line (const char *line, size_t length)
{
    while (length > 0 && (g_ascii_isspace (line[length - 1]) || line[length - 1] == '='))
        length--;
    for (size_t i = 0; i < length; i++)
        if (!is_base64 (line[i]))
            return false;
    return length > 0;
}

GString *
encoded_base64 (const char *data, size_t length)
{
    GString *out = g_string_new (NULL);
    g_autoptr (GString) run = g_string_new (NULL);

    for (size_t at = 0, end = 0; at < length; at = end) {
        end = line_end (data, length, at);
        while (at < end && (data[at] == '>' || data[at] == ' '))
            at++;
        bool inside = is_base64_line (data + at, end - at);
        if (inside)
            g_string_append_len (run, data + at, (gssize)(end - at));
        if (!inside || memchr (data + at, '=', end - at)) {
            decode_run (out, run);
            g_string_truncate (run, 0);
        }
    }
    decode_run (out, run);
    return out;
}

static bool
is_escape (const char *data, size_t length, size_t at)
{
    return data[at] == '=' && at + 2 < length && g_ascii_isxdigit (data[at + 1]) &&
           g_ascii_isxdigit (data[at + 2]);
}

bool
encoded_has_escapes (const char *data, size_t length)
{
    unsigned count = 0;

    for (const char *at = memchr (data, '=', length); at && count < LEAST_ESCAPES;
         at = memchr (at + 1, '=', length - (size_t)(at + 1 - data)))
        count += is_escape (data, length, (size_t)(at - data));
    return count == LEAST_ESCAPES;
}

GString *
encoded_escapes (const char *data, size_t length)
{
    GString *out = g_string_sized_new (length + 1);

    for (size_t at = 0; at < length; at++) {
        const char *sign = memchr (data + at, '=', length - at);
        size_t plain = sign ? (size_t)(sign - data) - at : length - at;
        g_string_append_len (out, data + at, (gssize)plain);
        at += plain;
        if (at == length)
            break;
        if (is_escape (data, length, at)) {
            g_string_append_c (out, (char)(g_ascii_xdigit_value (data[at + 1]) * 16 +
                                           g_ascii_xdigit_value (data[at + 2])));
            at += 2;
        } else if (at + 1 < length && (data[at + 1] == '\r' || data[at + 1] == '\n')) {
            at += data[at + 1] == '\r' && at + 2 < length && data[at + 2] == '\n' ? 2 : 1;
        } else {
            g_string_append_c (out, '=');
        }
    }
    return out;
}
