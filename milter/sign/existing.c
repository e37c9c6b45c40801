/* SPDX-License-Identifier: BSD-2-Clause */

/* Signatures that a message came with. */

#include "existing.h"

#include <string.h>

#include "fields.h"
#include "licet/signer.h"

#define NAME "DKIM-Signature"

static bool
is_named (const Field *field, const char *name)
{
    return strlen (name) == field->name_length &&
           g_ascii_strncasecmp (field->start, name, field->name_length) == 0;
}

static char *
without_blanks (const char *text, size_t length)
{
    GString *out = g_string_sized_new (length);

    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isspace (text[i]))
            g_string_append_c (out, text[i]);
    return g_string_free (out, FALSE);
}

/* A tag (RFC 6376 3.2) without blanks, or NULL. Caller frees. */
static char *
tag_of (const Field *field, const char *tag)
{
    size_t skip = field->name_length + 1, name = strlen (tag);
    g_autofree char *text = without_blanks (field->start + skip, field->length - skip);
    g_auto (GStrv) tags = g_strsplit (text, ";", -1);

    for (char **t = tags; *t; t++)
        if (strncmp (*t, tag, name) == 0 && (*t)[name] == '=')
            return g_strdup (*t + name + 1);
    return NULL;
}

void
existing_signature_free (ExistingSignature *signature)
{
    g_free (signature->domain);
    g_free (signature->selector);
    g_free (signature);
}

static char *
lower_or_empty (char *text)
{
    char *lower = g_ascii_strdown (text ? text : "", -1);

    g_free (text);
    return lower;
}

static GPtrArray *
list_signatures (const Signer *signer, const GArray *fields)
{
    GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)existing_signature_free);

    for (unsigned i = 0; i < fields->len; i++) {
        const Field *field = &g_array_index (fields, Field, i);
        if (!is_named (field, NAME))
            continue;
        ExistingSignature *signature = g_new0 (ExistingSignature, 1);
        signature->field = i;
        signature->domain = lower_or_empty (tag_of (field, "d"));
        signature->selector = lower_or_empty (tag_of (field, "s"));
        signature->ours = signer_has_key (signer, signature->domain, signature->selector);
        g_ptr_array_add (list, signature);
    }
    return list;
}

GPtrArray *
signer_existing (const Signer *signer, GBytes *message)
{
    size_t length = 0, body = 0;
    const char *data = g_bytes_get_data (message, &length);
    g_autoptr (GArray) fields = fields_split (data, length, &body, NULL);

    return fields ? list_signatures (signer, fields) : g_ptr_array_new ();
}

typedef bool (*Keeps) (const Field *field, unsigned number, const void *data);

static GBytes *
keep_fields (GBytes *message, Keeps keeps, const void *wanted)
{
    size_t length = 0, body = 0, from = 0;
    const char *data = g_bytes_get_data (message, &length);
    g_autoptr (GArray) fields = fields_split (data, length, &body, NULL);
    GString *out = g_string_sized_new (length);

    for (unsigned i = 0; fields && i < fields->len; i++) {
        const Field *field = &g_array_index (fields, Field, i);
        from = (size_t)(field->start - data) + field->length;
        if (keeps (field, i, wanted))
            g_string_append_len (out, field->start, (gssize)field->length);
    }
    g_string_append_len (out, data + from, (gssize)(length - from));
    return g_string_free_to_bytes (out);
}

static bool
is_other_field (const Field *field G_GNUC_UNUSED, unsigned number, const void *data)
{
    const GArray *numbers = data;

    for (unsigned i = 0; i < numbers->len; i++)
        if (g_array_index (numbers, unsigned, i) == number)
            return false;
    return true;
}

static bool
is_no_other_signature (const Field *field, unsigned number, const void *data)
{
    return number == *(const unsigned *)data || !is_named (field, NAME);
}

GBytes *
signer_without_fields (GBytes *message, const GArray *numbers)
{
    return keep_fields (message, is_other_field, numbers);
}

GBytes *
existing_alone (GBytes *message, unsigned field)
{
    return keep_fields (message, is_no_other_signature, &field);
}

/* The fields that the entries of h= mean, from the last up (RFC 6376 5.4.2), as they stand. */
static GString *
signed_text (const GArray *fields, const char *names)
{
    g_auto (GStrv) list = g_strsplit (names, ":", -1);
    g_autofree bool *taken = g_new0 (bool, fields->len + 1);
    GString *text = g_string_new (NULL);

    for (char **name = list; *name; name++) {
        unsigned i = fields->len;
        while (i > 0 &&
               (taken[i - 1] || !is_named (&g_array_index (fields, Field, i - 1), *name)))
            i--;
        if (i == 0)
            continue;
        const Field *field = &g_array_index (fields, Field, i - 1);
        taken[i - 1] = true;
        g_string_append_len (text, field->start, (gssize)field->length);
    }
    return text;
}

static bool
is_same_text (GBytes *one, size_t one_from, GBytes *other, size_t other_from)
{
    size_t one_length = 0, other_length = 0;
    const char *first = g_bytes_get_data (one, &one_length);
    const char *second = g_bytes_get_data (other, &other_length);

    return one_length - one_from == other_length - other_from &&
           memcmp (first + one_from, second + other_from, one_length - one_from) == 0;
}

bool
signer_survives (GBytes *before, unsigned field, GBytes *after)
{
    size_t length = 0, old_body = 0, body = 0;
    const char *data = g_bytes_get_data (before, &length);
    g_autoptr (GArray) was = fields_split (data, length, &old_body, NULL);
    data = g_bytes_get_data (after, &length);
    g_autoptr (GArray) is = fields_split (data, length, &body, NULL);

    if (!was || !is || field >= was->len || !is_same_text (before, old_body, after, body))
        return false;
    g_autofree char *names = tag_of (&g_array_index (was, Field, field), "h");
    g_autoptr (GString) old_text = signed_text (was, names ? names : "");
    g_autoptr (GString) text = signed_text (is, names ? names : "");
    return g_string_equal (old_text, text);
}
