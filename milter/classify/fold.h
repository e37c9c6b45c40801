/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_FOLD_H
#define LICET_CLASSIFY_FOLD_H

/* Two ways to make texts comparable; both take UTF-8, are linear in it, and the caller frees. */

/* Without case, composed (NFC). */
char *fold_case (const char *text);

/* As people type: also without accents and vowel points, compatibility forms as plain letters, the
 * Arabic letters that are written in several ways as one of them, nothing without width, and blanks and
 * ends of lines as one blank. */
char *fold_loose (const char *text);

#endif
