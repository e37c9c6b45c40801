/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SAME_H
#define LICET_CLASSIFY_SAME_H

#include <glib.h>

/*
 * Of each text the number of the first one that is the same: a page of goods has many buttons and
 * notes that say one thing, which need not be read more than once. A few that are the same may not
 * be told of. Those that are NULL are the same as no other. Linear in the texts; caller frees.
 */
unsigned *same_first (const char *const texts[], unsigned count);

#endif
