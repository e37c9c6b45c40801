/* SPDX-License-Identifier: BSD-2-Clause */

#include "pg_wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "licet/error.h"

static const char *
option (const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword; options++)
        if (strcmp (options->keyword, keyword) == 0)
            return options->val && *options->val ? options->val : NULL;
    return NULL;
}

static bool
is_port_list (const char *ports)
{
    return !ports || strspn (ports, "0123456789,") == strlen (ports);
}

/* A password with a bare "@", ":" or "/" ends up in another part, which errors would show. */
static bool
is_misread (const PQconninfoOption *options)
{
    const char *host = option (options, "host"), *database = option (options, "dbname");

    return (host && strchr (host, '@')) || (database && strchr (database, '@')) ||
           !is_port_list (option (options, "port"));
}

PQconninfoOption *
pg_parse (const char *uri, GError **error)
{
    char *problem = NULL; /* holds the URI */
    PQconninfoOption *options = PQconninfoParse (uri, &problem);

    PQfreemem (problem);
    if (options && !is_misread (options))
        return options;
    PQconninfoFree (options);
    g_set_error (
        error, LICET_ERROR, LICET_ERROR_SETTINGS,
        "consent store \"postgresql\": the URI cannot be read; right would be "
        "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with %%40 for an @, %%3A for a : "
        "and %%2F for a / in the password");
    return NULL;
}

char *
pg_place (const PQconninfoOption *options)
{
    const char *host = option (options, "host"), *address = option (options, "hostaddr");
    const char *database = option (options, "dbname");

    return g_strdup_printf ("postgresql://%s/%s",
                            host      ? host
                            : address ? address
                                      : "localhost",
                            database ? database : "");
}

static bool
fail (GError **error, const char *what)
{
    g_set_error_literal (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, what);
    return false;
}

/* libpq's text on one line, without the password should the server repeat it. */
static bool
fail_connection (const PGconn *connection, GError **error)
{
    g_autofree char *text = g_strdup (PQerrorMessage (connection));
    const char *password = PQpass (connection);

    g_strdelimit (g_strchomp (text), "\n\r\t", ' ');
    if (!*text)
        return fail (error, "the connection was closed");
    if (!password || strlen (password) < 3)
        return fail (error, text);
    g_auto (GStrv) parts = g_strsplit (text, password, -1);
    g_autofree char *clean = g_strjoinv ("***", parts);
    return fail (error, clean);
}

/* False when the deadline has come. */
static bool
wait_for (PGconn *connection, short events, int64_t deadline)
{
    struct pollfd item = { .fd = PQsocket (connection), .events = events };

    for (;;) {
        int64_t left = (deadline - g_get_monotonic_time () + 999) / 1000;
        if (left <= 0 || item.fd < 0)
            return false;
        int ready = poll (&item, 1, (int)MIN (left, G_MAXINT));
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static char **
split (const char *list)
{
    return list ? g_strsplit (list, ",", -1) : NULL;
}

unsigned
pg_hosts (const PQconninfoOption *options)
{
    const char *hosts = option (options, "hostaddr");
    g_auto (GStrv) each = split (hosts ? hosts : option (options, "host"));

    return each ? MAX (g_strv_length (each), 1) : 1;
}

/* The list from its element `first` on, and those before it behind. */
static char *
rotate (const char *list, unsigned first)
{
    g_auto (GStrv) each = split (list);
    unsigned count = g_strv_length (each);
    GString *text = g_string_new (NULL);

    for (unsigned i = 0; i < count; i++)
        g_string_append_printf (text, "%s%s", i ? "," : "", each[(first + i) % count]);
    return g_string_free (text, FALSE);
}

static bool
is_per_host (const char *keyword)
{
    return strcmp (keyword, "host") == 0 || strcmp (keyword, "hostaddr") == 0 ||
           strcmp (keyword, "port") == 0;
}

static PGconn *
start (const PQconninfoOption *options, unsigned first)
{
    g_autoptr (GPtrArray) keywords = g_ptr_array_new (), values = g_ptr_array_new ();
    g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);

    for (; options->keyword; options++) {
        if (!options->val || !*options->val)
            continue;
        char *value = is_per_host (options->keyword) ? rotate (options->val, first)
                                                     : g_strdup (options->val);
        g_ptr_array_add (owned, value);
        g_ptr_array_add (keywords, options->keyword);
        g_ptr_array_add (values, value);
    }
    g_ptr_array_add (keywords, (char *)"client_encoding");
    g_ptr_array_add (values, (char *)"UTF8");
    g_ptr_array_add (keywords, (char *)"fallback_application_name");
    g_ptr_array_add (values, (char *)"licet");
    g_ptr_array_add (keywords, NULL);
    g_ptr_array_add (values, NULL);
    return PQconnectStartParams ((const char *const *)keywords->pdata,
                                 (const char *const *)values->pdata, 0);
}

static void
ignore_notice (void *data G_GNUC_UNUSED, const PGresult *result G_GNUC_UNUSED)
{
}

static bool
finish_connecting (PGconn *connection, int64_t deadline, GError **error)
{
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;

    if (PQstatus (connection) == CONNECTION_BAD)
        return fail_connection (connection, error);
    while (status != PGRES_POLLING_OK) {
        short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!wait_for (connection, events, deadline))
            return fail (error, "no answer within the time for it (consent_timeout_ms)");
        status = PQconnectPoll (connection);
        if (status == PGRES_POLLING_FAILED)
            return fail_connection (connection, error);
    }
    PQsetNoticeReceiver (connection, ignore_notice, NULL);
    return PQsetnonblocking (connection, 1) == 0 || fail_connection (connection, error);
}

PGconn *
pg_connect (const PQconninfoOption *options, unsigned first, int64_t deadline, GError **error)
{
    PGconn *connection = start (options, first);

    if (!connection) {
        fail (error, "no memory for a connection");
        return NULL;
    }
    if (finish_connecting (connection, deadline, error))
        return connection;
    PQfinish (connection);
    return NULL;
}

static bool
flush (PGconn *connection, int64_t deadline, GError **error)
{
    int status;

    while ((status = PQflush (connection)) == 1) {
        if (!wait_for (connection, POLLIN | POLLOUT, deadline))
            return fail (error, "no answer within the time for it (consent_timeout_ms)");
        /* A server that talks first would otherwise wait for us for ever. */
        if (!PQconsumeInput (connection))
            return fail_connection (connection, error);
    }
    return status == 0 || fail_connection (connection, error);
}

/* The next result, NULL in *ret_result at the end. */
static bool
next_result (PGconn *connection, int64_t deadline, PGresult **ret_result, GError **error)
{
    while (PQisBusy (connection)) {
        if (!wait_for (connection, POLLIN, deadline))
            return fail (error, "no answer within the time for it (consent_timeout_ms)");
        if (!PQconsumeInput (connection))
            return fail_connection (connection, error);
    }
    *ret_result = PQgetResult (connection);
    return true;
}

static bool
is_good (const PGresult *result)
{
    ExecStatusType status = PQresultStatus (result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
           status == PGRES_EMPTY_QUERY;
}

/* The primary message alone: DETAIL would quote values. */
static void
fail_result (PGconn *connection, const PGresult *result, char ret_state[6], GError **error)
{
    const char *message = PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
    const char *state = PQresultErrorField (result, PG_DIAG_SQLSTATE);

    if (ret_state && state)
        g_strlcpy (ret_state, state, 6);
    if (!message)
        fail_connection (connection, error);
    else
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s (SQLSTATE %s)", message,
                     state ? state : "none");
}

PGresult *
pg_collect (PGconn *connection, int64_t deadline, char ret_state[6], GError **error)
{
    g_autoptr (PGresult) last = NULL;
    PGresult *result = NULL;

    if (!flush (connection, deadline, error))
        return NULL;
    for (;;) {
        if (!next_result (connection, deadline, &result, error))
            return NULL;
        if (!result)
            break;
        /* Of several statements the first that failed is told; none follows it. */
        if (last && !is_good (last)) {
            PQclear (result);
            continue;
        }
        g_clear_pointer (&last, PQclear);
        last = result;
    }
    if (last && is_good (last) && PQstatus (connection) == CONNECTION_OK)
        return g_steal_pointer (&last);
    fail_result (connection, last, ret_state, error);
    return NULL;
}

PGresult *
pg_query (PGconn *connection, const char *sql, int64_t deadline, char ret_state[6],
          GError **error)
{
    if (PQsendQuery (connection, sql))
        return pg_collect (connection, deadline, ret_state, error);
    fail_connection (connection, error);
    return NULL;
}
