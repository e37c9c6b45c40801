/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Parameters of Content-Type and Content-Disposition, read by the letter of RFC 2045 5.1.
 * Readers in the field differ in everything beyond it (comments, duplicates, RFC 2231
 * boundaries), so what is not by the letter is reported, not guessed.
 */

#include "params.h"

#include <stdbool.h>
#include <string.h>

#include "licet/limits.h"

static void
note (Params *params, const char *problem)
{
    if (!params->problem)
        params->problem = problem;
}

/* RFC 2045 "token". */
static size_t
token_length (const char *text)
{
    size_t i = 0;

    while (text[i] > ' ' && text[i] < 0x7f && !strchr ("()<>@,;:\\\"/[]?=", text[i]))
        i++;
    return i;
}

static const char *
skip_blanks (const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

/* A quoted string; returns what stands after it. */
static const char *
read_quoted (Params *params, const char *text, GString *value)
{
    for (text++; *text && *text != '"'; text++) {
        if (*text == '\\' && text[1])
            text++;
        g_string_append_c (value, *text);
    }
    if (!*text) {
        note (params, "a quoted parameter without its end");
        return text;
    }
    return text + 1;
}

/* File names are often not quoted though they should be; that touches no structure. */
static const char *
read_bare (Params *params, const char *text, GString *value)
{
    size_t length = strcspn (text, ";");

    g_string_append_len (value, text, (gssize)length);
    g_strchomp (value->str);
    value->len = strlen (value->str);
    if (value->len == 0 || strpbrk (value->str, "\"()"))
        note (params, "a parameter value that is no token");
    return text + length;
}

static void
add_parameter (Params *params, char *name, char *value)
{
    static const char *const structural[] = { "boundary", "charset" };

    for (unsigned i = 0; i < G_N_ELEMENTS (structural); i++) {
        size_t length = strlen (structural[i]);
        if (strncmp (name, structural[i], length) != 0)
            continue;
        if (name[length] == '*')
            note (params, "a boundary or charset in the form of RFC 2231");
        else if (name[length] == '\0' && i == 1 && value[token_length (value)] != '\0')
            note (params, "a charset that is no token");
    }
    if (params_get (params, name))
        note (params, "a parameter given twice");
    g_ptr_array_add (params->names, name);
    g_ptr_array_add (params->values, value);
}

/* One "name=value" after its semicolon; returns what stands after it. */
static const char *
read_parameter (Params *params, const char *text)
{
    size_t length = token_length (text);
    const char *equals = skip_blanks (text + length);

    if (length == 0 || *equals != '=') {
        note (params, "a parameter without a name");
        return text + strcspn (text, ";");
    }
    g_autoptr (GString) value = g_string_new (NULL);
    const char *rest = skip_blanks (equals + 1);
    rest = *rest == '"' ? read_quoted (params, rest, value) : read_bare (params, rest, value);
    add_parameter (params, g_ascii_strdown (text, (gssize)length), g_strdup (value->str));
    rest = skip_blanks (rest);
    if (*rest && *rest != ';')
        note (params, "text after a parameter");
    return rest + strcspn (rest, ";");
}

Params *
params_parse (const char *value)
{
    Params *params = g_new0 (Params, 1);
    const char *text = value + strcspn (value, ";");

    params->names = g_ptr_array_new_with_free_func (g_free);
    params->values = g_ptr_array_new_with_free_func (g_free);
    params->head = g_strstrip (g_ascii_strdown (value, text - value));
    while (*text == ';') {
        text = skip_blanks (text + 1);
        if (!*text)
            break; /* a semicolon at the end is common and harmless */
        if (params->names->len == LIMIT_MIME_PARAMS) {
            note (params, "too many parameters");
            break;
        }
        text = read_parameter (params, text);
    }
    return params;
}

void
params_free (Params *params)
{
    g_free (params->head);
    g_ptr_array_unref (params->names);
    g_ptr_array_unref (params->values);
    g_free (params);
}

const char *
params_get (const Params *params, const char *name)
{
    for (unsigned i = 0; i < params->names->len; i++)
        if (strcmp (g_ptr_array_index (params->names, i), name) == 0)
            return g_ptr_array_index (params->values, i);
    return NULL;
}
