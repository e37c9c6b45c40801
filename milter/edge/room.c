/* SPDX-License-Identifier: BSD-2-Clause */

#include "room.h"

#include <glib.h>
#include <sys/resource.h>

/* Descriptors for all but the milter's connections: hand-overs and their submissions (two for each
 * of 1,000 at most), stores, log. Of few descriptors a quarter. */
#define KEPT_DESCRIPTORS 2200u

struct Room {
    GMutex lock;
    size_t connections, most_connections;
    size_t bytes, most_bytes;
};

static size_t
count_places (void)
{
    struct rlimit files = { 0, 0 };

    getrlimit (RLIMIT_NOFILE, &files);
    return (size_t)(files.rlim_cur - MIN (files.rlim_cur / 4, KEPT_DESCRIPTORS));
}

Room *
room_new (size_t bytes)
{
    Room *room = g_new0 (Room, 1);

    g_mutex_init (&room->lock);
    room->most_connections = count_places ();
    room->most_bytes = bytes;
    return room;
}

void
room_free (Room *room)
{
    g_mutex_clear (&room->lock);
    g_free (room);
}

static bool
take (Room *room, size_t *used, size_t more, size_t most)
{
    g_mutex_lock (&room->lock);
    bool fits = more <= most && *used <= most - more;
    if (fits)
        *used += more;
    g_mutex_unlock (&room->lock);
    return fits;
}

static void
give (Room *room, size_t *used, size_t less)
{
    g_mutex_lock (&room->lock);
    *used -= less;
    g_mutex_unlock (&room->lock);
}

bool
room_enter (Room *room)
{
    return take (room, &room->connections, 1, room->most_connections);
}

void
room_leave (Room *room)
{
    give (room, &room->connections, 1);
}

bool
room_is_empty (Room *room)
{
    g_mutex_lock (&room->lock);
    bool empty = room->connections == 0;
    g_mutex_unlock (&room->lock);
    return empty;
}

bool
room_take (Room *room, size_t bytes)
{
    return take (room, &room->bytes, bytes, room->most_bytes);
}

void
room_give (Room *room, size_t bytes)
{
    give (room, &room->bytes, bytes);
}
