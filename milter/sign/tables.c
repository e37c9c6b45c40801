/* SPDX-License-Identifier: BSD-2-Clause */

/* Readers of OpenDKIM's tables. */

#include "tables.h"

#include <string.h>

#include "licet/error.h"
#include "licet/limits.h"
#include "licet/signer.h"

static void
free_key_row (void *data)
{
    KeyRow *row = data;

    g_free (row->name);
    g_free (row->domain);
    g_free (row->selector);
    g_free (row->file);
    g_free (row->place);
    g_free (row);
}

static void
free_signing_row (void *data)
{
    SigningRow *row = data;

    g_free (row->pattern);
    g_free (row->name);
    g_free (row->identity);
    g_free (row->place);
    g_free (row);
}

static void
add_problem (GPtrArray *problems, const char *place, const char *what, const char *right)
{
    g_ptr_array_add (problems,
                     g_strdup_printf ("%s: %s; right would be %s", place, what, right));
}

static bool
finish (GPtrArray *problems, GError **error)
{
    if (problems->len == 0)
        return true;
    g_ptr_array_add (problems, NULL);
    g_autofree char *text = g_strjoinv ("\n", (char **)problems->pdata);
    g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS, "%s", text);
    return false;
}

/* The path of a data set, or NULL. */
static const char *
path_of (const char *setting, bool *ret_patterns, GError **error)
{
    *ret_patterns = g_str_has_prefix (setting, "refile:");
    if (*ret_patterns)
        return setting + strlen ("refile:");
    if (g_str_has_prefix (setting, "file:"))
        return setting + strlen ("file:");
    if (strchr (setting, ':') || strchr (setting, ',')) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: a kind of data set that is not read here; right would be a file, as "
                     "/path, file:/path or refile:/path",
                     setting);
        return NULL;
    }
    return setting;
}

GPtrArray *
tables_read_lines (const char *setting, bool *ret_patterns, GError **error)
{
    g_autoptr (GError) cause = NULL;
    g_autofree char *text = NULL;
    size_t length = 0;
    const char *path = path_of (setting, ret_patterns, error);

    if (!path)
        return NULL;
    if (!g_file_get_contents (path, &text, &length, &cause)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
        return NULL;
    }
    if (length > LIMIT_CONFFILE_BYTES || memchr (text, 0, length)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS, "%s: %s", path,
                     length > LIMIT_CONFFILE_BYTES ? "too long for a table" : "a NUL byte");
        return NULL;
    }
    GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
    g_auto (GStrv) all = g_strsplit (text, "\n", -1);
    for (unsigned i = 0; all[i]; i++) {
        all[i][strcspn (all[i], "#\r")] = '\0';
        if (!*g_strstrip (all[i]))
            continue;
        g_ptr_array_add (lines, g_strdup (all[i]));
        g_ptr_array_add (lines, g_strdup_printf ("%s:%u", path, i + 1));
    }
    return lines;
}

/* Splits "key value"; value is "" when there is none. */
static char *
split_line (const char *line, const char **ret_value)
{
    size_t key = strcspn (line, " \t");

    *ret_value = line + key + strspn (line + key, " \t");
    return g_strndup (line, key);
}

static KeyRow *
read_key_row (const char *line, const char *place, GPtrArray *problems)
{
    const char *value = NULL;
    KeyRow *row = g_new0 (KeyRow, 1);

    row->name = split_line (line, &value);
    row->place = g_strdup (place);
    g_auto (GStrv) parts = g_strsplit (value, ":", 3);
    if (g_strv_length (parts) != 3 || !*g_strstrip (parts[2])) {
        add_problem (problems, place, "no row of a KeyTable", "name domain:selector:file");
        return row;
    }
    row->domain = g_ascii_strdown (g_strstrip (parts[0]), -1);
    row->selector = g_strdup (g_strstrip (parts[1]));
    row->file = g_strdup (parts[2]);
    if (strcmp (row->domain, "%") != 0 && !signer_is_name (row->domain))
        add_problem (problems, place, "the first value is no domain",
                     "example.org, or % for that of From");
    if (!signer_is_name (row->selector))
        add_problem (problems, place, "the second value is no selector",
                     "letters, digits, - and .");
    return row;
}

GPtrArray *
tables_read_keys (const char *setting, GError **error)
{
    bool patterns = false;
    g_autoptr (GPtrArray) lines = tables_read_lines (setting, &patterns, error);
    g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_key_row);
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

    for (unsigned i = 0; lines && i + 1 < lines->len; i += 2) {
        const char *place = g_ptr_array_index (lines, i + 1);
        KeyRow *row = read_key_row (g_ptr_array_index (lines, i), place, problems);
        g_ptr_array_add (rows, row);
        if (!g_hash_table_add (seen, row->name))
            add_problem (problems, place, "a second key of this name", "another name");
    }
    return lines && finish (problems, error) ? g_steal_pointer (&rows) : NULL;
}

static SigningRow *
read_signing_row (const char *line, const char *place, GPtrArray *problems)
{
    const char *value = NULL;
    g_autofree char *pattern = split_line (line, &value);
    SigningRow *row = g_new0 (SigningRow, 1);
    const char *colon = strchr (value, ':');

    row->pattern = g_ascii_strdown (pattern, -1);
    row->name = colon ? g_strndup (value, (size_t)(colon - value)) : g_strdup (value);
    row->identity = colon && colon[1] ? g_strdup (colon + 1) : NULL;
    row->place = g_strdup (place);
    if (!*g_strstrip (row->name) || strpbrk (row->name, " \t"))
        add_problem (problems, place, "no row of a SigningTable",
                     "pattern name, where the KeyTable has that name");
    if (row->identity && !strchr (g_strstrip (row->identity), '@'))
        add_problem (problems, place, "the signer after the colon is no address",
                     "@example.org (RFC 6376 3.5, i=)");
    return row;
}

/* In a plain file only "*" and "user@*" are keys that are ever looked up. */
static void
check_literal (const SigningRow *row, const char *path, GPtrArray *problems)
{
    const char *star = strchr (row->pattern, '*');

    if (!star || (!star[1] && (star == row->pattern || star[-1] == '@')))
        return;
    g_autofree char *what = g_strdup_printf (
        "\"%s\" is a pattern, and a plain file's rows are no patterns", row->pattern);
    g_autofree char *right = g_strdup_printf ("refile:%s", path);
    add_problem (problems, row->place, what, right);
}

SigningTable *
tables_read_signing (const char *setting, GError **error)
{
    g_autoptr (SigningTable) table = g_new0 (SigningTable, 1);
    g_autoptr (GPtrArray) lines = tables_read_lines (setting, &table->patterns, error);
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

    table->rows = g_ptr_array_new_with_free_func (free_signing_row);
    for (unsigned i = 0; lines && i + 1 < lines->len; i += 2) {
        SigningRow *row = read_signing_row (g_ptr_array_index (lines, i),
                                            g_ptr_array_index (lines, i + 1), problems);
        g_ptr_array_add (table->rows, row);
        if (!table->patterns)
            check_literal (row, path_of (setting, &table->patterns, NULL), problems);
    }
    return lines && finish (problems, error) ? g_steal_pointer (&table) : NULL;
}

void
tables_free_signing (SigningTable *table)
{
    if (!table)
        return;
    g_clear_pointer (&table->rows, g_ptr_array_unref);
    g_free (table);
}

/* Linear but for the text that a star may have taken too little of. */
bool
tables_glob (const char *pattern, const char *text)
{
    const char *star = NULL, *retry = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            retry = text;
        } else if (g_ascii_tolower (*pattern) == g_ascii_tolower (*text)) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++retry;
        } else {
            return false;
        }
    }
    return !pattern[strspn (pattern, "*")];
}

/* The rows for user@host, or for the host alone when user is NULL. */
static void
look_up (const SigningTable *table, GPtrArray *found, const char *user, const char *host)
{
    g_autofree char *wanted = user ? g_strconcat (user, "@", host, NULL) : g_strdup (host);

    for (unsigned i = 0; i < table->rows->len; i++) {
        SigningRow *row = g_ptr_array_index (table->rows, i);
        if (strcmp (row->pattern, wanted) == 0)
            g_ptr_array_add (found, row);
    }
}

static void
look_up_parents (const SigningTable *table, GPtrArray *found, const char *user,
                 const char *host)
{
    for (const char *dot = strchr (host, '.'); dot; dot = strchr (dot + 1, '.'))
        look_up (table, found, user, dot);
}

GPtrArray *
tables_match (const SigningTable *table, const char *address)
{
    GPtrArray *found = g_ptr_array_new ();
    const char *at = strrchr (address, '@');
    const char *host = at ? at + 1 : address;
    g_autofree char *user = g_strndup (address, at ? (size_t)(at - address) : 0);

    for (unsigned i = 0; table->patterns && i < table->rows->len; i++) {
        SigningRow *row = g_ptr_array_index (table->rows, i);
        if (tables_glob (row->pattern, address))
            g_ptr_array_add (found, row);
    }
    if (table->patterns)
        return found;
    look_up (table, found, user, host);
    look_up (table, found, NULL, host);
    look_up_parents (table, found, user, host);
    look_up_parents (table, found, NULL, host);
    look_up (table, found, user, "*");
    look_up (table, found, NULL, "*");
    return found;
}
