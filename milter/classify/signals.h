/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SIGNALS_H
#define LICET_CLASSIFY_SIGNALS_H

#include "quoted.h"
#include "sender.h"
#include "tally.h"
#include "words.h"

/* What the signals look at, gathered once. */
typedef struct {
    const Message *message;
    const char *subject;
    const char *text; /* visible text without the marked blocks, at most 64 KiB */
    bool answer;      /* it answers an earlier message, and says something of its own */
    WordCount subject_words;
    WordCount words;           /* of the author's own text in an answer, else of all text */
    double promoting, serving; /* log-odds of its lines, those of each side together */
    Tally tally;
    Quoted quoted;
    Sender sender;
} Scene;

/* names: of the firm that sends, see hints.h; NULL for none. */
Scene scene_take (const Message *message, const char *text, const Words *words, char **names);
void scene_clear (Scene *scene);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

/* Adds the evidence of every signal that is seen to the array, in the order of the table. */
void signals_collect (const Scene *scene, GPtrArray *evidence);

/* The rows of the table, for a model to give weights to. */
unsigned signals_count (void);
const char *signals_name (unsigned i);
/* The row of that name, or -1. */
int signals_find (const char *name);
/* In words that an officer understands. */
const char *signals_meaning (unsigned i);
/* Whether it may speak for the class (weight above 0) or against it. */
bool signals_allow (unsigned i, MessageClass class, double weight);
/* Whether it may speak for correspondence and for nothing else. */
bool signals_are_personal (unsigned i);
/* How far what is learnt of it is believed, 0 to 1. Sending platforms add the header fields of bulk mail to all
 * that they send (RFC 2369, RFC 8058), more so than to what was collected; and some of the labelled mail was
 * written by such hands as the passages whose wording is known, so that it looks clearer than it will be. */
double signals_trust (unsigned i);
/* Set by hand; what a model has for a signal too rare to be learnt. */
double signals_weight (unsigned i);

#endif
