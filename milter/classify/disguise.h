/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_DISGUISE_H
#define LICET_CLASSIFY_DISGUISE_H

#include "licet/classification.h"
#include "licet/message.h"

#include "words.h"

/* What the eye reads, without looking twice. */
typedef enum {
    OPEN_DOUBTED,
    OPEN_TRUSTED, /* a transaction beyond doubt, or somebody's letter: may name more of offers */
    OPEN_VOUCHED, /* somebody answers for it: is not judged again */
} OpenText;

/*
 * Looks for promotion where it would slip past: each reading of the message (sights.h) is judged
 * for promotion alone, so that no amount of transaction around it outweighs it, and letters are
 * read as a person takes them. What is found, and what could not be read, becomes evidence; then a
 * transaction counts as mixed, correspondence as promotion, and with a problem, so that nothing is
 * cut on a guess. A promotional message stays what it is and is not searched. open: how far what
 * the eye reads may be left as it is; all else is always judged.
 */
void disguise_find (Classification *classification, const Message *message, const Words *words,
                    OpenText open);

#endif
