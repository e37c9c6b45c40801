/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_CANON_H
#define SIGN_CANON_H

#include <glib.h>
#include <stddef.h>

/*
 * The "relaxed" forms of RFC 6376. Pure, one pass, linear. Only CRLF ends a line; a bare CR or
 * LF is a byte like others.
 */

/* Takes the next bytes of a canonical body; they are borrowed and never empty. */
typedef void (*CanonSink) (const char *bytes, size_t length, void *data);

/* RFC 6376 3.4.4. The bytes come in few pieces, most of them straight from body. */
void canon_body (const char *body, size_t length, CanonSink sink, void *data);

/* RFC 6376 3.4.2: appends one field, without a CRLF at its end. field is "Name: value", with
 * its folds and with or without its final CRLF. */
void canon_header (const char *field, size_t length, GString *out);

#endif
