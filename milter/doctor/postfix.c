/* SPDX-License-Identifier: BSD-2-Clause */

#include "postfix.h"

#include <string.h>

#include "licet/error.h"

/* "$name" in "$name" ends somewhere. */
enum { DEEPEST_EXPANSION = 10 };

static const struct {
    const char *name, *value;
} defaults[] = {
    { "disable_mime_output_conversion", "no" },
    { "enable_long_queue_ids", "no" },
    { "inet_interfaces", "all" },
    { "lmtp_data_done_timeout", "600s" },
    { "lmtp_line_length_limit", "$smtp_line_length_limit" },
    { "lmtp_send_xforward_command", "no" },
    { "lmtp_tls_security_level", "$smtp_tls_security_level" },
    { "mail_owner", "postfix" },
    { "milter_content_timeout", "300s" },
    { "milter_default_action", "tempfail" },
    { "milter_end_of_data_macros", "i" },
    { "milter_protocol", "6" },
    { "queue_directory", "/var/spool/postfix" },
    { "smtp_line_length_limit", "998" },
    { "smtpd_client_restrictions", "" },
    { "smtpd_milters", "" },
    { "non_smtpd_milters", "" },
};

static void
parameter_free (PostfixParameter *parameter)
{
    g_free (parameter->name);
    g_free (parameter->value);
    g_free (parameter);
}

static void
service_free (PostfixService *service)
{
    g_free (service->name);
    g_free (service->type);
    g_free (service->command);
    g_ptr_array_unref (service->options);
    g_free (service);
}

void
postfix_free (Postfix *postfix)
{
    if (!postfix)
        return;
    g_hash_table_unref (postfix->parameters);
    g_ptr_array_unref (postfix->services);
    g_free (postfix);
}

static bool
is_empty (const char *line)
{
    line += strspn (line, " \t\r");
    return *line == '\0' || *line == '#';
}

typedef bool (*TakeLine) (Postfix *postfix, const char *text, unsigned line, GError **error);

/* Logical lines: those that begin with a blank go on; comments and empty ones are not there. */
static bool
read_lines (Postfix *postfix, const char *dir, const char *name, TakeLine take, GError **error)
{
    g_autofree char *path = g_build_filename (dir, name, NULL);
    g_autofree char *text = NULL;
    g_autoptr (GString) logical = g_string_new (NULL);
    unsigned begins = 0;

    if (!g_file_get_contents (path, &text, NULL, error))
        return false;
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
    for (unsigned i = 0; lines[i]; i++) {
        bool goes_on = g_ascii_isspace (*lines[i]) && begins > 0;
        if (is_empty (lines[i]))
            continue;
        if (!goes_on && begins > 0 && !take (postfix, logical->str, begins, error))
            return false;
        if (!goes_on) {
            g_string_truncate (logical, 0);
            begins = i + 1;
        }
        g_string_append_printf (logical, "%s\n", lines[i]);
    }
    return begins == 0 || take (postfix, logical->str, begins, error);
}

static PostfixParameter *
parameter_new (const char *text, unsigned line)
{
    const char *equal = strchr (text, '=');
    PostfixParameter *parameter = NULL;

    if (!equal)
        return NULL;
    parameter = g_new0 (PostfixParameter, 1);
    parameter->name = g_strstrip (g_strndup (text, (gsize)(equal - text)));
    parameter->value = g_strstrip (g_strdup (equal + 1));
    parameter->line = line;
    return parameter;
}

static bool
take_parameter (Postfix *postfix, const char *text, unsigned line, GError **error)
{
    PostfixParameter *parameter = parameter_new (text, line);

    if (!parameter) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "main.cf:%u: here \"name = value\" must stand", line);
        return false;
    }
    g_hash_table_replace (postfix->parameters, parameter->name, parameter);
    return true;
}

/* Past one item at text: a word, or all in a pair of braces. */
static const char *
item_end (const char *text)
{
    unsigned depth = 0;

    for (; *text; text++) {
        if (*text == '{')
            depth++;
        else if (*text == '}' && depth > 0)
            depth--;
        else if (depth == 0 && strchr (" \t\r\n,", *text))
            break;
    }
    return text;
}

char **
postfix_list (const char *value)
{
    g_autoptr (GPtrArray) items = g_ptr_array_new ();

    for (const char *at = value + strspn (value, " \t\r\n,"); *at;) {
        const char *end = item_end (at);
        g_ptr_array_add (items, g_strndup (at, (gsize)(end - at)));
        at = end + strspn (end, " \t\r\n,");
    }
    g_ptr_array_add (items, NULL);
    return (char **)g_ptr_array_steal (items, NULL);
}

/* master(5): words, commas are part of them. */
static char **
split_words (const char *text)
{
    g_autoptr (GPtrArray) words = g_ptr_array_new ();

    for (const char *at = text + strspn (text, " \t\r\n"); *at;) {
        unsigned depth = 0;
        const char *end = at;
        for (; *end && (depth > 0 || !strchr (" \t\r\n", *end)); end++)
            depth = *end == '{' ? depth + 1 : *end == '}' && depth > 0 ? depth - 1 : depth;
        g_ptr_array_add (words, g_strndup (at, (gsize)(end - at)));
        at = end + strspn (end, " \t\r\n");
    }
    g_ptr_array_add (words, NULL);
    return (char **)g_ptr_array_steal (words, NULL);
}

/* "-o name=value", "-o { name = value }", "-oname=value". */
static void
take_options (PostfixService *service, char **words)
{
    for (unsigned i = 0; words[i]; i++) {
        if (!g_str_has_prefix (words[i], "-o"))
            continue;
        const char *text = words[i][2] ? words[i] + 2 : words[i + 1];
        size_t length = text ? strlen (text) : 0;
        if (length == 0)
            return;
        i += words[i][2] == '\0';
        bool braces = *text == '{' && text[length - 1] == '}';
        g_autofree char *bare = g_strndup (text + braces, length - 2 * (gsize)braces);
        PostfixParameter *option = parameter_new (bare, service->line);
        if (option)
            g_ptr_array_add (service->options, option);
    }
}

static bool
take_service (Postfix *postfix, const char *text, unsigned line, GError **error)
{
    g_auto (GStrv) words = split_words (text);

    if (g_strv_length (words) < 8) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "master.cf:%u: a service has eight fields, here are %u", line,
                     g_strv_length (words));
        return false;
    }
    PostfixService *service = g_new0 (PostfixService, 1);
    service->name = g_strdup (words[0]);
    service->type = g_strdup (words[1]);
    service->chroot = *words[4] == 'y';
    service->command = g_strdup (words[7]);
    service->line = line;
    service->options = g_ptr_array_new_with_free_func ((GDestroyNotify)parameter_free);
    take_options (service, words + 8);
    g_ptr_array_add (postfix->services, service);
    return true;
}

Postfix *
postfix_read (const char *dir, GError **error)
{
    g_autoptr (Postfix) postfix = g_new0 (Postfix, 1);

    postfix->parameters =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)parameter_free);
    postfix->services = g_ptr_array_new_with_free_func ((GDestroyNotify)service_free);
    if (!read_lines (postfix, dir, "main.cf", take_parameter, error) ||
        !read_lines (postfix, dir, "master.cf", take_service, error))
        return NULL;
    return g_steal_pointer (&postfix);
}

static const PostfixParameter *
find_option (const PostfixService *service, const char *name)
{
    const PostfixParameter *found = NULL;

    for (unsigned i = 0; service && i < service->options->len; i++) {
        const PostfixParameter *option = g_ptr_array_index (service->options, i);
        if (strcmp (option->name, name) == 0)
            found = option;
    }
    return found;
}

static const char *
find_default (const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (defaults); i++)
        if (strcmp (defaults[i].name, name) == 0)
            return defaults[i].value;
    return "";
}

static char *expand (const Postfix *postfix, const PostfixService *service, const char *text,
                     unsigned depth);

static char *
value_of (const Postfix *postfix, const PostfixService *service, const char *name,
          unsigned depth)
{
    const PostfixParameter *found = find_option (service, name);

    if (!found)
        found = g_hash_table_lookup (postfix->parameters, name);
    return expand (postfix, service, found ? found->value : find_default (name), depth);
}

/* The name that "$" at text is before: "$name", "${name}", "$(name)"; the rest is left as it
 * stands. Returns past it. */
static const char *
read_name (const char *text, char **ret_name)
{
    bool bracket = *text == '{' || *text == '(';
    const char *begin = text + bracket, *end = begin;

    while (g_ascii_isalnum (*end) || *end == '_')
        end++;
    if (end == begin || (bracket && *end != '}' && *end != ')'))
        return text;
    *ret_name = g_strndup (begin, (gsize)(end - begin));
    return end + bracket;
}

static char *
expand (const Postfix *postfix, const PostfixService *service, const char *text, unsigned depth)
{
    GString *out = g_string_new (NULL);

    while (*text) {
        g_autofree char *name = NULL;
        const char *end = *text == '$' ? read_name (text + 1, &name) : text + 1;
        if (name && depth < DEEPEST_EXPANSION) {
            g_autofree char *value = value_of (postfix, service, name, depth + 1);
            g_string_append (out, value);
        } else {
            g_string_append_len (out, text, end - text);
        }
        text = end;
    }
    return g_string_free (out, FALSE);
}

char *
postfix_value (const Postfix *postfix, const PostfixService *service, const char *name,
               char **ret_place)
{
    const PostfixParameter *option = find_option (service, name);
    const PostfixParameter *general = g_hash_table_lookup (postfix->parameters, name);

    if (ret_place)
        *ret_place = option    ? g_strdup_printf ("master.cf:%u", option->line)
                     : general ? g_strdup_printf ("main.cf:%u", general->line)
                               : g_strdup ("main.cf");
    return value_of (postfix, service, name, 0);
}
