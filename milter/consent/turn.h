/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_TURN_H
#define LICET_CONSENT_TURN_H

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A SQLite connection for one thread at a time. Who takes a turn waits TURN_SECONDS at most, counted
 * from when it asked, for those before it and for other processes that have the file locked together:
 * behind a file that stays locked nobody waits for the waits of the others, and all are told within
 * that time (SQLITE_BUSY).
 */

enum { TURN_SECONDS = 5 };

typedef struct {
    GMutex lock;
    /* Of who has it. */
    bool is_long;
    int64_t until; /* on the monotonic clock */
} Turn;

/* Before the first turn. A Turn stays where it is as long as the connection is open. */
void turn_init (Turn *turn, sqlite3 *database);
void turn_clear (Turn *turn);

void turn_take (Turn *turn);
/* For what has happened already and has to be written, and for a transaction that takes long: each wait
 * for the file has TURN_SECONDS of its own. */
void turn_take_long (Turn *turn);
void turn_give (Turn *turn);

#endif
