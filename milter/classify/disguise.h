/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_DISGUISE_H
#define LICET_CLASSIFY_DISGUISE_H

#include "licet/classification.h"
#include "licet/message.h"

#include "words.h"

/*
 * Looks for promotion where it would slip past: each reading of the message (sights.h) is judged
 * for promotion alone, so that no amount of transaction around it outweighs it, and letters are
 * read as a person takes them. What is found, and what could not be read, becomes evidence; then a
 * transaction counts as mixed, correspondence as promotion, and with a problem, so that nothing is
 * cut on a guess. A promotional message stays what it is and is not searched. vouched: somebody
 * answers for what the eye reads, which is not judged again; all else is.
 */
void disguise_find (Classification *classification, const Message *message, const Words *words,
                    bool vouched);

#endif
