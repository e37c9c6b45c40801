/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * One process writes to the ledger at a time: two that write or checkpoint a write-ahead log at once can
 * lose commits before SQLite 3.51.3. The lock is on the directory, by flock: POSIX locks on the file are
 * SQLite's, and would go with any descriptor of it that is closed.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "ledger_private.h"

#include "licet/error.h"

enum { NAP = 1000 /* microseconds */ };

static bool
lock_directory (int directory, const char *path, int64_t until, GError **error)
{
    while (flock (directory, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EINTR && (errno != EWOULDBLOCK || g_get_monotonic_time () >= until)) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                         errno == EWOULDBLOCK ? "database is locked" : g_strerror (errno));
            return false;
        }
        g_usleep (NAP);
    }
    return true;
}

int
ledger_lock_open (const char *path, GError **error)
{
    /* SQLite follows links too, and keeps its log beside the file itself. */
    char *real = realpath (path, NULL);
    g_autofree char *name = g_path_get_dirname (real ? real : path);
    int directory = open (name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int64_t until = g_get_monotonic_time () + TURN_SECONDS * G_USEC_PER_SEC;

    free (real);
    if (directory < 0)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", name,
                     g_strerror (errno));
    else if (!lock_directory (directory, path, until, error)) {
        close (directory);
        directory = -1;
    }
    return directory;
}

void
ledger_lock_close (int directory)
{
    if (directory >= 0)
        close (directory);
}

bool
ledger_lock (Ledger *ledger, GError **error)
{
    const Turn *turn = &ledger->turn;
    int64_t until = turn->is_long
                        ? g_get_monotonic_time () + TURN_SECONDS * G_USEC_PER_SEC
                        : turn->until;

    return lock_directory (ledger->directory, sqlite3_db_filename (ledger->database, "main"),
                           until, error);
}

void
ledger_unlock (Ledger *ledger)
{
    if (ledger->directory >= 0)
        flock (ledger->directory, LOCK_UN);
}

static bool
lock_or_give (Ledger *ledger, GError **error)
{
    bool locked = ledger_lock (ledger, error);

    if (!locked)
        turn_give (&ledger->turn);
    return locked;
}

bool
ledger_take (Ledger *ledger, GError **error)
{
    turn_take (&ledger->turn);
    return lock_or_give (ledger, error);
}

bool
ledger_take_long (Ledger *ledger, GError **error)
{
    turn_take_long (&ledger->turn);
    return lock_or_give (ledger, error);
}

void
ledger_give (Ledger *ledger)
{
    ledger_unlock (ledger);
    turn_give (&ledger->turn);
}
