/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_ROOM_H
#define LICET_EDGE_ROOM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How much all milter connections may hold together: connections, and bytes of messages that are
 * being received. libmilter bounds neither. What finds no room is told to come again, so that
 * Postfix and its clients keep it, and the daemon does not grow. For all threads.
 */
typedef struct Room Room;

/* bytes: the most of all messages at once. Connections leave some of the process's descriptors for
 * log, stores and hand-overs. */
Room *room_new (size_t bytes);
void room_free (Room *room);

/* False when there are as many as there may be; else room_leave gives the place back. */
bool room_enter (Room *room);
void room_leave (Room *room);
/* Whether nobody is in it. */
bool room_is_empty (Room *room);

/* False, and nothing taken, when so many bytes more do not fit. */
bool room_take (Room *room, size_t bytes);
void room_give (Room *room, size_t bytes);

#endif
