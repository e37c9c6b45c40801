/* SPDX-License-Identifier: BSD-2-Clause */

#include "tags.h"

#include <stdbool.h>
#include <string.h>

void
tag_list_free (TagList *list)
{
    if (!list)
        return;
    g_ptr_array_unref (list->names);
    g_ptr_array_unref (list->values);
    g_free (list->problem);
    g_free (list);
}

const char *
tag_list_get (const TagList *list, const char *name)
{
    for (unsigned i = 0; i < list->names->len; i++)
        if (strcmp (g_ptr_array_index (list->names, i), name) == 0)
            return g_ptr_array_index (list->values, i);
    return NULL;
}

static bool
is_name (const char *name)
{
    if (!g_ascii_isalpha (*name))
        return false;
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum (*c) && *c != '_')
            return false;
    return true;
}

static char *
check_tag (const TagList *list, const char *name, const char *value)
{
    if (!is_name (name))
        return g_strdup_printf ("\"%s\" is no name of a tag", name);
    if (tag_list_get (list, name))
        return g_strdup_printf ("%s= stands twice", name);
    for (const char *c = value; *c; c++)
        if (*c > '~' || *c < ' ')
            if (*c != '\t')
                return g_strdup_printf ("%s= has a character that may not stand there", name);
    return NULL;
}

TagList *
tag_list_parse (const char *text)
{
    TagList *list = g_new0 (TagList, 1);
    g_auto (GStrv) parts = g_strsplit (text, ";", -1);

    list->names = g_ptr_array_new_with_free_func (g_free);
    list->values = g_ptr_array_new_with_free_func (g_free);
    for (char **part = parts; *part && !list->problem; part++) {
        if (!*g_strstrip (*part) && !part[1])
            break; /* the last ";" may stand or not */
        const char *equals = strchr (*part, '=');
        if (!equals) {
            list->problem = g_strdup_printf ("\"%.40s\" is no tag", *part);
            break;
        }
        char *name = g_strstrip (g_strndup (*part, (size_t)(equals - *part)));
        char *value = g_strstrip (g_strdup (equals + 1));
        list->problem = check_tag (list, name, value);
        g_ptr_array_add (list->names, name);
        g_ptr_array_add (list->values, value);
    }
    return list;
}
