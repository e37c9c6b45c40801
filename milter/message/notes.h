/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_NOTES_H
#define MESSAGE_NOTES_H

#include "part.h"

/* Text beside the visible text of an HTML leaf, see message_readings. Notes are kept as ranges of
 * one text, so that many small ones cost little. */

/* Appends UTF-8 text. It goes on with a note of the same kind when nothing was seen since then. */
void notes_add (Part *part, const char *how, size_t start, const char *text, size_t length);
/* A line ends: words before and after it do not join. */
void notes_break (Part *part);
/* Something else was seen: the next note is another one. */
void notes_close (Part *part);

/* The text inside a comment for Outlook, which stands at [start, end) of the leaf; nothing for other
 * comments. UTF-8. */
void notes_add_comment (Part *part, size_t start, size_t end, const char *comment,
                        size_t length);

typedef enum {
    NOTES_ALL,
    NOTES_DESCRIPTIONS, /* those that name pictures and fields */
    NOTES_HIDDEN,       /* each stretch of hidden text by itself */
} NotesWanted;

/* Without what begins in one of the ranges (of LeafRange, in order and apart; NULL for none). */
GPtrArray *notes_readings (const Part *part, NotesWanted wanted, const GArray *without);

#endif
