/* SPDX-License-Identifier: BSD-2-Clause */

/* What the daemon remembers of promotional mails. */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "licet/contacts.h"
#include "licet/error.h"
#include "../store/persons.h"

typedef struct {
    char *dir, *path;
} Place;

static Place
make_place (void)
{
    char *dir = g_dir_make_tmp ("licet-contacts.XXXXXX", NULL);

    return (Place){ dir, g_build_filename (dir, "contacts", NULL) };
}

static void
clear_place (Place *place)
{
    g_unlink (place->path);
    g_assert_cmpint (g_rmdir (place->dir), ==, 0);
    g_free (place->dir);
    g_free (place->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, clear_place)

static Contacts *
open_contacts (const Place *place)
{
    g_autoptr (GError) error = NULL;
    Contacts *contacts = contacts_open (place->path, &error);

    g_assert_no_error (error);
    return contacts;
}

static void
add (Contacts *contacts, const char *who, const char *queue_id, int64_t at)
{
    const Contact contact = { at, PURPOSE_OFFER };
    g_autoptr (GError) error = NULL;

    g_assert_true (contacts_add (contacts, who, queue_id, &contact, &error));
    g_assert_no_error (error);
}

/* The times as "100 200 ". */
static char *
times (Contacts *contacts, const char *who, int64_t since)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GArray) array = contacts_since (contacts, WHO (who), since, NULL, &error);
    GString *text = g_string_new (NULL);

    g_assert_no_error (error);
    for (unsigned i = 0; i < array->len; i++)
        g_string_append_printf (text, "%" G_GINT64_FORMAT " ",
                                g_array_index (array, Contact, i).at);
    return g_string_free (text, FALSE);
}

static void
check (Contacts *contacts, const char *who, int64_t since, const char *want)
{
    g_autofree char *text = times (contacts, who, since);

    g_assert_cmpstr (text, ==, want);
}

static void
test_counting (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Contacts) contacts = open_contacts (&place);

    add (contacts, "ana@mail.example", "Q2", 200);
    add (contacts, "ana@mail.example", "Q1", 100);
    add (contacts, "ana@mail.example", "Q1", 150); /* handed over once more */
    add (contacts, "eva@mail.example", "Q1", 120);
    check (contacts, "ana@mail.example", 0, "100 200 ");
    check (contacts, "ana@mail.example", 100, "100 200 ");
    check (contacts, "ana@mail.example", 101, "200 ");
    check (contacts, "eva@mail.example", 0, "120 ");
    check (contacts, "kim@mail.example", 0, "");
    g_assert_true (contacts_expire (contacts, 150, NULL));
    check (contacts, "ana@mail.example", 0, "200 ");
    check (contacts, "eva@mail.example", 0, "");
}

/* A message's own place is not another message. */
static void
test_reserving (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Contacts) contacts = open_contacts (&place);
    static const struct {
        const char *queue_id;
        ContactCap caps[2];
        bool want;
    } rows[] = {
        { "Q1", { { 0, 1, NULL }, { 0, 5, NULL } }, true },     /* the first */
        { "Q1", { { 0, 1, NULL }, { 0, 5, NULL } }, true },     /* has it already */
        { "Q2", { { 0, 1, NULL }, { 0, 5, NULL } }, false },    /* the first cap is full */
        { "Q2", { { 0, 5, NULL }, { 0, 1, NULL } }, false },    /* so is the second */
        { "Q2", { { 101, 1, NULL }, { 101, 1, NULL } }, true }, /* Q1 was before */
        { "Q3", { { 0, 2, NULL }, { 101, 2, NULL } }, false },  /* Q2 counts in both */
        { NULL,
          { { 0, 3, NULL }, { 0, 3, NULL } },
          true }, /* without a queue id each is another */
        { NULL, { { 0, 3, NULL }, { 0, 3, NULL } }, false },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        bool reserved = !rows[i].want;
        const Contact contact = { i < 4 ? 100 : 200, PURPOSE_OFFER };
        g_assert_true (contacts_reserve (contacts, WHO ("ana"), rows[i].queue_id, &contact,
                                         rows[i].caps, 2, &reserved, NULL));
        g_assert_cmpint (reserved, ==, rows[i].want);
    }
    g_autoptr (GArray) others = contacts_since (contacts, WHO ("ana"), 0, "Q1", NULL);
    g_assert_cmpuint (others->len, ==, 2);
    g_assert_true (contacts_release (contacts, "ana", "Q2", NULL));
    g_autoptr (GArray) rest = contacts_since (contacts, WHO ("ana"), 0, "Q1", NULL);
    g_assert_cmpuint (rest->len, ==, 1);
}

static void
test_persons (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Contacts) contacts = open_contacts (&place);

    persons_check (contacts);
}

/* A cap of some purposes counts no others. */
static void
test_purposes (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Contacts) contacts = open_contacts (&place);
    static const struct {
        Purpose purpose;
        ContactCap cap;
        bool want;
    } rows[] = {
        { PURPOSE_OFFER, { 0, 1, " survey event " }, true },
        { PURPOSE_SURVEY, { 0, 1, " survey event " }, true },
        { PURPOSE_EVENT, { 0, 1, " survey event " }, false },
        { PURPOSE_OFFER, { 0, 2, NULL }, false }, /* all count */
        { PURPOSE_OFFER, { 0, 2, " offer " }, true },
        { PURPOSE_NONE, { 0, 3, " offer " }, true },
        { PURPOSE_OFFER, { 0, 3, " offer " }, true }, /* what has no purpose is no offer */
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *queue_id = g_strdup_printf ("Q%u", i);
        const Contact contact = { 100 + i, rows[i].purpose };
        bool reserved = !rows[i].want;
        g_assert_true (contacts_reserve (contacts, WHO ("ana"), queue_id, &contact,
                                         &rows[i].cap, 1, &reserved, NULL));
        g_assert_cmpint (reserved, ==, rows[i].want);
    }
    g_autoptr (GArray) all = contacts_since (contacts, WHO ("ana"), 0, NULL, NULL);
    g_assert_cmpuint (all->len, ==, 5);
    g_assert_cmpint (g_array_index (all, Contact, 1).purpose, ==, PURPOSE_SURVEY);
    g_assert_cmpint (g_array_index (all, Contact, 3).purpose, ==, PURPOSE_NONE);
}

/* GDPR art. 17: in the file as well. */
static void
test_erasing (void)
{
    g_auto (Place) place = make_place ();
    const char *const who[] = { "ana@mail.example", "p-1", "nobody", NULL };
    g_autofree char *before = NULL, *after = NULL;
    size_t length = 0;
    unsigned erased = 0;
    Contacts *contacts = open_contacts (&place);

    add (contacts, "ana@mail.example", "QUEUE-ID-1", 100);
    add (contacts, "p-1", "QUEUE-ID-2", 100);
    add (contacts, "eva@mail.example", "QUEUE-ID-3", 100);
    g_assert_true (g_file_get_contents (place.path, &before, &length, NULL));
    g_assert_nonnull (memmem (before, length, "QUEUE-ID-1", 10));
    g_assert_true (contacts_erase (contacts, who, &erased, NULL));
    g_assert_cmpuint (erased, ==, 2);
    check (contacts, "ana@mail.example", 0, "");
    check (contacts, "eva@mail.example", 0, "100 ");
    contacts_free (contacts);
    g_assert_true (g_file_get_contents (place.path, &after, &length, NULL));
    g_assert_null (memmem (after, length, "QUEUE-ID-1", 10));
    g_assert_null (memmem (after, length, "QUEUE-ID-2", 10));
    g_assert_nonnull (memmem (after, length, "QUEUE-ID-3", 10));
}

typedef struct {
    Contacts *contacts;
    int *places;
    unsigned number;
} Racer;

static void *
race (void *data)
{
    const Racer *racer = data;
    const ContactCap cap = { 0, 1, NULL };
    const Contact contact = { 100, PURPOSE_OFFER };

    for (unsigned person = 0; person < 4; person++) {
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

/* Fifty messages at once by two programs, four people with a cap of one: four places. */
static void
test_racing (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Contacts) first = open_contacts (&place), second = open_contacts (&place);
    Racer racers[50];
    GThread *threads[50];
    int places[4] = { 0 };

    for (unsigned i = 0; i < 50; i++) {
        racers[i] = (Racer){ i % 2 ? first : second, places, i };
        threads[i] = g_thread_new ("race", race, &racers[i]);
    }
    for (unsigned i = 0; i < 50; i++)
        g_thread_join (threads[i]);
    for (unsigned person = 0; person < 4; person++)
        g_assert_cmpint (places[person], ==, 1);
}

static void
test_reopening (void)
{
    g_auto (Place) place = make_place ();
    Contacts *contacts = open_contacts (&place);

    add (contacts, "ana@mail.example", "Q1", 100);
    contacts_free (contacts);
    contacts = open_contacts (&place);
    check (contacts, "ana@mail.example", 0, "100 ");
    contacts_free (contacts);
}

/* What was counted before purposes were kept still counts for all. */
static void
test_upgrade (void)
{
    g_auto (Place) place = make_place ();
    const Contact contact = { 100, PURPOSE_OFFER };
    const ContactCap cap = { 0, 1, NULL };
    bool reserved = true;
    Contacts *contacts = open_contacts (&place);

    add (contacts, "ana@mail.example", "Q1", 100);
    contacts_free (contacts);
    sqlite3 *database = NULL;
    g_assert_cmpint (sqlite3_open (place.path, &database), ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_exec (database,
                                   "ALTER TABLE contacts DROP COLUMN purpose;"
                                   "PRAGMA user_version = 1;",
                                   NULL, NULL, NULL),
                     ==, SQLITE_OK);
    sqlite3_close (database);
    contacts = open_contacts (&place);
    g_autoptr (GArray) all = contacts_since (contacts, WHO ("ana@mail.example"), 0, NULL, NULL);
    g_assert_cmpuint (all->len, ==, 1);
    g_assert_cmpint (g_array_index (all, Contact, 0).purpose, ==, PURPOSE_NONE);
    g_assert_true (contacts_reserve (contacts, WHO ("ana@mail.example"), "Q2", &contact, &cap,
                                     1, &reserved, NULL));
    g_assert_false (reserved);
    contacts_free (contacts);
}

/* Nothing in the file leads to a person without the key, which is not part of the hash's input. */
static void
test_file_names_nobody (void)
{
    g_auto (Place) place = make_place ();
    g_autofree char *data = NULL;
    size_t length = 0;
    Contacts *contacts = open_contacts (&place);

    add (contacts, "ana@mail.example", "Q1", 100);
    contacts_free (contacts);
    g_assert_true (g_file_get_contents (place.path, &data, &length, NULL));
    g_autofree char *hash =
        g_compute_checksum_for_string (G_CHECKSUM_SHA256, "ana@mail.example", -1);
    g_assert_null (memmem (data, length, "ana@", 4));
    g_assert_null (memmem (data, length, hash, strlen (hash)));
}

static void
test_other_file (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (place.path,
                                        "no database, and longer than a header "
                                        "so that it is looked at",
                                        -1, NULL));
    g_assert_null (contacts_open (place.path, &error));
    g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    g_test_add_func ("/contacts/counting", test_counting);
    g_test_add_func ("/contacts/reserving", test_reserving);
    g_test_add_func ("/contacts/persons", test_persons);
    g_test_add_func ("/contacts/purposes", test_purposes);
    g_test_add_func ("/contacts/erasing", test_erasing);
    g_test_add_func ("/contacts/version 1", test_upgrade);
    g_test_add_func ("/contacts/fifty at once", test_racing);
    g_test_add_func ("/contacts/reopening", test_reopening);
    g_test_add_func ("/contacts/the file names nobody", test_file_names_nobody);
    g_test_add_func ("/contacts/another file", test_other_file);
    return g_test_run ();
}
