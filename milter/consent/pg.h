/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_PG_H
#define LICET_CONSENT_PG_H

#include <glib.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/consent.h"

/*
 * What the PostgreSQL engines of consent and contacts share: a few connections that any thread may
 * borrow, each with the project's tables behind it, and a bound on every wait.
 *
 * A statement is given until its time is up, connecting included; the server, which has a little
 * less, gives up before. After a failure to connect or to answer, or three statements in a row that
 * the server gave up, the pool is closed: nobody asks again for a while that doubles from 0.25 to 10
 * seconds, and then one thread does, whose statement must be answered in time; the others fail at
 * once. An answer that is an error is an answer. A statement whose idle connection had died is tried
 * once more on a fresh one by pg_run, so it must be one that may run twice.
 *
 * Errors are UNAVAILABLE with server, database and the server's primary message, which holds no
 * values of ours; never with the password. MALFORMED for tables that are not ours or newer.
 */
typedef struct PgPool PgPool;

/* A connection that is one thread's for a while. */
typedef struct PgLoan PgLoan;

enum { PG_KEY_BYTES = 32 };

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)

/* statements: `count` of them, named by their index, prepared where they are first used; borrowed.
 * SETTINGS for a URI that cannot be read. Connects to nobody. */
PgPool *pg_pool_new (const char *uri, const ConsentOptions *options,
                     const char *const *statements, unsigned count, GError **error);
void pg_pool_free (PgPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PgPool, pg_pool_free)

/* A statement of the pool's with text values, NULL for NULL. */
typedef struct {
    unsigned statement, count;
    const char *const *values;
} PgCall;

/* Caller clears. */
PGresult *pg_run (PgPool *pool, const PgCall *call, GError **error);
/* For a statement that must not run twice: an idle connection that had died fails it. */
PGresult *pg_run_once (PgPool *pool, const PgCall *call, GError **error);

/* The secret that was made with the tables. */
bool pg_key (PgPool *pool, unsigned char ret_key[PG_KEY_BYTES], GError **error);

/* For what takes many statements; patient: minutes rather than the bound of a question. A loan is
 * always given back, in a transaction or not: what was not committed is rolled back. */
PgLoan *pg_borrow (PgPool *pool, GError **error);
PGresult *pg_loan_run (PgLoan *loan, const PgCall *call, GError **error);
PGresult *pg_loan_query (PgLoan *loan, const char *sql, GError **error);
bool pg_loan_do (PgLoan *loan, const char *sql, GError **error);
void pg_return (PgLoan *loan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PgLoan, pg_return)

void pg_health (PgPool *pool, ConsentHealth *ret_health);

/* A text array of PostgreSQL, {"a","b",NULL}. */
void pg_array_add (GString *array, const char *text);
char *pg_array_end (GString *array);
/* Of texts that end with NULL. Caller frees. */
char *pg_array_of (const char *const *texts);

#endif
