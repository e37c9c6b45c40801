/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REWRITE_PLACEHOLDER_H
#define REWRITE_PLACEHOLDER_H

#include "licet/rewrite.h"

/* Adds what puts the recipient's token in each place that is left open for it; not in leaves that
 * another edit drops. */
void placeholder_edit (const Message *message, const Decision *decision, GPtrArray *edits);

#endif
