/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_REWRITE_TEXT_ONLY_H
#define LICET_REWRITE_TEXT_ONLY_H

#include <glib.h>
#include <stdbool.h>

#include "licet/classification.h"
#include "licet/message.h"

/*
 * Adds the edits that leave a reader with the text/plain alternative of the page that is read
 * first: its other alternatives and the pictures that they show are dropped, the promotional
 * blocks of what stays are cut. False with MALFORMED when there is no such alternative or its
 * blocks are not known; whether it says enough is for classify_rest.
 */
bool text_only_edits (const Message *message, const Classification *classification,
                      const char *rule, GPtrArray *edits, GError **error);

/* A block for people: "text/html 1.2, marked by comments". Caller frees. */
char *text_only_describe (const Message *message, const Block *block);

#endif
