/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_PART_H
#define MESSAGE_PART_H

#include "licet/message.h"

/* A leaf with what only this folder knows about it. */
typedef struct {
    Leaf leaf;          /* first: message_leaf hands out its address */
    unsigned range;     /* number of the PartRange that holds it (structure.h) */
    bool nested;        /* inside message/rfc822: a reader does not see it first */
    bool foreign;       /* signed, encrypted or another message: never ours to edit */
    char *content_type; /* field values, unfolded; NULL when there is no such field */
    char *disposition;
    GBytes *source;      /* what the runs point into: the content, or its UTF-8 form */
    GArray *runs;        /* of TextRun, by offset */
    GArray *elements;    /* of LeafElement, by start; NULL but for HTML within its bounds */
    GStringChunk *names; /* of elements that are not known */
    GArray *notes;       /* see notes.h; NULL when there is none */
    GString *notes_text;
    bool note_open;
} Part;

Part *part_new (void);
void part_free (Part *part);

#endif
