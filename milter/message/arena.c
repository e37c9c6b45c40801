/* SPDX-License-Identifier: BSD-2-Clause */

#include "arena.h"

enum { UNIT = 16, CHUNK = 64 * 1024 };

/* What stands before a piece; its size is that of the unit, so that the piece is aligned. */
typedef union {
    struct {
        size_t units; /* 0 for a piece of its own */
        guint number; /* of which in chunks */
    } of;
    char room[UNIT];
} Head;

/* A piece that was given back. */
typedef struct Free {
    struct Free *next;
} Free;

void
arena_init (Arena *arena)
{
    *arena = (Arena){ .chunks = g_ptr_array_new_with_free_func (g_free) };
}

void
arena_clear (Arena *arena)
{
    g_ptr_array_unref (arena->chunks);
    *arena = (Arena){ 0 };
}

static void *
allocate_large (Arena *arena, size_t size)
{
    Head *head = g_malloc (sizeof (Head) + size);

    *head = (Head){ .of = { 0, arena->chunks->len } };
    g_ptr_array_add (arena->chunks, head);
    return head + 1;
}

static void *
allocate_new (Arena *arena, size_t units)
{
    size_t size = sizeof (Head) + units * UNIT;

    if (arena->left < size) {
        arena->next = g_malloc (CHUNK);
        arena->left = CHUNK;
        g_ptr_array_add (arena->chunks, arena->next);
    }
    Head *head = (Head *)(void *)arena->next;
    arena->next += size;
    arena->left -= size;
    head->of.units = units;
    return head + 1;
}

void *
arena_allocate (void *data, size_t size)
{
    Arena *arena = data;
    size_t units = MAX (1, (size + UNIT - 1) / UNIT);

    if (size > UNIT * (G_N_ELEMENTS (arena->free) - 1))
        return allocate_large (arena, size);
    Free *free = arena->free[units];
    if (!free)
        return allocate_new (arena, units);
    arena->free[units] = free->next;
    return free;
}

void
arena_free (void *data, void *piece)
{
    Arena *arena = data;
    Head *head = piece ? (Head *)piece - 1 : NULL;

    if (!head)
        return;
    if (head->of.units > 0) {
        Free *free = piece;
        free->next = arena->free[head->of.units];
        arena->free[head->of.units] = free;
        return;
    }
    g_free (g_steal_pointer (&g_ptr_array_index (arena->chunks, head->of.number)));
}
