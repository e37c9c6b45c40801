/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_SELECTOR_PAGE_H
#define MESSAGE_SELECTOR_PAGE_H

#include "part.h"
#include "selector_parse.h"

/* What the tests of one leaf need to know about its elements. */
typedef struct {
    const Part *part;
    unsigned count;
    unsigned *position; /* among the elements of its parent, from 1 */
    unsigned
        *siblings; /* how many elements its parent has; NULL while the leaf is being read, when
                           no test from the end is met */
} SelectorPage;

bool selector_is_compound_met (const SelectorCompound *compound, const SelectorPage *page,
                               unsigned i);

#endif
