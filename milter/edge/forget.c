/* SPDX-License-Identifier: BSD-2-Clause */

/* The retention of addresses: once a UTC day, who has had no record for so many days is erased from the
 * state file, on a thread of its own, since it reads all of the log that is younger. */

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "licet/audit_read.h"
#include "licet/edge.h"
#include "licet/ledger.h"
#include "licet/log.h"

enum { DAY_SECONDS = 24 * 3600, LOOK_MILLISECONDS = 15 * 60 * 1000 };

struct ForgetEdge {
    Daemon *daemon;
    GThread *thread;
    int wake;
    int stopping;
    int64_t day; /* of the last time that it was done */
};

/* How many were erased. Who has a hand-over under way is left for the next time. */
static unsigned
erase_all_but (ForgetEdge *edge, GHashTable *used, GHashTable *known, GError **error)
{
    Ledger *ledger = daemon_ledger (edge->daemon);
    GHashTableIter iter;
    void *subject, *address;
    unsigned erased = 0;

    g_hash_table_iter_init (&iter, known);
    while (!*error && g_hash_table_iter_next (&iter, &subject, &address)) {
        bool done = false;
        if (g_atomic_int_get (&edge->stopping))
            return erased;
        if (!g_hash_table_contains (used, subject) &&
            ledger_erase_unasked (ledger, address, &done, error) && done)
            erased++;
    }
    return erased;
}

/* A log that is new, or whose older files are not there, tells nothing of who had mail before: it must reach
 * back over the period, or as far as its own retention lets it. */
static bool
is_log_there (const GPtrArray *files, const Settings *settings, int64_t now)
{
    int64_t days = settings->audit_address_days;

    if (settings->audit_days > 0)
        days = MIN (days, settings->audit_days);
    if (audit_reaches (files, now - days * DAY_SECONDS))
        return true;
    log_info (NULL, "retention: the log begins less than %d days ago; nobody is erased",
              (int)days);
    return false;
}

static bool
sweep (ForgetEdge *edge, const Settings *settings, GError **error)
{
    int64_t now = daemon_now (edge->daemon);
    g_autoptr (GPtrArray) files = audit_files (settings->audit_log, error);
    if (files && !is_log_there (files, settings, now))
        return true;
    g_autoptr (GHashTable) used =
        files ? audit_subjects_since (files, now - settings->audit_address_days * DAY_SECONDS,
                                      &edge->stopping, error)
              : NULL;
    g_autoptr (GHashTable) known =
        used ? ledger_addresses (daemon_ledger (edge->daemon), error) : NULL;

    if (!known || g_atomic_int_get (&edge->stopping))
        return known != NULL;
    unsigned erased = erase_all_but (edge, used, known, error);
    log_info (NULL, "retention: addresses=%u erased=%u days=%d", g_hash_table_size (known),
              erased, (int)settings->audit_address_days);
    return !*error;
}

/* A day that failed is tried again at the next look. */
static void
look (ForgetEdge *edge)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (Engine) engine = daemon_engine (edge->daemon);
    int64_t day = daemon_now (edge->daemon) / DAY_SECONDS;

    if (engine->settings->audit_address_days == 0 || day == edge->day)
        return;
    ledger_watch (daemon_ledger (edge->daemon));
    if (sweep (edge, engine->settings, &error))
        edge->day = day;
    else
        log_error (NULL, "retention: %s", error->message);
    ledger_unwatch (daemon_ledger (edge->daemon));
}

static void *
run (void *data)
{
    ForgetEdge *edge = data;
    struct pollfd item = { .fd = edge->wake, .events = POLLIN };

    while (!g_atomic_int_get (&edge->stopping)) {
        look (edge);
        poll (&item, 1, LOOK_MILLISECONDS);
    }
    return NULL;
}

ForgetEdge *
forget_edge_start (Daemon *daemon)
{
    ForgetEdge *edge = g_new0 (ForgetEdge, 1);

    edge->daemon = daemon;
    edge->wake = eventfd (0, EFD_CLOEXEC);
    edge->thread = g_thread_new ("retention", run, edge);
    return edge;
}

void
forget_edge_stop (ForgetEdge *edge)
{
    g_atomic_int_set (&edge->stopping, 1);
    eventfd_write (edge->wake, 1);
    g_thread_join (edge->thread);
    close (edge->wake);
    g_free (edge);
}
