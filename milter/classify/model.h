/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_MODEL_H
#define LICET_CLASSIFY_MODEL_H

#include "licet/classify.h"

#define MODEL_CLASSES 4

/* The weights by row of the table of signals, and what is added for no signal at all. */
struct Model {
    double *weights[MODEL_CLASSES];
    double bias[MODEL_CLASSES];
    gatomicrefcount references;
};

Model *model_new (void);

/* Transactional, promotional or personal, the likeliest for the signals in evidence (array of
 * Evidence), and how sure that is: each class's logistic value, of a sum of one. Personal mail is
 * exempt from all rules, so what shows a mark of mail to many is never that, nor what a house writes
 * (house: its sender is no person, see sender.h); where only that would fit, and readers can
 * unsubscribe, or where a house wrote it without a word of business, the answer is promotional and
 * *ret_cannot_tell. */
MessageClass model_decide (const Model *model, const GPtrArray *evidence, bool house,
                           double *ret_confidence, bool *ret_cannot_tell);

/* Whether there is a transaction in it that its reader would miss, whatever outweighs it: something to
 * activate or confirm, or what became of an order in more than a word. */
bool model_holds_transaction (const GPtrArray *evidence);

/* Whether it says more of business than a word: in its subject, by a number, in lines of a name and a
 * value, or in three ways. */
bool model_tells_business (const GPtrArray *evidence);

/* Whether its readers can unsubscribe in it, or it is full of news or offers. */
bool model_reads_as_newsletter (const GPtrArray *evidence);

/* Gives each piece of evidence its weight in the model: for promotion minus for transaction. */
void model_weigh (const Model *model, GPtrArray *evidence);

#endif
