/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_LAYOUT_LINES_H
#define LICET_CLASSIFY_LAYOUT_LINES_H

#include "layout_blocks.h"

/* Adds the paragraphs of a plain text to a layout that has its first node. */
void layout_lines (const Message *message, unsigned leaf, PageLayout *layout);

#endif
