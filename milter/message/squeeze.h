/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_SQUEEZE_H
#define MESSAGE_SQUEEZE_H

#include "cut.h"

/* What a mark stands for, and the letter that says so in it. */
typedef enum {
    SQUEEZE_NOTHING = 0,
    SQUEEZE_TEXT = 't',
    SQUEEZE_VALUE = 'v',
    SQUEEZE_COMMENT = 'c',
    SQUEEZE_TAG = 'a',       /* the attributes of a start tag */
    SQUEEZE_ELEMENT = 'e',   /* a table, row or cell */
    SQUEEZE_BLOCK = 'b',     /* a block without formatting elements */
    SQUEEZE_FORMATTED = 'f', /* a block with some */
    SQUEEZE_RUN = 'r',       /* several blocks without */
    SQUEEZE_FORMATTED_RUN = 's',
} SqueezeKind;

/* What stands for the content of a block: formatting elements that wait to be opened would stand
 * around it. */
#define SQUEEZE_LETTER "q"

/* What stands behind several blocks: blanks directly in a table stand elsewhere (blocks.h). */
#define SQUEEZE_BEHIND " <br>"

/* What the marks of a page begin with, and its end. */
#define SQUEEZE_MARK_SIZE 10

/*
 * A page and what a cut makes of it, with less of what says nothing about where nodes stand, so
 * that the judge comes to the same verdict without reading it letter by letter.
 *
 * Of words that are so long that nobody wrote them (letters and digits of ASCII) the middle is
 * replaced by its SHA-256: to a parser of HTML such a word is the beginning of a name, value, text,
 * comment or reference and then more of the same, whatever its letters. The digits of a reference
 * all count, and stay.
 *
 * Blanks between tags become fewer, a form feed first where the page has none: to a parser all
 * blanks are alike but a line end after some tags, so those behind a cut stay.
 *
 * Of texts, comments and attribute values in quotes, too, the middle goes: a mark takes its place, the
 * same for the same middle. It has no sign that could end a text, a reference or a value, and what is
 * kept before it shows that the text has a letter. That holds only where a parser takes it for what it
 * is taken for here, so the judge has to find each mark there, and else to judge the page with its
 * words alone squeezed.
 *
 * Of start tags of which a parser looks at the name alone, all attributes together become a mark. A
 * link is one of them, though it is opened again like other formatting elements: those are counted when
 * three are alike, and of links never two are open.
 *
 * Of tables, rows and cells that the cut does not touch and that nothing reaches out of (enclosed.h),
 * all but the two tags goes, and a mark takes the place of the attributes; of blocks (blocks.h) all
 * but those and a letter, of several that follow each other all but the tags of the first, a letter, and
 * a blank and a line break behind it. There too the judge has to find the elements, and what blocks depend on.
 *
 * Each page has marks of its own that nobody knows beforehand. A sender who knew them could write one
 * (by references, or around a tag that is ignored), and it would be found for one that is not.
 */
typedef struct {
    GBytes *before, *after;
    GArray *ranges;    /* of CutRange */
    GArray *drops;     /* what is missing from `before` */
    unsigned texts;    /* marks in `before` that ought to stand in texts */
    unsigned comments; /* and in comments */
    GArray *values;    /* of size_t: places of those that ought to stand in values, in order */
    unsigned tags;     /* start tags that ought to stand in the tree, with a mark alone */
    unsigned enclosed; /* the same of elements */
    unsigned blocks;   /* and of blocks */
    char mark[SQUEEZE_MARK_SIZE];
} Squeezed;

typedef enum {
    SQUEEZE_WORDS,    /* words alone */
    SQUEEZE_TEXTS,    /* and texts, values and blanks; the marks are to be confirmed */
    SQUEEZE_ENCLOSED, /* and tables, to be confirmed too */
    SQUEEZE_BLOCKS,   /* and blocks */
} SqueezeDepth;

/* The same page where nothing is too long, or where `after` is not `before` without the ranges. */
Squeezed *squeeze_new (GBytes *before, const GArray *ranges, GBytes *after, SqueezeDepth depth);
void squeeze_free (Squeezed *squeezed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Squeezed, squeeze_free)

/* Whether a parser knows values of an attribute of this name: an input that is hidden may stand in a
 * table, and some annotations of formulas are HTML (13.2.6.4.9, 13.2.6.5). These stay as they are. */
bool squeeze_is_known (const char *name, size_t length);

/* Where a place of the squeezed page stands in the page as it was. */
size_t squeeze_place (const Squeezed *squeezed, size_t offset);

#endif
