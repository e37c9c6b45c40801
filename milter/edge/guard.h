/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_GUARD_H
#define LICET_EDGE_GUARD_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What the submission client and the guard of the second port share: the mark of an attempt, and
 * which connections to the second port the guard watches.
 *
 * The second port is told from the first by {daemon_name}, which Postfix sends when a client
 * connects and no client can set: GUARD_NAME by milter_macro_daemon_name in master.cf. Postfix
 * connects its milters before it greets; so a connection that the guard does not know comes from a
 * port without guard, and gets no copy.
 *
 * A mark is the number of an attempt with an HMAC-SHA256 of it, as the header field GUARD_FIELD,
 * which the guard removes. The key is made at each start and is nowhere but in memory: nobody can
 * read it from a disk, and the marks of a former life are void.
 *
 * Safe from several threads.
 */
#define GUARD_NAME  "licet-guard"
#define GUARD_FIELD "X-Licet-Copy"

typedef struct Guard Guard;

/* UNAVAILABLE when the system gives no random bytes. */
Guard *guard_new (GError **error);
void guard_free (Guard *guard);

/* Caller frees. */
char *guard_mark (const Guard *guard, int64_t attempt);
/* False for what is no mark of ours. */
bool guard_read (const Guard *guard, const char *mark, int64_t *ret_attempt);

/* A client came in by the second port from that port of its own, or left. */
void guard_enter (Guard *guard, unsigned port);
void guard_leave (Guard *guard, unsigned port);
/* Waits until it is in. False after that many seconds. */
bool guard_await (Guard *guard, unsigned port, int seconds);

#endif
