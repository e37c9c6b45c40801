/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_HEADERS_H
#define MESSAGE_HEADERS_H

#include "licet/message.h"

/* The fields of the header at the start of data (array of HeaderField) and where the body
 * begins: after the empty line, or at a line that is no field. MALFORMED for no field at all, a
 * field without a name, a bare CR or LF, or a NUL; LIMIT past LIMIT_HEADER_*. */
GPtrArray *headers_scan (const char *data, size_t length, size_t *ret_body, GError **error);

/* The length of the name that a line begins with (RFC 5322 2.2: printable ASCII but the colon);
 * 0 when the line is no field. */
size_t headers_name_length (const char *data, size_t length);

/* A field value with folds turned into single blanks and blanks trimmed. Caller frees. */
char *headers_unfold (const char *value, size_t length);

/* The end of the line that begins at position: the offset after its LF, or length. */
size_t headers_line_end (const char *data, size_t length, size_t position);

#endif
