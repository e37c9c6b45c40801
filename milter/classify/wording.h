/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_WORDING_H
#define LICET_CLASSIFY_WORDING_H

#include "licet/conffile.h"

/*
 * What the words of a passage speak for, as learnt from passages in each language (see
 * licet/passages.h): each term adds to the log-odds of promotion. Immutable once sorted; readable
 * from several threads.
 */
typedef struct Wording Wording;

Wording *wording_new (void);
void wording_free (Wording *wording);

/* Takes a file of policies/words/passages; a line to problems for each deviation. */
void wording_read (Wording *wording, const ConfNode *root, GPtrArray *problems);

/* After the last file. */
void wording_sort (Wording *wording);

/* The log-odds of each text, in the language that all of them together have most terms of, unless it is
 * clearly in another; 0 where nothing is known. Each term counts once per text. NULL without any file.
 * Caller frees. */
double *wording_weigh (const Wording *wording, const char *const texts[], unsigned count);

/* The words of a text that speak most for promotion with all terms that they are part of, in the
 * language that it has most terms of: three at most, "a, b*", each as the strongest of its terms is
 * spelled in the files, so that nothing but their words is told. NULL where none does. Caller frees. */
char *wording_name (const Wording *wording, const char *text);

#endif
