/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Bounds that hold whatever a library takes for a header. GMime 3.2.13 overflows the stack on
 * an address field of nested groups and hangs on long parameter names that are not ASCII, so
 * every line that looks like such a field is looked at, wherever in the message it stands.
 */

#include "prescan.h"

#include <glib.h>
#include <string.h>

#include "licet/limits.h"

#include "headers.h"

/* GMime recurses once for each colon in an address field. */
#define MOST_GROUPS 64

typedef struct {
    const char *name;
    bool addresses;
} RiskyField;

static const RiskyField risky[] = {
    { "content-type", false },
    { "content-disposition", false },
    { "from", true },
    { "sender", true },
    { "reply-to", true },
    { "to", true },
    { "cc", true },
    { "bcc", true },
    { "resent-from", true },
    { "resent-sender", true },
    { "resent-reply-to", true },
    { "resent-to", true },
    { "resent-cc", true },
    { "resent-bcc", true },
    { "disposition-notification-to", true },
};

/* Of them. */
#define LONGEST_NAME strlen ("disposition-notification-to")

/* Before the colon: the names of all risky fields are made of these. */
static bool
may_be_named (char c)
{
    return g_ascii_isalpha (c) || c == '-';
}

/* The risky field whose name the colon ends, at the beginning of a line; where it begins. */
static const RiskyField *
find_risky (const char *data, size_t colon, size_t *ret_start)
{
    size_t end = colon, start;

    while (end > 0 && (data[end - 1] == ' ' || data[end - 1] == '\t'))
        end--;
    for (start = end; start > 0 && end - start < LONGEST_NAME; start--)
        if (!may_be_named (data[start - 1]))
            break;
    if (start == end || (start > 0 && data[start - 1] != '\n'))
        return NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS (risky); i++)
        if (strlen (risky[i].name) == end - start &&
            g_ascii_strncasecmp (data + start, risky[i].name, end - start) == 0) {
            *ret_start = start;
            return &risky[i];
        }
    return NULL;
}

/* Whether a byte outside ASCII stands in a place where a parameter's name may be: after a
 * semicolon and before the next equals sign, however quotes are understood. */
static bool
has_odd_name (const char *field, size_t length)
{
    bool in_name = false;

    for (size_t i = 0; i < length; i++) {
        if (field[i] == ';')
            in_name = true;
        else if (field[i] == '=' || field[i] == '"')
            in_name = false;
        else if (in_name && ((unsigned char)field[i] >= 0x80 || field[i] == '\0'))
            return true;
    }
    return false;
}

static size_t
count_byte (const char *data, size_t length, char byte)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += data[i] == byte;
    return count;
}

static const char *
check_field (const RiskyField *field, const char *text, size_t length)
{
    if (length > LIMIT_HEADER_BYTES)
        return "a field that is too long";
    if (field->addresses)
        return count_byte (text, length, ':') > MOST_GROUPS ? "too many address groups" : NULL;
    if (count_byte (text, length, ';') > LIMIT_MIME_PARAMS)
        return "too many parameters";
    return has_odd_name (text, length) ? "a parameter name that is not ASCII" : NULL;
}

/* SMTP knows one line end (RFC 5321 2.3.8). */
static const char *
find_oddity (const char *data, size_t length)
{
    const char *end = data + length, *bare_cr = NULL;

    if (memchr (data, '\0', length))
        return "a NUL byte";
    for (const char *line = data; line < end;) {
        const char *newline = memchr (line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        if (newline && (newline == data || newline[-1] != '\r'))
            return bare_cr ? bare_cr : "a bare LF";
        if (!bare_cr && memchr (line, '\r', (size_t)(stop - line) - (newline != NULL)))
            bare_cr = "a bare CR";
        line = stop + 1;
    }
    return bare_cr;
}

/* The lines of a field: the first one and those that begin with a blank. */
static size_t
field_end (const char *data, size_t length, size_t position)
{
    do
        position = headers_line_end (data, length, position);
    while (position < length && (data[position] == ' ' || data[position] == '\t'));
    return position;
}

/* Every such field has a colon, of which there are few: whatever stands between them is passed over. */
static const char *
find_danger (const char *data, size_t length)
{
    size_t at = 0, start = 0;

    for (const char *colon; at < length; at++) {
        colon = memchr (data + at, ':', length - at);
        if (!colon)
            return NULL;
        at = (size_t)(colon - data);
        const RiskyField *field = find_risky (data, at, &start);
        const char *danger =
            field ? check_field (field, data + start, field_end (data, length, at) - start)
                  : NULL;
        if (danger)
            return danger;
    }
    return NULL;
}

void
prescan (const char *data, size_t length, Prescan *ret_prescan)
{
    *ret_prescan = (Prescan){ .oddity = length > 0 ? find_oddity (data, length) : NULL,
                              .danger = length > 0 ? find_danger (data, length) : NULL };
}
