/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_WORDLIST_H
#define LICET_POLICY_WORDLIST_H

#include <glib.h>
#include <stdbool.h>

/* Words that texts are searched for, all of them in one pass. Texts are folded (policy_fold). A
 * word of fewer than six characters must stand alone in scripts that put blanks between words. */
typedef struct WordList WordList;

/* Takes the words, which are folded here. */
WordList *wordlist_new (char **words);
void wordlist_free (WordList *list);

/* The first of the words that the text has, borrowed; NULL when it has none. */
const char *wordlist_find (const WordList *list, const char *text);
bool wordlist_finds (const WordList *list, const char *text);
/* Addresses are made by machines: only long words in one piece mean what they say there. */
bool wordlist_finds_target (const WordList *list, const char *target);

#endif
