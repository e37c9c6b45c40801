/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_BLOCKS_H
#define MESSAGE_BLOCKS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t start;    /* of the start tag */
    size_t name_end; /* of its name */
    size_t end;   /* where the end tag begins; of several elements, where the last one ends */
    bool formats; /* holds formatting elements (13.2.4.3) */
    bool joined;  /* several elements that stand one after the other */
} Block;

/*
 * Paragraphs, headings, lists, their items, divisions, links and spans of a page with nothing in them
 * but text, images, and elements of their kind and within a line, each with its end tag in order; no
 * table, which would end one that they are put before.
 * After their end tag a parser of HTML (WHATWG HTML 13.2.6.4.7) has open what it had open after
 * their start tag, and what stands between reads alike,
 * - when it took the start tag for one;
 * - when no formatting element waits to be opened in the element;
 * - when, if it holds formatting elements, no link is open around it, and at most two formatting
 *   elements are, as a parser keeps three that are alike.
 * Who relies on it has to see that in the tree. Each of them holds what forbids a frameset after it.
 *
 * So it is with several that follow each other, and such text and images between them, as if they stood
 * in the first, when no table is open in which they stand directly: it would keep the blanks and have
 * the rest put before it. A link as the first ends a link that is open, and so no link after it does.
 *
 * Those that stand in no other, and that none of the ranges (CutRange, joined) touches; in order.
 */
GArray *blocks_find (const char *data, size_t length, const GArray *ranges);

#endif
