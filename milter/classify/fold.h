/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_FOLD_H
#define LICET_CLASSIFY_FOLD_H

#include <stddef.h>

/* Ways to make texts comparable; all take UTF-8, are linear in it, and the caller frees. */

/* The bytes of [text, text + length) with small letters for the capitals of ASCII, and a NUL behind. */
char *fold_ascii (const char *text, size_t length);

/* Without case, composed (NFC). */
char *fold_case (const char *text);

/* As people type: also without accents and vowel points, compatibility forms as plain letters, the
 * Arabic letters that are written in several ways as one of them, nothing without width, and blanks and
 * ends of lines as one blank. */
char *fold_loose (const char *text);

/* Without case, accents and compatibility forms, and with one kind of apostrophe, dash and blank. */
char *fold_open (const char *text);

#endif
