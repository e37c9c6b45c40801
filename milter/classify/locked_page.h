/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_LOCKED_PAGE_H
#define LICET_CLASSIFY_LOCKED_PAGE_H

#include "licet/message.h"

/*
 * What is shown of a leaf that must not be edited, as a plain page of its own that can be searched:
 * a paragraph for each line, a heading for a short one that is no sentence, and its visible links.
 * Linear in the text but for the links, of which the first few are told. Caller frees.
 */
char *locked_page (const Leaf *leaf);

#endif
