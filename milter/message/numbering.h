/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_NUMBERING_H
#define MESSAGE_NUMBERING_H

#include <glib.h>

/* Pieces of bytes by number: from 1 in the order in which they come, the same for the same bytes. The
 * bytes have to stay where they are as long as the table. */
GHashTable *numbering_new (void);
unsigned numbering_find (GHashTable *numbers, const char *data, size_t length);

#endif
