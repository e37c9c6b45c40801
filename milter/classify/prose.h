/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_PROSE_H
#define LICET_CLASSIFY_PROSE_H

#include <glib.h>
#include <stdbool.h>

/* Whether a text is sentences, and not a label, a row, a list, a closing with an address or a signature:
 * two thirds of it end as a sentence does, and its lines are not all short. UTF-8. */
bool prose_is (const char *text);

/* Whether the last thing that it says ends as a sentence does. UTF-8. */
bool prose_ends (const char *text);

/* The sentences of a text, those too short to say something joined with the one before. Caller frees. */
char **prose_sentences (const char *text);

#endif
