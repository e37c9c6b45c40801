/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_UNREAD_H
#define LICET_CLASSIFY_UNREAD_H

#include "licet/message.h"

typedef struct {
    const char *signal;
    double weight; /* 0: only to be said */
    bool friendly; /* nothing odd among people */
    char *where;
} Finding;

/*
 * What a reader gets to see and we do not: pictures alone, pages that are fetched or shown after
 * this one, character sets and encodings that are not known, parts that stand elsewhere or come in
 * another message; and, with weight 0, what is encrypted. embeds: embeds_all of the message.
 * Array of Finding.
 */
GPtrArray *unread_find (const Message *message, const GPtrArray *embeds);

#endif
