/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SIGNALS_H
#define LICET_CLASSIFY_SIGNALS_H

#include "tally.h"
#include "words.h"

/* What the signals look at, gathered once. */
typedef struct {
    const Message *message;
    const char *subject;
    const char *text; /* visible text without the marked blocks, at most 64 KiB */
    WordCount subject_words, words;
    Tally tally;
    unsigned links; /* visible ones of the main leaf */
    bool machine;   /* some header field says that a program sends to many */
} Scene;

/* Adds the evidence of every signal that is seen to the array, in the order of the table. */
void signals_collect (const Scene *scene, GPtrArray *evidence);

/* The rows of the table, for a model to give weights to. */
unsigned signals_count (void);
const char *signals_name (unsigned i);
/* The row of that name, or -1. */
int signals_find (const char *name);

/* Whether a header field of mass or automatic mail is there. */
bool signals_is_machine (const Message *message);

#endif
