/* SPDX-License-Identifier: BSD-2-Clause */

/* One parameter of a Content-Type as a splice of its bytes. */

#include "content_type.h"

#include <stdbool.h>
#include <string.h>

#include "headers.h"
#include "params.h"

/* RFC 5322 2.1.1: what a line should not exceed. */
#define LINE 76

static const char *
skip_blanks (const char *text)
{
    return text + strspn (text, " \t\r\n");
}

static const char *
skip_value (const char *text)
{
    if (*text != '"')
        return text + strcspn (text, "; \t\r\n");
    for (text++; *text && *text != '"'; text++)
        if (*text == '\\' && text[1])
            text++;
    return *text ? text + 1 : text;
}

/* Where the value of the parameter stands; false when there is none. */
static bool
find_charset (const char *value, size_t *ret_start, size_t *ret_end)
{
    const char *at = value + strcspn (value, ";");

    while (*at == ';') {
        const char *name = skip_blanks (at + 1);
        const char *equals = name + strcspn (name, "=;");
        bool found = g_ascii_strncasecmp (name, "charset", strlen ("charset")) == 0 &&
                     skip_blanks (name + strlen ("charset")) == equals;
        const char *start = *equals == '=' ? skip_blanks (equals + 1) : equals;
        const char *end = skip_value (start);
        *ret_start = (size_t)(start - value);
        *ret_end = (size_t)(end - value);
        if (found && *equals == '=')
            return true;
        at = end + strcspn (end, ";");
    }
    return false;
}

static void
append_parameter (GString *out, const char *charset)
{
    g_autofree char *parameter = g_strconcat ("charset=", charset, NULL);

    while (out->len > 0 && strchr ("; \t\r\n", out->str[out->len - 1]))
        g_string_truncate (out, out->len - 1);
    const char *newline = strrchr (out->str, '\n');
    size_t line = newline ? strlen (newline + 1) : out->len + strlen ("Content-Type: ");
    g_string_append (out, line + strlen (parameter) + 2 > LINE ? ";\r\n\t" : "; ");
    g_string_append (out, parameter);
}

/* As everybody reads it now, against how it was read. */
static bool
is_right (const char *was, const char *is, const char *charset)
{
    g_autofree char *old = headers_unfold (was, strlen (was));
    g_autofree char *new = headers_unfold (is, strlen (is));
    g_autoptr (Params) before = params_parse (old), after = params_parse (new);
    unsigned names = before->names->len + (params_get (before, "charset") ? 0 : 1);

    if (before->problem || after->problem || strcmp (before->head, after->head) != 0 ||
        after->names->len != names || g_strcmp0 (params_get (after, "charset"), charset) != 0)
        return false;
    for (unsigned i = 0; i < before->names->len; i++) {
        const char *name = g_ptr_array_index (before->names, i);
        if (strcmp (name, "charset") != 0 &&
            g_strcmp0 (params_get (before, name), params_get (after, name)) != 0)
            return false;
    }
    return true;
}

char *
content_type_with_charset (const char *value, const char *charset)
{
    g_autoptr (GString) out = g_string_new (value);
    size_t start = 0, end = 0;

    if (find_charset (value, &start, &end)) {
        g_string_erase (out, (gssize)start, (gssize)(end - start));
        g_string_insert (out, (gssize)start, charset);
    } else {
        append_parameter (out, charset);
    }
    if (!is_right (value, out->str, charset))
        return NULL;
    return g_string_free (g_steal_pointer (&out), FALSE);
}
