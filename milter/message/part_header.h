/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_PART_HEADER_H
#define MESSAGE_PART_HEADER_H

#include "layout.h"

/* The header of a part, or of the message: its fields and where one can be added. */
typedef struct {
    unsigned range;          /* number of the PartRange; 0 is the message */
    size_t start, end;       /* within the message; end: where a field can be added */
    const GPtrArray *fields; /* of HeaderField, whose offsets count from start */
    GPtrArray *own;          /* the same when it is to be freed */
} PartHeader;

/* False when it is not read like the structure was. data, length: the whole message. */
bool part_header_read (const Layout *layout, const char *data, size_t length, unsigned range,
                       PartHeader *ret_header);
void part_header_clear (PartHeader *header);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PartHeader, part_header_clear)

/* Number of the first field of that name, without case; -1 when there is none. */
int part_header_find (const PartHeader *header, const char *name);

#endif
