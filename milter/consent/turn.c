/* SPDX-License-Identifier: BSD-2-Clause */

#include "turn.h"

enum { LONGEST_NAP = 50 /* milliseconds */ };

/* What SQLite asks when the file is locked, with how often it has asked for this lock. */
static int
wait_more (void *data, int asked)
{
    Turn *turn = data;
    int64_t now = g_get_monotonic_time ();

    if (asked == 0 && turn->is_long)
        turn->until = now + TURN_SECONDS * G_USEC_PER_SEC;
    int64_t left = turn->until - now;
    if (left <= 0)
        return 0;
    g_usleep ((unsigned long)MIN (left, MIN (asked + 1, LONGEST_NAP) * 1000));
    return 1;
}

void
turn_init (Turn *turn, sqlite3 *database)
{
    g_mutex_init (&turn->lock);
    turn->is_long = true;
    sqlite3_busy_handler (database, wait_more, turn);
}

void
turn_clear (Turn *turn)
{
    g_mutex_clear (&turn->lock);
}

void
turn_take (Turn *turn)
{
    int64_t until = g_get_monotonic_time () + TURN_SECONDS * G_USEC_PER_SEC;

    g_mutex_lock (&turn->lock);
    turn->is_long = false;
    turn->until = until;
}

void
turn_take_long (Turn *turn)
{
    g_mutex_lock (&turn->lock);
    turn->is_long = true;
}

void
turn_give (Turn *turn)
{
    g_mutex_unlock (&turn->lock);
}
