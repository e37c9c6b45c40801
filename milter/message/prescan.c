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

static const RiskyField *
find_risky (const char *line, size_t length)
{
    if (length == 0 || !strchr ("cdfstrbCDFSTRB", line[0]) || line[0] == '\0')
        return NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS (risky); i++) {
        if (length < 3 || (line[1] | 0x20) != (risky[i].name[1] | 0x20))
            continue;
        size_t name = strlen (risky[i].name);
        if (length <= name || g_ascii_strncasecmp (line, risky[i].name, name) != 0)
            continue;
        while (name < length && (line[name] == ' ' || line[name] == '\t'))
            name++;
        if (name < length && line[name] == ':')
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
line_oddity (const char *line, size_t length)
{
    size_t text = length;

    if (line[length - 1] == '\n') {
        if (length == 1 || line[length - 2] != '\r')
            return "a bare LF";
        text = length - 2;
    }
    return memchr (line, '\r', text) ? "a bare CR" : NULL;
}

void
prescan (const char *data, size_t length, Prescan *ret_prescan)
{
    Prescan result = { 0 };
    const RiskyField *field = NULL;
    size_t field_start = 0;

    for (size_t line = 0, end; line < length; line = end) {
        end = headers_line_end (data, length, line);
        if (!result.oddity)
            result.oddity = line_oddity (data + line, end - line);
        result.dashes += end - line > 2 && data[line] == '-' && data[line + 1] == '-';

        bool folded = data[line] == ' ' || data[line] == '\t';
        if (field && !folded && !result.danger)
            result.danger = check_field (field, data + field_start, line - field_start);
        if (!folded) {
            field = find_risky (data + line, end - line);
            field_start = line;
        }
    }
    if (field && !result.danger)
        result.danger = check_field (field, data + field_start, length - field_start);
    if (memchr (data, '\0', length))
        result.oddity = "a NUL byte";
    *ret_prescan = result;
}
