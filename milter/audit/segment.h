/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_SEGMENT_H
#define LICET_AUDIT_SEGMENT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "chain.h"

/*
 * The files of a log. The one that is written is PATH ("audit.jsonl"); closed ones stand beside
 * it under the number of their first record ("audit-000000000001.jsonl"). Every file begins with
 * a checkpoint. One writer per log, by a lock on the file that is written.
 */
typedef struct {
    char *path;
    int fd;
    int64_t end;     /* bytes that are synced */
    bool has_rest;   /* of a failed write, behind the end */
    Chain chain;     /* up to there */
    char *log;       /* what the checkpoints call the log */
    uint64_t first;  /* number of its first record */
    int64_t opened;  /* time of its first record */
    bool is_new;     /* nothing is in it yet: it wants its first checkpoint */
    char *torn_text; /* what open_last cut off, as the record of the repair, or NULL */
} Segment;

/*
 * Opens the log where it ends. A last line that is not whole is cut off, its bytes kept beside
 * the log. known may be NULL; else the log must go on from it, and a file that was moved away is
 * replaced by a new one. UNAVAILABLE when the file cannot be opened, another process has it, or
 * it is damaged before its end.
 */
Segment *segment_open (const char *path, const Segment *known, GError **error);
void segment_free (Segment *segment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Segment, segment_free)

/* Appends whole lines that lead to chain, and syncs. On failure the file ends where it did. */
bool segment_append (Segment *segment, const GString *lines, const Chain *chain, bool sync,
                     GError **error);

/* Whether the file is still the one of that path. */
bool segment_is_in_place (const Segment *segment);

/* Moves the file to its closed name and begins an empty one; the chain goes on. */
bool segment_roll (Segment *segment, GError **error);

/* The closed files, oldest first (char *), and PATH when it is there. */
GPtrArray *segment_list (const char *path);

/* The number in a closed file's name, 0 for another name. */
uint64_t segment_number (const char *path, const char *file);

/* Bytes that the file's system has left for us. */
uint64_t segment_room (const Segment *segment);

#endif
