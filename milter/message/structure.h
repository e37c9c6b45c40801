/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_STRUCTURE_H
#define MESSAGE_STRUCTURE_H

#include "part.h"

/* A part of a multipart, or the message itself as number 0. */
typedef struct {
    size_t start, end; /* from its delimiter line to the next one of the same multipart */
    int parent;        /* number of the part that this one is in; -1 of the message */
    bool alternative;  /* it is a multipart/alternative */
} PartRange;

/* The MIME tree as its leaves, in order, with encoded ranges and types but not decoded. */
typedef struct {
    GPtrArray *parts; /* of Part */
    GArray *ranges;   /* of PartRange; each stands after the one it is in */
    char *ambiguity;  /* the first thing that two readers may see differently, or NULL */
    bool plain; /* all of it is written in the narrow form that all readers know; see below */
} Structure;

/*
 * Plain is a structure whose entities have plain headers (plain.h) and a content each, whose delimiters stand
 * alone in their lines, none of whose boundaries begins with one around it, and which holds no other message,
 * nothing signed or encrypted, and no line that begins with "--" in vain once a multipart has ended. Where there
 * is no ambiguity either, GMime sees the same parts, types, encodings and ends (tests/fuzz/fuzz_structure.c),
 * so it need not be asked. It is no promise beyond structure: texts are read alike by what is done elsewhere.
 */

/* LIMIT past LIMIT_MIME_LEAVES or LIMIT_MIME_DEPTH, or LIMIT_HEADER_* in a part. */
Structure *structure_scan (const char *data, size_t length, GError **error);
void structure_free (Structure *structure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Structure, structure_free)

/* Keeps the first reason. */
void structure_note (Structure *structure, size_t offset, const char *reason);

#endif
