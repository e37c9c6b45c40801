/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_JSON_TEXT_H
#define LICET_AUDIT_JSON_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * JSON written straight into a text, on one line and without blanks (RFC 8259): a record is made
 * for each recipient and thrown away at once, and a tree of it would cost ten times the text. The
 * key is NULL in an array and for the outermost value. Of a text that is no UTF-8 the bad bytes are
 * replaced; all control characters are escaped, since who pages through the log has a terminal.
 */

/* A bracket, '{' or '[', and the one that ends it. */
void json_text_begin (GString *out, const char *key, char bracket);
void json_text_end (GString *out, char bracket);

/* null for a NULL text. */
void json_text_put (GString *out, const char *key, const char *text);
void json_text_put_integer (GString *out, const char *key, int64_t number);
/* Six digits, with a point or an exponent: 0.25, 3.0, 1e-7. */
void json_text_put_real (GString *out, const char *key, double number);
void json_text_put_true (GString *out, const char *key);

#endif
