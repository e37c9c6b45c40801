/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_WORDS_H
#define MESSAGE_WORDS_H

#include <glib.h>
#include <stdbool.h>

/* Text as encoded words (RFC 2047), of at most 75 characters each, none of which cuts a letter.
 * They fit into phrases and comments as well (RFC 2047 5). */

/* Appends UTF-8 text as encoded words with a space between them; the first leaves room for `used`
 * characters before it in the line. */
void words_append (GString *out, const char *text, size_t length, size_t used);

/* Appends unstructured text (UTF-8) with the words that have 8-bit bytes encoded; others stay. */
void words_append_mixed (GString *out, const char *text, size_t length, size_t used);

/* Whether a run of characters without blanks is an encoded word. */
bool words_is_encoded (const char *word, size_t length);

/* Whether there is a byte outside of US-ASCII. */
bool words_is_8bit (const char *text, size_t length);

#endif
