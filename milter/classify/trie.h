/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_TRIE_H
#define LICET_CLASSIFY_TRIE_H

#include <stddef.h>
#include <string.h>

#include "pairs.h"

/*
 * The terms of a vocabulary as a tree of their bytes: all that begin at one place of a text are
 * found in one walk of as many steps as the longest has bytes, however many terms there are. Most
 * places are told by their first four bytes to have none.
 */

/* With which the struct of a term begins. Text has two bytes or more. */
typedef struct {
    char *text;
    size_t length;
} TrieKey;

enum { TRIE_FOURS = 1 << 15 };

typedef struct {
    GPtrArray *keys;        /* of TrieKey, sorted by text; not owned */
    GArray *nodes;          /* of TrieNode; first those of the pairs, in their order */
    bool first[256];        /* by first byte: whether a term begins with it */
    bool within[256];       /* by byte: of a word of ASCII, and no term begins with it */
    bool between[256];      /* the same of what stands between such words */
    PairSet pairs;          /* with which a term begins */
    guint16 before[1024];   /* by word of the set: pairs in the words before it */
    PairSet brief;          /* with which one of less than four bytes begins */
    bool fours[TRIE_FOURS]; /* by hash of four bytes: whether a longer one begins so */
} Trie;

/* Takes the array, whose elements must outlive the trie, and sorts it by text; of equal texts the
 * first stays the first. */
Trie *trie_new (GPtrArray *keys);
void trie_free (Trie *trie);

/* Calls found for each term that stands at a place for which trie_may_begin is true: the shorter
 * first. */
void trie_find (const Trie *trie, const char *at,
                void (*found) (const TrieKey *key, gpointer data), gpointer data);

/* Of a text with at least four bytes before its end. */
static inline unsigned
trie_four (const char *text)
{
    guint32 bytes;

    memcpy (&bytes, text, sizeof bytes);
    return (bytes * 2654435761u) >> 17;
}

/* Whether a term may stand at a place of a text, before whose end so many bytes are left. */
static inline bool
trie_may_begin (const Trie *trie, const char *at, size_t left)
{
    return (left < sizeof (guint32) || trie->fours[trie_four (at)] ||
            pairs_have (&trie->brief, at)) &&
           pairs_have (&trie->pairs, at);
}

#endif
