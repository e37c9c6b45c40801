/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_FOLDS_H
#define MESSAGE_FOLDS_H

#include <glib.h>
#include <stdbool.h>

/* Folds of header fields (RFC 5322 2.2.3). Values are what stands after the colon, without
 * leading blanks and without the CRLF at the end. */

/* Whether a line of the field has more octets than LIMIT_LINE, or nothing but blanks, which some
 * readers take for the end of the header (RFC 5322 4.2). */
bool folds_are_bad (const char *name, const char *value);

/* Whether the header at the start of data has a fold of blanks alone. */
bool folds_have_blank_line (const char *data, size_t length);

/* The value in one line, blanks as they stand; none at its end. Caller frees. */
char *folds_remove (const char *value);

/* An unfolded value in lines of at most 76 characters where there are blanks to fold at. Where
 * none are, and separators is set, lines of more than LIMIT_LINE are folded after a comma and
 * between ">" and "<" as well, which adds a blank. Caller frees. */
char *folds_add (const char *name, const char *value, bool separators);

#endif
