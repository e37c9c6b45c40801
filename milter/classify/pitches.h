/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_PITCHES_H
#define LICET_CLASSIFY_PITCHES_H

#include "words.h"

/*
 * How much of promotion a text says, to whoever reads its letters as a person takes them. A point is
 * a promotional term, each counted once; a percentage off and a code to redeem are two each, and a
 * term that only a person reads, because its letters are swapped, split or marked, counts twice.
 */
typedef struct {
    unsigned points;
    unsigned disguised; /* terms that only a person reads */
    bool reduced;       /* a percentage off, or a code, that nothing has settled */
    const char *term;   /* the first one, or NULL; borrowed from the words */
} Pitch;

/* Texts that were judged: one is judged once, however many readers see it. */
typedef struct Pitches Pitches;

/* Borrows words. */
Pitches *pitches_new (const Words *words);
void pitches_free (Pitches *pitches);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pitches, pitches_free)

/* Borrows text until pitches_free. backwards: the page turns its letters round. */
Pitch pitches_whole (Pitches *pitches, const char *text, bool backwards);

/* The same of what remains without what it says of settled offers (settled.h). */
Pitch pitches_rest (Pitches *pitches, const char *text, bool backwards);

#endif
