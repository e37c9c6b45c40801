/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_ENCODED_H
#define LICET_CLASSIFY_ENCODED_H

#include <glib.h>
#include <stdbool.h>

/*
 * Bytes that are text in an encoding nobody declared. All functions are linear and take any bytes;
 * the caller frees.
 */

/* UTF-16 of Latin letters becomes ASCII. */
GString *encoded_without_nul (const char *data, size_t length);

/* Line ends as on the wire. */
GBytes *encoded_with_crlf (GBytes *content);

/* Enough of a file to tell what it is. */
enum { ENCODED_HEAD = 512 };

/* Whether the beginning, of that length, looks like text, UTF-16 of Latin letters included. */
bool encoded_is_text (const char *data, size_t length);

/* What stands between "begin 644 name" and "end". */
GString *encoded_uu (const char *data, size_t length);

/* All lines of base64 that stand together, have at least 40 letters and are text. */
GString *encoded_base64 (const char *data, size_t length);

/* The text with quoted-printable escapes resolved, and whether it has several. */
GString *encoded_escapes (const char *data, size_t length);
bool encoded_has_escapes (const char *data, size_t length);

#endif
