/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_JSON_TEXT_H
#define LICET_JSON_TEXT_H

#include <glib.h>
#include <stdint.h>

/*
 * JSON written straight into a text, on one line and without blanks (RFC 8259): a record of the log is
 * made for each recipient and thrown away at once, and a tree of it would cost ten times the text. Of a
 * text that is no UTF-8 the bad bytes become U+FFFD; all control characters are escaped, since who pages
 * through the log has a terminal. Pure.
 */

/* A text with its quotes (section 7); null for NULL. */
void json_text_append (GString *out, const char *text);

/* Members, with the comma before them. The key is NULL in an array and for the outermost value. */

/* A bracket, '{' or '[', and the one that ends it. */
void json_text_begin (GString *out, const char *key, char bracket);
void json_text_end (GString *out, char bracket);
void json_text_put (GString *out, const char *key, const char *text);
void json_text_put_integer (GString *out, const char *key, int64_t number);
/* Six digits, with a point or an exponent: 0.25, 3.0, 1e-7. */
void json_text_put_real (GString *out, const char *key, double number);
void json_text_put_true (GString *out, const char *key);

#endif
