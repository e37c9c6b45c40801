/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TRAINING_H
#define LICET_TRAINING_H

#include <glib.h>

#include "licet/classify.h"

/*
 * Learns a model from messages whose class is known. Each source weighs the same whatever the
 * number of its messages, and a signal seen in less than three sources gets no weight: what one
 * shop system writes is no evidence about another. Deterministic; not thread-safe.
 */
typedef struct Training Training;

Training *training_new (const Words *words);
void training_free (Training *training);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Training, training_free)

/* What is not known about a message is "". */
void training_add (Training *training, const Message *message, MessageClass class,
                   const char *source, const char *language, const char *kind);

/* Cross-validates in that many folds, all messages of a source in the same one; by language
 * instead: each language is told by a model that saw none of it. Adds the confusion table and the
 * figures per language and kind. LIMIT with less than two groups. */
bool training_validate (const Training *training, unsigned folds, bool by_language,
                        GString *report, GError **error);

/* The model over all messages, as the text of a file that model_load reads. */
char *training_text (const Training *training);

#endif
