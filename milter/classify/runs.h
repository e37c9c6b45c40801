/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_RUNS_H
#define LICET_CLASSIFY_RUNS_H

#include <glib.h>
#include <stdbool.h>

#include "licet/message.h"

/* Runs of so many words are what two texts are compared by: alternatives of one message are
 * never the same letter by letter. */
enum { RUN_WORDS = 3 };

typedef struct {
    guint64 hash;
    unsigned piece; /* of the caller */
} RunWord;

/* Adds the words of a UTF-8 text without case and punctuation, and without addresses of the Web,
 * which only plain text shows. In scripts that put no blanks between words each letter is one.
 * words: of RunWord. */
void runs_add_words (GArray *words, const char *text, unsigned piece);

/* The same of the visible text of a decoded range of a leaf. */
void runs_add_range (GArray *words, const Message *message, unsigned leaf, size_t start,
                     size_t end, unsigned piece);

/* The run that begins at a word, which RUN_WORDS - 1 others follow. */
guint64 runs_at (const GArray *words, unsigned i);

/* Words [from, to) as one. */
guint64 runs_whole (const GArray *words, unsigned from, unsigned to);

/* Sorted arrays of guint64 as sets. */
GArray *runs_of (const GArray *words);
GArray *runs_single (const GArray *words);
GArray *runs_sort (GArray *hashes);
void runs_subtract (GArray *set, const GArray *other);
bool runs_has (const GArray *set, guint64 hash);

/* By word: whether it stands in a run of the set. Caller frees. */
bool *runs_cover (const GArray *words, const GArray *set);

#endif
