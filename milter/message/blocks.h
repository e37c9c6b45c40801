/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_BLOCKS_H
#define MESSAGE_BLOCKS_H

#include <glib.h>
#include <stdbool.h>

#include "enclosed.h"

typedef struct {
    Enclosed element;
    bool formats; /* holds formatting elements (13.2.4.3) */
} Block;

/*
 * Paragraphs, headings, lists, their items and divisions of a page with nothing in them but text,
 * images, and elements of their kind and within a line, each with its end tag in order; no table,
 * which would end one that they are put before.
 * After their end tag a parser of HTML (WHATWG HTML 13.2.6.4.7) has open what it had open after
 * their start tag, and what stands between reads alike,
 * - when it took the start tag for one;
 * - when no formatting element waits to be opened in the element;
 * - when, if it holds formatting elements, no link is open around it, and at most two formatting
 *   elements are, as a parser keeps three that are alike.
 * Who relies on it has to see that in the tree. Each of them holds what forbids a frameset after it.
 *
 * Those that stand in no other, and that none of the ranges (CutRange, joined) touches; in order.
 */
GArray *blocks_find (const char *data, size_t length, const GArray *ranges);

#endif
