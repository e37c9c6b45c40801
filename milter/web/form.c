/* SPDX-License-Identifier: BSD-2-Clause */

#include "form.h"

#include <string.h>

#include "exchange.h"

enum { MOST_FIELDS = 64, LONGEST_BOUNDARY = 70 /* RFC 2046 5.1.1 */ };

/* Takes both. */
static void
add_field (GPtrArray *fields, char *name, char *value)
{
    FormField *field = g_new0 (FormField, 1);

    field->name = name;
    field->value = value;
    g_ptr_array_add (fields, field);
}

/* "%20" and "+" are blanks. What is no escape stays as it is. */
static char *
decode (const char *text, size_t length)
{
    GString *plain = g_string_sized_new (length);

    for (size_t i = 0; i < length; i++) {
        bool escape = text[i] == '%' && i + 2 < length && g_ascii_isxdigit (text[i + 1]) &&
                      g_ascii_isxdigit (text[i + 2]);
        if (escape) {
            g_string_append_c (plain, (char)(g_ascii_xdigit_value (text[i + 1]) << 4 |
                                             g_ascii_xdigit_value (text[i + 2])));
            i += 2;
        } else {
            g_string_append_c (plain, text[i] == '+' ? ' ' : text[i]);
        }
    }
    return g_string_free (plain, FALSE);
}

static void
read_encoded (GPtrArray *fields, const char *body, size_t length)
{
    const char *end = body + length;

    /* A line end after the form belongs to nobody. */
    while (end > body && (end[-1] == '\r' || end[-1] == '\n'))
        end--;
    for (const char *at = body; at < end && fields->len < MOST_FIELDS;) {
        const char *stop = memchr (at, '&', (size_t)(end - at));
        stop = stop ? stop : end;
        const char *equals = memchr (at, '=', (size_t)(stop - at));
        if (equals)
            add_field (fields, decode (at, (size_t)(equals - at)),
                       decode (equals + 1, (size_t)(stop - equals - 1)));
        at = stop + 1;
    }
}

/* The value of a parameter, quoted or not; NULL when it is absent. Caller frees. */
static char *
parameter (const char *field, const char *name)
{
    size_t length = strlen (name);

    for (const char *at = strchr (field, ';'); at; at = strchr (at, ';')) {
        at++;
        at += strspn (at, " \t\r\n");
        if (g_ascii_strncasecmp (at, name, length) != 0 || at[length] != '=')
            continue;
        const char *value = at + length + 1;
        return *value == '"' ? g_strndup (value + 1, strcspn (value + 1, "\""))
                             : g_strndup (value, strcspn (value, "; \t\r\n"));
    }
    return NULL;
}

/* The name in the Content-Disposition of a part's header; NULL when there is none. */
static char *
name_of (const char *header, size_t length)
{
    static const char disposition[] = "content-disposition:";
    g_autofree char *text = g_strndup (header, length);

    for (char *line = text; line; line = strstr (line, "\r\n")) {
        line += *line == '\r' ? 2 : 0;
        if (g_ascii_strncasecmp (line, disposition, strlen (disposition)) != 0)
            continue;
        char *end = strstr (line, "\r\n");
        if (end)
            *end = '\0';
        return parameter (line, "name");
    }
    return NULL;
}

/* One part, without the line end that belongs to the boundary after it. */
static void
read_part (GPtrArray *fields, const char *part, size_t length)
{
    const char *empty = memmem (part, length, "\r\n\r\n", 4);
    char *name = empty ? name_of (part, (size_t)(empty - part)) : NULL;

    if (name)
        add_field (fields, name, g_strndup (empty + 4, length - (size_t)(empty + 4 - part)));
}

/* RFC 2046 5.1.1: after it stand a line end, with blanks before it, or "--". */
static bool
is_ended (const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return end - at >= 2 &&
           ((at[0] == '\r' && at[1] == '\n') || (at[0] == '-' && at[1] == '-'));
}

/* The next delimiter at the beginning of a line; NULL when there is none. */
static const char *
find_delimiter (const char *body, const char *from, const char *end, const char *mark)
{
    size_t size = strlen (mark);

    for (const char *at = from; (at = memmem (at, (size_t)(end - at), mark, size)); at++) {
        bool first = at == body || (at - body >= 2 && at[-1] == '\n' && at[-2] == '\r');
        if (first && is_ended (at + size, end))
            return at;
    }
    return NULL;
}

static void
read_parts (GPtrArray *fields, const char *boundary, const char *body, size_t length)
{
    g_autofree char *mark = g_strconcat ("--", boundary, NULL);
    const char *end = body + length, *next;

    for (const char *at = find_delimiter (body, body, end, mark);
         at && fields->len < MOST_FIELDS; at = next) {
        const char *part = at + strlen (mark);
        next = find_delimiter (body, part, end, mark);
        if (next)
            read_part (fields, part, (size_t)MAX (next - 2 - part, 0));
    }
}

GPtrArray *
form_read (const char *content_type, const char *body, size_t length)
{
    if (length == 0)
        return NULL;
    g_autoptr (GPtrArray) fields =
        g_ptr_array_new_with_free_func ((GDestroyNotify)form_field_free);
    const char *type = content_type ? content_type : "application/x-www-form-urlencoded";
    g_autofree char *word = g_strndup (type, strcspn (type, "; \t"));

    if (g_ascii_strcasecmp (word, "application/x-www-form-urlencoded") == 0) {
        read_encoded (fields, body, length);
        return g_steal_pointer (&fields);
    }
    g_autofree char *boundary = parameter (type, "boundary");
    if (g_ascii_strcasecmp (word, "multipart/form-data") != 0 || !boundary || !*boundary ||
        strlen (boundary) > LONGEST_BOUNDARY)
        return NULL;
    read_parts (fields, boundary, body, length);
    return g_steal_pointer (&fields);
}
