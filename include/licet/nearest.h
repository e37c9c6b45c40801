/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_NEAREST_H
#define LICET_NEAREST_H

/* For messages about words that nobody knows: which one was meant? */

/*
 * The word that takes the fewest keystrokes (letters put in, left out, changed or swapped; case
 * counts nothing) to become the given one, when about a third of its letters or fewer are wrong;
 * the first of equals; else one that begins with it. NULL when none is near, and for words of more than 40 bytes. words ends with
 * NULL. Borrowed from words.
 */
const char *nearest_word (const char *const words[], const char *given);

/*
 * At most `most` of the words that have a part of four letters or more in common with the given one,
 * in their order: "milter_socket" for "socket_path". Ends with NULL. The words are borrowed; caller
 * frees the list alone.
 */
const char **nearest_alike (const char *const words[], const char *given, unsigned most);

#endif
