/* SPDX-License-Identifier: BSD-2-Clause */

/* What the daemon remembers of promotional mails. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/contacts.h"
#include "licet/error.h"

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
    g_autoptr (GError) error = NULL;

    g_assert_true (contacts_add (contacts, who, queue_id, at, &error));
    g_assert_no_error (error);
}

/* The times as "100 200 ". */
static char *
times (Contacts *contacts, const char *who, int64_t since)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GArray) array = contacts_since (contacts, who, since, &error);
    GString *text = g_string_new (NULL);

    g_assert_no_error (error);
    for (unsigned i = 0; i < array->len; i++)
        g_string_append_printf (text, "%" G_GINT64_FORMAT " ",
                                g_array_index (array, int64_t, i));
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
    g_test_add_func ("/contacts/reopening", test_reopening);
    g_test_add_func ("/contacts/the file names nobody", test_file_names_nobody);
    g_test_add_func ("/contacts/another file", test_other_file);
    return g_test_run ();
}
