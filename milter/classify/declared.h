/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_DECLARED_H
#define LICET_CLASSIFY_DECLARED_H

#include "licet/message.h"

/* The words of X-Licet-Purpose, of all fields of that name; may hold empty ones. Caller frees. */
char **declared_words (const Message *message);

/* The purpose that somebody may have meant by a word that is none: "billing" for "invoice" and for
 * "biling"; or NULL. Static. */
const char *declared_meant (const char *word);

#endif
