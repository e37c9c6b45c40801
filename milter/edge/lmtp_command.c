/* SPDX-License-Identifier: BSD-2-Clause */

/* RFC 5321 4.1.2 paths with ESMTP parameters, and the xtext of XFORWARD. */

#include "lmtp_command.h"

#include <string.h>

#include "licet/address.h"
#include "licet/limits.h"

/* The ">" that closes the path: not one within a quoted local part. */
static const char *
find_close (const char *path)
{
    bool quoted = false;

    for (const char *c = path + 1; *c; c++) {
        if (quoted && *c == '\\' && c[1])
            c++;
        else if (*c == '"')
            quoted = !quoted;
        else if (*c == '>' && !quoted)
            return c;
    }
    return NULL;
}

static bool
is_known (const char *param, const char *const *known)
{
    size_t length = strcspn (param, "=");

    for (unsigned i = 0; known[i]; i++)
        if (strlen (known[i]) == length && g_ascii_strncasecmp (param, known[i], length) == 0)
            return true;
    return false;
}

static const char *
check_params (const char *text, const char *const *known)
{
    g_auto (GStrv) params = g_strsplit (text, " ", -1);

    for (char **param = params; *param; param++) {
        for (const char *c = *param; *c; c++)
            if ((unsigned char)*c < ' ' || *c == 0x7f)
                return "501 5.5.4 bad parameter";
        if (**param && !is_known (*param, known))
            return "555 5.5.4 unknown parameter";
    }
    return NULL;
}

const char *
lmtp_parse_path (const char *args, const char *keyword, const char *const *known,
                 EnvelopePath **ret_path)
{
    size_t length = strlen (keyword);

    if (g_ascii_strncasecmp (args, keyword, length) != 0)
        return "501 5.5.4 bad argument";
    const char *path = args + length + strspn (args + length, " ");
    const char *close = *path == '<' ? find_close (path) : NULL;
    if (!close || (close[1] && close[1] != ' '))
        return "501 5.1.7 a path in angle brackets is needed";
    g_autofree char *address = g_strndup (path + 1, (size_t)(close - path) - 1);
    if (!address_is_safe (address))
        return "501 5.1.7 bad address";
    const char *params = close + 1 + strspn (close + 1, " ");
    const char *problem = check_params (params, known);
    if (!problem)
        *ret_path = envelope_path_new (address, params);
    return problem;
}

/* "+3D" is "=". NULL when the text is no xtext or a control character comes out. */
static char *
decode_xtext (const char *text)
{
    g_autoptr (GString) plain = g_string_new (NULL);

    for (const char *c = text; *c; c++) {
        if (*c != '+') {
            g_string_append_c (plain, *c);
            continue;
        }
        if (!g_ascii_isxdigit (c[1]) || !g_ascii_isxdigit (c[2]))
            return NULL;
        g_string_append_c (
            plain, (char)(g_ascii_xdigit_value (c[1]) * 16 + g_ascii_xdigit_value (c[2])));
        c += 2;
    }
    for (size_t i = 0; i < plain->len; i++)
        if ((unsigned char)plain->str[i] < ' ' || plain->str[i] == 0x7f)
            return NULL;
    return g_string_free (g_steal_pointer (&plain), FALSE);
}

bool
lmtp_parse_attribute (const char *attribute, char **ret_name, char **ret_value)
{
    const char *equals = strchr (attribute, '=');

    if (!equals || equals == attribute || strlen (attribute) > LIMIT_ADDRESS)
        return false;
    g_autofree char *value = decode_xtext (equals + 1);
    if (!value)
        return false;
    *ret_name = g_strndup (attribute, (size_t)(equals - attribute));
    *ret_value = g_steal_pointer (&value);
    return true;
}
