/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Signs with libopendkim. It is told which fields to sign by being given no others, in the order
 * of h=. What depends on one message are options of its library handle, so each has its own.
 */

#include "engine.h"

#include <dkim.h>
#include <string.h>

#include "licet/error.h"
#include "value.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DKIM_LIB, dkim_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DKIM, dkim_free)

static char *
fail (GError **error, const char *what)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL, "libopendkim: %s", what);
    return NULL;
}

static bool
set_option (DKIM_LIB *library, dkim_opts_t option, const void *value, size_t size)
{
    return dkim_options (library, DKIM_OP_SETOPT, option, (void *)value, size) == DKIM_STAT_OK;
}

static DKIM_LIB *
open_library (const Subject *subject, const Key *key)
{
    g_autoptr (DKIM_LIB) library = dkim_init (NULL, NULL);
    uint64_t now = (uint64_t)subject->now, lifetime = (uint64_t)key->lifetime;
    void **names = subject->choice->oversigned->pdata;

    if (!library || !set_option (library, DKIM_OPTS_FIXEDTIME, &now, sizeof now) ||
        !set_option (library, DKIM_OPTS_SIGNATURETTL, &lifetime, sizeof lifetime) ||
        !set_option (library, DKIM_OPTS_OVERSIGNHDRS, names, sizeof (unsigned char **)))
        return NULL;
    return g_steal_pointer (&library);
}

/* The name in the letters of h=, then the field as it stands, without its CRLF. */
static DKIM_STAT
feed_field (DKIM *dkim, const Field *field, const char *name)
{
    g_autoptr (GString) text = g_string_new (name);

    g_string_append_len (text, field->start + field->name_length,
                         (gssize)(field->length - field->name_length));
    if (g_str_has_suffix (text->str, "\r\n"))
        g_string_truncate (text, text->len - 2);
    return dkim_header (dkim, (unsigned char *)text->str, text->len);
}

static DKIM_STAT
feed (DKIM *dkim, const Subject *subject)
{
    unsigned char line_end[] = "\r\n";
    const Choice *choice = subject->choice;
    const char *body = subject->body;
    size_t length = subject->body_length;
    DKIM_STAT status = DKIM_STAT_OK;

    for (unsigned i = 0; i < choice->fields->len && status == DKIM_STAT_OK; i++)
        status = feed_field (dkim, &g_array_index (choice->fields, Field, i),
                             g_ptr_array_index (choice->names, i));
    if (status == DKIM_STAT_OK)
        status = dkim_eoh (dkim);
    if (status == DKIM_STAT_OK && length > 0)
        status = dkim_body (dkim, (unsigned char *)body, length);
    /* RFC 6376 3.4.4 adds the CRLF that a body lacks; libopendkim leaves that to SMTP. */
    bool ended = length == 0 || (length >= 2 && memcmp (body + length - 2, line_end, 2) == 0);
    if (status == DKIM_STAT_OK && !ended)
        status = dkim_body (dkim, line_end, 2);
    return status == DKIM_STAT_OK ? dkim_eom (dkim, NULL) : status;
}

char *
opendkim_sign (const Subject *subject, const Signing *signing, GError **error)
{
    const Key *key = signing->key;
    DKIM_STAT status = DKIM_STAT_OK;
    unsigned char *value = NULL;
    size_t length = 0;

    g_autoptr (DKIM_LIB) library = open_library (subject, key);
    if (!library)
        return fail (error, "it does not start");
    g_autoptr (DKIM) dkim =
        dkim_sign (library, (const unsigned char *)"licet", NULL,
                   (dkim_sigkey_t)g_bytes_get_data (key->pem, NULL),
                   (const unsigned char *)key->selector, (const unsigned char *)signing->domain,
                   DKIM_CANON_RELAXED, DKIM_CANON_RELAXED, DKIM_SIGN_RSASHA256, -1, &status);
    if (!dkim)
        return fail (error, dkim_getresultstr (status));
    if (signing->identity)
        status = dkim_set_signer (dkim, (const unsigned char *)signing->identity);
    if (status == DKIM_STAT_OK)
        status = feed (dkim, subject);
    if (status == DKIM_STAT_OK)
        status = dkim_getsighdr_d (dkim, strlen (VALUE_FIELD), &value, &length);
    if (status != DKIM_STAT_OK)
        return fail (error, dkim_getresultstr (status));
    return g_strndup ((char *)value, length);
}
