/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_NUMBERS_H
#define LICET_CLASSIFY_NUMBERS_H

#include <stdbool.h>

/* What the numbers of a text are. */
typedef struct {
    bool amount; /* of money */
    bool percent;
    unsigned digits; /* of the longest, without points */
} Numbers;

/* One walk over a text as fold_open makes it. */
Numbers numbers_find (const char *folded);

/* Whether a text as it was written names a booking ("PL7K2M") or an hour ("18:30"). */
bool numbers_locate (const char *text);

#endif
