/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_REWRITE_ADDITIONS_H
#define LICET_REWRITE_ADDITIONS_H

#include "licet/decision.h"
#include "licet/message.h"

/* The edits that add what a mail lacks: label, header fields, footer. For a copy that is its text
 * alone without the footer, which it never has. */
void additions_edit (const Message *message, const Decision *decision, GPtrArray *edits);

#endif
