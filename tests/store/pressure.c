/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A server that is slow, and one whose disk is full. Slow: who asks waits three times, and then
 * nobody does. Full: each write has its error, what was acknowledged is there afterwards, nothing is
 * there by half, and no question is ever answered with less than is known.
 */

#include <string.h>

#include "licet/consent.h"
#include "licet/contacts.h"
#include "licet/error.h"
#include "licet/quota.h"
#include "server.h"

#define MILLISECONDS G_TIME_SPAN_MILLISECOND

enum { BUDGET = 1000, BUSY = 2000, MEGABYTES = 96, LOG_MEGABYTES = 16 };

static ConsentStore *
open_store (const Server *server, int64_t timeout_ms)
{
    g_autofree char *uri = server_uri (server, false);
    ConsentOptions options = { .timeout_ms = timeout_ms };
    g_autoptr (GError) error = NULL;
    ConsentStore *store = consent_open_with (uri, &options, &error);

    g_assert_no_error (error);
    return store;
}

static ConsentState
ask (ConsentStore *store, const char *address, char **ret_failure)
{
    const char *const addresses[] = { address, NULL };
    g_autofree char *failure = NULL;
    g_autoptr (GPtrArray) records =
        consent_ask (store, addresses, PURPOSE_OFFER, G_MAXINT32, &failure);

    if (ret_failure)
        *ret_failure = g_steal_pointer (&failure);
    return ((ConsentRecord *)g_ptr_array_index (records, 0))->promotion->state;
}

/* So many people of a name, with a text of so many bytes. */
static bool
append (ConsentStore *store, const char *name, unsigned count, const char *state,
        unsigned bytes)
{
    g_autoptr (GString) csv = g_string_new ("address,purpose,state,evidence\n");
    g_autofree char *text = g_strnfill (bytes, 'e');
    g_autoptr (GError) error = NULL;

    for (unsigned i = 0; i < count; i++)
        g_string_append_printf (csv, "%s%u@x.example,*,%s,%s\n", name, i, state, text);
    g_autoptr (GPtrArray) events = consent_csv_parse (csv->str, csv->len, "n.csv", NULL);
    if (consent_append (store, events, &error))
        return true;
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_test_message ("%s", error ? error->message : "no error");
    g_assert_null (strstr (error ? error->message : "", "x.example"));
    return false;
}

/* The postmaster gives up when it cannot recover; then it is started, as an admin would. */
static bool
expect_soon (Server *server, ConsentStore *store, const char *address, ConsentState state)
{
    int64_t deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

    while (ask (store, address, NULL) != state && g_get_monotonic_time () < deadline) {
        if (!server_is_running (server))
            server_start (server);
        g_usleep (20000);
    }
    return ask (store, address, NULL) == state;
}

typedef struct {
    Server *server;
    ConsentStore *store;
    PGconn *lock;
} Slow;

/* Each question waits for a lock until the server gives it up: as good as a server that is slow. */
static void
make_slow (Slow *slow)
{
    static const char lock[] = "BEGIN; LOCK TABLE licet.events IN ACCESS EXCLUSIVE MODE";

    slow->lock = server_session (slow->server, lock);
}

static void
make_fast (Slow *slow)
{
    PQfinish (slow->lock);
    g_assert_true (expect_soon (slow->server, slow->store, "a0@x.example", CONSENT_GRANTED));
}

static unsigned
count_asked (ConsentStore *store, unsigned questions)
{
    unsigned asked = 0;

    for (unsigned i = 0; i < questions; i++) {
        g_autofree char *failure = NULL;
        g_assert_cmpint (ask (store, "a0@x.example", &failure), ==, CONSENT_UNAVAILABLE);
        asked += !strstr (failure ? failure : "", "asked again in");
    }
    return asked;
}

static bool
is_closed (ConsentStore *store, uint64_t *ret_closings)
{
    ConsentHealth health;

    consent_health (store, &health);
    if (ret_closings)
        *ret_closings = health.closings;
    return health.is_closed;
}

/* One that waits for somebody's lock says nothing of the server. */
static void
test_once (Slow *slow)
{
    for (unsigned i = 0; i < 4; i++) {
        make_slow (slow);
        g_assert_cmpuint (count_asked (slow->store, 2), ==, 2);
        g_assert_false (is_closed (slow->store, NULL));
        make_fast (slow);
    }
}

/* Without that every message would wait. */
static void
test_closes (Slow *slow)
{
    int64_t start = g_get_monotonic_time ();
    uint64_t closings = 0;

    make_slow (slow);
    g_assert_cmpuint (count_asked (slow->store, 3), ==, 3);
    g_assert_true (is_closed (slow->store, &closings));
    g_assert_cmpuint (closings, ==, 1);
    count_asked (slow->store, 500);
    g_assert_cmpint ((g_get_monotonic_time () - start) / MILLISECONDS, <, 6 * BUDGET + BUSY);
    make_fast (slow);
    g_assert_false (is_closed (slow->store, &closings));
    g_assert_cmpuint (closings, ==, 1);
}

static void *
ask_in_thread (void *data)
{
    return GUINT_TO_POINTER (count_asked (data, 1));
}

/* Of twenty that come when the pause is over one asks, and its wait closes the store again. */
static void
test_probe (Slow *slow)
{
    GThread *threads[20];
    unsigned asked = 0;

    make_slow (slow);
    g_assert_cmpuint (count_asked (slow->store, 3), ==, 3);
    g_usleep (300 * MILLISECONDS);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("ask", ask_in_thread, slow->store);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        asked += GPOINTER_TO_UINT (g_thread_join (threads[i]));
    g_assert_cmpuint (asked, ==, 1);
    g_assert_true (is_closed (slow->store, NULL));
    make_fast (slow);
}

/* An error is an answer: a role that may not write can still ask. */
static void
test_errors (Slow *slow)
{
    server_run (slow->server, "ALTER TABLE licet.events RENAME TO gone");
    for (unsigned i = 0; i < 10; i++)
        g_assert_false (append (slow->store, "b", 1, "granted", 1));
    g_assert_false (is_closed (slow->store, NULL));
    server_run (slow->server, "ALTER TABLE licet.gone RENAME TO events");
    g_assert_true (append (slow->store, "b", 1, "granted", 1));
}

static void
run_slow (void (*run) (Slow *slow))
{
    const char *reason = NULL;
    g_autoptr (Server) server = server_new (&reason);

    if (!server) {
        g_test_skip (reason);
        return;
    }
    ConsentStore *patient = open_store (server, 60000);
    g_assert_true (append (patient, "a", 1, "granted", 1));
    consent_unref (patient);
    Slow slow = { .server = server, .store = open_store (server, BUDGET) };
    /* A busy machine may take longer than the budget to connect, which is not what is tried. */
    g_assert_true (expect_soon (server, slow.store, "a0@x.example", CONSENT_GRANTED));
    run (&slow);
    consent_unref (slow.store);
}

typedef struct {
    Server *server;
    ConsentStore *store;
    Contacts *contacts;
    Quotas *quotas;
    unsigned acknowledged, batches;
} Full;

static bool
open_full (Full *full, ServerPart part, unsigned megabytes)
{
    const char *reason = NULL;
    ConsentOptions options = { .timeout_ms = 20000 };

    full->server = server_new_confined (part, megabytes, &reason);
    if (!full->server) {
        g_test_skip (reason);
        return false;
    }
    g_autofree char *uri = server_uri (full->server, false);
    full->store = open_store (full->server, 20000);
    full->contacts = contacts_open_with (uri, &options, NULL);
    full->quotas = quotas_open_with (uri, &options, 1000, NULL);
    g_assert_true (append (full->store, "yes", 1, "granted", 1));
    g_assert_true (append (full->store, "no", 1, "withdrawn", 1));
    return true;
}

static void
close_full (Full *full)
{
    consent_unref (full->store);
    contacts_free (full->contacts);
    quotas_free (full->quotas);
    server_free (full->server);
}

/* The counts of a delivery: a cap's, and a limit's. */
static bool
count_delivery (Full *full, unsigned number)
{
    g_autofree char *who = g_strdup_printf ("person-%u", number);
    const char *const names[] = { who, NULL };
    const Contact contact = { 1000, PURPOSE_OFFER };
    const ContactCap cap = { 0, 1, NULL };
    bool reserved = false;
    g_autoptr (GError) error = NULL;

    bool ok =
        contacts_reserve (full->contacts, names, "Q", &contact, &cap, 1, &reserved, &error) &&
        reserved;
    if (!ok)
        g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    return ok;
}

static bool
take_quota (Full *full)
{
    g_autoptr (QuotaHold) hold = quota_hold_new (full->quotas, 1000);
    g_autoptr (GArray) recipients = g_array_new (FALSE, FALSE, sizeof (unsigned));
    const QuotaLimit limit = { .key = "all", .most = { -1, -1, G_MAXINT32 } };
    unsigned first = 0;
    QuotaAnswer answer;

    g_array_append_val (recipients, first);
    bool ok = quota_hold_take (hold, &limit, 1, recipients, &answer, NULL);
    if (ok)
        quota_hold_commit (hold, 0);
    return ok;
}

/* What is known is said, or nothing is. */
static void
expect_no_less (Full *full)
{
    ConsentState yes = ask (full->store, "yes0@x.example", NULL);
    ConsentState no = ask (full->store, "no0@x.example", NULL);

    g_assert_true (yes == CONSENT_GRANTED || yes == CONSENT_UNAVAILABLE);
    g_assert_true (no == CONSENT_REFUSED || no == CONSENT_UNAVAILABLE);
}

/* Batches of twenty until one is refused and three more. */
static void
write_until_full (Full *full)
{
    for (unsigned refused = 0; refused < 4 && full->batches < 4000; full->batches++) {
        g_autofree char *name = g_strdup_printf ("b%u-", full->batches);
        if (append (full->store, name, 20, "granted", 1000))
            full->acknowledged += 20;
        else
            refused++;
        expect_no_less (full);
    }
    g_assert_cmpuint (full->batches, <, 4000);
}

static bool
is_whole_or_absent (Full *full, unsigned batch)
{
    unsigned granted = 0;

    for (unsigned i = 0; i < 20; i++) {
        g_autofree char *address = g_strdup_printf ("b%u-%u@x.example", batch, i);
        granted += ask (full->store, address, NULL) == CONSENT_GRANTED;
    }
    return granted == 0 || granted == 20;
}

/* At least what was acknowledged: a COMMIT whose answer was lost counts as refused and may be there. */
static void
expect_all (Full *full)
{
    g_autofree char *count =
        server_value (full->server, "SELECT count(*) FROM licet.events WHERE address ~ '^b'");
    unsigned stored = (unsigned)g_ascii_strtoull (count, NULL, 10);

    g_assert_cmpuint (stored, >=, full->acknowledged);
    g_assert_cmpuint (stored % 20, ==, 0);
    for (unsigned i = full->batches - 8; i < full->batches; i++)
        g_assert_true (is_whole_or_absent (full, i));
}

static void
recover (Full *full)
{
    server_make_room (full->server);
    g_assert_true (expect_soon (full->server, full->store, "yes0@x.example", CONSENT_GRANTED));
    g_assert_true (expect_soon (full->server, full->store, "no0@x.example", CONSENT_REFUSED));
    expect_all (full);
    g_assert_true (append (full->store, "after", 1, "granted", 1));
    g_assert_true (append (full->store, "yes", 1, "withdrawn", 1));
    g_assert_cmpint (ask (full->store, "yes0@x.example", NULL), ==, CONSENT_REFUSED);
}

static unsigned
count_refused (Full *full)
{
    unsigned refused = 0;

    for (unsigned i = 0; i < 2000; i++)
        refused += !count_delivery (full, i);
    return refused;
}

/* The tables cannot grow: the server lives and answers, and no statement is acknowledged. */
static void
test_data_full (void)
{
    Full full = { 0 };

    if (!open_full (&full, SERVER_DATA, MEGABYTES))
        return;
    g_assert_true (append (full.store, "first", 20, "granted", 1000));
    server_fill (full.server);
    write_until_full (&full);
    g_assert_true (server_is_running (full.server));
    g_assert_cmpint (ask (full.store, "yes0@x.example", NULL), ==, CONSENT_GRANTED);
    g_assert_cmpint (ask (full.store, "no0@x.example", NULL), ==, CONSENT_REFUSED);
    unsigned refused = count_refused (&full);
    g_test_message ("%u of 2000 deliveries had no place", refused);
    g_assert_cmpuint (refused, >, 0);
    recover (&full);
    g_assert_true (count_delivery (&full, 5000));
    g_assert_true (take_quota (&full));
    close_full (&full);
}

/* Without room for its log the server aborts, and stays down until there is some. */
static void
test_log_full (void)
{
    Full full = { 0 };

    if (!open_full (&full, SERVER_LOG, LOG_MEGABYTES))
        return;
    server_fill (full.server);
    write_until_full (&full);
    g_test_message ("%u acknowledged", full.acknowledged);
    g_assert_false (count_delivery (&full, 0));
    g_assert_false (take_quota (&full));
    expect_no_less (&full);
    recover (&full);
    g_assert_true (count_delivery (&full, 1));
    g_assert_true (take_quota (&full));
    close_full (&full);
}

/* What an import supplies, for ever. */
static GPtrArray *
supply (void *data, GError **error)
{
    unsigned *batches = data;
    g_autoptr (GString) csv = g_string_new ("address,purpose,state,evidence\n");
    g_autofree char *text = g_strnfill (1000, 'e');

    if (++*batches > 400)
        return NULL;
    for (unsigned i = 0; i < 500; i++)
        g_string_append_printf (csv, "i%u-%u@x.example,*,granted,%s\n", *batches, i, text);
    return consent_csv_parse (csv->str, csv->len, "i.csv", error);
}

static void
expect_no_import (ServerPart part, unsigned megabytes)
{
    Full full = { 0 };
    unsigned batches = 0;
    g_autoptr (GError) error = NULL;

    if (!open_full (&full, part, megabytes))
        return;
    g_assert_false (consent_load (full.store, supply, &batches, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_test_message ("after %u batches: %s", batches, error ? error->message : "no error");
    expect_no_less (&full);
    g_assert_true (expect_soon (full.server, full.store, "yes0@x.example", CONSENT_GRANTED));
    g_autofree char *count =
        server_value (full.server, "SELECT count(*) FROM licet.events WHERE address ~ '^i'");
    g_assert_cmpstr (count, ==, "0");
    close_full (&full);
}

/* 200 MB into what holds less. */
static void
test_import_full (void)
{
    expect_no_import (SERVER_DATA, MEGABYTES);
}

static void
test_once_alone (void)
{
    run_slow (test_once);
}

static void
test_closes_alone (void)
{
    run_slow (test_closes);
}

static void
test_probe_alone (void)
{
    run_slow (test_probe);
}

static void
test_errors_alone (void)
{
    run_slow (test_errors);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    g_test_add_func ("/pressure/a disk that is full takes no event, and answers",
                     test_data_full);
    g_test_add_func ("/pressure/a full disk for the log stops the server, not us",
                     test_log_full);
    g_test_add_func ("/pressure/an import that finds no room leaves nothing", test_import_full);
    g_test_add_func ("/pressure/a question that waits twice closes nothing", test_once_alone);
    g_test_add_func ("/pressure/three in a row do, and then nobody waits", test_closes_alone);
    g_test_add_func ("/pressure/one asks for all whether it is over", test_probe_alone);
    g_test_add_func ("/pressure/an error is an answer", test_errors_alone);
    return g_test_run ();
}
