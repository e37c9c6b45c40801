/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_ARENA_H
#define MESSAGE_ARENA_H

#include <glib.h>
#include <stddef.h>

/*
 * Memory for a parser that asks for many small pieces and is thrown away as a whole: pieces come
 * from chunks, those that are given back are used again, and arena_clear frees all. Not for several
 * threads at once.
 */
typedef struct {
    GPtrArray *chunks; /* and pieces that are too large for one */
    char *next;        /* free bytes of the last chunk */
    size_t left;
    void *free[33]; /* by size in units of 16 bytes */
} Arena;

void arena_init (Arena *arena);
void arena_clear (Arena *arena);

/* Aligned to 16 bytes; never NULL. Freeing NULL does nothing. The arena as gumbo's userdata. */
void *arena_allocate (void *arena, size_t size);
void arena_free (void *arena, void *piece);

#endif
