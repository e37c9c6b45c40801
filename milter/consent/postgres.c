/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The engine for several hosts. Every question is asked of the server, so that a withdrawal is in
 * force on all hosts once it is stored. Nothing is remembered between messages: a look-up takes less
 * than a millisecond and, on both sides, some 0.15 ms of CPU, and hardly any address comes twice within
 * an age that one could answer for. What a NOTIFY invalidates is stale while its connection is lost,
 * which nobody sees who does not ask.
 */

#include <string.h>

#include "backend.h"
#include "licet/error.h"
#include "pg.h"

#define COLUMNS                                                                                \
    "address, purpose, state, basis, at, source, wording, evidence, country, "                 \
    "subdivision, recipient_class, language, expires, person, arrived"
enum { COLUMN_COUNT = 15 };

/*
 * One query for all recipients. A node is an address or a person; UNION takes each once, so that
 * the walk from address to person to address ends. OFFSET 0 keeps the planner from joining the
 * whole table with a few nodes whose number it guesses.
 */
static const char find_sql[] =
    "WITH RECURSIVE node(address, person) AS (\n"
    "  SELECT unnest($1::text[]) COLLATE \"C\", NULL::text COLLATE \"C\"\n"
    "  UNION SELECT next.address, next.person FROM node CROSS JOIN LATERAL (\n"
    "    SELECT NULL::text AS address, e.person FROM licet.events e\n"
    "      WHERE e.address = node.address AND e.person IS NOT NULL\n"
    "    UNION ALL SELECT e.address, NULL FROM licet.events e\n"
    "      WHERE e.person = node.person OFFSET 0) next)\n"
    "SELECT event.* FROM (SELECT address AS wanted FROM node WHERE address IS NOT NULL) w\n"
    "CROSS JOIN LATERAL (SELECT id, " COLUMNS " FROM licet.events\n"
    "  WHERE address = w.wanted OFFSET 0) event ORDER BY id";

static const char append_sql[] =
    "INSERT INTO licet.events (" COLUMNS ")\n"
    "SELECT " COLUMNS " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], "
    "$5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], "
    "$12::text[], $13::bigint[], $14::text[], $15::bigint[]) WITH ORDINALITY AS given(" COLUMNS ", place)\n"
    "ORDER BY place ON CONFLICT DO NOTHING";

static const char addresses_sql[] = "SELECT DISTINCT address FROM licet.events "
                                    "WHERE address > $1 ORDER BY address LIMIT $2::bigint";

static const char erase_sql[] = "DELETE FROM licet.events WHERE address = ANY($1::text[])";

/* A long statement of a tool's, which may also read the table from end to end. */
static const char begin_sql[] =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = on";

typedef enum { FIND, APPEND, ADDRESSES, ERASE, STATEMENTS } Statement;

static const char *const statements[STATEMENTS] = {
    [FIND] = find_sql,
    [APPEND] = append_sql,
    [ADDRESSES] = addresses_sql,
    [ERASE] = erase_sql,
};

static void
close_postgres (void *handle)
{
    pg_pool_free (handle);
}

/* A server that is down is no reason not to start: mail that needs no consent goes on. */
static void *
open_postgres (const char *location, const ConsentOptions *options, GError **error)
{
    g_autoptr (PgPool) pool = pg_pool_new (location, options, statements, STATEMENTS, error);
    g_autoptr (GError) cause = NULL;
    unsigned char key[PG_KEY_BYTES];

    if (!pool)
        return NULL;
    if (pg_key (pool, key, &cause) ||
        g_error_matches (cause, LICET_ERROR, LICET_ERROR_UNAVAILABLE))
        return g_steal_pointer (&pool);
    g_propagate_error (error, g_steal_pointer (&cause));
    return NULL;
}

static char *
field (const PGresult *result, int row, int column)
{
    return PQgetisnull (result, row, column) ? NULL
                                             : g_strdup (PQgetvalue (result, row, column));
}

static int64_t
number (const PGresult *result, int row, int column)
{
    return g_ascii_strtoll (PQgetvalue (result, row, column), NULL, 10);
}

/* id and COLUMNS, in this order. */
static ConsentEvent *
read_event (const PGresult *result, int row)
{
    ConsentEvent *event = g_new0 (ConsentEvent, 1);

    event->number = number (result, row, 0);
    event->address = field (result, row, 1);
    event->purpose = field (result, row, 2);
    event->state = field (result, row, 3);
    event->basis = field (result, row, 4);
    event->at = number (result, row, 5);
    event->source = field (result, row, 6);
    event->wording = field (result, row, 7);
    event->evidence = field (result, row, 8);
    event->country = field (result, row, 9);
    event->subdivision = field (result, row, 10);
    event->recipient_class = field (result, row, 11);
    event->language = field (result, row, 12);
    event->expires = number (result, row, 13);
    event->person = field (result, row, 14);
    event->arrived = number (result, row, 15);
    return event;
}

static GPtrArray *
find_postgres (void *handle, const char *const *addresses, GError **error)
{
    g_autofree char *text = pg_array_of (addresses);
    const char *const values[] = { text };
    PgCall call = { FIND, 1, values };
    g_autoptr (PGresult) result = pg_run (handle, &call, error);
    if (!result)
        return NULL;
    GPtrArray *events = consent_events_new ();
    for (int i = 0; i < PQntuples (result); i++)
        g_ptr_array_add (events, read_event (result, i));
    return events;
}

static GPtrArray *
addresses_postgres (void *handle, const char *after, unsigned limit, GError **error)
{
    g_autofree char *most = g_strdup_printf ("%u", limit);
    const char *const values[] = { after, most };
    PgCall call = { ADDRESSES, 2, values };
    g_autoptr (PgLoan) loan = pg_borrow (handle, error);

    if (!loan || !pg_loan_do (loan, begin_sql, error))
        return NULL;
    g_autoptr (PGresult) result = pg_loan_run (loan, &call, error);
    if (!result || !pg_loan_do (loan, "COMMIT", error))
        return NULL;
    GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
    for (int i = 0; i < PQntuples (result); i++)
        g_ptr_array_add (found, field (result, i, 0));
    return found;
}

/* The columns of events as arrays, in the order of COLUMNS. */
typedef struct {
    char *values[COLUMN_COUNT];
} Arrays;

static void
clear_arrays (Arrays *arrays)
{
    for (unsigned i = 0; i < COLUMN_COUNT; i++)
        g_free (arrays->values[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arrays, clear_arrays)

static void
add_number (GString *array, int64_t value)
{
    g_string_append_printf (array, "%s%" G_GINT64_FORMAT, array->len ? "," : "{", value);
}

static void
fill_arrays (Arrays *arrays, const GPtrArray *events)
{
    GString *columns[COLUMN_COUNT];

    for (unsigned i = 0; i < COLUMN_COUNT; i++)
        columns[i] = g_string_new (NULL);
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        const char *const texts[COLUMN_COUNT] = {
            event->address, event->purpose,     event->state,           event->basis,
            NULL,           event->source,      event->wording,         event->evidence,
            event->country, event->subdivision, event->recipient_class, event->language,
            NULL,           event->person,      NULL,
        };
        for (unsigned column = 0; column < COLUMN_COUNT; column++)
            if (column == 4)
                add_number (columns[column], event->at);
            else if (column == 12)
                add_number (columns[column], event->expires);
            else if (column == 14)
                add_number (columns[column], consent_event_arrival (event));
            else
                pg_array_add (columns[column], texts[column]);
    }
    for (unsigned i = 0; i < COLUMN_COUNT; i++)
        arrays->values[i] = pg_array_end (columns[i]);
}

/* One statement, so all or none without more ado. */
static bool
append_postgres (void *handle, const GPtrArray *events, GError **error)
{
    g_auto (Arrays) arrays = { 0 };

    if (events->len == 0)
        return true;
    fill_arrays (&arrays, events);
    PgCall call = { APPEND, COLUMN_COUNT, (const char *const *)arrays.values };
    g_autoptr (PGresult) result = pg_run (handle, &call, error);
    return result != NULL;
}

static bool
append_on (PgLoan *loan, const GPtrArray *events, GError **error)
{
    g_auto (Arrays) arrays = { 0 };

    if (events->len == 0)
        return true;
    fill_arrays (&arrays, events);
    PgCall call = { APPEND, COLUMN_COUNT, (const char *const *)arrays.values };
    g_autoptr (PGresult) result = pg_loan_run (loan, &call, error);
    return result != NULL;
}

static bool
load_postgres (void *handle, ConsentSupply supply, void *data, GError **error)
{
    g_autoptr (PgLoan) loan = pg_borrow (handle, error);
    GError *cause = NULL;
    GPtrArray *events;
    bool ok = loan && pg_loan_do (loan, begin_sql, error);

    while (ok && (events = supply (data, &cause))) {
        ok = append_on (loan, events, error);
        g_ptr_array_unref (events);
    }
    if (cause)
        g_propagate_error (error, cause);
    return ok && !cause && pg_loan_do (loan, "COMMIT", error);
}

static bool
erase_postgres (void *handle, const char *const *addresses, const GPtrArray *events,
                GError **error)
{
    g_autofree char *text = pg_array_of (addresses);
    const char *const values[] = { text };
    PgCall call = { ERASE, 1, values };
    g_autoptr (PgLoan) loan = pg_borrow (handle, error);

    if (!loan || !pg_loan_do (loan, "BEGIN", error))
        return false;
    g_autoptr (PGresult) result = pg_loan_run (loan, &call, error);
    return result && append_on (loan, events, error) && pg_loan_do (loan, "COMMIT", error);
}

static bool
visit_batch (const PGresult *result, ConsentVisit visit, void *data, GError **error)
{
    for (int i = 0; i < PQntuples (result); i++)
        if (!visit (read_event (result, i), data, error))
            return false;
    return true;
}

static bool
each_postgres (void *handle, ConsentVisit visit, void *data, GError **error)
{
    g_autoptr (PgLoan) loan = pg_borrow (handle, error);

    if (!loan || !pg_loan_do (loan, begin_sql, error) ||
        !pg_loan_do (loan,
                     "DECLARE rows NO SCROLL CURSOR FOR SELECT id, " COLUMNS
                     " FROM licet.events ORDER BY at, id",
                     error))
        return false;
    for (;;) {
        g_autoptr (PGresult) result = pg_loan_query (loan, "FETCH 1000 FROM rows", error);
        if (!result || !visit_batch (result, visit, data, error))
            return false;
        if (PQntuples (result) == 0)
            return pg_loan_do (loan, "COMMIT", error);
    }
}

static bool
key_postgres (void *handle, unsigned char ret_key[CONSENT_KEY_BYTES], GError **error)
{
    return pg_key (handle, ret_key, error);
}

static void
health_postgres (void *handle, ConsentHealth *ret_health)
{
    pg_health (handle, ret_health);
}

const ConsentBackend consent_postgres = {
    .scheme = "postgresql:",
    .open = open_postgres,
    .close = close_postgres,
    .find = find_postgres,
    .each = each_postgres,
    .append = append_postgres,
    .load = load_postgres,
    .addresses = addresses_postgres,
    .erase = erase_postgres,
    .key = key_postgres,
    .health = health_postgres,
};
