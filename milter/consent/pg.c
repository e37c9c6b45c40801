/* SPDX-License-Identifier: BSD-2-Clause */

#include "pg.h"

#include <string.h>

#include "licet/error.h"
#include "pg_schema.h"
#include "pg_wire.h"

/* Microseconds. */
#define FIRST_PAUSE (G_USEC_PER_SEC / 4)
#define LAST_PAUSE  (10 * G_USEC_PER_SEC)
#define PATIENT     (600 * G_USEC_PER_SEC)

enum { DEFAULT_TIMEOUT_MS = 2000, DEFAULT_CONNECTIONS = 8, MOST_STATEMENTS = 16 };

/* One may have waited for a lock of somebody else's; so many wait for a server that is slow. */
enum { LATE_IN_A_ROW = 3 };

#define QUERY_CANCELED "57014" /* SQLSTATE: by statement_timeout */

/* A connection, and which statements it has prepared. */
typedef struct {
    PGconn *connection;
    bool prepared[MOST_STATEMENTS];
    bool is_fresh; /* made for this loan */
    bool is_probe; /* the one that tries, for all */
} Line;

/* What became of a statement. */
typedef enum {
    ANSWERED, /* whatever the answer is */
    LATE,     /* the server gave it up, and the connection lives */
    /* The connection is lost: */
    OVERDUE, /* nothing came in what a wait for a connection had left of the time */
    SILENT,  /* nothing came, or the server broke off */
    DIED,    /* it had lain idle, and was no more */
} Fate;

struct PgPool {
    PQconninfoOption *options;
    char *place;
    int64_t timeout; /* microseconds */
    unsigned most;
    const char *const *statements;
    unsigned count;

    GMutex lock; /* all below */
    GCond returned;
    GPtrArray *idle;      /* of Line, the last used last */
    unsigned open;        /* idle, lent or being made */
    unsigned late;        /* statements in a row */
    unsigned failures;    /* in a row; when there are some, the pool is closed */
    uint64_t closings;    /* ever */
    int64_t closed_until; /* monotonic: nobody asks before */
    bool is_trying;       /* after failures: one thread does, for all */
    char *failure;        /* the last one's text */
    unsigned host;        /* of several, which is tried first */
    bool has_key;
    unsigned char key[PG_KEY_BYTES];
};

struct PgLoan {
    PgPool *pool;
    Line *line;
    int64_t patience; /* microseconds for a statement */
};

static void
line_free (Line *line)
{
    PQfinish (line->connection);
    g_free (line);
}

PgPool *
pg_pool_new (const char *uri, const ConsentOptions *options, const char *const *statements,
             unsigned count, GError **error)
{
    PQconninfoOption *parsed = pg_parse (uri, error);

    if (!parsed)
        return NULL;
    g_assert (count <= MOST_STATEMENTS);
    PgPool *pool = g_new0 (PgPool, 1);
    pool->options = parsed;
    pool->place = pg_place (parsed);
    pool->timeout =
        (options->timeout_ms ? options->timeout_ms : DEFAULT_TIMEOUT_MS) * (int64_t)1000;
    pool->most = options->connections ? options->connections : DEFAULT_CONNECTIONS;
    pool->statements = statements;
    pool->count = count;
    pool->idle = g_ptr_array_new_with_free_func ((GDestroyNotify)line_free);
    g_mutex_init (&pool->lock);
    g_cond_init (&pool->returned);
    return pool;
}

void
pg_pool_free (PgPool *pool)
{
    if (!pool)
        return;
    g_ptr_array_unref (pool->idle);
    PQconninfoFree (pool->options);
    g_mutex_clear (&pool->lock);
    g_cond_clear (&pool->returned);
    g_free (pool->place);
    g_free (pool->failure);
    g_free (pool);
}

/* Our own sessions: look-ups always by index and by one plan, whatever the planner guesses of a
 * young table; planning or compiling anew would take longer than the look-up. The server gives up a
 * little before we do, so that the connection lives; what is acknowledged is on disk. A cap is counted
 * after its lock is had, which only a snapshot of each statement's own sees rightly. */
static bool
set_up (PgPool *pool, PGconn *connection, int64_t deadline, GError **error)
{
    g_autofree char *sql = g_strdup_printf (
        "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off; "
        "SET statement_timeout = %" G_GINT64_FORMAT "; "
        "SET client_min_messages = warning; "
        "SET default_transaction_isolation = 'read committed'; "
        "SELECT set_config('synchronous_commit', 'on', false) "
        "WHERE current_setting('synchronous_commit') = 'off'",
        pool->timeout / 1000 * 9 / 10);
    unsigned char key[PG_KEY_BYTES];
    g_autoptr (PGresult) result = pg_query (connection, sql, deadline, NULL, error);

    if (!result || !pg_schema_check (connection, deadline, key, error))
        return false;
    g_mutex_lock (&pool->lock);
    memcpy (pool->key, key, sizeof key);
    pool->has_key = true;
    g_mutex_unlock (&pool->lock);
    return true;
}

static Line *
connect_line (PgPool *pool, unsigned host, int64_t deadline, GError **error)
{
    PGconn *connection = pg_connect (pool->options, host, deadline, error);

    if (!connection)
        return NULL;
    if (!set_up (pool, connection, deadline, error)) {
        PQfinish (connection);
        return NULL;
    }
    Line *line = g_new0 (Line, 1);
    line->connection = connection;
    line->is_fresh = true;
    return line;
}

/* The lock is held. */
static void
close_pool (PgPool *pool, const char *text)
{
    int64_t pause = FIRST_PAUSE << MIN (pool->failures, 6);

    pool->closings += pool->failures == 0;
    pool->failures++;
    pool->closed_until = g_get_monotonic_time () + MIN (pause, LAST_PAUSE);
    g_free (pool->failure);
    pool->failure = g_strdup (text);
}

/* The lock is held. The next try begins with the next host: the first may be off for good. */
static void
note_failure (PgPool *pool, const char *text)
{
    close_pool (pool, text);
    pool->host = (pool->host + 1) % pg_hosts (pool->options);
    /* What is idle was made before this and is no better. */
    pool->open -= pool->idle->len;
    g_ptr_array_set_size (pool->idle, 0);
}

/* The lock is held. What was under way when the pool closed says no more than is known. */
static void
note_late (PgPool *pool, const char *text, bool was_probe)
{
    pool->late++;
    if (was_probe || (pool->failures == 0 && pool->late >= LATE_IN_A_ROW))
        close_pool (pool, text);
}

static void
note_success (PgPool *pool)
{
    pool->late = 0;
    pool->failures = 0;
    pool->closed_until = 0;
    g_clear_pointer (&pool->failure, g_free);
}

/* The lock is held, and given up while connecting. */
static Line *
open_line (PgPool *pool, int64_t deadline, GError **error)
{
    g_autoptr (GError) cause = NULL;
    bool is_probe = pool->failures > 0;
    unsigned host = pool->host;

    pool->open++;
    pool->is_trying = pool->is_trying || is_probe;
    g_mutex_unlock (&pool->lock);
    Line *line = connect_line (pool, host, deadline, &cause);
    g_mutex_lock (&pool->lock);
    if (line) {
        line->is_probe = is_probe;
        return line;
    }
    if (is_probe)
        pool->is_trying = false;
    pool->open--;
    note_failure (pool, cause->message);
    g_cond_broadcast (&pool->returned);
    g_propagate_error (error, g_steal_pointer (&cause));
    return NULL;
}

static void *
fail_closed (PgPool *pool, int64_t now, GError **error)
{
    int64_t wait = MAX (pool->closed_until - now, 0) / 1000;

    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "%s; asked again in %" G_GINT64_FORMAT " ms", pool->failure, wait);
    return NULL;
}

/* The lock is held. */
static Line *
take_idle (PgPool *pool)
{
    Line *line = g_ptr_array_steal_index (pool->idle, pool->idle->len - 1);

    line->is_fresh = false;
    line->is_probe = pool->failures > 0;
    pool->is_trying = pool->is_trying || line->is_probe;
    return line;
}

/* The lock is held. */
static Line *
take_locked (PgPool *pool, int64_t deadline, GError **error)
{
    for (;;) {
        int64_t now = g_get_monotonic_time ();
        if (pool->failures > 0 && (now < pool->closed_until || pool->is_trying))
            return fail_closed (pool, now, error);
        if (pool->idle->len > 0)
            return take_idle (pool);
        if (pool->open < pool->most)
            return open_line (pool, deadline, error);
        if (!g_cond_wait_until (&pool->returned, &pool->lock, deadline)) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                         "all %u connections are busy", pool->most);
            return NULL;
        }
    }
}

static Line *
take (PgPool *pool, int64_t deadline, GError **error)
{
    g_mutex_lock (&pool->lock);
    Line *line = take_locked (pool, deadline, error);
    g_mutex_unlock (&pool->lock);
    return line;
}

/* The lock is held. */
static void
note_fate (PgPool *pool, Fate fate, bool was_probe, const char *failure)
{
    switch (fate) {
    case ANSWERED:
        note_success (pool);
        return;
    case LATE:
    case OVERDUE:
        note_late (pool, failure, was_probe);
        return;
    case SILENT:
        note_failure (pool, failure);
        return;
    case DIED:
        return;
    }
    g_assert_not_reached ();
}

/* failure: why, unless it is answered. */
static void
give_back (PgPool *pool, Line *line, Fate fate, const char *failure)
{
    bool lives = fate == ANSWERED || fate == LATE;

    g_mutex_lock (&pool->lock);
    if (line->is_probe)
        pool->is_trying = false;
    note_fate (pool, fate, line->is_probe, failure);
    line->is_probe = false;
    if (lives)
        g_ptr_array_add (pool->idle, line);
    else
        pool->open--;
    /* Who waits for a connection fails at once too, all of them. */
    if (fate == ANSWERED)
        g_cond_signal (&pool->returned);
    else
        g_cond_broadcast (&pool->returned);
    g_mutex_unlock (&pool->lock);
    if (!lives)
        line_free (line);
}

/* The others that lie idle were cut off at the same time, most likely. */
static void
drop_idle (PgPool *pool)
{
    g_mutex_lock (&pool->lock);
    pool->open -= pool->idle->len;
    g_ptr_array_set_size (pool->idle, 0);
    g_mutex_unlock (&pool->lock);
}

static bool
prepare (PgPool *pool, Line *line, unsigned statement, int64_t deadline, char ret_state[6],
         GError **error)
{
    char name[16];

    if (line->prepared[statement])
        return true;
    g_snprintf (name, sizeof name, "s%u", statement);
    PQsendPrepare (line->connection, name, pool->statements[statement], 0, NULL);
    g_autoptr (PGresult) result = pg_collect (line->connection, deadline, ret_state, error);
    line->prepared[statement] = result != NULL;
    return result != NULL;
}

static PGresult *
run_on (PgPool *pool, Line *line, const PgCall *call, int64_t deadline, char ret_state[6],
        GError **error)
{
    char name[16];

    if (!prepare (pool, line, call->statement, deadline, ret_state, error))
        return NULL;
    g_snprintf (name, sizeof name, "s%u", call->statement);
    PQsendQueryPrepared (line->connection, name, (int)call->count, call->values, NULL, NULL, 0);
    return pg_collect (line->connection, deadline, ret_state, error);
}

/* Whether nothing is under way on it: after a deadline something is. */
static bool
is_usable (const Line *line)
{
    return PQstatus (line->connection) == CONNECTION_OK &&
           PQtransactionStatus (line->connection) == PQTRANS_IDLE;
}

static void
add_place (const PgPool *pool, GError **error)
{
    if (error)
        g_prefix_error (error, "%s: ", pool->place);
}

/* given: the time that the statement had. */
static Fate
fate_of (const PgPool *pool, const Line *line, const char *state, int64_t given)
{
    if (is_usable (line))
        return strcmp (state, QUERY_CANCELED) == 0 ? LATE : ANSWERED;
    if (PQstatus (line->connection) != CONNECTION_OK)
        return line->is_fresh ? SILENT : DIED;
    return given < pool->timeout / 10 * 9 ? OVERDUE : SILENT;
}

/* On one connection. *ret_died: see DIED. */
static PGresult *
run_once (PgPool *pool, const PgCall *call, int64_t deadline, bool *ret_died, GError **error)
{
    g_autoptr (GError) cause = NULL;
    char state[6] = "";
    Line *line = take (pool, deadline, error);
    int64_t given = deadline - g_get_monotonic_time ();

    if (!line)
        return NULL;
    PGresult *result = run_on (pool, line, call, deadline, state, &cause);
    Fate fate = fate_of (pool, line, state, given);
    *ret_died = fate == DIED;
    give_back (pool, line, fate, cause ? cause->message : "the connection was closed");
    if (!result)
        g_propagate_error (error, g_steal_pointer (&cause));
    return result;
}

static PGresult *
run_call (PgPool *pool, const PgCall *call, bool twice, GError **error)
{
    int64_t deadline = g_get_monotonic_time () + pool->timeout;

    for (;;) {
        g_autoptr (GError) cause = NULL;
        bool died = false;
        PGresult *result = run_once (pool, call, deadline, &died, &cause);
        if (result)
            return result;
        if (died)
            drop_idle (pool);
        if (died && twice)
            continue;
        g_propagate_error (error, g_steal_pointer (&cause));
        add_place (pool, error);
        return NULL;
    }
}

PGresult *
pg_run (PgPool *pool, const PgCall *call, GError **error)
{
    return run_call (pool, call, true, error);
}

PGresult *
pg_run_once (PgPool *pool, const PgCall *call, GError **error)
{
    return run_call (pool, call, false, error);
}

bool
pg_key (PgPool *pool, unsigned char ret_key[PG_KEY_BYTES], GError **error)
{
    g_mutex_lock (&pool->lock);
    bool known = pool->has_key;
    g_mutex_unlock (&pool->lock);
    if (!known) {
        Line *line = take (pool, g_get_monotonic_time () + pool->timeout, error);
        if (!line) {
            add_place (pool, error);
            return false;
        }
        give_back (pool, line, ANSWERED, NULL);
    }
    g_mutex_lock (&pool->lock);
    memcpy (ret_key, pool->key, PG_KEY_BYTES);
    g_mutex_unlock (&pool->lock);
    return true;
}

/* A loan may last; that the server let us in has to do for the others. */
static void
end_probe (PgPool *pool, Line *line)
{
    g_mutex_lock (&pool->lock);
    if (line->is_probe) {
        pool->is_trying = false;
        note_success (pool);
    }
    line->is_probe = false;
    g_mutex_unlock (&pool->lock);
}

PgLoan *
pg_borrow (PgPool *pool, GError **error)
{
    Line *line = take (pool, g_get_monotonic_time () + pool->timeout, error);

    if (!line) {
        add_place (pool, error);
        return NULL;
    }
    end_probe (pool, line);
    PgLoan *loan = g_new0 (PgLoan, 1);
    loan->pool = pool;
    loan->line = line;
    loan->patience = PATIENT;
    return loan;
}

PGresult *
pg_loan_run (PgLoan *loan, const PgCall *call, GError **error)
{
    PGresult *result = run_on (loan->pool, loan->line, call,
                               g_get_monotonic_time () + loan->patience, NULL, error);

    if (!result)
        add_place (loan->pool, error);
    return result;
}

PGresult *
pg_loan_query (PgLoan *loan, const char *sql, GError **error)
{
    PGresult *result = pg_query (loan->line->connection, sql,
                                 g_get_monotonic_time () + loan->patience, NULL, error);

    if (!result)
        add_place (loan->pool, error);
    return result;
}

bool
pg_loan_do (PgLoan *loan, const char *sql, GError **error)
{
    g_autoptr (PGresult) result = pg_loan_query (loan, sql, error);

    return result != NULL;
}

void
pg_return (PgLoan *loan)
{
    if (!loan)
        return;
    Line *line = loan->line;
    if (PQtransactionStatus (line->connection) != PQTRANS_IDLE)
        pg_loan_do (loan, "ROLLBACK", NULL);
    Fate fate = is_usable (line) ? ANSWERED : line->is_fresh ? SILENT : DIED;
    give_back (loan->pool, line, fate, "the connection was closed");
    g_free (loan);
}

void
pg_health (PgPool *pool, ConsentHealth *ret_health)
{
    g_mutex_lock (&pool->lock);
    ret_health->is_closed = pool->failures > 0;
    ret_health->closings = pool->closings;
    ret_health->retry_ms =
        pool->failures > 0 ? MAX (pool->closed_until - g_get_monotonic_time (), 0) / 1000 : 0;
    g_mutex_unlock (&pool->lock);
}

void
pg_array_add (GString *array, const char *text)
{
    g_string_append (array, array->len ? "," : "{");
    if (!text) {
        g_string_append (array, "NULL");
        return;
    }
    g_string_append_c (array, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_c (array, '\\');
        g_string_append_c (array, *c);
    }
    g_string_append_c (array, '"');
}

char *
pg_array_end (GString *array)
{
    g_string_append (array, array->len ? "}" : "{}");
    return g_string_free (array, FALSE);
}

char *
pg_array_of (const char *const *texts)
{
    GString *array = g_string_new (NULL);

    for (; *texts; texts++)
        pg_array_add (array, *texts);
    return pg_array_end (array);
}
