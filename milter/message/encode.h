/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_ENCODE_H
#define MESSAGE_ENCODE_H

#include <glib.h>
#include <stdbool.h>

/* Transfer encodings (RFC 2045 6) in the other direction: lines of at most 76 characters, CRLF
 * between them. */

/* CRLF stays a line break; any other byte that is no plain text is escaped. */
void encode_quoted (const char *data, size_t length, GString *out);

/* Quoted-printable whose lines are too long, or that holds bytes that it may not: only such lines
 * change, and what they decode to does not. */
void encode_mend_quoted (const char *data, size_t length, bool eightbit, GString *out);

/* Without a line end after the last line. */
void encode_base64 (const char *data, size_t length, GString *out);

#endif
