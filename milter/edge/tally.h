/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_TALLY_H
#define LICET_EDGE_TALLY_H

#include <glib.h>

#include "licet/plan.h"

/*
 * What was decided since the start, as Prometheus counts it: by class, outcome, territory and rule,
 * how often the consent store did not answer, and the time of each stage. Words of policies and
 * domains of nobody: the number of series is bounded by the policies. Safe from several threads.
 */
typedef struct Tally Tally;

Tally *tally_new (void);
void tally_free (Tally *tally);

/* One message that was decided, for the recipients of `only` (array of unsigned; NULL for all). */
void tally_add (Tally *tally, const Plan *plan, const GArray *only);

/* Appends the exposition. */
void tally_write (Tally *tally, GString *text);

#endif
