/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_LEANING_H
#define LICET_CLASSIFY_LEANING_H

#include "words.h"

/* What a passage is by its wording: nothing that could be said of it, plainly service, what leans to
 * promotion, and plainly promotion. */
typedef enum {
    LEANING_NONE,
    LEANING_SERVICE,
    LEANING_TONE,
    LEANING_PROMOTION,
} Leaning;

/* Of a text whose log-odds are known (wording.h). Only sentences promote, and none does that is
 * among some of the reader's business. */
Leaning leaning_judge (const Words *words, const char *text, double odds);

/* False of what is too short to be loud. */
bool leaning_may_be_loud (const char *text);

/* Whether it is plainly promotion; and whether it is so beyond doubt as a whole, or some sentences of it
 * that follow each other. */
bool leaning_promotes (const Words *words, const char *text);
bool leaning_is_loud (const Words *words, const char *text);

/* Letters; of the scripts in which one says as much as two, twice. */
size_t leaning_letters (const char *text);

#endif
