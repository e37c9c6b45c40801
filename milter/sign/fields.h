/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_FIELDS_H
#define SIGN_FIELDS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* One header field within the bytes of a message, with its folds and its final CRLF. */
typedef struct {
    const char *start;
    size_t length, name_length;
} Field;

/* The header in order (array of Field, which point into message), and where the body begins.
 * MALFORMED for what two readers could split differently: a line that is no field, a bare CR or
 * LF, a NUL; LIMIT past LIMIT_HEADER_*. */
GArray *fields_split (const char *message, size_t length, size_t *ret_body, GError **error);

/* What a signature covers. */
typedef struct {
    GPtrArray *names; /* of h=, static strings: the fields, then the oversigned names */
    GArray *fields;   /* of Field, in the order of names; those of one name as they stand */
    GPtrArray *oversigned; /* static strings, NULL at the end */
    GString *canonical; /* the fields as they are hashed, each with its CRLF: of several fields
                              of one name the last comes first (RFC 6376 5.4.2) */
} Choice;

/* MALFORMED unless there is exactly one From. */
Choice *fields_choose (const GArray *fields, GError **error);
void fields_choice_free (Choice *choice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Choice, fields_choice_free)

#endif
