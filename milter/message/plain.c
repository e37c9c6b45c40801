/* SPDX-License-Identifier: BSD-2-Clause */

/* A grammar for what nearly all programs write; whatever is not in it is left to the second reader. */

#include "plain.h"

#include <glib.h>
#include <string.h>

#include "headers.h"

typedef struct {
    const char *at, *end;
} Cursor;

static bool
is_word (char c)
{
    return g_ascii_isalnum (c) || c == '-';
}

static bool
is_token (char c)
{
    return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_' || c == '+';
}

/* What may stand between quotes: "\" would escape, and "=?" begin an encoded word (RFC 2047 2). */
static bool
is_quotable (char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '?';
}

static bool
is_blank (char c)
{
    return c == ' ' || c == '\t';
}

/* At least one. */
static bool
skip_all (Cursor *cursor, bool (*is_it) (char))
{
    const char *start = cursor->at;

    while (cursor->at < cursor->end && is_it (*cursor->at))
        cursor->at++;
    return cursor->at > start;
}

static bool
skip_byte (Cursor *cursor, char c)
{
    bool found = cursor->at < cursor->end && *cursor->at == c;

    cursor->at += found;
    return found;
}

/* Blanks and folds; that lines are folded rightly is known. */
static void
skip_space (Cursor *cursor)
{
    while (cursor->at < cursor->end &&
           (is_blank (*cursor->at) || *cursor->at == '\r' || *cursor->at == '\n'))
        cursor->at++;
}

static bool
skip_parameter (Cursor *cursor)
{
    if (!skip_all (cursor, is_word) || !skip_byte (cursor, '='))
        return false;
    if (!skip_byte (cursor, '"'))
        return skip_all (cursor, is_token);
    return skip_all (cursor, is_quotable) && skip_byte (cursor, '"');
}

static bool
has_parameters_only (Cursor *cursor)
{
    for (skip_space (cursor); cursor->at < cursor->end; skip_space (cursor)) {
        if (!skip_byte (cursor, ';'))
            return false;
        skip_space (cursor);
        if (!skip_parameter (cursor))
            return false;
    }
    return true;
}

static bool
is_plain_type (Cursor value)
{
    return skip_all (&value, is_token) && skip_byte (&value, '/') &&
           skip_all (&value, is_token) && has_parameters_only (&value);
}

static bool
is_plain_disposition (Cursor value)
{
    return skip_all (&value, is_word) && has_parameters_only (&value);
}

static bool
is_plain_encoding (Cursor value)
{
    static const char *const known[] = { "7bit", "8bit", "binary", "quoted-printable",
                                         "base64" };
    size_t length = (size_t)(value.end - value.at);

    for (unsigned i = 0; i < G_N_ELEMENTS (known); i++)
        if (strlen (known[i]) == length &&
            g_ascii_strncasecmp (value.at, known[i], length) == 0)
            return true;
    return false;
}

/* They tell of a body, but not how it is to be read. */
static bool
is_any_value (Cursor value G_GNUC_UNUSED)
{
    return true;
}

static const struct {
    const char *name;
    bool (*is_plain) (Cursor value);
} content_fields[] = {
    { "Content-Type", is_plain_type },
    { "Content-Transfer-Encoding", is_plain_encoding },
    { "Content-Disposition", is_plain_disposition },
    { "Content-ID", is_any_value },
    { "Content-Description", is_any_value },
    { "Content-Language", is_any_value },
    { "Content-Location", is_any_value },
};

static bool
is_content_plain (const char *field, size_t name, Cursor value)
{
    if (g_ascii_strncasecmp (field, "Content-", MIN (name, strlen ("Content-"))) != 0)
        return true;
    for (unsigned i = 0; i < G_N_ELEMENTS (content_fields); i++)
        if (strlen (content_fields[i].name) == name &&
            g_ascii_strncasecmp (field, content_fields[i].name, name) == 0)
            return content_fields[i].is_plain (value);
    return false;
}

/* Printable, and not blank from `from` on; line: with its CRLF. */
static bool
is_plain_line (const char *line, size_t length, size_t from)
{
    bool blank = true;

    if (length < 2 || line[length - 2] != '\r' || line[length - 1] != '\n')
        return false;
    for (size_t i = from; i < length - 2; i++) {
        if ((line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
            return false;
        blank = blank && is_blank (line[i]);
    }
    return !blank || from > 0;
}

/* The field at the beginning of data, with its folds; 0 when it is not plain. */
static size_t
plain_field (const char *data, size_t length, size_t *ret_name)
{
    size_t name = 0, end = headers_line_end (data, length, 0);

    while (name < end && is_word (data[name]))
        name++;
    if (name == end || !g_ascii_isalpha (data[0]) || data[name] != ':' ||
        !is_plain_line (data, end, name + 1))
        return 0;
    while (end < length && is_blank (data[end])) {
        size_t next = headers_line_end (data, length, end);
        if (!is_plain_line (data + end, next - end, 0))
            return 0;
        end = next;
    }
    Cursor value = { data + name + 1, data + end };
    skip_space (&value);
    while (value.end > value.at && g_ascii_isspace (value.end[-1]))
        value.end--;
    *ret_name = name;
    return is_content_plain (data, name, value) ? end : 0;
}

/* More are not looked at: each is compared with all before it. */
enum { MOST_FIELDS = 64 };

typedef struct {
    const char *text;
    size_t length;
} Name;

static bool
is_new (const Name *names, unsigned count, Name name)
{
    for (unsigned i = 0; i < count; i++)
        if (names[i].length == name.length &&
            g_ascii_strncasecmp (names[i].text, name.text, name.length) == 0)
            return false;
    return true;
}

bool
plain_header (const char *data, size_t start, size_t end)
{
    Name names[MOST_FIELDS];
    unsigned count = 0;
    size_t at = start;

    for (; at < end && data[at] != '\r'; count++) {
        Name name = { .text = data + at };
        size_t length =
            count < MOST_FIELDS ? plain_field (data + at, end - at, &name.length) : 0;
        if (length == 0 || !is_new (names, count, name))
            return false;
        names[count] = name;
        at += length;
    }
    return count > 0 && end - at == 2 && data[at] == '\r' && data[at + 1] == '\n';
}
