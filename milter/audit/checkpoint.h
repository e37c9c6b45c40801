/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_CHECKPOINT_H
#define LICET_AUDIT_CHECKPOINT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "chain.h"

/*
 * A signed statement of how far the log went at a time: {"record":"checkpoint","time":"…",
 * "log":"…","reason":"…","size":N,"head":"…","key":"…","signature":"…"}. size and head are those
 * of the chain before it. Signed is the text "licet-audit-checkpoint\nLOG\nSIZE\nHEAD\nTIME\n
 * REASON\n", each line ended by one LF. The same object is a record of the chain and, on its own,
 * what is handed outside.
 */
typedef struct {
    char *log;    /* 32 hex digits that name the log, drawn when it began */
    char *reason; /* "begin", "start", "due", "close", "open", "stop", "again" */
    char *time;   /* RFC 3339 */
    Chain chain;
    char *key, *signature;
} Checkpoint;

/* One of the chain as it stands, as JSON. Caller frees. NULL when it cannot be signed. */
char *checkpoint_make (const Seal *seal, const char *log, const char *reason,
                       const Chain *chain, int64_t now, GError **error);

/* NULL when the text is no checkpoint, not in its one spelling, or its signature is wrong. */
Checkpoint *checkpoint_parse (const char *json, size_t length);
void checkpoint_free (Checkpoint *checkpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Checkpoint, checkpoint_free)

/* Whether the members of a chain's line say that it is one. */
bool checkpoint_is_one (const ChainLine *line);

/* Of a chain's line: also checks that size and head are those of its place. */
Checkpoint *checkpoint_of_line (const ChainLine *line);

#endif
