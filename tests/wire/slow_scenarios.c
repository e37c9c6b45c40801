/* SPDX-License-Identifier: BSD-2-Clause */

/* A file that another process keeps locked: how long a message waits, and what Postfix hears meanwhile. */

#include "scenarios.h"

#include <sqlite3.h>
#include <string.h>

/* TURN_SECONDS of one wait, and what it takes besides on a busy machine. */
#define ONE_WAIT (9 * G_USEC_PER_SEC)

enum { CLIENTS = 4 };

static sqlite3 *
lock_file (const World *world, const char *name)
{
    g_autofree char *path = world_path (world, name);
    sqlite3 *database = NULL;

    g_assert_cmpint (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READWRITE, NULL), ==,
                     SQLITE_OK);
    sqlite3_busy_timeout (database, 5000);
    g_assert_cmpint (sqlite3_exec (database, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==,
                     SQLITE_OK);
    return database;
}

typedef struct {
    MilterClient *client;
    MilterAnswer *answer;
    int64_t took; /* microseconds */
} Receipt;

static void *
send_receipt (void *data)
{
    Receipt *receipt = data;
    int64_t start = g_get_monotonic_time ();

    receipt->answer =
        world_send (receipt->client, "yes@example.com", TRANSACTION, strlen (TRANSACTION));
    receipt->took = g_get_monotonic_time () - start;
    return NULL;
}

/* All that wait, wait together, and no longer than one would; a receipt needs no consent. Each is
 * timed for itself: with all its threads in use, libmilter may let a new connection wait for one. */
static void
test_locked_store (void)
{
    World *world = world_new ("consent = \"sqlite:@DIR@/consent.db\";\n");
    sqlite3 *lock = lock_file (world, "consent.db");
    Receipt receipts[CLIENTS] = { 0 };
    GThread *threads[CLIENTS];

    for (unsigned i = 0; i < CLIENTS; i++) {
        receipts[i].client = world_milter (world);
        threads[i] = g_thread_new ("client", send_receipt, &receipts[i]);
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        g_thread_join (threads[i]);
        g_autoptr (MilterAnswer) answer = receipts[i].answer;
        g_assert_cmpint (answer->verdict, ==, 'a');
        g_assert_cmpuint (answer->progress, >, 0);
        g_assert_cmpint (receipts[i].took, <, ONE_WAIT);
        milter_client_free (receipts[i].client);
    }
    sqlite3_close (lock);

    g_autoptr (MilterClient) client = world_milter (world);
    Receipt quick = { .client = client };
    send_receipt (&quick);
    g_autoptr (MilterAnswer) answer = quick.answer;
    g_assert_cmpint (answer->verdict, ==, 'a');
    g_assert_cmpuint (answer->progress, ==, 0);
    world_free (world);
}

/* The contacts are asked for each recipient, and their failure is known after the first. */
static void
test_locked_contacts (void)
{
    World *world = world_new ("queueing_clients = [ \"192.0.2.7\" ];\n");
    g_autoptr (MilterClient) client = world_milter (world);

    world_cap (world);
    sqlite3 *lock = lock_file (world, "state.db.contacts");
    int64_t start = g_get_monotonic_time ();
    g_autoptr (MilterAnswer) answer = world_send (
        client, "yes@example.com rejected@example.com busy@example.com", MIXED, strlen (MIXED));
    g_assert_cmpint (answer->verdict, ==, 'y');
    g_assert_cmpint (answer->reply[0], ==, '4');
    g_assert_cmpint (g_get_monotonic_time () - start, <, ONE_WAIT);
    sqlite3_close (lock);
    world_free (world);
}

void
slow_scenarios_add (void)
{
    g_test_add_func ("/wire/slow/a locked store holds all up for one wait", test_locked_store);
    g_test_add_func ("/wire/slow/locked contacts are asked once for a message",
                     test_locked_contacts);
}
