/* SPDX-License-Identifier: BSD-2-Clause */

/* The ledger: hand-overs as lists of steps, pseudonyms, and files that are not in order. */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "licet/error.h"
#include "licet/ledger.h"

typedef struct {
    char *dir, *path;
} Place;

static Place
make_place (void)
{
    char *dir = g_dir_make_tmp ("licet-ledger.XXXXXX", NULL);

    return (Place){ dir, g_build_filename (dir, "state.db", NULL) };
}

static void
clear_place (Place *place)
{
    g_unlink (place->path);
    g_assert_cmpint (g_rmdir (place->dir), ==, 0); /* no journal stays behind */
    g_free (place->dir);
    g_free (place->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, clear_place)

static Ledger *
open_ledger (const Place *place)
{
    g_autoptr (GError) error = NULL;
    Ledger *ledger = ledger_open (place->path, &error);

    g_assert_no_error (error);
    return ledger;
}

/*
 * Steps on the keys below: "b0" begin, "s0" submitted, "f0" failed, "r0" recall, "c" close and open
 * again, "x" expire everything, "k" expire what is older than an hour. Of b and r the outcome
 * follows: n(ew), d(oubt), s(ubmitted) as Q-0; n(othing) or s.
 */
static const LedgerKey keys[] = {
    { "A1", "ana@x.example", "ana@x.example" },
    { "A1", "bob@x.example", "bob@x.example" },
    { "A2", "ana@x.example", "ana@x.example" },
    { "A1", "ana@x.example", "Ana@x.example" },
};

typedef struct {
    const char *name, *steps;
    unsigned in_doubt;
} Row;

static const Row rows[] = {
    { "the first time is new", "b0n", 1 },
    { "a crash before the outcome leaves a doubt", "b0n c b0d c b0d", 1 },
    { "a second begin without a crash is a doubt too", "b0n b0d", 1 },
    { "what was submitted stays submitted", "b0n s0 b0s c b0s s0 b0s", 0 },
    { "submitted after a doubt", "b0n c b0d s0 b0s", 0 },
    { "a failure makes it new again", "b0n f0 b0n f0", 0 },
    { "a failure does not undo a submission", "b0n s0 f0 b0s", 0 },
    { "a failure of what was never begun", "f0 b0n", 1 },
    { "a submission whose row has expired is kept", "b0n x s0 b0s", 0 },
    { "recall tells what was submitted only", "r0n b0n r0n s0 r0s c r0s", 0 },
    { "recall begins nothing", "r0n b0n", 1 },
    { "persons, spellings and messages have rows of their own",
      "b0n s0 b1n b2n b3n b0s b1d b2d b3d f1 f3", 1 },
    { "submitted rows expire", "b0n s0 x b0n", 1 },
    { "doubts expire", "b0n x", 0 },
    { "what is young stays", "b0n s0 b1n k b0s b1d", 1 },
};

static void
expect_begin (Ledger *ledger, const LedgerKey *key, char want)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *id = NULL;
    LedgerState state = LEDGER_NEW;
    LedgerState wanted = want == 'n'   ? LEDGER_NEW
                         : want == 'd' ? LEDGER_IN_DOUBT
                                       : LEDGER_SUBMITTED;

    g_assert_true (ledger_begin (ledger, key, &state, &id, &error));
    g_assert_no_error (error);
    g_assert_cmpint (state, ==, wanted);
    g_assert_cmpstr (id, ==, want == 's' ? "Q-0" : NULL);
}

static void
expect_recall (Ledger *ledger, const LedgerKey *key, char want)
{
    g_autofree char *id = NULL;

    g_assert_true (ledger_recall (ledger, key, &id, NULL));
    g_assert_cmpstr (id, ==, want == 's' ? "Q-0" : NULL);
}

static void
run_step (Ledger **ledger, const Place *place, const char *step)
{
    const LedgerKey *key = step[1] ? &keys[step[1] - '0'] : NULL;

    if (step[0] == 'b')
        expect_begin (*ledger, key, step[2]);
    else if (step[0] == 'r')
        expect_recall (*ledger, key, step[2]);
    else if (step[0] == 's')
        g_assert_true (ledger_submitted (*ledger, key, "Q-0", NULL));
    else if (step[0] == 'f')
        g_assert_true (ledger_failed (*ledger, key, NULL));
    else if (step[0] == 'x' || step[0] == 'k')
        g_assert_true (ledger_expire (*ledger, step[0] == 'x' ? -10 : 3600, NULL));
    else {
        ledger_free (*ledger);
        *ledger = open_ledger (place);
    }
}

static void
test_steps (const void *data)
{
    const Row *row = data;
    g_auto (Place) place = make_place ();
    g_auto (GStrv) steps = g_strsplit (row->steps, " ", -1);
    Ledger *ledger = open_ledger (&place);

    for (char **step = steps; *step; step++) {
        g_test_message ("%s", *step);
        run_step (&ledger, &place, *step);
    }
    g_assert_cmpuint (ledger_in_doubt (ledger), ==, row->in_doubt);
    ledger_free (ledger);
}

static void
test_subjects (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;
    g_autoptr (Ledger) ledger = open_ledger (&place);
    g_autofree char *first = ledger_subject (ledger, "ana@x.example", &error);
    g_autofree char *again = ledger_subject (ledger, "ana@x.example", &error);
    g_autofree char *other = ledger_subject (ledger, "bob@x.example", &error);
    g_autoptr (Ledger) reader = ledger_open_read_only (place.path, &error);
    g_autofree char *found = ledger_find_subject (reader, "ana@x.example", &error);
    g_autofree char *absent = ledger_find_subject (reader, "eve@x.example", &error);
    g_autofree char *plain =
        g_compute_checksum_for_string (G_CHECKSUM_SHA256, "ana@x.example", -1);

    g_assert_no_error (error);
    g_assert_cmpuint (strlen (first), ==, 64);
    g_assert_cmpstr (first, ==, again);
    g_assert_cmpstr (first, !=, other);
    g_assert_cmpstr (first, !=, plain); /* the salt is in it */
    g_assert_cmpstr (found, ==, first);
    g_assert_null (absent);
}

/* The same address on two machines is two subjects. */
static void
test_salts_differ (void)
{
    g_auto (Place) place = make_place (), elsewhere = make_place ();
    g_autoptr (Ledger) ledger = open_ledger (&place), other = open_ledger (&elsewhere);
    g_autofree char *here = ledger_subject (ledger, "ana@x.example", NULL);
    g_autofree char *there = ledger_subject (other, "ana@x.example", NULL);

    g_assert_cmpstr (here, !=, there);
}

static unsigned
count_text (const Place *place, const char *text)
{
    g_autofree char *bytes = NULL;
    size_t length = 0;
    unsigned count = 0;

    g_assert_true (g_file_get_contents (place->path, &bytes, &length, NULL));
    const char *at = bytes;
    while ((at = memmem (at, length - (size_t)(at - bytes), text, strlen (text)))) {
        at++;
        count++;
    }
    return count;
}

/* One place in the file leads to a person: the row with the salt. */
static void
test_address_once (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Ledger) ledger = open_ledger (&place);

    expect_begin (ledger, &keys[0], 'n');
    expect_begin (ledger, &keys[3], 'n');
    g_assert_true (ledger_submitted (ledger, &keys[0], "Q-0", NULL));
    g_assert_cmpuint (count_text (&place, "ana@x.example"), ==, 1);
    g_assert_cmpuint (count_text (&place, "Ana@x.example"), ==, 0);
}

static void
test_mode (void)
{
    g_auto (Place) place = make_place ();
    struct stat status;
    mode_t before = umask (0);
    g_autoptr (Ledger) ledger = open_ledger (&place);

    umask (before);
    g_assert_cmpint (stat (place.path, &status), ==, 0);
    g_assert_cmpint (status.st_mode & 07777, ==, 0600);
}

/* A tool neither makes the file nor writes in it. */
static void
test_read_only (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;
    g_autofree char *id = NULL;
    LedgerState state = LEDGER_SUBMITTED;

    g_assert_null (ledger_open_read_only (place.path, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_assert_false (g_file_test (place.path, G_FILE_TEST_EXISTS));
    g_clear_error (&error);
    ledger_free (open_ledger (&place));
    g_autoptr (Ledger) reader = ledger_open_read_only (place.path, NULL);
    g_assert_null (ledger_subject (reader, "ana@x.example", &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_clear_error (&error);
    g_assert_false (ledger_begin (reader, &keys[0], &state, &id, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_assert_cmpint (state, ==, LEDGER_SUBMITTED); /* untouched */
    g_assert_null (strstr (error->message, "x.example"));
}

static void
test_other_files (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;

    g_assert_null (ledger_open ("/nonexistent/state.db", &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_clear_error (&error);
    g_assert_true (g_file_set_contents (place.path, "recipient,state\n", -1, NULL));
    g_assert_null (ledger_open (place.path, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
}

static void
test_cut_off (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;
    g_autofree char *id = NULL;
    LedgerState state = LEDGER_SUBMITTED;
    g_autoptr (Ledger) ledger = open_ledger (&place);

    g_assert_cmpint (truncate (place.path, 4096), ==, 0);
    g_assert_false (ledger_begin (ledger, &keys[0], &state, &id, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_clear_error (&error);
    g_assert_false (ledger_recall (ledger, &keys[0], &id, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
}

static void *
hand_over (void *data)
{
    unsigned done = 0;

    for (unsigned i = 0; i < 20; i++) {
        g_autofree char *queue_id = g_strdup_printf ("%p-%u", (void *)&done, i);
        const LedgerKey key = { queue_id, "ana@x.example", "ana@x.example" };
        g_autofree char *id = NULL;
        LedgerState state = LEDGER_SUBMITTED;
        done += ledger_begin (data, &key, &state, &id, NULL) && state == LEDGER_NEW &&
                ledger_submitted (data, &key, "Q", NULL);
    }
    return GUINT_TO_POINTER (done);
}

static void
test_threads (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Ledger) ledger = open_ledger (&place);
    GThread *threads[4];

    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("hand over", hand_over, ledger);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 20);
    g_assert_cmpuint (ledger_in_doubt (ledger), ==, 0);
}

static const struct {
    const char *name;
    void (*run) (void);
} tests[] = {
    { "a pseudonym is salted and stays", test_subjects },
    { "two ledgers have two pseudonyms", test_salts_differ },
    { "an address stands in one row only", test_address_once },
    { "a new file is for its owner alone", test_mode },
    { "a reader makes and changes nothing", test_read_only },
    { "files that are none of ours", test_other_files },
    { "a file that was cut off is unavailable", test_cut_off },
    { "several threads", test_threads },
};

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_autofree char *path = g_strdup_printf ("/ledger/journal/%s", rows[i].name);
        g_test_add_data_func (path, &rows[i], test_steps);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (tests); i++) {
        g_autofree char *path = g_strdup_printf ("/ledger/%s", tests[i].name);
        g_test_add_func (path, tests[i].run);
    }
    return g_test_run ();
}
