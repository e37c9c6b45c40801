/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_LAYOUT_BLOCKS_H
#define LICET_CLASSIFY_LAYOUT_BLOCKS_H

#include "licet/message.h"

/* What is seen of a piece besides its words. */
enum {
    PIECE_HEADING = 1 << 0,
    PIECE_BUTTON = 1 << 1, /* all of it is one link that looks like a button */
    PIECE_LINKED = 1 << 2, /* all of its text is one link */
    PIECE_SMALL = 1 << 3,  /* small print */
};

/* The smallest part of a layout: a paragraph, a cell, or a stretch of text between such. */
typedef struct {
    size_t start, end;             /* decoded */
    size_t text_start, text_end;   /* of its visible text */
    unsigned node;                 /* innermost node that holds it */
    unsigned look;                 /* PIECE_... */
    unsigned images;               /* without counting pixels and spacers */
    unsigned first_link, end_link; /* of the leaf's links */
    bool parted;                   /* breaks in it begin new paragraphs */
    char *text;                    /* visible, blanks collapsed */
    char *alt;                     /* of its images; NULL when there is none */
} Piece;

/* A row, cell, section, paragraph, …: what may be cut as a whole. Numbered so that each comes
 * before what stands in it; the first is the whole leaf. */
typedef struct {
    int parent;    /* -1 of the first */
    unsigned next; /* first one behind what stands in it */
    unsigned first_piece, end_piece;
    size_t start, end; /* decoded */
    int element; /* -1 when it is none: the leaf, a paragraph of plain text or between breaks */
    int around;  /* element right around it: nodes can be cut together only in the same */
    bool whole;  /* its tags are there and in order */
} LayoutNode;

typedef struct {
    GArray *pieces; /* of Piece, in order */
    GArray *nodes;  /* of LayoutNode */
} PageLayout;

/*
 * The layout of a text or HTML leaf: tables, rows, cells, sections and paragraphs of a page;
 * paragraphs between blank lines of plain text; with parting, also those of a page that breaks make:
 * two part any text, one parts what ends as a sentence does. What has neither text nor pictures has
 * no piece. Linear in the leaf. Caller frees.
 */
PageLayout *layout_blocks_new (const Message *message, unsigned leaf, bool parting);
void layout_blocks_free (PageLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PageLayout, layout_blocks_free)

#endif
