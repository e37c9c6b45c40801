/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_WITNESS_H
#define MESSAGE_WITNESS_H

#include "structure.h"

/*
 * GMime as the second reader. It never changes anything; it is asked what it sees. Callers have
 * to run prescan first and must not show it bytes with a danger.
 */

/* Notes an ambiguity when GMime sees other leaves, ranges or types, or finds a fault. */
void witness_compare (GBytes *bytes, Structure *structure);

/* The file name that a leaf's fields give it, decoded (RFC 2231, RFC 2047), or NULL. */
char *witness_filename (const Part *part);

/* A field value with its encoded words decoded. Caller frees. */
char *witness_decode (const char *value);

/* The address of the first mailbox in a list, or NULL. Caller frees. */
char *witness_first_mailbox (const char *value);
/* Adds the mailboxes of a field to all (owned texts), as they stand there. */
void witness_all_mailboxes (const char *value, GPtrArray *all);

#endif
