/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_CONTRIVED_H
#define LICET_CLASSIFY_CONTRIVED_H

#include <glib.h>
#include <stdbool.h>

#include "licet/message.h"

/* Text that says one thing to a program and another to the eye. */

/* Whether an element or a style turns letters round, in whatever it is written. */
bool contrived_turns (const Leaf *leaf);

/* A text with each of its lines from its end. Caller frees. */
char *contrived_turned (const char *text);

/* The visible text without the elements that stand in words or touch them, which a rule that some
 * programs follow and others do not ("@supports", "@media") may hide; but for ranges (of LeafRange).
 * NULL where there are next to none. Caller frees. */
char *contrived_without_fillers (const Message *message, unsigned leaf, const GArray *ranges);

#endif
