/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_LETTERS_H
#define LICET_CLASSIFY_LETTERS_H

#include <glib.h>
#include <stdbool.h>

/*
 * A text in the letters that a person takes it for: compatibility forms (NFKC), small capitals and
 * letters in squares as plain ones, what has no width and marks that only strike through dropped,
 * letters of other alphabets that look like Latin ones replaced in words that also have Latin ones.
 * Lower case.
 *
 * Below it, a line each, stand other ways to read some of its words: words wholly of look-alikes or
 * with digits for letters, words without their accents when most letters have one, words formed of
 * letters that stand apart, and text turned round by U+202E. With `backwards`, all words turned
 * round too. Both only add words, so that a search for words finds no fewer.
 *
 * Linear in the text (UTF-8). Caller frees.
 */
char *letters_plain (const char *text, bool backwards);

#endif
