/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_PG_WIRE_H
#define LICET_CONSENT_PG_WIRE_H

#include "pg.h"

/*
 * libpq without its waits: every call returns by a deadline (monotonic microseconds). Errors are
 * UNAVAILABLE without a place; the pool knows it. Names that libpq looks up by itself are the one
 * exception: the resolver takes its own time, so a host is best given as an address.
 */

/* What the URI says, checked. Caller frees with PQconninfoFree. SETTINGS, without any of its text. */
PQconninfoOption *pg_parse (const char *uri, GError **error);
/* "server/database" for messages. Caller frees. */
char *pg_place (const PQconninfoOption *options);

/* `first` of several hosts is tried first, the others after it. NULL on failure. */
PGconn *pg_connect (const PQconninfoOption *options, unsigned first, int64_t deadline,
                    GError **error);
/* How many hosts the URI names; at least 1. */
unsigned pg_hosts (const PQconninfoOption *options);

/* The last result of what was sent, or NULL. After a failure with the connection still good the
 * error has the server's primary message and ret_state (may be NULL) its SQLSTATE. */
PGresult *pg_collect (PGconn *connection, int64_t deadline, char ret_state[6], GError **error);

/* Sends and collects; sql may hold several statements. */
PGresult *pg_query (PGconn *connection, const char *sql, int64_t deadline, char ret_state[6],
                    GError **error);

#endif
