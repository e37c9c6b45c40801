/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TRAINING_H
#define LICET_TRAINING_H

#include <glib.h>

#include "licet/classify.h"

/*
 * Learns a model from messages whose class is known. Messages of small sources are repeated (at most
 * twelve times) towards one weight for each source, and a signal seen in less than three sources
 * keeps the weight of the table: what one shop system writes is no evidence about another. So does
 * not count what contradicts a signal's direction. Mixed messages are not learnt from, since
 * they are both. Deterministic; not thread-safe.
 */
typedef struct Training Training;

Training *training_new (const Words *words);
void training_free (Training *training);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Training, training_free)

/* name: what the report calls the message. What is not known about it is "". */
void training_add (Training *training, const Message *message, MessageClass class,
                   const char *name, const char *source, const char *language,
                   const char *kind);

/* Which messages are told by a model that saw none of them. */
typedef enum {
    UNSEEN_FOLD,     /* so many parts, all messages of a source in the same one */
    UNSEEN_SOURCE,   /* each source */
    UNSEEN_LANGUAGE, /* each language */
} UnseenGroups;

/* Cross-validates and adds the confusion table and the figures per language and kind to the
 * report; with errors also each message that is judged wrongly, and what speaks most for that.
 * LIMIT with less than two groups. */
bool training_validate (const Training *training, UnseenGroups unseen, unsigned folds,
                        bool errors, GString *report, GError **error);

/* Adds the ten signals that speak most for each class in each language to the report. */
void training_show (const Training *training, GString *report);

/* The model over all messages, as the text of a file that model_load reads. */
char *training_text (const Training *training);

#endif
