/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TESTS_STORE_SERVER_H
#define LICET_TESTS_STORE_SERVER_H

#include <glib.h>
#include <libpq-fe.h>
#include <stdbool.h>

/*
 * A PostgreSQL server of the test's own: a cluster in a temporary directory, on a Unix socket there
 * and a free TCP port, run as an unprivileged user when the test is root. Gone with server_free.
 */
typedef struct Server Server;

/* NULL with the reason in *ret_reason (static) where no server is installed. */
Server *server_new (const char **ret_reason);

/*
 * The same with what it holds, or with its write-ahead log, on a file system in memory of so many
 * megabytes, which only this process and its children see; NULL as well where the system lets nobody
 * mount one. Before there are threads.
 */
typedef enum { SERVER_DATA, SERVER_LOG } ServerPart;
Server *server_new_confined (ServerPart part, unsigned megabytes, const char **ret_reason);
/* Leaves no byte free on it, and gives them back. */
void server_fill (Server *server);
void server_make_room (Server *server);
/* Seconds of CPU that its processes have used which are there now. */
double server_cpu (const Server *server);
/* Whether the postmaster is still there. */
bool server_is_running (Server *server);
void server_free (Server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)

/* Of the database "licet"; with_tcp over 127.0.0.1. Caller frees. */
char *server_uri (const Server *server, bool with_tcp);
unsigned server_port (const Server *server);
const char *server_dir (const Server *server);

void server_start (Server *server);
/* At once, as a crash would. */
void server_kill (Server *server);
/* SIGSTOP and SIGCONT to the server and all its processes. */
void server_freeze (Server *server);
void server_thaw (Server *server);
/* From the next start on it syncs to disk, as one in use does; the tests kill processes, for which it
 * need not. */
void server_sync (Server *server);
/* The largest file that the server may write, from the next start on; 0 for no bound. */
void server_limit_files (Server *server, unsigned megabytes);

/* Runs SQL as the cluster's owner; asserts that it works. */
void server_run (const Server *server, const char *sql);
/* The same in a session that stays open, as for a lock. PQfinish ends it. */
PGconn *server_session (const Server *server, const char *sql);
/* One value. Caller frees. */
char *server_value (const Server *server, const char *sql);

/* Forgets everything: the next store makes its tables anew. */
void server_empty (const Server *server);
/* Forgets the rows, which takes less time. */
void server_truncate (const Server *server);

/* Makes the tables those of version 1 again. */
void server_set_back (const Server *server);

typedef struct {
    const char *name;
    void (*run) (void);
} ServerTest;

/* The main function of tests that share a server: each is skipped where none is installed. The
 * server stands in *ret_server while they run. */
int server_test (int argc, char **argv, const char *group, const ServerTest *tests, unsigned count,
                 Server **ret_server);

#endif
