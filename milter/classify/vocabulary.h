/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_VOCABULARY_H
#define LICET_CLASSIFY_VOCABULARY_H

#include <string.h>

#include "pairs.h"
#include "words.h"

/* What words_load makes of the files and words_count walks through. */

enum { FOURS = 1 << 15 };

/* Each is found as it is written and as fold_loose makes it. */
typedef struct {
    char *text;
    size_t length;
    const char *written;
    unsigned language;
    unsigned number; /* the same for both spellings */
    WordGroup group;
    Purpose purpose;
    bool prefix;    /* any ending */
    bool substring; /* of a script that puts no blanks between words */
    bool edge;      /* stands at the beginning or end of a word, being short */
} Term;

typedef struct {
    GPtrArray *terms;     /* of Term, sorted by text */
    PairSet pairs;        /* with which a term begins */
    guint16 before[1024]; /* by word of the set: pairs in the words before it */
    GArray *begin;     /* of unsigned: by number of the pair its first term; then their count */
    PairSet brief;     /* with which one of less than four bytes begins */
    bool fours[FOURS]; /* by hash of four bytes: whether a longer one begins so */
    bool ascii;        /* whether one begins with a letter or digit of ASCII */
} Index;

struct Words {
    GPtrArray *terms;     /* of Term; owns them */
    GPtrArray *languages; /* of char * */
    GStringChunk *written;
    unsigned numbers;
    Index *words;                        /* that begin a word */
    Index *substrings;                   /* that stand anywhere */
    Index *offers, *offer_substrings;    /* of these the promotional ones */
    Index *settled, *settled_substrings; /* and those that words_settled looks for */
    Cues *cues;
    gatomicrefcount references;
};

/* Where the terms with a pair of the index begin; those with the next pair end them. */
static inline const unsigned *
term_begin (const Index *index, const char *text)
{
    unsigned key = pairs_key (text);
    guint64 lower = index->pairs.bits[key / 64] & ((G_GUINT64_CONSTANT (1) << (key % 64)) - 1);

    return &g_array_index (index->begin, unsigned,
                           index->before[key / 64] + (unsigned)__builtin_popcountll (lower));
}

/* Of a text with at least four bytes before its end. */
static inline unsigned
term_first_four (const char *text)
{
    guint32 bytes;

    memcpy (&bytes, text, sizeof bytes);
    return (bytes * 2654435761u) >> 17;
}

#endif
