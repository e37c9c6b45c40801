/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * One strict linear scan over the header. It keeps the exact range of every field, since a
 * header is edited by splicing lines and a DKIM signature covers them as they stand.
 */

#include "headers.h"

#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"

static void *
fail (GError **error, LicetError code, unsigned field, const char *what)
{
    g_set_error (error, LICET_ERROR, code, "header field %u: %s", field + 1, what);
    return NULL;
}

static void
free_field (void *data)
{
    HeaderField *field = data;

    g_free (field->name);
    g_free (field->value);
    g_free (field);
}

size_t
headers_line_end (const char *data, size_t length, size_t position)
{
    const char *newline = memchr (data + position, '\n', length - position);

    return newline ? (size_t)(newline - data) + 1 : length;
}

static bool
is_blank (char c)
{
    return c == ' ' || c == '\t';
}

char *
headers_unfold (const char *value, size_t length)
{
    GString *text = g_string_sized_new (length);

    for (size_t i = 0; i < length; i++) {
        if (value[i] != '\r' && value[i] != '\n') {
            g_string_append_c (text, value[i]);
            continue;
        }
        while (i + 1 < length && g_ascii_isspace (value[i + 1]))
            i++;
        g_string_append_c (text, ' ');
    }
    return g_strstrip (g_string_free (text, FALSE));
}

/* The lines of one field: the first one and those that begin with a blank. */
static size_t
field_end (const char *data, size_t length, size_t position)
{
    do
        position = headers_line_end (data, length, position);
    while (position < length && is_blank (data[position]));
    return position;
}

size_t
headers_name_length (const char *data, size_t length)
{
    size_t i = 0;

    while (i < length && data[i] > ' ' && data[i] < 0x7f && data[i] != ':')
        i++;
    return i < length && data[i] == ':' ? i : 0;
}

/* Every CR must stand before a LF and every LF after a CR. */
static bool
has_bare_line_end (const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (data[i] == '\r' && (i + 1 == length || data[i + 1] != '\n'))
            return true;
        if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
            return true;
    }
    return false;
}

static HeaderField *
read_field (const char *data, size_t start, size_t end, unsigned number, GError **error)
{
    size_t length = end - start;
    size_t name = headers_name_length (data + start, length);

    if (name == 0)
        return fail (error, LICET_ERROR_MALFORMED, number, "a field without a name");
    if (name > LIMIT_HEADER_NAME)
        return fail (error, LICET_ERROR_LIMIT, number, "the name is too long");
    if (memchr (data + start, '\0', length))
        return fail (error, LICET_ERROR_MALFORMED, number, "a NUL byte");
    if (has_bare_line_end (data + start, length))
        return fail (error, LICET_ERROR_MALFORMED, number, "a bare CR or LF");
    if (data[end - 1] != '\n')
        return fail (error, LICET_ERROR_MALFORMED, number, "the line has no end");

    HeaderField *field = g_new0 (HeaderField, 1);
    field->start = start;
    field->end = end;
    field->name = g_strndup (data + start, name);
    field->value_start = start + name + 1;
    size_t value = field->value_start;
    while (is_blank (data[value]))
        value++;
    field->value = g_strndup (data + value, end - 2 - value);
    return field;
}

static bool
is_empty_line (const char *data, size_t length, size_t position)
{
    return length - position >= 2 && data[position] == '\r' && data[position + 1] == '\n';
}

/* As in Postfix, a line that is no field begins the body. */
GPtrArray *
headers_scan (const char *data, size_t length, size_t *ret_body, GError **error)
{
    g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (free_field);
    size_t position = 0;

    while (position < length && !is_empty_line (data, length, position)) {
        size_t end = field_end (data, length, position);
        if (data[position] != ':' && headers_name_length (data + position, end - position) == 0)
            break;
        if (end > LIMIT_HEADER_BYTES)
            return fail (error, LICET_ERROR_LIMIT, fields->len, "the header is too long");
        if (fields->len == LIMIT_HEADER_FIELDS)
            return fail (error, LICET_ERROR_LIMIT, fields->len, "too many fields");
        HeaderField *field = read_field (data, position, end, fields->len, error);
        if (!field)
            return NULL;
        g_ptr_array_add (fields, field);
        position = end;
    }
    if (fields->len == 0)
        return fail (error, LICET_ERROR_MALFORMED, 0, "there is no header");
    bool empty = position < length && is_empty_line (data, length, position);
    *ret_body = empty ? position + 2 : position;
    return g_steal_pointer (&fields);
}
