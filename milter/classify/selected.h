/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SELECTED_H
#define LICET_CLASSIFY_SELECTED_H

#include "licet/classification.h"
#include "licet/hints.h"
#include "licet/message.h"

/*
 * Adds the elements that the policy's selectors name as promotional, outermost first, to the
 * (marked) blocks; a marked block inside one is part of it. What stands inside a protected element
 * is not selected. A block that holds a protected element, a marked one inside of one, what is
 * selected in a leaf that is locked, and more than LIMIT_BLOCKS are a problem of the
 * classification. Blocks are left in order by leaf and offset, and apart.
 */
void selected_find (Classification *classification, const Message *message, const Hints *hints);

#endif
