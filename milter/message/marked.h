/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_MARKED_H
#define MESSAGE_MARKED_H

#include <gumbo.h>
#include <stdbool.h>

#include "squeeze.h"

/* What has become of the marks of a squeezed page in gumbo's tree. */

/* Marks of a kind in a text. */
unsigned marked_count (const Squeezed *page, const char *text, SqueezeKind kind);

/* What is left of an element of HTML that has a mark for its attributes. */
SqueezeKind marked_kind (const Squeezed *page, const GumboNode *node);

/* Whether a block has its letter alone, so that no formatting element was opened in it, and what
 * stands around lets it read alike (blocks.h). */
bool marked_stands_free (const GumboNode *node, SqueezeKind kind);

#endif
