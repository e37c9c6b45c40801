/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_LAYOUT_H
#define MESSAGE_LAYOUT_H

#include "structure.h"

/* Where everything stands in the bytes, before any text is read. */
typedef struct {
    GPtrArray *fields; /* of HeaderField */
    size_t body;
    Structure *structure;
    bool dangerous; /* GMime has not seen the bytes and must not */
} Layout;

/* Fails like message_parse; witnessed: GMime is asked whether it sees the same, where that is not known. */
Layout *layout_read (GBytes *bytes, bool witnessed, GError **error);
void layout_free (Layout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Layout, layout_free)

/* What message_render needs of a Message. */
const Layout *message_layout (const Message *message);

#endif
