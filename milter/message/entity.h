/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_ENTITY_H
#define MESSAGE_ENTITY_H

#include "licet/message.h"

/* The fields of one MIME entity (RFC 2045 3) that say what its body is. */
typedef struct {
    char *content_type; /* unfolded values; NULL when absent */
    char *disposition;
    char *transfer_encoding;
    char *content_id;
    bool folds_quoted;   /* a quoted string of the content type is folded inside */
    const char *problem; /* why readers may understand the header differently, or NULL */
    size_t body;         /* after the empty line; where it stopped when there is none */
    bool cut_short;      /* there is no empty line */
    bool measured;       /* a field has the digest (RFC 1864) or the length of the body */
} Entity;

/* Whether the line at position is a delimiter, which ends a header too. */
typedef bool (*EntityStop) (const void *scan, size_t position);

/* Reads the header at position. A line that is no field begins the body, as in Postfix; it is a
 * problem, like everything that readers may understand differently. NULL with LIMIT past
 * LIMIT_HEADER_*. */
Entity *entity_read (const char *data, size_t length, size_t position, EntityStop stop,
                     const void *scan, GError **error);
void entity_free (Entity *entity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Entity, entity_free)

#endif
