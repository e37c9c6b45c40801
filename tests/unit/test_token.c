/* SPDX-License-Identifier: BSD-2-Clause */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "licet/error.h"
#include "licet/token.h"

typedef struct {
    char *dir, *file;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->dir = g_dir_make_tmp ("licet-token.XXXXXX", NULL);
    fixture->file = g_build_filename (fixture->dir, "keys", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_unlink (fixture->file);
    g_rmdir (fixture->dir);
    g_free (fixture->file);
    g_free (fixture->dir);
}

static char *
add_key (const Fixture *fixture)
{
    g_autoptr (GError) error = NULL;
    char *id = NULL;

    g_assert_true (tokens_add_key (fixture->file, &id, &error));
    g_assert_no_error (error);
    return id;
}

static Tokens *
load (const Fixture *fixture)
{
    g_autoptr (GError) error = NULL;
    Tokens *tokens = tokens_load (fixture->file, 0, &error);

    g_assert_no_error (error);
    return tokens;
}

static void
reads_back (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const rows[][2] = {
        { "a@b.c", "*" },
        { "ana@example.com", "newsletter" },
        { "\"a b\"@xn--bcher-kva.example", "cart-reminder" },
        { "übér@example.com", "tracking" },
        { "sixteen-bytes@x.y", "*" },
    };
    g_autofree char *id = add_key (fixture);
    g_autoptr (Tokens) tokens = load (fixture);

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *text = tokens_make (tokens, rows[i][0], rows[i][1]);
        g_autofree char *again = tokens_make (tokens, rows[i][0], rows[i][1]);
        g_autoptr (TokenBearer) bearer = tokens_read (tokens, text);
        g_assert_nonnull (bearer);
        g_assert_cmpstr (bearer->address, ==, rows[i][0]);
        g_assert_cmpstr (bearer->purpose, ==, rows[i][1]);
        g_assert_cmpstr (bearer->key, ==, id);
        g_assert_cmpstr (text, ==, again);
    }
}

static void
hides_the_address (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *id = add_key (fixture);
    g_autoptr (Tokens) tokens = load (fixture);
    g_autofree char *one = tokens_make (tokens, "ana@example.com", "newsletter");
    g_autofree char *two = tokens_make (tokens, "anb@example.com", "newsletter");
    g_autofree char *three = tokens_make (tokens, "ana.maria@example.com", "*");
    unsigned same = 0;

    g_assert_cmpuint (strlen (one), ==, strlen (two));
    g_assert_cmpuint (strlen (one), ==, strlen (three)); /* 16-byte steps */
    for (size_t i = 7; one[i]; i++)
        same += one[i] == two[i];
    g_assert_cmpuint (same, <, strlen (one) / 4);
}

/* Every bit counts, and every length. */
static void
refuses_what_was_changed (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    g_autofree char *id = add_key (fixture);
    g_autoptr (Tokens) tokens = load (fixture);
    g_autofree char *text = tokens_make (tokens, "ana@example.com", "newsletter");
    size_t length = strlen (text);

    for (size_t i = 0; i < length; i++)
        for (const char *c = letters; *c; c++) {
            g_autofree char *forged = g_strdup (text);
            forged[i] = *c;
            g_autoptr (TokenBearer) bearer = tokens_read (tokens, forged);
            g_assert_true ((bearer != NULL) == (*c == text[i]));
        }
    for (size_t i = 0; i < length; i++) {
        g_autofree char *cut = g_strndup (text, i);
        g_assert_null (tokens_read (tokens, cut));
    }
    g_autofree char *longer = g_strconcat (text, "A", NULL);
    g_autofree char *padded = g_strconcat (text, "=", NULL);
    g_autofree char *blank = g_strconcat (text, " ", NULL);
    g_autofree char *huge = g_strnfill (100000, 'A');
    g_assert_null (tokens_read (tokens, longer));
    g_assert_null (tokens_read (tokens, padded));
    g_assert_null (tokens_read (tokens, blank));
    g_assert_null (tokens_read (tokens, huge));
    g_assert_null (tokens_read (tokens, ""));
}

static void
keys_rotate (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *first = add_key (fixture);
    g_autoptr (Tokens) before = load (fixture);
    g_autofree char *old = tokens_make (before, "ana@example.com", "*");
    g_autofree char *second = add_key (fixture);
    g_autoptr (Tokens) after = load (fixture);
    g_autofree char *new = tokens_make (after, "ana@example.com", "*");
    g_autoptr (TokenBearer) of_old = tokens_read (after, old);
    g_autoptr (TokenBearer) of_new = tokens_read (after, new);

    g_assert_cmpstr (first, !=, second);
    g_assert_cmpuint (tokens_count (after), ==, 2);
    g_assert_cmpstr (tokens_newest (after), ==, second);
    g_assert_cmpstr (of_old->key, ==, first);
    g_assert_cmpstr (of_new->key, ==, second);
    g_assert_null (tokens_read (before, new)); /* who has not the new key yet */

    g_autoptr (Tokens) stranger = tokens_new_forgotten ();
    g_assert_null (tokens_read (stranger, old));
}

static void
is_found_in_text (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *id = add_key (fixture);
    g_autoptr (Tokens) tokens = load (fixture);
    g_autofree char *token = tokens_make (tokens, "ana@example.com", "*");
    static const char *const rows[] = {
        "%s",
        "unsubscribe %s",
        "<https://shop.example/u/%s>, <mailto:x@y.z>",
        "Re: AW: thisisaverylongwordthatisnotatokenbutlookslikeone12345 %s",
        "x+%s@shop.example",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_auto (GStrv) parts = g_strsplit (rows[i], "%s", 2);
        g_autofree char *text = g_strconcat (parts[0], token, parts[1], NULL);
        g_autoptr (GPtrArray) bearers = tokens_find (tokens, text, strlen (text));
        g_assert_cmpuint (bearers->len, ==, 1);
        const TokenBearer *bearer = g_ptr_array_index (bearers, 0);
        g_assert_cmpstr (bearer->address, ==, "ana@example.com");
    }
    g_autoptr (GPtrArray) nobody = tokens_find (tokens, "nothing here", 12);
    g_assert_cmpuint (nobody->len, ==, 0);
    g_autofree char *other = tokens_make (tokens, "ben@example.com", "*");
    g_autofree char *several = g_strjoin (" ", token, other, token, other, NULL);
    g_autoptr (GPtrArray) two = tokens_find (tokens, several, strlen (several));
    g_assert_cmpuint (two->len, ==, 2);
}

static void
has_bounds (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *id = add_key (fixture);
    g_autoptr (Tokens) tokens = load (fixture);
    g_autofree char *local = g_strnfill (256 - strlen ("@example.com"), 'a');
    g_autofree char *longest = g_strconcat (local, "@example.com", NULL);
    g_autofree char *longer = g_strconcat ("a", longest, NULL);
    g_autofree char *text = tokens_make (tokens, longest, "cart-reminder");
    g_autoptr (TokenBearer) bearer = tokens_read (tokens, text);

    g_assert_cmpstr (bearer->address, ==, longest);
    g_assert_null (tokens_make (tokens, longer, "*"));
}

static void
refuses_bad_files (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *short_key = g_strnfill (44, 'A');
    const struct {
        const char *text;
        int mode, code;
        const char *says;
    } rows[] = {
        { "", 0600, LICET_ERROR_SETTINGS, "holds no key" },
        { "# only a comment\n", 0600, LICET_ERROR_SETTINGS, "holds no key" },
        { "# c\n\nhello\n", 0600, LICET_ERROR_SETTINGS, ":3: no key" },
        { short_key, 0600, LICET_ERROR_SETTINGS, ":1: no key" },
        { "x", 0604, LICET_ERROR_SETTINGS, "chmod 0640" },
        { "x", 0660, LICET_ERROR_SETTINGS, "chmod 0640" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autoptr (GError) error = NULL;
        g_assert_true (g_file_set_contents (fixture->file, rows[i].text, -1, NULL));
        g_chmod (fixture->file, (mode_t)rows[i].mode);
        g_assert_null (tokens_load (fixture->file, 0, &error));
        g_assert_error (error, LICET_ERROR, rows[i].code);
        g_assert_nonnull (strstr (error->message, rows[i].says));
    }
    g_unlink (fixture->file);
    g_autoptr (GError) absent = NULL;
    g_assert_null (tokens_load (fixture->file, 0, &absent));
    g_assert_error (absent, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
}

static void
group_may_read (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *id = add_key (fixture);
    GStatBuf status;

    g_chmod (fixture->file, 0640);
    g_autofree char *second = add_key (fixture);
    g_assert_cmpint (g_stat (fixture->file, &status), ==, 0);
    g_assert_cmpint (status.st_mode & 0777, ==, 0640);
    g_autoptr (Tokens) tokens = load (fixture);
    g_assert_cmpuint (tokens_count (tokens), ==, 2);
}

/* Another program may have written it, or half of it. */
static void
keeps_what_it_cannot_read (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *kept = NULL;
    char *id = NULL;

    g_assert_true (g_file_set_contents (fixture->file, "precious", -1, NULL));
    g_chmod (fixture->file, 0600);
    g_assert_false (tokens_add_key (fixture->file, &id, &error));
    g_assert_true (g_file_get_contents (fixture->file, &kept, NULL, NULL));
    g_assert_cmpstr (kept, ==, "precious");
}

#define ADD(name, test) g_test_add ("/token/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    ADD ("reads back", reads_back);
    ADD ("hides the address", hides_the_address);
    ADD ("refuses what was changed", refuses_what_was_changed);
    ADD ("keys rotate", keys_rotate);
    ADD ("is found in text", is_found_in_text);
    ADD ("has bounds", has_bounds);
    ADD ("refuses bad files", refuses_bad_files);
    ADD ("the group may read", group_may_read);
    ADD ("keeps what it cannot read", keeps_what_it_cannot_read);
    return g_test_run ();
}
