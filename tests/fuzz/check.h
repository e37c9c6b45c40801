/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include "licet/message.h"

/* Without edits the message is its own bytes. */
void check_unedited (const Message *message);

/*
 * Renders edits (array of Edit) that are all of one leaf and asserts what must hold of a result:
 * all bytes outside of the leaf are the same; licet and GMime find the same leaves in it; the
 * leaf decodes to the original without the cut bytes and with the replacements; nobody reads
 * what remains in another way. NULL when it is refused, which is always right.
 */
GBytes *check_edits (const Message *message, unsigned leaf, const GPtrArray *edits);

/* The same for one cut. */
GBytes *check_cut (const Message *message, unsigned leaf, size_t start, size_t end);

#endif
