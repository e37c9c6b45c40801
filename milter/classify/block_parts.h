/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_BLOCK_PARTS_H
#define LICET_CLASSIFY_BLOCK_PARTS_H

#include "licet/hints.h"

#include "block_signals.h"
#include "words.h"

/* What a piece is for the choice of blocks. */
typedef enum {
    PART_PROMOTION, /* shows promotion and nothing of the transaction */
    PART_ALONG,     /* pictures, prices, links: of what stands around it */
    PART_NEUTRAL,
    PART_STAYS, /* of the transaction, its law or its sender */
} PartKind;

/* Pieces that follow each other. */
typedef struct {
    unsigned first, end;
} Span;

/* Rows of the table of block signals that are asked for together. */
typedef struct {
    BlockSigns promotional, protected, frame, along, code, amount, mention, program,
        recommending, phrase, teaser, card, button, link, price, ware, money, gift, inviting,
        reason, plain, digits, shielded, help, numbers, soft, order, hard, vague, way, number,
        coupon, duty, priced, wording, tone, service, booking;
} BlockSets;

/* A leaf in pieces with their evidence, summed up so that any span is weighed at once. */
typedef struct {
    const Message *message;
    unsigned leaf;
    PageLayout *layout;
    BlockSets sets;
    BlockSigns *signs;    /* by piece */
    PartKind *kinds;      /* by piece */
    unsigned *rows;       /* by piece and row: pieces before it that show the row; NULL when no
                             piece was judged */
    unsigned *kind_count; /* by piece and kind: pieces before it of that kind */
    size_t *letters;      /* by piece: visible letters before it */
    size_t *neutral;      /* of these, letters of neutral pieces that are no headings */
    double *odds;         /* by piece: log-odds of promotion of all before it, by their words */
    unsigned behind; /* first piece behind the one that the transaction begins with; more than
                           * the number of pieces when none is known */
} BlockParts;

/* parting: see layout_blocks_new. */
BlockParts *block_parts_new (const Message *message, unsigned leaf, const Words *words,
                             const Hints *hints, bool parting);
/* Where nothing shows the transaction though there is one: it begins with the first words that offer
 * nothing. */
void block_parts_assume (BlockParts *parts);
/* Where nothing shows it since it stands in a part of the message before this one, or behind it. */
void block_parts_assume_apart (BlockParts *parts, bool before);
bool block_parts_has_transaction (const BlockParts *parts);
void block_parts_free (BlockParts *parts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BlockParts, block_parts_free)

unsigned block_parts_count (const BlockParts *parts); /* pieces */
const Piece *block_parts_piece (const BlockParts *parts, unsigned i);
const LayoutNode *block_parts_node (const BlockParts *parts, unsigned i);
bool block_parts_is_heading (const BlockParts *parts, unsigned piece);

/* The children of a node that hold pieces; array of unsigned, caller frees. */
GArray *block_parts_children (const BlockParts *parts, unsigned node);
unsigned block_parts_child (const GArray *children, unsigned i);
Span block_parts_child_span (const BlockParts *parts, const GArray *children, unsigned i);

/* The pieces of a node. */
Span block_parts_span (const BlockParts *parts, unsigned node);
/* All rows that one of its pieces shows; and how many times it shows one of a set. */
BlockSigns block_parts_signs (const BlockParts *parts, Span span);
unsigned block_parts_shows (const BlockParts *parts, BlockSigns set, Span span);
/* PART_STAYS when any piece is, else PART_PROMOTION when any is, else the plainest. */
PartKind block_parts_kind (const BlockParts *parts, Span span);
/* Whether it is products side by side: names stand between their pictures and prices. */
bool block_parts_is_wares (const BlockParts *parts, Span span);
size_t block_parts_letters (const BlockParts *parts, Span span);
size_t block_parts_neutral (const BlockParts *parts, Span span);
/* What the words of all pieces say together (see wording.h). */
double block_parts_odds (const BlockParts *parts, Span span);
/* The points of the promotional and soft rows of a set. */
unsigned block_parts_points (BlockSigns signs);

#endif
