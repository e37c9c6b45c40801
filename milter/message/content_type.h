/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CONTENT_TYPE_H
#define MESSAGE_CONTENT_TYPE_H

/* The value of a Content-Type (folds as written) with another charset: only the parameter's
 * value changes, or it is put at the end. NULL when the field has no one meaning by RFC 2045 5.1.
 * Caller frees. */
char *content_type_with_charset (const char *value, const char *charset);

#endif
