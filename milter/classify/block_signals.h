/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_BLOCK_SIGNALS_H
#define LICET_CLASSIFY_BLOCK_SIGNALS_H

#include "cues.h"
#include "layout_blocks.h"

/*
 * What one piece of a page shows of promotion and of transaction: a table of small looks at its
 * words, patterns and links. Bit i of a set is row i of the table.
 */
typedef guint64 BlockSigns;

typedef enum {
    ROW_PROMOTIONAL,
    ROW_PROTECTED, /* must never be cut */
    ROW_SOFT,      /* promotion only under a heading of its own, see codas.h */
    ROW_TRAIT,     /* tells nothing alone */
} RowKind;

/* The signs of all pieces of a leaf, in their order. Caller frees. */
BlockSigns *block_signals_look (const Message *message, unsigned leaf, const GArray *pieces,
                                const Cues *cues);

unsigned block_signals_count (void); /* at most 64 */
const char *block_signals_name (unsigned row);
RowKind block_signals_kind (unsigned row);
unsigned block_signals_points (unsigned row); /* of a promotional or soft row */

/* The set of the rows with these names, which end with a NULL. */
BlockSigns block_signals_set (const char *name, ...) G_GNUC_NULL_TERMINATED;
BlockSigns block_signals_of (RowKind kind);

#endif
