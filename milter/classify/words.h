/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_WORDS_H
#define LICET_CLASSIFY_WORDS_H

#include "licet/classify.h"

#include "cues.h"

/* How many different terms of the best-fitting language a text holds. */
typedef struct {
    const char *language; /* borrowed from the vocabulary; NULL when no term was found */
    unsigned promotional, transactional, unsubscribe;
    unsigned settled; /* says nothing of a language */
    unsigned by_purpose[PURPOSE_WELCOME + 1];
    const char *promotional_term, *transactional_term; /* the first found of each, or NULL */
} WordCount;

/* Linear in the text; text is UTF-8. */
WordCount words_count (const Words *words, const char *text);

/* The number of different promotional terms of the language that has most of them, and the first
 * of these: text of another language around it must not outvote an offer. */
unsigned words_promotional (const Words *words, const char *text, const char **ret_term);

/* The vocabulary for parts of a page. */
const Cues *words_cues (const Words *words);

/* Whether a line says in some language that a voucher or the like was used, or how to be spared
 * offers. */
bool words_settled (const Words *words, const char *text);

#endif
