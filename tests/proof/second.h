/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROOF_SECOND_H
#define PROOF_SECOND_H

#include <glib.h>

/* A leaf as GMime reads it, with no code of licet in between. */
typedef struct {
    char *type;
    GBytes *encoded; /* without a line end that may belong to the delimiter after it */
    GBytes *decoded;
} SecondLeaf;

/* The leaves of a message in order, array of SecondLeaf; NULL when GMime sees no message. The
 * bytes must be without the dangers of prescan.h. */
GPtrArray *second_read (GBytes *message);

#endif
