/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Edits as calls of libmilter. Removing and replacing goes from the last field to the first, so
 * that the numbers of the earlier ones of the same name stay right; inserting always happens at
 * the top (index 0 is above Postfix's own Received), in reverse, so that the list keeps its order.
 */

#include "apply.h"

#include <string.h>

#include "guard.h"

#include "licet/error.h"

/* Postfix takes no more in one packet of the protocol. */
#define BODY_CHUNK 65535

static bool
refused (GError **error, const char *what)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL, "libmilter refused to %s", what);
    return false;
}

/* As libmilter wants a value: a leading blank, folds with LF alone. Caller frees. */
static char *
wire_value (const char *value)
{
    g_autoptr (GString) text = g_string_new (" ");

    for (const char *c = value; *c; c++)
        if (c[0] != '\r' || c[1] != '\n')
            g_string_append_c (text, *c);
    return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Fields of one name are counted from 1. */
static int
instance_of (const Session *session, unsigned field)
{
    const char *name = g_ptr_array_index (session->names, field);
    int instance = 0;

    for (unsigned i = 0; i <= field; i++)
        instance += g_ascii_strcasecmp (g_ptr_array_index (session->names, i), name) == 0;
    return instance;
}

static bool
change_field (SMFICTX *ctx, const Session *session, const Edit *edit, GError **error)
{
    /* The fields as parsed must be the fields as Postfix counts them. */
    if (edit->field >= session->names->len ||
        g_ascii_strcasecmp (g_ptr_array_index (session->names, edit->field), edit->name) != 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL,
                     "header field %u is not the one that was parsed", edit->field);
        return false;
    }
    char *name = g_ptr_array_index (session->names, edit->field);
    g_autofree char *value =
        edit->kind == EDIT_HEADER_REPLACE ? wire_value (edit->value) : NULL;
    if (smfi_chgheader (ctx, name, instance_of (session, edit->field), value) != MI_SUCCESS)
        return refused (error, "change a header field");
    return true;
}

static int
compare_fields_descending (const void *a, const void *b)
{
    const Edit *first = *(const Edit *const *)a, *second = *(const Edit *const *)b;

    return first->field < second->field ? 1 : first->field > second->field ? -1 : 0;
}

static bool
change_fields (SMFICTX *ctx, const Session *session, const GPtrArray *edits, GError **error)
{
    g_autoptr (GPtrArray) changes = g_ptr_array_new ();

    for (unsigned i = 0; i < edits->len; i++) {
        Edit *edit = g_ptr_array_index (edits, i);
        if (edit->kind == EDIT_HEADER_REMOVE || edit->kind == EDIT_HEADER_REPLACE)
            g_ptr_array_add (changes, edit);
    }
    g_ptr_array_sort (changes, compare_fields_descending);
    for (unsigned i = 0; i < changes->len; i++)
        if (!change_field (ctx, session, g_ptr_array_index (changes, i), error))
            return false;
    return true;
}

static bool
insert_fields (SMFICTX *ctx, const GPtrArray *edits, GError **error)
{
    for (unsigned i = edits->len; i-- > 0;) {
        const Edit *edit = g_ptr_array_index (edits, i);
        if (edit->kind != EDIT_HEADER_INSERT)
            continue;
        g_autofree char *value = wire_value (edit->value);
        if (smfi_insheader (ctx, 0, edit->name, value) != MI_SUCCESS)
            return refused (error, "insert a header field");
    }
    return true;
}

/* The part after the first empty line. */
static const unsigned char *
body_of (GBytes *bytes, size_t *ret_length)
{
    size_t length = 0;
    const unsigned char *data = g_bytes_get_data (bytes, &length);
    const unsigned char *empty = memmem (data, length, "\r\n\r\n", 4);
    size_t offset = empty ? (size_t)(empty - data) + 4 : length;

    *ret_length = length - offset;
    return data + offset;
}

static bool
replace_body (SMFICTX *ctx, const unsigned char *body, size_t length, GError **error)
{
    do {
        size_t chunk = MIN (length, BODY_CHUNK);
        if (smfi_replacebody (ctx, (unsigned char *)body, (int)chunk) != MI_SUCCESS)
            return refused (error, "replace the body");
        body += chunk;
        length -= chunk;
    } while (length > 0);
    return true;
}

bool
apply_variant (SMFICTX *ctx, const Session *session, GBytes *original, const Variant *variant,
               GError **error)
{
    size_t size = 0, new_length = 0;
    const unsigned char *data = g_bytes_get_data (original, &size);
    const unsigned char *body = data + session->body_offset;
    size_t length = size - session->body_offset;
    const unsigned char *new_body = body_of (variant->bytes, &new_length);

    if (!change_fields (ctx, session, variant->edits, error) ||
        !insert_fields (ctx, variant->edits, error))
        return false;
    if (new_length == length && (length == 0 || memcmp (new_body, body, length) == 0))
        return true;
    return replace_body (ctx, new_body, new_length, error);
}

bool
apply_hold (SMFICTX *ctx, const char *reason, GError **error)
{
    if (smfi_quarantine (ctx, (char *)reason) != MI_SUCCESS)
        return refused (error, "hold the message");
    return true;
}

bool
apply_route (SMFICTX *ctx, const char *why, GError **error)
{
    g_autofree char *value = why ? g_strconcat (" ", why, NULL) : NULL;

    if (value && smfi_insheader (ctx, 0, (char *)"X-Licet-Unsigned", value) != MI_SUCCESS)
        return refused (error, "insert X-Licet-Unsigned");
    if (smfi_insheader (ctx, 0, (char *)"X-Licet-Route", (char *)" split") != MI_SUCCESS)
        return refused (error, "insert X-Licet-Route");
    return true;
}

bool
apply_unmark (SMFICTX *ctx, GError **error)
{
    if (smfi_chgheader (ctx, (char *)GUARD_FIELD, 1, NULL) != MI_SUCCESS)
        return refused (error, "take the mark off");
    return true;
}
