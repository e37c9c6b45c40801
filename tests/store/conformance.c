/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * One table of scenarios on every engine of the consent store: in memory, from a CSV file, in
 * SQLite, in PostgreSQL. What can go wrong with a database file is in broken.c, with a server in
 * postgres.c.
 */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/clock.h"
#include "licet/consent.h"
#include "licet/error.h"
#include "server.h"

#define HEADER "address,purpose,state,at,basis,country,subdivision,person,expires,evidence\n"
/* rest: the columns from basis to person */
#define EVENT(who, purpose, state, at, rest)                                                   \
    who "@x.example," purpose "," state "," at "," rest ",2027-01-01,e-" state "\n"
#define NO ",,,"

/* Asked as of 2026-06-01 for a@x.example and offers where the row does not say. */
typedef struct {
    const char *name, *events;
    ConsentState want;
    const char *basis, *country, *subdivision, *person, *suppression;
    bool pending;
    ConsentState tracking;
    const char *address;
    Purpose purpose;
} Row;

static const Row rows[] = {
    { "nothing is known", "", .want = CONSENT_UNKNOWN },
    { "nothing is known of this one", EVENT ("b", "*", "granted", "2026-01-01", NO),
      .want = CONSENT_UNKNOWN },
    { "granted for all purposes", EVENT ("a", "*", "granted", "2026-01-01", "express,de,,"),
      .want = CONSENT_GRANTED, .basis = "express", .country = "DE" },
    { "granted for this purpose", EVENT ("a", "offer", "granted", "2026-01-01", NO),
      .want = CONSENT_GRANTED },
    { "granted for another purpose", EVENT ("a", "newsletter", "granted", "2026-01-01", NO),
      .want = CONSENT_UNKNOWN },
    { "another question, the other purpose",
      EVENT ("a", "cross-sell", "granted", "2026-01-01", NO), .want = CONSENT_GRANTED,
      .purpose = PURPOSE_CROSS_SELL },
    { "tracking is no promotion", EVENT ("a", "tracking", "granted", "2026-01-01", NO),
      .want = CONSENT_UNKNOWN, .tracking = CONSENT_GRANTED },
    { "promotion is no tracking",
      EVENT ("a", "tracking", "granted", "2026-01-01", NO)
          EVENT ("a", "*", "withdrawn", "2026-02-01", NO),
      .want = CONSENT_REFUSED, .tracking = CONSENT_GRANTED },
    { "the newer withdrawal wins",
      EVENT ("a", "*", "granted", "2026-01-01", NO)
          EVENT ("a", "*", "withdrawn", "2026-02-01", NO),
      .want = CONSENT_REFUSED },
    { "the order of rows does not matter",
      EVENT ("a", "*", "withdrawn", "2026-02-01", NO)
          EVENT ("a", "*", "granted", "2026-01-01", NO),
      .want = CONSENT_REFUSED },
    { "the newer grant wins",
      EVENT ("a", "*", "withdrawn", "2026-02-01", NO)
          EVENT ("a", "*", "granted", "2026-03-01", "soft-opt-in,,,"),
      .want = CONSENT_GRANTED, .basis = "soft-opt-in" },
    { "at the same second the withdrawal wins",
      EVENT ("a", "*", "withdrawn", "2026-02-01", NO)
          EVENT ("a", "*", "granted", "2026-02-01", NO),
      .want = CONSENT_REFUSED },
    { "at the same second the withdrawal wins whatever the order",
      EVENT ("a", "offer", "granted", "2026-02-01", NO)
          EVENT ("a", "*", "withdrawn", "2026-02-01", NO),
      .want = CONSENT_REFUSED },
    { "of two grants of the same second the one that came later is told",
      EVENT ("a", "offer", "granted", "2026-02-01", "express,,,")
          EVENT ("a", "*", "granted", "2026-02-01", "soft-opt-in,,,"),
      .want = CONSENT_GRANTED, .basis = "soft-opt-in" },
    { "zones are understood",
      EVENT ("a", "*", "granted", "2026-02-01T00:30:00+01:00", NO)
          EVENT ("a", "*", "withdrawn", "2026-02-01T00:00:00Z", NO),
      .want = CONSENT_REFUSED },
    { "a withdrawal of one purpose leaves the others",
      EVENT ("a", "*", "granted", "2026-01-01", NO)
          EVENT ("a", "survey", "withdrawn", "2026-02-01", NO),
      .want = CONSENT_GRANTED },
    { "a withdrawal of everything covers one purpose",
      EVENT ("a", "offer", "granted", "2026-01-01", NO)
          EVENT ("a", "*", "withdrawn", "2026-02-01", NO),
      .want = CONSENT_REFUSED },
    { "a withdrawal counts however its purpose is spelt",
      EVENT ("a", "*", "granted", "2026-01-01", NO)
          EVENT ("a", "Offer", "withdrawn", "2026-02-01", NO),
      .want = CONSENT_REFUSED },
    { "so does one of tracking",
      EVENT ("a", "tracking", "granted", "2026-01-01", NO)
          EVENT ("a", "Tracking", "withdrawn", "2026-02-01", NO),
      .want = CONSENT_UNKNOWN, .tracking = CONSENT_REFUSED },
    { "without a time a grant counts", EVENT ("a", "*", "granted", "", NO),
      .want = CONSENT_GRANTED },
    { "without a time it is older than anything",
      EVENT ("a", "*", "withdrawn", "2001-01-01", NO) EVENT ("a", "*", "granted", "", NO),
      .want = CONSENT_REFUSED },
    { "without times the withdrawal wins",
      EVENT ("a", "*", "withdrawn", "", NO) EVENT ("a", "*", "granted", "", NO),
      .want = CONSENT_REFUSED },
    { "what lies in the future does not count yet",
      EVENT ("a", "*", "granted", "2026-01-01", NO)
          EVENT ("a", "*", "withdrawn", "2026-07-01", ",FR,,p9"),
      .want = CONSENT_GRANTED },
    { "what happens this second counts",
      EVENT ("a", "*", "granted", "2026-01-01", NO)
          EVENT ("a", "*", "withdrawn", "2026-06-01", NO),
      .want = CONSENT_REFUSED },
    { "pending is not consent", EVENT ("a", "*", "pending", "2026-01-01", "double-opt-in,,,"),
      .want = CONSENT_UNKNOWN, .basis = "double-opt-in", .pending = true },
    { "of two pending ones the newer is told",
      EVENT ("a", "*", "pending", "2026-02-01", "double-opt-in,,,")
          EVENT ("a", "*", "pending", "2026-01-01", "express,,,"),
      .want = CONSENT_UNKNOWN, .basis = "double-opt-in", .pending = true },
    { "a confirmation ends it",
      EVENT ("a", "*", "pending", "2026-01-01", "double-opt-in,,,")
          EVENT ("a", "*", "granted", "2026-01-02", "double-opt-in,,,"),
      .want = CONSENT_GRANTED, .basis = "double-opt-in" },
    { "pending does not undo a grant",
      EVENT ("a", "*", "granted", "2026-01-01", "express,,,")
          EVENT ("a", "*", "pending", "2026-02-01", "double-opt-in,,,"),
      .want = CONSENT_GRANTED, .basis = "express" },
    { "pending does not undo a withdrawal",
      EVENT ("a", "*", "withdrawn", "2026-01-01", NO)
          EVENT ("a", "*", "pending", "2026-02-01", "double-opt-in,,,"),
      .want = CONSENT_REFUSED },
    { "a withdrawal counts for all addresses of a person",
      EVENT ("a", "*", "granted", "2026-01-01", ",ES,,p1")
          EVENT ("b", "*", "withdrawn", "2026-02-01", ",DE,,p1"),
      .want = CONSENT_REFUSED, .country = "ES", .person = "p1" },
    { "so does a grant",
      EVENT ("b", "*", "granted", "2026-02-01", "express,DE,,p1")
          EVENT ("a", "survey", "withdrawn", "2026-01-01", ",,,p1"),
      .want = CONSENT_GRANTED, .basis = "express", .country = "DE", .person = "p1" },
    { "rows of an address from before it was linked count too",
      EVENT ("a", "*", "granted", "2026-01-01", ",,,p1")
          EVENT ("b", "*", "withdrawn", "2026-02-01", NO)
              EVENT ("b", "survey", "granted", "2026-03-01", ",,,p1"),
      .want = CONSENT_REFUSED, .person = "p1" },
    { "links lead on through another address",
      EVENT ("a", "*", "granted", "2026-01-01", ",,,p1")
          EVENT ("b", "survey", "granted", "2026-01-01", ",,,p1")
              EVENT ("b", "event", "granted", "2026-01-01", ",,,p2")
                  EVENT ("c", "*", "withdrawn", "2026-02-01", ",,,p2"),
      .want = CONSENT_REFUSED, .person = "p1" },
    { "a link of the future does not count yet",
      EVENT ("a", "*", "granted", "2026-01-01", ",,,p1")
          EVENT ("b", "*", "withdrawn", "2026-02-01", NO)
              EVENT ("b", "survey", "granted", "2026-07-01", ",,,p1"),
      .want = CONSENT_GRANTED, .person = "p1" },
    { "another person's withdrawal does not count",
      EVENT ("a", "*", "granted", "2026-01-01", ",,,p1")
          EVENT ("b", "*", "withdrawn", "2026-02-01", ",,,p2"),
      .want = CONSENT_GRANTED, .person = "p1" },
    { "a person called like an address is no address",
      EVENT ("a", "*", "granted", "2026-01-01", ",,,b@x.example")
          EVENT ("b", "*", "withdrawn", "2026-02-01", NO),
      .want = CONSENT_GRANTED, .person = "b@x.example" },
    { "the newest country counts",
      EVENT ("a", "*", "granted", "2026-02-01", ",FR,,")
          EVENT ("a", "survey", "granted", "2026-01-01", ",DE,,"),
      .want = CONSENT_GRANTED, .country = "FR" },
    { "a row that does not say leaves the country",
      EVENT ("a", "*", "granted", "2026-01-01", ",US,ca,")
          EVENT ("a", "survey", "granted", "2026-02-01", NO),
      .want = CONSENT_GRANTED, .country = "US", .subdivision = "CA" },
    { "who moves to another country leaves the subdivision",
      EVENT ("a", "*", "granted", "2026-01-01", ",US,CA,")
          EVENT ("a", "survey", "granted", "2026-02-01", ",DE,,"),
      .want = CONSENT_GRANTED, .country = "DE" },
    { "the country of the address itself goes before the others'",
      EVENT ("a", "*", "granted", "2026-01-01", ",ES,,p1")
          EVENT ("b", "survey", "granted", "2026-02-01", ",US,CA,p1"),
      .want = CONSENT_GRANTED, .country = "ES", .person = "p1" },
    { "of several ids of one person the first is told",
      EVENT ("a", "*", "granted", "2026-01-01", ",,,p2")
          EVENT ("b", "survey", "granted", "2026-01-01", ",,,p2")
              EVENT ("b", "event", "granted", "2026-01-01", ",,,p1"),
      .want = CONSENT_GRANTED, .person = "p1" },
    { "who is linked counts",
      EVENT ("b", "*", "withdrawn", "2026-02-01", NO)
          EVENT ("a", "*", "linked", "2026-03-01", ",,,p1")
              EVENT ("b", "*", "linked", "2026-03-01", ",,,p1")
                  EVENT ("a", "*", "granted", "2026-01-01", NO),
      .want = CONSENT_REFUSED, .person = "p1" },
    { "who was unlinked no longer does",
      EVENT ("b", "*", "withdrawn", "2026-02-01", NO)
          EVENT ("a", "*", "linked", "2026-03-01", ",,,p1")
              EVENT ("b", "*", "linked", "2026-03-01", ",,,p1")
                  EVENT ("a", "*", "unlinked", "2026-04-01", NO)
                      EVENT ("a", "*", "granted", "2026-01-01", NO),
      .want = CONSENT_GRANTED },
    { "who was unlinked from another person still does",
      EVENT ("b", "*", "withdrawn", "2026-02-01", ",,,p1")
          EVENT ("a", "*", "linked", "2026-03-01", ",,,p1")
              EVENT ("a", "*", "unlinked", "2026-04-01", ",,,p2"),
      .want = CONSENT_REFUSED, .person = "p1" },
    { "who was linked again does",
      EVENT ("b", "*", "withdrawn", "2026-02-01", ",,,p1")
          EVENT ("a", "*", "linked", "2026-03-01", ",,,p1")
              EVENT ("a", "*", "unlinked", "2026-04-01", ",,,p1")
                  EVENT ("a", "*", "linked", "2026-05-01", ",,,p1"),
      .want = CONSENT_REFUSED, .person = "p1" },
    { "an unlinking of the future does not count yet",
      EVENT ("b", "*", "withdrawn", "2026-02-01", ",,,p1")
          EVENT ("a", "*", "linked", "2026-03-01", ",,,p1")
              EVENT ("a", "*", "unlinked", "2026-07-01", NO),
      .want = CONSENT_REFUSED, .person = "p1" },
    { "a suppression is a refusal", EVENT ("a", "*", "suppressed", "2026-02-01", "bounce,,,"),
      .want = CONSENT_REFUSED, .suppression = "bounce" },
    { "no grant lifts a suppression",
      EVENT ("a", "*", "suppressed", "2026-02-01", "complaint,,,")
          EVENT ("a", "*", "granted", "2026-03-01", "double-opt-in,,,"),
      .want = CONSENT_REFUSED, .suppression = "complaint" },
    { "a release does",
      EVENT ("a", "*", "suppressed", "2026-02-01", "complaint,,,")
          EVENT ("a", "*", "granted", "2026-01-01", "express,,,")
              EVENT ("a", "*", "released", "2026-03-01", NO),
      .want = CONSENT_GRANTED, .basis = "express" },
    { "a release is no grant",
      EVENT ("a", "*", "suppressed", "2026-02-01", "manual,,,")
          EVENT ("a", "*", "released", "2026-03-01", NO),
      .want = CONSENT_UNKNOWN },
    { "a release does not undo a withdrawal",
      EVENT ("a", "*", "withdrawn", "2026-01-01", NO)
          EVENT ("a", "*", "suppressed", "2026-02-01", "manual,,,")
              EVENT ("a", "*", "released", "2026-03-01", NO),
      .want = CONSENT_REFUSED },
    { "at the same second the suppression stands",
      EVENT ("a", "*", "suppressed", "2026-02-01", "manual,,,")
          EVENT ("a", "*", "released", "2026-02-01", NO),
      .want = CONSENT_REFUSED, .suppression = "manual" },
    { "a later suppression counts again",
      EVENT ("a", "*", "suppressed", "2026-02-01", "manual,,,")
          EVENT ("a", "*", "released", "2026-03-01", NO)
              EVENT ("a", "*", "suppressed", "2026-04-01", "bounce,,,"),
      .want = CONSENT_REFUSED, .suppression = "bounce" },
    { "a suppression of one purpose leaves the others",
      EVENT ("a", "*", "granted", "2026-01-01", NO)
          EVENT ("a", "survey", "suppressed", "2026-02-01", "complaint,,,"),
      .want = CONSENT_GRANTED },
    { "a suppression of promotion leaves tracking",
      EVENT ("a", "tracking", "granted", "2026-01-01", NO)
          EVENT ("a", "*", "suppressed", "2026-02-01", "complaint,,,"),
      .want = CONSENT_REFUSED, .suppression = "complaint", .tracking = CONSENT_GRANTED },
    { "a release of another purpose changes nothing",
      EVENT ("a", "*", "suppressed", "2026-02-01", "complaint,,,")
          EVENT ("a", "survey", "released", "2026-03-01", NO),
      .want = CONSENT_REFUSED, .suppression = "complaint" },
    { "a complaint is about the person",
      EVENT ("a", "*", "granted", "2026-01-01", ",,,p1")
          EVENT ("b", "*", "suppressed", "2026-02-01", "complaint,,,p1"),
      .want = CONSENT_REFUSED, .suppression = "complaint", .person = "p1" },
    { "a bounce is about one mailbox",
      EVENT ("a", "*", "granted", "2026-01-01", ",,,p1")
          EVENT ("b", "*", "suppressed", "2026-02-01", "bounce,,,p1"),
      .want = CONSENT_GRANTED, .person = "p1" },
    { "and is lifted for this mailbox only",
      EVENT ("a", "*", "suppressed", "2026-02-01", "bounce,,,p1")
          EVENT ("b", "*", "released", "2026-03-01", ",,,p1"),
      .want = CONSENT_REFUSED, .suppression = "bounce", .person = "p1" },
    { "a complaint by a clock that runs ahead counts at once",
      EVENT ("a", "*", "granted", "2026-01-01", NO)
          EVENT ("a", "*", "suppressed", "2026-06-01T20:00:00Z", "complaint,,,"),
      .want = CONSENT_REFUSED, .suppression = "complaint" },
    { "addresses are compared in their normal form",
      "A@X.Example.,*,granted,2026-01-01,,,,,,\n", .want = CONSENT_GRANTED },
    { "an address that SQL and JSON could trip over",
      "\"\"\"a'b\\\\ %_\"\"@x.example\",*,granted,2026-01-01,,,,,,\n", .want = CONSENT_GRANTED,
      .address = "\"a'b\\\\ %_\"@x.example" },
    { "an address beyond ASCII", "jürgen@bücher.example,*,granted,2026-01-01,,,,,,\n",
      .want = CONSENT_GRANTED, .address = "jürgen@xn--bcher-kva.example" },
};

typedef enum { MEMORY, CSV, SQLITE, POSTGRESQL, ENGINES } Engine;

static const char *const engine_names[ENGINES] = { "memory", "csv", "sqlite", "postgresql" };

static Server *server;        /* for all of POSTGRESQL */
static const char *no_server; /* why there is none */

typedef struct {
    const Row *row;
    Engine engine;
} Case;

static GPtrArray *
events_of (const char *csv)
{
    g_autofree char *text = g_strconcat (HEADER, csv, NULL);
    g_autoptr (GError) error = NULL;
    GPtrArray *events = consent_csv_parse (text, strlen (text), "row.csv", &error);

    g_assert_no_error (error);
    return events;
}

static int64_t
time_of (const char *text)
{
    int64_t time = 0;

    g_assert_true (clock_parse (text, &time, NULL));
    return time;
}

/* A store on a file that is gone from the directory when it is open, but for SQLite's. */
static ConsentStore *
open_with (Engine engine, const char *dir, const GPtrArray *events)
{
    g_autofree char *csv = g_build_filename (dir, "c.csv", NULL);
    g_autofree char *database = g_strconcat ("sqlite:", dir, "/c.db", NULL);
    g_autofree char *text = consent_csv_format (events);
    g_autofree char *uri = engine == POSTGRESQL ? server_uri (server, false) : NULL;
    g_autoptr (GError) error = NULL;

    if (engine == POSTGRESQL)
        server_truncate (server);
    g_assert_true (g_file_set_contents (csv, text, -1, NULL));
    ConsentStore *store = consent_open (engine == MEMORY   ? "memory:"
                                        : engine == CSV    ? csv
                                        : engine == SQLITE ? database
                                                           : uri,
                                        &error);
    g_assert_no_error (error);
    g_unlink (csv);
    /* Twice: the same events are not stored again. */
    for (unsigned i = 0; engine != CSV && i < 2; i++)
        g_assert_true (consent_append (store, events, &error));
    g_assert_no_error (error);
    return store;
}

static char *
make_dir (void)
{
    return g_dir_make_tmp ("licet-store.XXXXXX", NULL);
}

static void
remove_dir (const char *dir)
{
    g_autofree char *path = g_build_filename (dir, "c.db", NULL);

    g_unlink (path);
    g_assert_cmpint (g_rmdir (dir), ==, 0); /* no journal stays behind */
}

static void
check_record (const ConsentRecord *record, const Row *row)
{
    const ConsentAnswer *answer = record->promotion;
    bool known = answer->state != CONSENT_UNKNOWN || row->pending;

    g_assert_cmpstr (consent_state_word (answer->state), ==, consent_state_word (row->want));
    g_assert_cmpstr (consent_state_word (record->tracking->state), ==,
                     consent_state_word (row->tracking));
    g_assert_cmpint (answer->pending, ==, row->pending);
    if (row->basis || !known)
        g_assert_cmpstr (answer->basis, ==, row->basis);
    g_assert_cmpint (answer->event != NULL, ==, known);
    g_assert_cmpint (answer->purpose != NULL, ==, known);
    g_assert_cmpstr (record->country, ==, row->country);
    g_assert_cmpstr (record->subdivision, ==, row->subdivision);
    g_assert_cmpstr (record->person, ==, row->person);
    g_assert_cmpstr (answer->suppression, ==, row->suppression);
}

static void
test_ask (const void *data)
{
    const Case *this = data;
    const Row *row = this->row;
    const char *address = row->address ? row->address : "a@x.example";
    const char *const addresses[] = { "other@x.example", address, address, NULL };
    g_autofree char *dir = make_dir (), *failure = NULL;
    g_autoptr (GPtrArray) events = events_of (row->events);
    g_autoptr (ConsentStore) store = open_with (this->engine, dir, events);
    g_autoptr (GPtrArray) records =
        consent_ask (store, addresses, row->purpose ? row->purpose : PURPOSE_OFFER,
                     time_of ("2026-06-01"), &failure);
    static const Row nothing = { .want = CONSENT_UNKNOWN };

    g_assert_cmpstr (failure, ==, NULL);
    g_assert_cmpuint (records->len, ==, 3);
    check_record (g_ptr_array_index (records, 0), &nothing);
    for (unsigned i = 1; i < 3; i++) { /* an address asked twice is answered twice */
        const ConsentRecord *record = g_ptr_array_index (records, i);
        g_assert_cmpstr (record->address, ==, address);
        check_record (record, row);
    }
    remove_dir (dir);
}

/* Everything that a row says comes back: by CSV, through the engine, in the answer. */
static void
test_columns (const void *data)
{
    static const char csv[] =
        "address,purpose,state,basis,at,source,wording,evidence,country,subdivision,"
        "recipient_class,language,expires,person\n"
        "a@x.example,newsletter,granted,double-opt-in,2026-01-02T03:04:05Z,"
        "\"the \"\"form\"\", page 1\",v3,\"two\nlines\",CA,QC,natural,fr-CA,"
        "2027-01-02T03:04:05Z,p1\n";
    const char *const addresses[] = { "a@x.example", NULL };
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) events = consent_csv_parse (csv, strlen (csv), "c.csv", NULL);
    g_autoptr (ConsentStore) store = open_with (GPOINTER_TO_INT (data), dir, events);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    g_autofree char *text = consent_csv_format (all);
    g_autoptr (GPtrArray) records =
        consent_ask (store, addresses, PURPOSE_NEWSLETTER, time_of ("2026-06-01"), NULL);
    const ConsentRecord *record = g_ptr_array_index (records, 0);

    g_assert_cmpstr (text, ==, csv);
    g_assert_cmpstr (record->recipient_class, ==, "natural");
    g_assert_cmpstr (record->language, ==, "fr-CA");
    ConsentAnswer *answer = consent_answer_copy (record->promotion);
    g_assert_cmpstr (answer->basis, ==, "double-opt-in");
    g_assert_cmpstr (answer->purpose, ==, "newsletter");
    g_assert_cmpstr (answer->source, ==, "the \"form\", page 1");
    g_assert_cmpstr (answer->wording, ==, "v3");
    g_assert_cmpstr (answer->evidence, ==, "two\nlines");
    g_assert_cmpstr (answer->event, ==, "1");
    g_assert_cmpint (answer->at, ==, time_of ("2026-01-02T03:04:05Z"));
    g_assert_cmpint (answer->expires, ==, time_of ("2027-01-02T03:04:05Z"));
    consent_answer_free (answer);
    remove_dir (dir);
}

static char *
joined (const GPtrArray *events)
{
    GString *text = g_string_new (NULL);

    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        g_string_append_printf (text, "%s%s %s", i ? ", " : "", event->address, event->purpose);
    }
    return g_string_free (text, FALSE);
}

static void
test_history (const void *data)
{
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) events =
        events_of (EVENT ("a", "offer", "granted", "2026-03-01", ",,,p1")
                       EVENT ("b", "survey", "granted", "2026-02-01", ",,,p1")
                           EVENT ("c", "*", "granted", "2026-01-01", NO)
                               EVENT ("a", "event", "granted", "2026-01-01", NO)
                                   EVENT ("b", "*", "granted", "2026-03-01", NO));
    g_autoptr (ConsentStore) store = open_with (GPOINTER_TO_INT (data), dir, events);
    g_autoptr (GPtrArray) person = consent_history (store, "a@x.example", NULL);
    g_autoptr (GPtrArray) nobody = consent_history (store, "z@x.example", NULL);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    g_autofree char *told = joined (person), *everything = joined (all);

    g_assert_cmpstr (told, ==,
                     "a@x.example event, b@x.example survey, a@x.example offer, b@x.example *");
    g_assert_cmpuint (nobody->len, ==, 0);
    g_assert_cmpstr (everything, ==,
                     "c@x.example *, a@x.example event, b@x.example survey, a@x.example offer, "
                     "b@x.example *");
    remove_dir (dir);
}

/* An act that is entered late was not known before; a CSV does not say when it was written, and who
 * erases a person does not make what stays of them look new. */
static void
test_arrival (const void *data)
{
    Engine engine = GPOINTER_TO_INT (data);
    g_autofree char *dir = make_dir ();
    int64_t begin = g_get_real_time () / G_USEC_PER_SEC;
    g_autoptr (GPtrArray) events = events_of (EVENT ("a", "*", "granted", "2026-01-01", NO)
                                                  EVENT ("b", "*", "granted", "2026-01-01", NO));
    ((ConsentEvent *)g_ptr_array_index (events, 1))->arrived = engine == CSV ? 0 : 1700000000;
    g_autoptr (ConsentStore) store = open_with (engine, dir, events);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    int64_t end = g_get_real_time () / G_USEC_PER_SEC;
    const char *const asked[] = { "a@x.example", NULL };
    g_autoptr (GPtrArray) records =
        consent_ask (store, asked, PURPOSE_OFFER, time_of ("2026-02-01"), NULL);
    const ConsentRecord *record = g_ptr_array_index (records, 0);
    const ConsentEvent *first = g_ptr_array_index (all, 0), *second = g_ptr_array_index (all, 1);

    g_assert_cmpint (first->arrived, >=, engine == CSV ? 0 : begin);
    g_assert_cmpint (first->arrived, <=, engine == CSV ? 0 : end);
    g_assert_cmpint (second->arrived, ==, engine == CSV ? 0 : 1700000000);
    g_assert_cmpint (record->promotion->arrived, ==, first->arrived);
    remove_dir (dir);
}

/* What tells two events apart: address, purpose, state, time and source. */
static void
test_once (const void *data)
{
    static const char csv[] = "address,purpose,state,at,source,country\n"
                              "a@x.example,*,granted,2026-01-01,,DE\n"
                              "A@x.example,*,granted,2026-01-01T00:00:00Z,,FR\n"
                              "a@x.example,*,granted,2026-01-01,web,\n"
                              "a@x.example,*,granted,2026-01-02,,\n"
                              "a@x.example,*,withdrawn,2026-01-01,,\n"
                              "a@x.example,offer,granted,2026-01-01,,\n"
                              "b@x.example,*,granted,2026-01-01,,\n";
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) events = consent_csv_parse (csv, strlen (csv), "c.csv", NULL);
    g_autoptr (ConsentStore) store = open_with (GPOINTER_TO_INT (data), dir, events);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);

    g_assert_cmpuint (events->len, ==, 7);
    g_assert_cmpuint (all->len, ==, 6);
    g_assert_cmpstr (((ConsentEvent *)g_ptr_array_index (all, 0))->country, ==, "DE");
    remove_dir (dir);
}

/* One bad event, and none of those before it is stored; a CSV file takes none at all. */
static void
test_all_or_none (const void *data)
{
    Engine engine = GPOINTER_TO_INT (data);
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) none = g_ptr_array_new ();
    g_autoptr (GPtrArray) events = events_of (EVENT (
        "a", "*", "granted", "2026-01-01", NO) EVENT ("b", "*", "granted", "2026-01-01", NO));
    g_autoptr (ConsentStore) store = open_with (engine, dir, none);
    g_autoptr (GError) error = NULL;
    ConsentEvent *last = g_ptr_array_index (events, 1);

    if (engine == CSV) {
        g_assert_false (consent_append (store, events, &error));
        g_assert_error (error, LICET_ERROR, LICET_ERROR_SETTINGS);
        g_clear_error (&error);
    }
    last->purpose[0] = '?';
    g_assert_false (consent_append (store, events, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
    g_assert_true (error && g_str_has_prefix (error->message, "purpose: "));
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    g_assert_cmpuint (all->len, ==, 0);
    remove_dir (dir);
}

static void
test_thousand (const void *data)
{
    g_autofree char *dir = make_dir ();
    g_autoptr (GString) csv = g_string_new (NULL);
    g_auto (GStrv) addresses = g_new0 (char *, 1001);

    for (unsigned i = 0; i < 1000; i++) {
        addresses[i] = g_strdup_printf ("r%u@x.example", i);
        if (i % 2)
            g_string_append_printf (csv, "r%u@x.example,*,granted,,,,,crowd,,\n", i);
        else if (i % 4)
            g_string_append_printf (csv, "r%u@x.example,*,withdrawn,2026-01-01,,,,,,\n", i);
    }
    g_autoptr (GPtrArray) events = events_of (csv->str);
    g_autoptr (ConsentStore) store = open_with (GPOINTER_TO_INT (data), dir, events);
    g_autoptr (GPtrArray) records =
        consent_ask (store, (const char *const *)addresses, PURPOSE_OFFER, G_MAXINT32, NULL);
    for (unsigned i = 0; i < 1000; i++)
        g_assert_cmpint (((ConsentRecord *)g_ptr_array_index (records, i))->promotion->state,
                         ==,
                         i % 2   ? CONSENT_GRANTED
                         : i % 4 ? CONSENT_REFUSED
                                 : CONSENT_UNKNOWN);
    remove_dir (dir);
}

static void *
ask_and_append (void *data)
{
    ConsentStore *store = consent_ref (data);
    const char *const addresses[] = { "a@x.example", NULL };
    unsigned refused = 0;

    for (unsigned i = 0; i < 50; i++) {
        g_autofree char *csv = g_strdup_printf ("t%p-%u@x.example,*,granted,2026-01-01,,,,,,\n",
                                                (void *)&store, i);
        g_autoptr (GPtrArray) events = events_of (csv);
        g_autoptr (GPtrArray) records =
            consent_ask (store, addresses, PURPOSE_OFFER, G_MAXINT32, NULL);
        refused += ((ConsentRecord *)g_ptr_array_index (records, 0))->promotion->state ==
                   CONSENT_REFUSED;
        consent_append (store, events, NULL);
    }
    consent_unref (store);
    return GUINT_TO_POINTER (refused);
}

static void
test_threads (const void *data)
{
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) events = events_of (EVENT ("a", "*", "withdrawn", "2026-01-01", NO));
    g_autoptr (ConsentStore) store = open_with (GPOINTER_TO_INT (data), dir, events);
    GThread *threads[4];

    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("ask", ask_and_append, store);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 50);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    g_assert_cmpuint (all->len, ==, GPOINTER_TO_INT (data) == CSV ? 1 : 201);
    remove_dir (dir);
}

static ConsentEvent *
event_at (const GPtrArray *events, unsigned i)
{
    return g_ptr_array_index (events, i);
}

/* "state purpose, …" of an address's history. */
static char *
history_of (ConsentStore *store, const char *address)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) events = consent_history (store, address, &error);
    GString *text = g_string_new (NULL);

    g_assert_no_error (error);
    for (unsigned i = 0; i < events->len; i++)
        g_string_append_printf (text, "%s%s %s", i ? ", " : "", event_at (events, i)->state,
                                event_at (events, i)->purpose);
    return g_string_free (text, FALSE);
}

static ConsentAnswer *
answer_of (ConsentStore *store, const char *address)
{
    const char *const addresses[] = { address, NULL };
    g_autofree char *failure = NULL;
    g_autoptr (GPtrArray) records =
        consent_ask (store, addresses, PURPOSE_OFFER, time_of ("2026-06-01"), &failure);

    g_assert_cmpstr (failure, ==, NULL);
    return consent_answer_copy (((ConsentRecord *)g_ptr_array_index (records, 0))->promotion);
}

static void
check_answer (ConsentStore *store, const char *address, ConsentState state,
              const char *suppression)
{
    ConsentAnswer *answer = answer_of (store, address);

    g_assert_cmpstr (consent_state_word (answer->state), ==, consent_state_word (state));
    g_assert_cmpstr (answer->suppression, ==, suppression);
    consent_answer_free (answer);
}

/* What is left of an erased address is a refusal that names nobody. */
static void
test_erase (const void *data)
{
    Engine engine = GPOINTER_TO_INT (data);
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) events =
        events_of (EVENT ("a", "*", "granted", "2026-01-01", "express,DE,,p1")
                       EVENT ("a", "*", "linked", "2026-01-02", ",,,p1")
                           EVENT ("b", "*", "granted", "2026-01-01", ",FR,,p1"));
    g_autoptr (ConsentStore) store = open_with (engine, dir, events);
    g_autoptr (GError) error = NULL;
    unsigned erased = 0, kept = 0;

    if (engine == CSV) {
        g_assert_false (consent_erase (store, "a@x.example", true, 1, &erased, &kept, &error));
        g_assert_error (error, LICET_ERROR, LICET_ERROR_SETTINGS);
        remove_dir (dir);
        return;
    }
    g_assert_true (consent_erase (store, "a@x.example", true, time_of ("2026-05-01"), &erased,
                                  &kept, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (erased, ==, 2);
    g_assert_cmpuint (kept, ==, 1);
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    g_autofree char *text = consent_csv_format (all);
    g_assert_cmpuint (all->len, ==, 3);
    g_assert_null (strstr (text, "a@x.example"));
    for (unsigned i = 0; i < all->len; i++)
        if (strcmp (event_at (all, i)->address, "b@x.example") != 0) {
            g_assert_true (consent_is_erased (event_at (all, i)->address));
            g_assert_null (event_at (all, i)->country);
            g_assert_null (event_at (all, i)->person);
        }
    /* An import brings nothing back, and who knows the address finds the proof. */
    g_assert_true (consent_append (store, events, &error));
    check_answer (store, "a@x.example", CONSENT_REFUSED, "erased");
    check_answer (store, "b@x.example", CONSENT_GRANTED, NULL);
    g_assert_true (consent_erase (store, "a@x.example", true, time_of ("2026-05-02"), &erased,
                                  &kept, &error));
    g_assert_cmpuint (erased, ==, 2);
    g_assert_cmpuint (kept, ==, 2);
    g_autofree char *proof = history_of (store, "a@x.example");
    g_assert_cmpstr (proof, ==, "granted *, suppressed *");
    g_assert_true (consent_erase (store, "a@x.example", false, time_of ("2026-05-02"), &erased,
                                  &kept, &error));
    g_assert_cmpuint (kept, ==, 0);
    g_autofree char *history = history_of (store, "a@x.example");
    g_assert_cmpstr (history, ==, "suppressed *");
    remove_dir (dir);
}

static void
test_erase_unknown (const void *data)
{
    Engine engine = GPOINTER_TO_INT (data);
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) none = g_ptr_array_new ();
    g_autoptr (ConsentStore) store = open_with (engine, dir, none);
    unsigned erased = 9, kept = 9;

    if (engine != CSV) {
        g_assert_true (consent_erase (store, "z@x.example", true, 1, &erased, &kept, NULL));
        g_assert_cmpuint (erased + kept, ==, 0);
        check_answer (store, "z@x.example", CONSENT_REFUSED, "erased");
    }
    remove_dir (dir);
}

static void
test_confirm (const void *data)
{
    Engine engine = GPOINTER_TO_INT (data);
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) events =
        events_of (EVENT ("a", "newsletter", "pending", "2026-01-01", "double-opt-in,DE,,")
                       EVENT ("b", "offer", "pending", "2026-01-01", NO)
                           EVENT ("b", "*", "withdrawn", "2026-01-02", NO));
    g_autoptr (ConsentStore) store = open_with (engine, dir, events);
    g_autoptr (GError) error = NULL;
    int64_t now = time_of ("2026-02-01");

    if (engine != CSV) {
        g_assert_true (consent_confirm (store, "a@x.example", "newsletter", "the link",
                                        "click 7", now, &error));
        g_assert_no_error (error);
        g_autoptr (GPtrArray) all = consent_history (store, "a@x.example", NULL);
        const ConsentEvent *grant = event_at (all, 1);
        g_assert_cmpstr (grant->state, ==, "granted");
        g_assert_cmpstr (grant->basis, ==, "double-opt-in");
        g_assert_cmpstr (grant->source, ==, "the link");
        g_assert_cmpstr (grant->evidence, ==,
                         "request of 2026-01-01T00:00:00Z (e-pending); confirmed (click 7)");
        g_assert_cmpint (grant->at, ==, now);
        g_assert_false (
            consent_confirm (store, "a@x.example", "offer", NULL, NULL, now, &error));
        g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
        g_clear_error (&error);
        g_assert_false (
            consent_confirm (store, "b@x.example", "offer", NULL, NULL, now, &error));
        g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
        g_assert_true (error && strstr (error->message, "was withdrawn"));
    }
    remove_dir (dir);
}

/* A "no" said while they were one person stays with both. */
static void
test_links (const void *data)
{
    Engine engine = GPOINTER_TO_INT (data);
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) events =
        events_of (EVENT ("a", "*", "granted", "2026-01-01", NO)
                       EVENT ("b", "offer", "withdrawn", "2026-01-02", NO)
                           EVENT ("c", "*", "granted", "2026-01-01", NO)
                               EVENT ("c", "*", "suppressed", "2026-01-02", "bounce,,,"));
    g_autoptr (ConsentStore) store = open_with (engine, dir, events);
    int64_t now = time_of ("2026-02-01");
    g_autoptr (GError) error = NULL;

    if (engine != CSV) {
        g_assert_true (consent_link (store, "a@x.example", "b@x.example", now, &error));
        g_assert_true (consent_link (store, "c@x.example", "b@x.example", now, &error));
        g_assert_true (consent_link (store, "a@x.example", "c@x.example", now, &error));
        g_assert_no_error (error);
        check_answer (store, "a@x.example", CONSENT_REFUSED, NULL);
        check_answer (store, "c@x.example", CONSENT_REFUSED, "bounce");
        g_assert_true (consent_unlink (store, "a@x.example", now + 1, &error));
        check_answer (store, "a@x.example", CONSENT_REFUSED, NULL);
        g_autofree char *history = history_of (store, "a@x.example");
        g_assert_cmpstr (history, ==, "granted *, withdrawn offer, linked *, unlinked *");
        g_assert_false (consent_link (store, "a@x.example", "a@x.example", now, &error));
        g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
        g_clear_error (&error);
        g_assert_false (consent_unlink (store, "z@x.example", now, &error));
        g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
    }
    remove_dir (dir);
}

static bool
has_name (ConsentStore *store, const char *address, const char *name, int64_t now)
{
    const char *const asked[] = { address, NULL };
    g_autoptr (GPtrArray) records = consent_ask (store, asked, PURPOSE_OFFER, now, NULL);
    const ConsentRecord *record = g_ptr_array_index (records, 0);

    g_assert_cmpstr (record->names[0], ==, address);
    return g_strv_contains ((const char *const *)record->names, name);
}

/* Under which names the caps of a person count: all that belong together now, and with an end of the
 * link no longer. */
static void
test_names (const void *data)
{
    Engine engine = GPOINTER_TO_INT (data);
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) events =
        events_of (EVENT ("a", "*", "granted", "2026-01-01", NO)
                       EVENT ("e", "*", "granted", "2026-01-01", ",,,p5")
                           EVENT ("f", "*", "granted", "2026-01-01", ",,,p5"));
    g_autoptr (ConsentStore) store = open_with (engine, dir, events);
    int64_t now = time_of ("2026-02-01");

    g_assert_false (has_name (store, "a@x.example", "b@x.example", now));
    g_assert_true (has_name (store, "e@x.example", "f@x.example", now));
    g_assert_true (has_name (store, "e@x.example", "p5", now));
    g_assert_false (has_name (store, "e@x.example", "a@x.example", now));
    if (engine != CSV) {
        g_assert_true (consent_link (store, "a@x.example", "b@x.example", now, NULL));
        g_assert_true (consent_link (store, "b@x.example", "e@x.example", now, NULL));
        g_assert_true (has_name (store, "a@x.example", "b@x.example", now));
        g_assert_true (has_name (store, "f@x.example", "a@x.example", now));
        g_assert_true (consent_unlink (store, "a@x.example", now + 1, NULL));
        g_assert_false (has_name (store, "a@x.example", "b@x.example", now + 1));
        g_assert_false (has_name (store, "f@x.example", "a@x.example", now + 1));
        g_assert_true (has_name (store, "f@x.example", "b@x.example", now + 1));
    }
    remove_dir (dir);
}

/* Two pairs become one person in the second in which they became pairs. */
static void
test_links_at_once (const void *data)
{
    Engine engine = GPOINTER_TO_INT (data);
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) events =
        events_of (EVENT ("a", "*", "granted", "2026-01-01", NO)
                       EVENT ("d", "offer", "withdrawn", "2026-01-02", NO));
    g_autoptr (ConsentStore) store = open_with (engine, dir, events);
    int64_t now = time_of ("2026-02-01");

    if (engine != CSV) {
        g_assert_true (consent_link (store, "a@x.example", "b@x.example", now, NULL));
        g_assert_true (consent_link (store, "c@x.example", "d@x.example", now, NULL));
        check_answer (store, "a@x.example", CONSENT_GRANTED, NULL);
        g_assert_true (consent_link (store, "b@x.example", "d@x.example", now, NULL));
        check_answer (store, "a@x.example", CONSENT_REFUSED, NULL);
    }
    remove_dir (dir);
}

/* What is done to an address with a tag is done to who it is without. */
static void
test_acts_on_tags (void)
{
    ConsentOptions options = { .fold_tags = true };
    g_autofree char *dir = make_dir ();
    g_autofree char *uri = g_strconcat ("sqlite:", dir, "/c.db", NULL);
    g_autoptr (GPtrArray) before = events_of (EVENT ("e+1", "*", "granted", "2026-01-01", NO));
    g_autoptr (GPtrArray) after =
        events_of (EVENT ("a+1", "offer", "pending", "2026-01-01", "double-opt-in,,,")
                       EVENT ("c", "offer", "withdrawn", "2026-03-01", NO));
    int64_t now = time_of ("2026-02-01");
    unsigned erased = 0, kept = 0;

    ConsentStore *earlier = consent_open (uri, NULL);
    g_assert_true (consent_append (earlier, before, NULL)); /* stored with its tag */
    consent_unref (earlier);
    g_autoptr (ConsentStore) store = consent_open_with (uri, &options, NULL);
    g_assert_true (consent_append (store, after, NULL));
    g_assert_true (consent_confirm (store, "a+2@x.example", "offer", NULL, NULL, now, NULL));
    check_answer (store, "a@x.example", CONSENT_GRANTED, NULL);
    g_assert_true (consent_link (store, "a+3@x.example", "c+1@x.example", now, NULL));
    check_answer (store, "a@x.example", CONSENT_REFUSED, NULL);
    g_assert_true (consent_unlink (store, "a+4@x.example", now + 1, NULL));
    g_assert_false (consent_link (store, "a@x.example", "a+1@x.example", now, NULL));
    g_assert_true (consent_erase (store, "e+1@x.example", false, now, &erased, &kept, NULL));
    g_assert_cmpuint (erased, ==, 1);
    check_answer (store, "e@x.example", CONSENT_REFUSED, "erased");
    g_autoptr (GPtrArray) all = consent_all (store, NULL);
    for (unsigned i = 0; i < all->len; i++)
        g_assert_cmpstr (event_at (all, i)->address, !=, "e+1@x.example");
    remove_dir (dir);
}

/* By the setting one person; by the default another. */
static void
test_tags (const void *data)
{
    const char *const addresses[] = { "a+1@x.example", "a+2@x.example", "a@x.example",
                                      "b+1@x.example", NULL };
    g_autofree char *dir = make_dir ();
    g_autofree char *uri = g_strconcat ("sqlite:", dir, "/c.db", NULL);
    g_autoptr (GPtrArray) before =
        events_of (EVENT ("a+1", "*", "granted", "2026-01-01", NO)
                       EVENT ("b", "*", "withdrawn", "2026-01-01", NO));
    g_autoptr (GPtrArray) after = events_of (EVENT ("a+2", "*", "withdrawn", "2026-02-01", NO));
    static const ConsentState kept[] = { CONSENT_GRANTED, CONSENT_REFUSED, CONSENT_UNKNOWN,
                                         CONSENT_UNKNOWN };
    static const ConsentState folded[] = { CONSENT_REFUSED, CONSENT_REFUSED, CONSENT_REFUSED,
                                           CONSENT_REFUSED };
    bool fold = GPOINTER_TO_INT (data);
    ConsentOptions options = { .fold_tags = fold };

    ConsentStore *earlier = consent_open (uri, NULL);
    g_assert_true (consent_append (earlier, before, NULL)); /* stored with its tag */
    consent_unref (earlier);
    g_autoptr (ConsentStore) store = consent_open_with (uri, &options, NULL);
    g_assert_true (consent_append (store, after, NULL));
    g_autoptr (GPtrArray) records =
        consent_ask (store, addresses, PURPOSE_OFFER, time_of ("2026-06-01"), NULL);
    for (unsigned i = 0; i < records->len; i++) {
        const ConsentRecord *record = g_ptr_array_index (records, i);
        g_assert_cmpstr (record->address, ==, addresses[i]);
        g_assert_cmpint (record->promotion->state, ==, (fold ? folded : kept)[i]);
        g_assert_cmpstr (record->person, ==,
                         fold && i < 2    ? "a@x.example"
                         : fold && i == 3 ? "b@x.example"
                                          : NULL);
    }
    g_autofree char *history = history_of (store, "a+1@x.example");
    g_assert_cmpstr (history, ==, fold ? "granted *, withdrawn *" : "granted *");
    remove_dir (dir);
}

typedef struct {
    unsigned batches, left, broken; /* broken: this batch is none, counted from 1 */
} Batches;

static GPtrArray *
next_batch (void *data, GError **error)
{
    Batches *batches = data;

    if (batches->left == 0)
        return NULL;
    unsigned number = batches->batches - batches->left-- + 1;
    if (number == batches->broken) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "a bad row");
        return NULL;
    }
    GString *csv = g_string_new (NULL);
    for (unsigned i = 0; i < 100; i++)
        g_string_append_printf (csv, "n%u-%02u@x.example,*,granted,2026-01-01,,,,,,\n", number,
                                i);
    GPtrArray *events = events_of (csv->str);
    g_string_free (csv, TRUE);
    return events;
}

/* The addresses by pages of seven. */
static unsigned
count_addresses (ConsentStore *store)
{
    g_autofree char *last = g_strdup ("");
    unsigned count = 0;

    for (;;) {
        g_autoptr (GError) error = NULL;
        g_autoptr (GPtrArray) page = consent_addresses (store, last, 7, &error);
        g_assert_no_error (error);
        if (page->len == 0)
            return count;
        for (unsigned i = 0; i < page->len; i++) {
            const char *address = g_ptr_array_index (page, i);
            g_assert_cmpstr (address, >, last);
            g_free (last);
            last = g_strdup (address);
        }
        count += page->len;
    }
}

static void
test_load (const void *data)
{
    Engine engine = GPOINTER_TO_INT (data);
    g_autofree char *dir = make_dir ();
    g_autoptr (GPtrArray) none = g_ptr_array_new ();
    g_autoptr (ConsentStore) store = open_with (engine, dir, none);
    Batches bad = { 5, 5, 4 }, good = { 5, 5, 0 }, again = { 5, 5, 0 };
    g_autoptr (GError) error = NULL;

    g_assert_false (consent_load (store, next_batch, &bad, &error));
    int code = engine == CSV ? LICET_ERROR_SETTINGS : LICET_ERROR_MALFORMED;
    g_assert_error (error, LICET_ERROR, code);
    g_clear_error (&error);
    g_assert_cmpuint (count_addresses (store), ==, 0);
    if (engine != CSV) {
        g_assert_true (consent_load (store, next_batch, &good, &error));
        g_assert_no_error (error);
        g_assert_true (consent_load (store, next_batch, &again, &error));
        g_autoptr (GPtrArray) all = consent_all (store, NULL);
        g_assert_cmpuint (all->len, ==, 500);
        g_assert_cmpuint (count_addresses (store), ==, 500);
    }
    remove_dir (dir);
}

static const struct {
    const char *name;
    void (*run) (const void *data);
} scenarios[] = {
    { "everything that a row says comes back", test_columns },
    { "the history is the person's, oldest first", test_history },
    { "it is kept when an event arrived", test_arrival },
    { "the same event is stored once", test_once },
    { "all events are stored or none", test_all_or_none },
    { "a thousand recipients in one question", test_thousand },
    { "several threads ask and append", test_threads },
    { "many events are loaded or none", test_load },
    { "an erased address stays refused", test_erase },
    { "nobody need be known to be erased", test_erase_unknown },
    { "a request is confirmed", test_confirm },
    { "addresses are linked and unlinked", test_links },
    { "pairs are linked within a second", test_links_at_once },
    { "a person has the names of all their addresses", test_names },
};

static void
add_tests (Engine engine)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        Case *this = g_new0 (Case, 1);
        g_autofree char *path =
            g_strdup_printf ("/store/%s/%s", engine_names[engine], rows[i].name);
        this->row = &rows[i];
        this->engine = engine;
        g_test_add_data_func_full (path, this, test_ask, g_free);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (scenarios); i++) {
        g_autofree char *path =
            g_strdup_printf ("/store/%s/%s", engine_names[engine], scenarios[i].name);
        g_test_add_data_func (path, GINT_TO_POINTER (engine), scenarios[i].run);
    }
}

static void
skip_server (void)
{
    g_test_skip (no_server);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    server = server_new (&no_server);
    for (Engine engine = MEMORY; engine < ENGINES; engine++)
        if (engine != POSTGRESQL || server)
            add_tests (engine);
    g_test_add_data_func ("/store/tags are kept", GINT_TO_POINTER (false), test_tags);
    g_test_add_data_func ("/store/tags are folded", GINT_TO_POINTER (true), test_tags);
    g_test_add_func ("/store/acts on folded tags", test_acts_on_tags);
    if (!server)
        g_test_add_func ("/store/postgresql", skip_server);
    int status = g_test_run ();
    server_free (server);
    return status;
}
