/* SPDX-License-Identifier: BSD-2-Clause */

/* Edits of a copy, told as edits of the original: a milter has only the original's fields. */

#include "licet/rewrite.h"

static bool
is_removed (const GPtrArray *edits, unsigned field)
{
    for (unsigned i = 0; i < edits->len; i++) {
        const Edit *edit = g_ptr_array_index (edits, i);
        if (edit->kind == EDIT_HEADER_REMOVE && edit->field == field)
            return true;
    }
    return false;
}

/* The fields of the copy in order: first those that were inserted, then what is left of the
 * original's. Array of Edit for the former, with NULL and a number for the latter. */
typedef struct {
    Edit *inserted;
    unsigned original;
} Origin;

static GArray *
list_origins (const Message *message, const GPtrArray *edits)
{
    GArray *origins = g_array_new (FALSE, FALSE, sizeof (Origin));

    for (unsigned i = 0; i < edits->len; i++) {
        Origin origin = { g_ptr_array_index (edits, i), 0 };
        if (origin.inserted->kind == EDIT_HEADER_INSERT)
            g_array_append_val (origins, origin);
    }
    for (unsigned i = 0; i < message_field_count (message); i++) {
        Origin origin = { NULL, i };
        if (!is_removed (edits, i))
            g_array_append_val (origins, origin);
    }
    return origins;
}

static Edit *
find_replacement (const GPtrArray *edits, unsigned field)
{
    for (unsigned i = 0; i < edits->len; i++) {
        Edit *edit = g_ptr_array_index (edits, i);
        if (edit->kind == EDIT_HEADER_REPLACE && edit->field == field)
            return edit;
    }
    return NULL;
}

static void
set_value (Edit *edit, const char *value)
{
    g_free (edit->value);
    edit->value = g_strdup (value);
}

static Edit *
copy_header_edit (const Edit *edit, unsigned field)
{
    return edit_header_new (edit->kind, edit->why, field, edit->name, edit->value, edit->rule);
}

static void
adopt_change (GPtrArray *edits, const Edit *edit, const Origin *origin)
{
    Edit *earlier =
        origin->inserted ? origin->inserted : find_replacement (edits, origin->original);

    if (edit->kind == EDIT_HEADER_REPLACE && earlier) {
        set_value (earlier, edit->value);
        return;
    }
    if (earlier)
        g_ptr_array_remove (edits, earlier);
    if (!origin->inserted)
        g_ptr_array_add (edits, copy_header_edit (edit, origin->original));
}

void
rewrite_adopt (const Message *message, Variant *variant, const GPtrArray *later)
{
    GPtrArray *edits = variant->edits;
    g_autoptr (GArray) origins = list_origins (message, edits);
    int top = 0;

    for (unsigned i = 0; i < later->len; i++) {
        const Edit *edit = g_ptr_array_index (later, i);
        if (edit->kind == EDIT_HEADER_INSERT) {
            g_ptr_array_insert (edits, top++, copy_header_edit (edit, 0));
        } else if (edit_is_of_body (edit)) {
            Edit *record = edit_cut_new (edit->why, edit->leaf, edit->start, edit->end,
                                         edit->where, edit->rule);
            record->kind = edit->kind;
            g_ptr_array_add (edits, record);
        } else {
            g_assert (edit->field < origins->len);
            adopt_change (edits, edit, &g_array_index (origins, Origin, edit->field));
        }
    }
}
