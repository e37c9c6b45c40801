/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Look-ups per second and CPU, the server's included, of the consent stores on many people, for messages with 1, 10 and 50
 * recipients, beside the bare library's look-up of one address by its key in the same run.
 * usage: bench_consent [PEOPLE [SECONDS [THREADS]]]
 */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../store/server.h"

#include "licet/consent.h"

static unsigned people = 1000000;
static double seconds = 3;
static unsigned threads = 1;
static Server *server; /* while one runs */

typedef struct {
    unsigned made;
} Crowd;

static char *
address_of (unsigned person)
{
    return g_strdup_printf ("person%u@domain%u.example", person, person % 1000);
}

static ConsentEvent *
event_of (unsigned person)
{
    ConsentEvent *event = g_new0 (ConsentEvent, 1);

    event->address = address_of (person);
    event->purpose = g_strdup (person % 3 ? "*" : "newsletter");
    event->state = g_strdup (person % 5 ? "granted" : "withdrawn");
    event->basis = g_strdup ("double-opt-in");
    event->at = 1767225600 + person;
    event->source = g_strdup ("shop.example/signup");
    event->wording = g_strdup ("v3");
    event->evidence = g_strdup_printf ("signup-log/%u", person);
    event->country = g_strdup ("DE");
    /* One in ten has two addresses. */
    event->person = person % 20 < 2 ? g_strdup_printf ("p%u", person / 20) : NULL;
    return event;
}

static GPtrArray *
supply (void *data, GError **error G_GNUC_UNUSED)
{
    Crowd *crowd = data;

    if (crowd->made >= people)
        return NULL;
    GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_event_free);
    for (unsigned i = 0; i < 1000 && crowd->made < people; i++)
        g_ptr_array_add (events, event_of (crowd->made++));
    return events;
}

static double
cpu (void)
{
    struct rusage usage;

    getrusage (RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6 +
           (server ? server_cpu (server) : 0);
}

static double
now (void)
{
    return (double)g_get_monotonic_time () / 1e6;
}

/* One look-up of something; data is the job's. */
typedef void (*LookUp) (void *data, GRand *chance);

typedef struct {
    LookUp run;
    void *data;
    double until;
    unsigned number, count;
} Worker;

static void *
work (void *data)
{
    Worker *worker = data;
    GRand *chance = g_rand_new_with_seed (worker->number);

    for (; now () < worker->until; worker->count++)
        worker->run (worker->data, chance);
    g_rand_free (chance);
    return NULL;
}

static void
measure (const char *name, unsigned recipients, LookUp run, void *data, unsigned workers)
{
    Worker each[64];
    GThread *running[64];
    double start = now (), used = cpu ();
    unsigned count = 0;

    for (unsigned i = 0; i < workers; i++) {
        each[i] = (Worker){ run, data, start + seconds, i, 0 };
        running[i] = g_thread_new ("bench", work, &each[i]);
    }
    for (unsigned i = 0; i < workers; i++) {
        g_thread_join (running[i]);
        count += each[i].count;
    }
    double wall = now () - start;
    used = cpu () - used;
    printf ("%-34s %10.0f /s %12.0f addresses/s %9.1f us of CPU each, %9.1f us wall\n", name,
            count / wall, count * recipients / wall, used / count * 1e6,
            wall * workers / count * 1e6);
}

typedef struct {
    ConsentStore *store;
    unsigned recipients;
} Message;

static void
ask (void *data, GRand *chance)
{
    const Message *message = data;
    g_auto (GStrv) addresses = g_new0 (char *, message->recipients + 1);
    g_autofree char *failure = NULL;

    for (unsigned i = 0; i < message->recipients; i++)
        addresses[i] = address_of ((unsigned)g_rand_int_range (chance, 0, (int)people));
    g_autoptr (GPtrArray) records = consent_ask (message->store, (const char *const *)addresses,
                                                 PURPOSE_NEWSLETTER, G_MAXINT64, &failure);
    if (failure)
        g_error ("%s", failure);
    for (unsigned i = 0; i < records->len; i++)
        if (((ConsentRecord *)g_ptr_array_index (records, i))->promotion->at == 0)
            g_error ("not found");
}

static void
measure_store (const char *engine, ConsentStore *store)
{
    static const unsigned sizes[] = { 1, 10, 50 };

    for (unsigned i = 0; i < G_N_ELEMENTS (sizes); i++) {
        Message message = { store, sizes[i] };
        g_autofree char *name =
            g_strdup_printf ("%s, %u recipient%s", engine, sizes[i], sizes[i] == 1 ? "" : "s");
        measure (name, sizes[i], ask, &message, threads);
    }
}

static ConsentStore *
load (const char *uri)
{
    ConsentOptions options = { .timeout_ms = 60000, .connections = threads };
    g_autoptr (GError) error = NULL;
    Crowd crowd = { 0 };
    double start = now ();
    ConsentStore *store = consent_open_with (uri, &options, &error);

    if (!store || !consent_load (store, supply, &crowd, &error))
        g_error ("%s", error->message);
    printf ("loaded %u people in %.1f s\n", people, now () - start);
    return store;
}

static void
ask_sqlite (void *data, GRand *chance)
{
    sqlite3_stmt *statement = data;
    g_autofree char *address = address_of ((unsigned)g_rand_int_range (chance, 0, (int)people));

    sqlite3_bind_text (statement, 1, address, -1, SQLITE_TRANSIENT);
    if (sqlite3_step (statement) != SQLITE_ROW)
        g_error ("not found");
    sqlite3_reset (statement);
}

static void
bench_sqlite (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-bench.XXXXXX", NULL);
    g_autofree char *path = g_build_filename (dir, "c.db", NULL);
    g_autofree char *uri = g_strconcat ("sqlite:", path, NULL);
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    ConsentStore *store = load (uri);

    sqlite3_open_v2 (path, &database, SQLITE_OPEN_READONLY, NULL);
    sqlite3_prepare_v2 (database, "SELECT state, at FROM events WHERE address = ?1", -1,
                        &statement, NULL);
    measure ("SQLite itself, 1 address", 1, ask_sqlite, statement, 1);
    measure_store ("sqlite", store);
    sqlite3_finalize (statement);
    sqlite3_close (database);
    consent_unref (store);
    g_unlink (path);
    g_rmdir (dir);
}

static void
ask_libpq (void *data, GRand *chance)
{
    g_autofree char *address = address_of ((unsigned)g_rand_int_range (chance, 0, (int)people));
    const char *const values[] = { address };
    PGresult *result = PQexecPrepared (data, "one", 1, values, NULL, NULL, 0);

    if (PQntuples (result) < 1)
        g_error ("not found: %s", PQresultErrorMessage (result));
    PQclear (result);
}

static void
bench_postgres (void)
{
    const char *reason = NULL;

    server = server_new (&reason);
    if (!server) {
        printf ("%s\n", reason);
        return;
    }
    server_kill (server);
    server_sync (server);
    server_start (server);
    g_autofree char *uri = server_uri (server, false);
    ConsentStore *store = load (uri);
    PGconn *session = server_session (server, "VACUUM ANALYZE licet.events");
    PQclear (PQprepare (session, "one", "SELECT state, at FROM licet.events WHERE address = $1",
                        0, NULL));
    measure ("libpq itself, 1 address", 1, ask_libpq, session, 1);
    measure_store ("postgresql", store);
    PQfinish (session);
    consent_unref (store);
    g_clear_pointer (&server, server_free);
}

int
main (int argc, char **argv)
{
    people = argc > 1 ? (unsigned)atoi (argv[1]) : people;
    seconds = argc > 2 ? atof (argv[2]) : seconds;
    threads = argc > 3 ? CLAMP ((unsigned)atoi (argv[3]), 1, 64) : threads;
    setvbuf (stdout, NULL, _IOLBF, 0);
    bench_sqlite ();
    bench_postgres ();
    return 0;
}
