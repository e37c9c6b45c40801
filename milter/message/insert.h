/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_INSERT_H
#define MESSAGE_INSERT_H

#include "recode.h"

/* Text that is put into a leaf, as a replacement of the character next to its place. */
typedef struct {
    const char *text; /* borrowed from the edit */
    size_t at;        /* decoded place */
    CutRange range;   /* that character, replaced by itself and the text */
    char *with;       /* of the range; owned */
    Recode recode;    /* what has to become of the leaf for it */
} Insertion;

/*
 * What an insertion takes. False, with why, when the text cannot stand there: no ASCII in a page
 * or in a leaf that cannot be given room for more, a place outside of the leaf, or nothing next
 * to it to hold on to.
 */
bool insert_prepare (const Leaf *leaf, size_t at, const char *text, Insertion *ret_insertion,
                     const char **ret_why);
void insert_clear (Insertion *insertion);

/* The same place in the content that the other ranges (joined) leave. */
size_t insert_place (const Insertion *insertion, const GArray *ranges);

#endif
