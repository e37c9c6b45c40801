/* SPDX-License-Identifier: BSD-2-Clause */

/* The edit value. */

#include "licet/edit.h"

#include <string.h>

Edit *
edit_cut_new (const char *why, unsigned leaf, size_t start, size_t end, const char *where,
              const char *rule)
{
    Edit *edit = g_new0 (Edit, 1);

    edit->kind = EDIT_CUT;
    edit->why = why;
    edit->leaf = leaf;
    edit->start = start;
    edit->end = end;
    edit->where = g_strdup (where);
    edit->rule = g_strdup (rule);
    return edit;
}

Edit *
edit_replace_new (const char *why, unsigned leaf, size_t start, size_t end, const char *with,
                  const char *where, const char *rule)
{
    Edit *edit = edit_cut_new (why, leaf, start, end, where, rule);

    edit->kind = EDIT_REPLACE;
    edit->value = g_strdup (with);
    return edit;
}

Edit *
edit_insert_new (const char *why, unsigned leaf, size_t at, const char *text, const char *where,
                 const char *rule)
{
    Edit *edit = edit_cut_new (why, leaf, at, at, where, rule);

    edit->kind = EDIT_INSERT;
    edit->value = g_strdup (text);
    return edit;
}

Edit *
edit_drop_new (const char *why, unsigned leaf, size_t bytes, const char *where,
               const char *rule)
{
    Edit *edit = edit_cut_new (why, leaf, 0, bytes, where, rule);

    edit->kind = EDIT_DROP;
    return edit;
}

Edit *
edit_header_new (EditKind kind, const char *why, unsigned field, const char *name,
                 const char *value, const char *rule)
{
    Edit *edit = g_new0 (Edit, 1);

    edit->kind = kind;
    edit->why = why;
    edit->field = field;
    edit->name = g_strdup (name);
    edit->value = g_strdup (value);
    edit->where = name ? g_strdup (edit_field_words (name)) : NULL;
    edit->rule = g_strdup (rule);
    return edit;
}

const char *
edit_field_words (const char *name)
{
    static const char plain[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_";

    return *name && name[strspn (name, plain)] == '\0' ? name : "a field whose name is no word";
}

bool
edit_is_of_body (const Edit *edit)
{
    return edit->kind == EDIT_CUT || edit->kind == EDIT_REPLACE || edit->kind == EDIT_INSERT ||
           edit->kind == EDIT_DROP || edit->kind == EDIT_ENCODE;
}

void
edit_free (Edit *edit)
{
    if (!edit)
        return;
    g_free (edit->name);
    g_free (edit->value);
    g_free (edit->where);
    g_free (edit->rule);
    g_free (edit->removed_hash);
    g_free (edit->begins);
    g_free (edit);
}
