/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_VOCABULARY_H
#define LICET_CLASSIFY_VOCABULARY_H

#include "trie.h"
#include "wording.h"
#include "words.h"

/* What words_load makes of the files and words_count walks through. */

/* Each is found as it is written and as fold_loose makes it. */
typedef struct {
    TrieKey key;
    const char *written;
    unsigned language;
    unsigned number; /* the same for both spellings */
    WordGroup group;
    Purpose purpose;
    bool prefix;    /* any ending */
    bool substring; /* of a script that puts no blanks between words */
    bool edge;      /* stands at the beginning or end of a word, being short */
} Term;

struct Words {
    GPtrArray *terms;     /* of Term; owns them */
    GPtrArray *languages; /* of char * */
    GStringChunk *written;
    unsigned numbers;
    Trie *words;                        /* that begin a word */
    Trie *substrings;                   /* that stand anywhere */
    Trie *offers, *offer_substrings;    /* of these the promotional ones */
    Trie *settled, *settled_substrings; /* and those that words_settled looks for */
    Cues *cues;
    Wording *wording;
    gatomicrefcount references;
};

#endif
