/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_ENCLOSED_H
#define MESSAGE_ENCLOSED_H

#include <glib.h>

/*
 * Tables, rows and cells of a page whose content cannot reach out of them: what a parser of HTML
 * (WHATWG HTML 13.2.6) has open before the start tag it has open after the end tag, whatever it had
 * open and whatever stands between, and what stands between it reads alike. That holds
 * - of a cell, because a marker goes before its formatting elements, and all searches for an open
 *   element end at it, when it holds no element with a mode or a pointer of its own (select, form,
 *   template, svg, raw text and the like);
 * - of a row and a table, when beside blanks, comments, rows and cells nothing stands in them
 *   directly, which would go before the table.
 * It supposes that the parser takes the start tag for one, which depends on what stands before it:
 * who relies on it has to see the element in the tree.
 */
typedef struct {
    size_t start;     /* of the start tag */
    size_t name_end;  /* of its name */
    size_t inner_end; /* where the end tag begins */
} Enclosed;

/* Those that stand in no other, and that none of the ranges (CutRange, joined) touches; in order. */
GArray *enclosed_find (const char *data, size_t length, const GArray *ranges);

#endif
