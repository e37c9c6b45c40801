/* SPDX-License-Identifier: BSD-2-Clause */

#include "report.h"

#include <string.h>

#include "licet/limits.h"

enum { REPORT_BYTES = 1024 * 1024 }; /* of a thousand recipients some 300 kB */

struct ReportFields {
    GHashTable *values; /* name in lower case -> value */
};

static ReportFields *
fields_new (void)
{
    ReportFields *fields = g_new0 (ReportFields, 1);

    fields->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    return fields;
}

static void
fields_free (void *data)
{
    ReportFields *fields = data;

    g_hash_table_unref (fields->values);
    g_free (fields);
}

const char *
report_field (const ReportFields *fields, const char *name)
{
    g_autofree char *lower = g_ascii_strdown (name, -1);

    return g_hash_table_lookup (fields->values, lower);
}

static void
add_field (ReportFields *fields, const char *line)
{
    const char *colon = strchr (line, ':');
    g_autofree char *name = colon ? g_ascii_strdown (line, colon - line) : NULL;

    if (!name || g_hash_table_contains (fields->values, g_strchomp (name)))
        return;
    g_hash_table_insert (fields->values, g_steal_pointer (&name),
                         g_strstrip (g_strdup (colon + 1)));
}

/* Lines that begin with a blank go on with the one before. */
static char *
unfold (const char *text, size_t length)
{
    GString *whole = g_string_sized_new (length);

    for (size_t i = 0; i < length; i++) {
        bool end = text[i] == '\n';
        if (text[i] == '\r' || text[i] == '\0')
            continue;
        if (end && i + 1 < length && (text[i + 1] == ' ' || text[i + 1] == '\t'))
            continue;
        g_string_append_c (whole, text[i]);
    }
    return g_string_free (whole, FALSE);
}

static GPtrArray *
parse_groups (const char *text, size_t length)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func (fields_free);
    g_autofree char *whole = unfold (text, MIN (length, REPORT_BYTES));
    g_auto (GStrv) lines = g_strsplit (whole, "\n", -1);
    ReportFields *open = NULL;

    for (char **line = lines; *line && groups->len <= LIMIT_RECIPIENTS; line++) {
        if (!**line) {
            open = NULL;
            continue;
        }
        if (!open) {
            open = fields_new ();
            g_ptr_array_add (groups, open);
        }
        add_field (open, *line);
    }
    return groups;
}

GPtrArray *
report_groups (const Message *message, const char *type, const char *other_type)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const char *found = message_leaf (message, i)->type;
        if (strcmp (found, type) != 0 && g_strcmp0 (found, other_type) != 0)
            continue;
        g_autoptr (GBytes) bytes = message_leaf_bytes (message, i);
        size_t length = 0;
        const char *data = bytes ? g_bytes_get_data (bytes, &length) : NULL;
        return parse_groups (data ? data : "", length);
    }
    return g_ptr_array_new_with_free_func (fields_free);
}
