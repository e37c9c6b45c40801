/* SPDX-License-Identifier: BSD-2-Clause */

/* What can go wrong with a server, and what consent and contacts make of it: UNAVAILABLE with a
 * reason within the time for it, and never UNKNOWN or granted. */

#include <string.h>
#include <unistd.h>

#include "licet/consent.h"
#include "licet/contacts.h"
#include "licet/error.h"
#include "persons.h"
#include "server.h"

#define MILLISECONDS G_TIME_SPAN_MILLISECOND

enum { BUSY = 2000 };

static Server *server;

static GPtrArray *
one_event (const char *address, const char *state)
{
    g_autofree char *csv =
        g_strdup_printf ("address,purpose,state\n%s@x.example,*,%s\n", address, state);

    return consent_csv_parse (csv, strlen (csv), "one.csv", NULL);
}

static ConsentStore *
open_store (int64_t timeout_ms, unsigned connections)
{
    g_autofree char *uri = server_uri (server, false);
    ConsentOptions options = { .timeout_ms = timeout_ms, .connections = connections };
    g_autoptr (GError) error = NULL;
    ConsentStore *store = consent_open_with (uri, &options, &error);

    g_assert_no_error (error);
    return store;
}

static void
append (ConsentStore *store, const char *address, const char *state)
{
    g_autoptr (GPtrArray) events = one_event (address, state);
    g_autoptr (GError) error = NULL;

    g_assert_true (consent_append (store, events, &error));
    g_assert_no_error (error);
}

static void expect_recovery (ConsentStore *store);

/* a@x.example has agreed. What is made first takes longer on a busy machine than a question may. */
static ConsentStore *
new_store (int64_t timeout_ms)
{
    server_empty (server);
    ConsentStore *patient = open_store (60000, 0);
    append (patient, "a", "granted");
    consent_unref (patient);
    ConsentStore *store = open_store (timeout_ms, 0);
    expect_recovery (store);
    return store;
}

static ConsentState
ask (ConsentStore *store, const char *address, char **ret_failure)
{
    const char *const addresses[] = { address, NULL };
    g_autoptr (GPtrArray) records =
        consent_ask (store, addresses, PURPOSE_OFFER, G_MAXINT32, ret_failure);

    return ((ConsentRecord *)g_ptr_array_index (records, 0))->promotion->state;
}

static void
expect (ConsentStore *store, ConsentState state, const char *reason)
{
    g_autofree char *failure = NULL;
    ConsentState got = ask (store, "a@x.example", &failure);

    g_test_message ("%s", failure ? failure : "no failure");
    g_assert_cmpstr (consent_state_word (got), ==, consent_state_word (state));
    g_assert_cmpint (failure != NULL, ==, reason != NULL);
    if (failure && reason) {
        g_assert_nonnull (strstr (failure, reason));
        g_assert_true (g_str_has_prefix (failure, "postgresql://"));
        g_assert_null (strstr (failure, "x.example"));
    }
}

/* The same, within so many milliseconds; a busy machine gets two seconds more. */
static void
expect_within (ConsentStore *store, ConsentState state, const char *reason, int64_t most)
{
    int64_t start = g_get_monotonic_time ();

    expect (store, state, reason);
    g_assert_cmpint ((g_get_monotonic_time () - start) / MILLISECONDS, <, most + BUSY);
}

/* After a failure a hundred questions cost nothing: they do not even try. */
static void
expect_pause (ConsentStore *store)
{
    int64_t start = g_get_monotonic_time ();
    unsigned at_once = 0;

    for (unsigned i = 0; i < 100; i++) {
        g_autofree char *failure = NULL;
        g_assert_cmpint (ask (store, "a@x.example", &failure), ==, CONSENT_UNAVAILABLE);
        at_once += failure && strstr (failure, "asked again in");
    }
    g_assert_cmpuint (at_once, >, 80);
    g_assert_cmpint ((g_get_monotonic_time () - start) / MILLISECONDS, <, BUSY);
}

static void
expect_append_error (ConsentStore *store, const char *reason)
{
    g_autoptr (GPtrArray) events = one_event ("b", "granted");
    g_autoptr (GError) error = NULL;

    g_assert_false (consent_append (store, events, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_test_message ("%s", error ? error->message : "no error");
    g_assert_nonnull (strstr (error ? error->message : "", reason));
}

/* Asks until the server has been noticed again. */
static void
expect_recovery (ConsentStore *store)
{
    int64_t deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

    while (ask (store, "a@x.example", NULL) != CONSENT_GRANTED &&
           g_get_monotonic_time () < deadline)
        g_usleep (20000);
    expect (store, CONSENT_GRANTED, NULL);
}

/* Two stores as of two hosts: neither remembers what the other has been told since. */
static void
test_two_hosts (void)
{
    g_autoptr (ConsentStore) here = new_store (10000), there = open_store (10000, 0);

    expect (here, CONSENT_GRANTED, NULL);
    expect (there, CONSENT_GRANTED, NULL);
    append (here, "a", "withdrawn");
    expect (there, CONSENT_REFUSED, NULL);
}

/* Who was killed with connections lying idle is back before the next question is asked. */
static void
test_restart (void)
{
    g_autoptr (ConsentStore) store = new_store (10000);

    expect (store, CONSENT_GRANTED, NULL);
    server_kill (server);
    server_start (server);
    expect (store, CONSENT_GRANTED, NULL);
    append (store, "c", "granted");
}

static void
test_down (void)
{
    g_autoptr (ConsentStore) store = new_store (10000);
    g_autofree char *failure = NULL;

    server_kill (server);
    expect_within (store, CONSENT_UNAVAILABLE, "connection", 1000);
    expect_pause (store);
    expect_append_error (store, "connection");
    /* A daemon that starts meanwhile starts. */
    g_autoptr (ConsentStore) late = open_store (10000, 0);
    expect (late, CONSENT_UNAVAILABLE, "connection");
    server_start (server);
    expect_recovery (store);
    expect_recovery (late);
    append (store, "c", "granted");
}

/* A server that accepts connections and says nothing: old connections, new ones, and after it. */
static void
test_frozen (void)
{
    g_autoptr (ConsentStore) store = new_store (300);

    server_freeze (server);
    expect_within (store, CONSENT_UNAVAILABLE, "no answer within", 600);
    expect_pause (store);
    g_autoptr (ConsentStore) late = open_store (300, 0);
    expect (late, CONSENT_UNAVAILABLE, "no answer within");
    server_thaw (server);
    expect_recovery (store);
    expect_recovery (late);
}

static void *
ask_slowly (void *data)
{
    int64_t start = g_get_monotonic_time ();
    ConsentState state = ask (data, "a@x.example", NULL);

    g_assert_cmpint (state, ==, CONSENT_UNAVAILABLE);
    return GINT_TO_POINTER ((g_get_monotonic_time () - start) / MILLISECONDS);
}

/* With more threads than connections nobody waits longer than the time for one question. */
static void
test_frozen_crowd (void)
{
    g_autoptr (ConsentStore) store = new_store (400);
    GThread *threads[40];

    server_freeze (server);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("ask", ask_slowly, store);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (threads[i])), <, 400 + BUSY);
    server_thaw (server);
    expect_recovery (store);
}

static void
test_locked (void)
{
    g_autoptr (ConsentStore) store = new_store (1000);
    PGconn *other =
        server_session (server, "BEGIN; LOCK TABLE licet.events IN ACCESS EXCLUSIVE MODE");

    /* The server says "statement timeout"; when it is slow to, we do. */
    expect_within (store, CONSENT_UNAVAILABLE, "time", 1000);
    expect_append_error (store, "time");
    PQfinish (other);
    expect_recovery (store);
}

static void
test_read_only (void)
{
    g_autoptr (ConsentStore) store = new_store (10000);

    server_run (server, "ALTER DATABASE licet SET default_transaction_read_only = on");
    g_autoptr (ConsentStore) late = open_store (10000, 0);
    expect (late, CONSENT_GRANTED, NULL);
    expect_append_error (late, "read-only transaction");
    server_run (server, "SET transaction_read_only = off; "
                        "ALTER DATABASE licet RESET default_transaction_read_only");
}

/* A server that cannot write a byte more: nothing of a batch is there, and it still answers. */
static void
test_full (void)
{
    g_autoptr (ConsentStore) store = new_store (20000);
    g_autoptr (GString) csv = g_string_new ("address,purpose,state,evidence\n");
    g_autofree char *long_text = g_strnfill (1000, 'e');
    g_autoptr (GError) error = NULL;

    for (unsigned i = 0; i < 4000; i++)
        g_string_append_printf (csv, "n%u@x.example,*,granted,%s\n", i, long_text);
    g_autoptr (GPtrArray) events = consent_csv_parse (csv->str, csv->len, "n.csv", &error);
    g_assert_no_error (error);
    server_kill (server);
    server_limit_files (server, 2);
    server_start (server);
    g_assert_false (consent_append (store, events, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_test_message ("%s", error ? error->message : "no error");
    expect_recovery (store);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    g_assert_cmpuint (all->len, ==, 1);
    server_kill (server);
    server_limit_files (server, 0);
    server_start (server);
    expect_recovery (store);
    g_clear_error (&error);
    g_assert_true (consent_append (store, events, &error));
}

static void
test_newer (void)
{
    g_autofree char *uri = server_uri (server, false);
    g_autoptr (GError) error = NULL;

    consent_unref (new_store (10000));
    server_run (server, "UPDATE licet.layout SET version = 6");
    g_autoptr (ConsentStore) store = consent_open (uri, &error);
    g_assert_null (store);
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
    g_assert_nonnull (
        strstr (error ? error->message : "", "schema version 6 is newer than this program"));
}

/* A daemon whose role may only use the tables finds them made. */
static void
test_rights (void)
{
    g_autofree char *uri =
        g_strdup_printf ("postgresql://clerk@127.0.0.1:%u/licet", server_port (server));
    static const char grants[] =
        "GRANT USAGE ON SCHEMA licet TO clerk; GRANT SELECT ON licet.layout TO clerk; "
        "GRANT SELECT, INSERT ON licet.events TO clerk";
    g_autoptr (GError) error = NULL;
    unsigned erased = 0, kept = 0;

    server_empty (server);
    server_run (server, "CREATE ROLE clerk LOGIN");
    g_autoptr (ConsentStore) early = consent_open (uri, &error);
    g_assert_no_error (error);
    expect (early, CONSENT_UNAVAILABLE, "permission denied for database");
    consent_unref (new_store (10000));
    server_run (server, grants);
    expect_recovery (early);
    append (early, "b", "granted");
    g_assert_false (consent_erase (early, "b@x.example", false, 1, &erased, &kept, &error));
    g_assert_nonnull (strstr (error ? error->message : "", "permission denied"));
    server_run (server, "DROP OWNED BY clerk; DROP ROLE clerk");
}

static void *
open_only (void *data G_GNUC_UNUSED)
{
    ConsentStore *store = open_store (10000, 0);
    bool granted = ask (store, "a@x.example", NULL) != CONSENT_UNAVAILABLE;

    consent_unref (store);
    return GINT_TO_POINTER (granted);
}

/* All find no table; one makes it, the others must not stumble over it. */
static void
test_first_opening (void)
{
    for (unsigned round = 0; round < 5; round++) {
        GThread *threads[8];
        server_empty (server);
        for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
            threads[i] = g_thread_new ("open", open_only, NULL);
        for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
            g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (threads[i])), ==, 1);
    }
}

static const struct {
    const char *name, *uri;
    const char *want;
} secrets[] = {
    { "a wrong password", "postgresql://licet:s3cr3tw9rd@127.0.0.1:1/licet", "127.0.0.1" },
    { "an at sign in it", "postgresql://licet:s3cr3t@w9rd@127.0.0.1:1/licet", "%40" },
    { "a colon and a slash in it", "postgresql://licet:s3cr3t/w9rd@127.0.0.1:1/licet", "%2F" },
    { "a bad escape in it", "postgresql://licet:s3cr3t%zzw9rd@127.0.0.1:1/licet", "%40" },
    { "an unknown option", "postgresql://licet:s3cr3tw9rd@127.0.0.1/licet?nonsense=1", "%40" },
    { "as an option", "postgresql://licet@127.0.0.1:1/licet?password=s3cr3tw9rd", "127.0.0.1" },
    { "a host that is none", "postgresql://licet:s3cr3tw9rd@no-such-host.invalid/licet",
      "no-such-host.invalid" },
};

static void
test_secrets (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (secrets); i++) {
        g_autoptr (GError) error = NULL;
        g_autofree char *failure = NULL;
        g_autoptr (ConsentStore) store = consent_open (secrets[i].uri, &error);
        if (store)
            ask (store, "a@x.example", &failure);
        const char *told = error ? error->message : failure;
        g_test_message ("%s: %s", secrets[i].name, told);
        g_assert_nonnull (strstr (told ? told : "", secrets[i].want));
        g_assert_null (strstr (told, "s3cr3t"));
        g_assert_null (strstr (told, "w9rd"));
    }
}

/* The second of two hosts is found when the first says nothing. */
static void
test_second_host (void)
{
    g_autofree char *uri = g_strdup_printf (
        "postgresql://licet@192.0.2.1,127.0.0.1/licet?port=5432,%u", server_port (server));
    ConsentOptions options = { .timeout_ms = 300 };
    g_autoptr (GError) error = NULL;

    consent_unref (new_store (10000));
    g_autoptr (ConsentStore) store = consent_open_with (uri, &options, &error);
    g_assert_no_error (error);
    expect_recovery (store);
}

static char *
layout (void)
{
    return server_value (
        server,
        "SELECT string_agg(line, E'\\n' ORDER BY line) FROM ("
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'licet' UNION ALL "
        "SELECT concat_ws(' ', table_name, column_name, data_type, "
        "  is_nullable, column_default, collation_name, is_identity, identity_generation) "
        "  FROM information_schema.columns WHERE table_schema = 'licet' UNION ALL "
        "SELECT conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint "
        "  WHERE connamespace = 'licet'::regnamespace UNION ALL "
        "SELECT pg_get_functiondef(oid) FROM pg_proc "
        "  WHERE pronamespace = 'licet'::regnamespace UNION ALL "
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
        "SELECT version::text || length(key) FROM licet.layout) AS all_of_it(line)");
}

/* The shipped schema makes the very tables that the program makes, and the program opens them. */
static void
test_schema (void)
{
    g_autofree char *file =
        g_test_build_filename (G_TEST_DIST, "..", "contrib", "schema-postgresql.sql", NULL);
    g_autofree char *sql = NULL;

    g_assert_true (g_file_get_contents (file, &sql, NULL, NULL));
    consent_unref (new_store (10000));
    g_autofree char *made = layout ();
    server_empty (server);
    server_run (server, sql);
    g_autofree char *shipped = layout ();
    g_assert_cmpstr (made, ==, shipped);
    g_autoptr (ConsentStore) store = open_store (10000, 0);
    append (store, "a", "granted");
    expect (store, CONSENT_GRANTED, NULL);
}

/* Whoever has one of a person's names waits, however many the person has. */
static void
test_many_names (void)
{
    consent_unref (new_store (10000));
    g_autofree char *locks = server_value (
        server,
        "BEGIN; SELECT licet.reserve(ARRAY(SELECT 'n' || i FROM generate_series(1, 100) AS i), "
        "'q', 1, 'offer', '{}', '{}', '{}'); "
        "SELECT (count(*) = count(DISTINCT hashtext('n' || i)))::text || count(*) "
        "FROM generate_series(1, 100) AS i JOIN pg_locks ON locktype = 'advisory' "
        "AND objid::bigint = (hashtext('n' || i)::bigint + 4294967296) % 4294967296");
    g_assert_cmpstr (locks, ==, "true100");
}

static void
test_upgrade (void)
{
    const ContactCap cap = { 0, 1, NULL };
    const Contact contact = { 100, PURPOSE_OFFER };
    bool reserved = true;

    consent_unref (new_store (10000));
    g_autofree char *made = layout ();
    server_set_back (server);
    server_run (server, "INSERT INTO licet.contacts VALUES ('h', 'a/Q', 100)");
    g_autoptr (ConsentStore) store = open_store (10000, 0);
    g_autofree char *brought = layout ();
    g_assert_cmpstr (brought, ==, made);
    g_autofree char *rows = server_value (server, "SELECT who || purpose FROM licet.contacts");
    g_assert_cmpstr (rows, ==, "h");
    g_autofree char *uri = server_uri (server, true);
    g_autoptr (Contacts) contacts = contacts_open (uri, NULL);
    g_assert_true (contacts_add (contacts, "ana", "Q1", &contact, NULL));
    g_assert_true (
        contacts_reserve (contacts, WHO ("ana"), "Q2", &contact, &cap, 1, &reserved, NULL));
    g_assert_false (reserved);
}

static void
test_history_stays (void)
{
    g_autoptr (ConsentStore) store = new_store (10000);
    PGconn *session = server_session (server, "SELECT 1");
    PGresult *result = PQexec (session, "UPDATE licet.events SET state = 'withdrawn'");

    g_assert_nonnull (
        strstr (PQresultErrorMessage (result), "events are added, never changed"));
    PQclear (result);
    PQfinish (session);
}

enum { RACERS = 50, PEOPLE = 20 };

typedef struct {
    Contacts *contacts;
    int *places;
    unsigned number;
    int *ready; /* how many stand at the line */
} Racer;

/* With a connection each, so that all begin at once. */
static void
line_up (const Racer *racer)
{
    g_autoptr (GArray) none = contacts_since (racer->contacts, WHO ("nobody"), 0, NULL, NULL);

    g_assert_nonnull (none);
    g_atomic_int_inc (racer->ready);
    while (g_atomic_int_get (racer->ready) < RACERS)
        g_usleep (100);
}

static void *
race (void *data)
{
    const Racer *racer = data;
    const ContactCap cap = { 0, 1, NULL };
    const Contact contact = { 100, PURPOSE_OFFER };

    line_up (racer);
    for (unsigned person = 0; person < PEOPLE; person++) {
        g_autofree char *who = g_strdup_printf ("p%u", person);
        g_autofree char *queue_id = g_strdup_printf ("Q%u", racer->number);
        g_autoptr (GError) error = NULL;
        bool reserved = false;
        g_assert_true (contacts_reserve (racer->contacts, WHO (who), queue_id, &contact, &cap,
                                         1, &reserved, &error));
        g_assert_no_error (error);
        if (reserved)
            g_atomic_int_inc (&racer->places[person]);
    }
    return NULL;
}

static Contacts *
open_contacts (void)
{
    g_autofree char *uri = server_uri (server, true);
    ConsentOptions options = { .timeout_ms = 60000, .connections = RACERS / 2 };
    g_autoptr (GError) error = NULL;
    Contacts *contacts = contacts_open_with (uri, &options, &error);

    g_assert_no_error (error);
    return contacts;
}

/* Fifty messages at once over two hosts, twenty people with a cap of one: twenty places. */
static void
test_racing (void)
{
    Racer racers[RACERS];
    GThread *threads[RACERS];
    int places[PEOPLE] = { 0 }, ready = 0;

    server_empty (server);
    g_autoptr (Contacts) first = open_contacts (), second = open_contacts ();
    for (unsigned i = 0; i < RACERS; i++) {
        racers[i] = (Racer){ i % 2 ? first : second, places, i, &ready };
        threads[i] = g_thread_new ("race", race, &racers[i]);
    }
    for (unsigned i = 0; i < RACERS; i++)
        g_thread_join (threads[i]);
    for (unsigned person = 0; person < PEOPLE; person++)
        g_assert_cmpint (places[person], ==, 1);
    g_autoptr (GArray) times = contacts_since (second, WHO ("p0"), 0, NULL, NULL);
    g_assert_cmpuint (times->len, ==, 1);
    g_autofree char *told =
        server_value (server, "SELECT string_agg(who || message, ' ') FROM licet.contacts");
    g_assert_null (strstr (told, "p0"));
}

static void *
reserve_late (void *data)
{
    const ContactCap cap = { 0, 1, NULL };
    const Contact contact = { 100, PURPOSE_OFFER };
    bool reserved = true;

    g_assert_true (
        contacts_reserve (data, WHO ("ana"), "Q2", &contact, &cap, 1, &reserved, NULL));
    return GINT_TO_POINTER (reserved);
}

/* Counting waits for a place that another host is just taking. */
static void
test_waiting (void)
{
    const Contact contact = { 100, PURPOSE_OFFER };

    server_empty (server);
    g_autoptr (Contacts) contacts = open_contacts ();
    g_assert_true (contacts_add (contacts, "ana", "Q0", &contact, NULL));
    g_autofree char *who = server_value (server, "SELECT who FROM licet.contacts");
    g_assert_true (contacts_release (contacts, "ana", "Q0", NULL));
    g_autofree char *sql = g_strdup_printf (
        "BEGIN; SELECT licet.reserve('{%s}', 'other/Q1', 100, 'offer', '{0}', '{1}', '{NULL}')",
        who);
    PGconn *other = server_session (server, sql);
    GThread *late = g_thread_new ("late", reserve_late, contacts);

    g_usleep (300000);
    PQclear (PQexec (other, "COMMIT"));
    PQfinish (other);
    g_assert_false (GPOINTER_TO_INT (g_thread_join (late)));
}

static void
test_contacts (void)
{
    const ContactCap cap = { 0, 1, NULL };
    const Contact contact = { 100, PURPOSE_OFFER }, later = { 300, PURPOSE_SURVEY };
    const char *const who[] = { "ana", "nobody", NULL };
    unsigned erased = 0;
    bool reserved = false;

    server_empty (server);
    g_autoptr (Contacts) contacts = open_contacts ();
    g_assert_true (
        contacts_reserve (contacts, WHO ("ana"), "Q1", &contact, &cap, 1, &reserved, NULL));
    g_assert_true (reserved);
    g_assert_true (
        contacts_reserve (contacts, WHO ("ana"), "Q1", &contact, &cap, 1, &reserved, NULL));
    g_assert_true (reserved);
    g_assert_true (
        contacts_reserve (contacts, WHO ("ana"), "Q2", &contact, &cap, 1, &reserved, NULL));
    g_assert_false (reserved);
    g_autoptr (GArray) others = contacts_since (contacts, WHO ("ana"), 0, "Q1", NULL);
    g_assert_cmpuint (others->len, ==, 0);
    g_assert_true (contacts_release (contacts, "ana", "Q1", NULL));
    g_assert_true (contacts_add (contacts, "ana", "Q3", &later, NULL));
    g_assert_true (contacts_expire (contacts, 300, NULL));
    g_autoptr (GArray) times = contacts_since (contacts, WHO ("ana"), 0, NULL, NULL);
    g_assert_cmpuint (times->len, ==, 1);
    g_assert_cmpint (g_array_index (times, Contact, 0).at, ==, 300);
    g_assert_cmpint (g_array_index (times, Contact, 0).purpose, ==, PURPOSE_SURVEY);
    const ContactCap survey = { 0, 1, " event survey " }, offer = { 0, 1, " offer " };
    g_assert_true (
        contacts_reserve (contacts, WHO ("ana"), "Q4", &contact, &survey, 1, &reserved, NULL));
    g_assert_false (reserved);
    g_assert_true (
        contacts_reserve (contacts, WHO ("ana"), "Q4", &contact, &offer, 1, &reserved, NULL));
    g_assert_true (reserved);
    g_assert_true (contacts_add (contacts, "eva", "Q5", &later, NULL));
    g_assert_true (contacts_erase (contacts, who, &erased, NULL));
    g_assert_cmpuint (erased, ==, 2);
    g_autofree char *rest = server_value (server, "SELECT count(*) FROM licet.contacts");
    g_assert_cmpstr (rest, ==, "1");
    server_kill (server);
    g_autoptr (GError) error = NULL;
    g_assert_null (contacts_since (contacts, WHO ("ana"), 0, NULL, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    server_start (server);
}

static void
test_persons (void)
{
    server_empty (server);
    g_autoptr (Contacts) contacts = open_contacts ();

    persons_check (contacts);
}

/* A host whose clock is ahead takes for old what the caps of the others still count. */
static void
test_clock_ahead (void)
{
    Contact contact = { g_get_real_time () / G_USEC_PER_SEC, PURPOSE_OFFER };

    server_empty (server);
    g_autoptr (Contacts) contacts = open_contacts ();
    g_assert_true (contacts_add (contacts, "ana", "Q1", &contact, NULL));
    g_assert_true (contacts_expire (contacts, contact.at + 86400, NULL));
    g_autoptr (GArray) kept = contacts_since (contacts, WHO ("ana"), 0, NULL, NULL);
    g_assert_cmpuint (kept->len, ==, 1);
}

static const ServerTest tests[] = {
    { "what one host stores another knows at once", test_two_hosts },
    { "a server that restarts is no failure", test_restart },
    { "a server that is down is unavailable, then asked rarely", test_down },
    { "a server that says nothing is unavailable in time", test_frozen },
    { "nobody waits longer in a crowd", test_frozen_crowd },
    { "a locked table is unavailable until it is not", test_locked },
    { "a read-only database is read", test_read_only },
    { "a full disk keeps nothing half", test_full },
    { "a newer schema is refused", test_newer },
    { "rights beyond the tables are not needed", test_rights },
    { "several programs make the tables at once", test_first_opening },
    { "no password is told", test_secrets },
    { "of two hosts one is enough", test_second_host },
    { "the shipped schema is the one that is made", test_schema },
    { "what was stored cannot be changed", test_history_stays },
    { "a cap of one holds over two hosts", test_racing },
    { "a place that is being taken is waited for", test_waiting },
    { "all names of a person are locked", test_many_names },
    { "an older schema is brought forward", test_upgrade },
    { "contacts are counted, given back and forgotten", test_contacts },
    { "what went to any address of a person counts", test_persons },
    { "a clock that is ahead forgets no contacts of others", test_clock_ahead },
};

int
main (int argc, char **argv)
{
    return server_test (argc, argv, "postgresql", tests, G_N_ELEMENTS (tests), &server);
}
