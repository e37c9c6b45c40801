/* SPDX-License-Identifier: BSD-2-Clause */

/* The ledger: hand-overs as lists of steps, pseudonyms, and files that are not in order. */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
 * Steps on the keys below: "b0" begin an attempt, "g0" the guard admits the last attempt of the key as
 * Q-0, "o0" the one before it, "h0" with other bytes, "s0" submitted, "f0" failed, "e0" the attempt is
 * ended, "a0" abandoned, "r0" recall, "c" close and open again, "x" expire everything, "k" expire what
 * is older than an hour. Of b the outcome follows: y(es) or n(o); of g, o and h: a(dmitted), s(tale),
 * b(ytes), r(ecipient); of r the state: n(ew), b(egun), g(uarded), s(ubmitted).
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
    { "nothing is known of what never came", "r0n", 0 },
    { "begun, and never let in: begin again", "b0y r0b c r0b b0y", 1 },
    { "let in, and a crash: guarded", "b0y g0a r0g c r0g", 1 },
    { "submitted", "b0y g0a s0 r0s c r0s", 0 },
    { "a number is good for once", "b0y g0a g0s", 1 },
    { "a number from before is fenced off", "b0y b0y o0s g0a", 1 },
    { "and after a crash as well", "b0y c b0y o0s r0b g0a c o0s r0g", 1 },
    { "other bytes, and then the right ones", "b0y h0b r0b g0a", 1 },
    { "a stranger's recipient", "b0y g1s r0b g0a", 1 },
    { "what the guard has let in is not begun again", "b0y g0a b0n r0g", 1 },
    { "what was submitted is not begun again", "b0y g0a s0 b0n r0s", 0 },
    { "a failure makes it new again", "b0y f0 r0n b0y f0", 0 },
    { "also after the guard: Postfix said so", "b0y g0a f0 r0n", 0 },
    { "a failure does not undo a submission", "b0y g0a s0 f0 r0s", 0 },
    { "a failure of an attempt before says nothing of this one", "b0y F0 b0y r0b", 1 },
    { "a failure of what was never begun", "f0 r0n", 0 },
    { "an attempt that has ended lets nothing in", "b0y e0 g0s r0b", 1 },
    { "evidence says it is not there", "b0y g0a a0 r0n b0y g0a s0 r0s", 0 },
    { "what is not guarded cannot be abandoned", "b0y a0 r0b g0a s0 a0 r0s", 0 },
    { "a submission whose row has expired is kept", "b0y g0a x s0 r0s", 0 },
    { "persons, spellings and messages have rows of their own",
      "b0y b1y b2y b3y g0a g2a s0 r0s r1b r2g r3b", 3 },
    { "submitted rows expire", "b0y g0a s0 x r0n b0y", 1 },
    { "doubts expire, and their attempts", "b0y x g0s r0n", 0 },
    { "what is young stays", "b0y g0a s0 b1y k r0s r1b g1a", 1 },
};

/* The last two attempts of each key. */
typedef struct {
    Ledger *ledger;
    const Place *place;
    int64_t last[G_N_ELEMENTS (keys)], before[G_N_ELEMENTS (keys)];
} Play;

static void
begin (Play *play, unsigned number, char want)
{
    g_autoptr (GError) error = NULL;
    const LedgerCopy copy = { .digest = "d1" };
    int64_t attempt = 0;
    bool begun = false;

    g_assert_true (
        ledger_begin (play->ledger, &keys[number], 1, &copy, &begun, &attempt, &error));
    g_assert_no_error (error);
    g_assert_cmpint (begun, ==, want == 'y');
    g_assert_cmpint (attempt, >, play->last[number]);
    play->before[number] = play->last[number];
    play->last[number] = attempt;
}

static void
admit (Play *play, unsigned number, int64_t attempt, const char *digest, char want)
{
    static const char letters[] = { [LEDGER_ADMITTED] = 'a',
                                    [LEDGER_STALE] = 's',
                                    [LEDGER_OTHER_BYTES] = 'b',
                                    [LEDGER_OTHER_RECIPIENT] = 'r' };
    const LedgerKey there = { "Q-0", keys[number].address, keys[number].path };
    const LedgerArrival arrival = { attempt, digest, &there, 1 };
    g_autofree char *held = NULL;
    LedgerVerdict verdict = LEDGER_STALE;

    g_assert_true (ledger_admit (play->ledger, &arrival, &verdict, &held, NULL));
    g_assert_cmpint (letters[verdict], ==, want);
}

static void
recall (Play *play, unsigned number, char want)
{
    static const char letters[] = "nbgs";
    g_auto (LedgerRow) row = { 0 };

    g_assert_true (ledger_recall (play->ledger, &keys[number], &row, NULL));
    g_assert_cmpint (letters[row.state], ==, want);
    g_assert_cmpstr (row.submitted_queue_id, ==, strchr ("gs", want) ? "Q-0" : NULL);
    g_assert_cmpint (row.seconds, >=, 0);
    g_assert_cmpint (row.seconds, <, 60);
}

static void
run_step_on (Play *play, char what, unsigned number, char want)
{
    const LedgerKey *key = &keys[number];

    if (what == 'b')
        begin (play, number, want);
    else if (what == 'g' || what == 'h')
        admit (play, number, play->last[number], what == 'g' ? "d1" : "d2", want);
    else if (what == 'o')
        admit (play, number, play->before[number], "d1", want);
    else if (what == 'r')
        recall (play, number, want);
    else if (what == 's')
        g_assert_true (ledger_submitted (play->ledger, key, "Q-0", NULL));
    else if (what == 'f' || what == 'F')
        g_assert_true (ledger_failed (
            play->ledger, key, what == 'f' ? play->last[number] : play->before[number], NULL));
    else if (what == 'e')
        g_assert_true (ledger_end (play->ledger, play->last[number], NULL));
    else if (what == 'a')
        g_assert_true (ledger_abandon (play->ledger, key, "Q-0", NULL));
    else
        g_assert_not_reached ();
}

static void
run_step (Play *play, const char *step)
{
    if (step[1]) {
        run_step_on (play, step[0], (unsigned)(step[1] - '0'), step[2]);
    } else if (step[0] == 'c') {
        ledger_free (play->ledger);
        play->ledger = open_ledger (play->place);
    } else {
        g_assert_true (ledger_expire (play->ledger, step[0] == 'x' ? -10 : 3600, NULL));
    }
}

static void
test_steps (const void *data)
{
    const Row *row = data;
    g_auto (Place) place = make_place ();
    g_auto (GStrv) steps = g_strsplit (row->steps, " ", -1);
    Play play = { .ledger = open_ledger (&place), .place = &place };

    for (char **step = steps; *step; step++) {
        g_test_message ("%s", *step);
        run_step (&play, *step);
    }
    g_assert_cmpuint (ledger_in_doubt (play.ledger), ==, row->in_doubt);
    ledger_free (play.ledger);
}

/* One attempt for many: all of them or none get in. */
static void
test_together (void)
{
    g_auto (Place) place = make_place ();
    const LedgerCopy copy = { .digest = "d1", .held = "a person decides" };
    LedgerKey there[] = { { "Q-0", "ana@x.example", "ana@x.example" },
                          { "Q-0", "eve@x.example", "eve@x.example" },
                          { "Q-0", "bob@x.example", "bob@x.example" } };
    bool begun[2] = { false, false };
    LedgerVerdict verdict = LEDGER_STALE;
    g_autofree char *none = NULL, *held = NULL;
    int64_t attempt = 0;
    Play play = { .ledger = open_ledger (&place), .place = &place };

    g_assert_true (ledger_begin (play.ledger, keys, 2, &copy, begun, &attempt, NULL));
    g_assert_true (begun[0] && begun[1]);
    const LedgerArrival with_eve = { attempt, "d1", there, 3 };
    g_assert_true (ledger_admit (play.ledger, &with_eve, &verdict, &none, NULL));
    g_assert_cmpint (verdict, ==, LEDGER_OTHER_RECIPIENT);
    recall (&play, 0, 'b');
    there[1] = there[2];
    const LedgerArrival both = { attempt, "d1", there, 2 };
    g_assert_true (ledger_admit (play.ledger, &both, &verdict, &held, NULL));
    g_assert_cmpint (verdict, ==, LEDGER_ADMITTED);
    g_assert_cmpstr (held, ==, "a person decides");
    recall (&play, 0, 'g');
    recall (&play, 1, 'g');
    ledger_free (play.ledger);
}

/* A file of the version before keeps its salts and what was submitted. */
static void
test_upgrade (void)
{
    static const char before[] =
        "PRAGMA application_id = 1818455089; PRAGMA user_version = 1;"
        "CREATE TABLE journal (queue_id TEXT NOT NULL, recipient TEXT NOT NULL, state TEXT NOT "
        "NULL CHECK (state IN ('begun', 'submitted')), submitted_queue_id TEXT, at INTEGER NOT "
        "NULL, PRIMARY KEY (queue_id, recipient)) WITHOUT ROWID;"
        "CREATE TABLE subjects (address TEXT PRIMARY KEY, salt BLOB NOT NULL) WITHOUT ROWID;"
        "INSERT INTO subjects VALUES ('ana@x.example', x'000102030405060708090a0b0c0d0e0f');"
        "INSERT INTO subjects VALUES ('bob@x.example', x'000102030405060708090a0b0c0d0e0f');"
        "INSERT INTO journal VALUES ('A1', "
        "'dd1ae7a15cc0cf8eb8eb7e8f7f07eb4bbc2b9ffa5a4d7a1ed8a8d8b2c1d0f9a5', 'begun', NULL, "
        "1);";
    g_auto (Place) place = make_place ();
    sqlite3 *database = NULL;

    g_assert_cmpint (sqlite3_open (place.path, &database), ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_exec (database, before, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close (database);
    g_autoptr (GError) error = NULL;
    g_assert_null (ledger_open_read_only (place.path, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_MALFORMED);
    Play play = { .ledger = open_ledger (&place), .place = &place };
    g_autofree char *late = ledger_find_subject (play.ledger, "ana@x.example", NULL);
    g_autoptr (Ledger) reader = ledger_open_read_only (place.path, NULL);
    g_autofree char *read = ledger_find_subject (reader, "ana@x.example", NULL);
    g_assert_nonnull (late);
    g_assert_cmpstr (read, ==, late);
    g_assert_cmpuint (ledger_in_doubt (play.ledger), ==, 1);
    begin (&play, 0, 'y');
    run_step (&play, "c");
    recall (&play, 0, 'b');
    g_clear_pointer (&reader, ledger_free);
    ledger_free (play.ledger);
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

    Play play = { .ledger = ledger, .place = &place };
    begin (&play, 0, 'y');
    begin (&play, 3, 'y');
    g_assert_true (ledger_submitted (ledger, &keys[0], "Q-0", NULL));
    g_clear_pointer (&ledger, ledger_free); /* all is in the file */
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
    const LedgerCopy copy = { .digest = "d1" };
    bool begun = false;
    int64_t attempt = 7;

    g_assert_null (ledger_open_read_only (place.path, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_assert_false (g_file_test (place.path, G_FILE_TEST_EXISTS));
    g_clear_error (&error);
    ledger_free (open_ledger (&place));
    g_autoptr (Ledger) reader = ledger_open_read_only (place.path, NULL);
    g_assert_null (ledger_subject (reader, "ana@x.example", &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_clear_error (&error);
    g_assert_false (ledger_begin (reader, &keys[0], 1, &copy, &begun, &attempt, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_assert_cmpint (attempt, ==, 7); /* untouched */
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
    const LedgerCopy copy = { .digest = "d1" };
    g_auto (LedgerRow) row = { 0 };
    bool begun = false;
    int64_t attempt = 0;
    g_autoptr (Ledger) ledger = open_ledger (&place);

    g_clear_pointer (&ledger, ledger_free); /* all is in the file */
    ledger = open_ledger (&place);
    g_assert_cmpint (truncate (place.path, 4096), ==, 0);
    g_assert_false (ledger_begin (ledger, &keys[0], 1, &copy, &begun, &attempt, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_clear_error (&error);
    g_assert_false (ledger_recall (ledger, &keys[0], &row, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
}

static unsigned
count_in_file (const char *path, const char *word)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    unsigned count = 0;

    if (!g_file_get_contents (path, &bytes, &length, NULL))
        return 0;
    for (const char *at = bytes; at; count += at != NULL)
        at = memmem (at + (at > bytes), length - (gsize)(at + (at > bytes) - bytes), word,
                     strlen (word));
    return count;
}

/* The write-ahead log has pages as they were before. */
static void
test_erased (void)
{
    g_auto (Place) place = make_place ();
    g_autofree char *log = g_strconcat (place.path, "-wal", NULL);
    g_autoptr (Ledger) ledger = open_ledger (&place), other = open_ledger (&place);
    g_autofree char *ana = ledger_subject (ledger, "ana@x.example", NULL);
    g_autofree char *bob = ledger_subject (ledger, "bob@x.example", NULL);
    bool known = false;

    g_assert_cmpuint (count_in_file (log, "ana@x.example"), >, 0);
    g_assert_true (ledger_erase (other, "ana@x.example", &known, NULL));
    g_assert_true (known);
    g_assert_cmpuint (count_in_file (log, "ana@x.example"), ==, 0);
    g_assert_cmpuint (count_in_file (place.path, "ana@x.example"), ==, 0);
    g_assert_cmpuint (count_in_file (place.path, "bob@x.example"), >, 0);
    g_autofree char *new_ana = ledger_subject (ledger, "ana@x.example", NULL);
    g_assert_cmpstr (new_ana, !=, ana);
    g_assert_cmpuint (count_in_file (log, "ana@x.example"), >, 0);
}

/* While another process reads the log as it was, it cannot be cut; that is said. */
static void
test_erased_in_use (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;
    g_autoptr (Ledger) ledger = open_ledger (&place);
    g_autofree char *ana = ledger_subject (ledger, "ana@x.example", NULL);
    sqlite3 *reader = NULL;
    bool known = false;

    g_assert_cmpint (sqlite3_open (place.path, &reader), ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_exec (reader, "BEGIN; SELECT * FROM subjects", NULL, NULL, NULL),
                     ==, SQLITE_OK);
    g_assert_false (ledger_erase (ledger, "ana@x.example", &known, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_assert_nonnull (strstr (error->message, "still in the write-ahead log"));
    sqlite3_close (reader);
    g_assert_true (ledger_erase (ledger, "ana@x.example", &known, NULL));
    g_assert_false (known);
    g_autofree char *log = g_strconcat (place.path, "-wal", NULL);
    g_assert_cmpuint (count_in_file (log, "ana@x.example"), ==, 0);
}

/* Whoever writes locks the directory; who reads what is known does not wait for it. */
static void
test_one_writes (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (GError) error = NULL;
    g_autoptr (Ledger) ledger = open_ledger (&place);
    g_autofree char *ana = ledger_subject (ledger, "ana@x.example", NULL);
    int directory = open (place.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    g_assert_cmpint (flock (directory, LOCK_EX), ==, 0);
    g_autofree char *again = ledger_subject (ledger, "ana@x.example", NULL);
    g_assert_cmpstr (again, ==, ana);
    g_assert_null (ledger_subject (ledger, "bob@x.example", &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_assert_nonnull (strstr (error->message, "locked"));
    close (directory);
    g_autofree char *bob = ledger_subject (ledger, "bob@x.example", NULL);
    g_assert_nonnull (bob);
}

enum { WRITERS = 4, EACH = 150 };

static char *
address_of (int writer, int i)
{
    return g_strdup_printf ("p%d.%d@x.example", writer, i);
}

/* Tells each pseudonym through the pipe as soon as it is kept. The first opens and closes all the time, as
 * tools do; the last is killed, as daemons are. */
static void
write_many (const Place *place, int writer, int pipe_end)
{
    g_autoptr (Ledger) ledger = ledger_open (place->path, NULL);

    for (int i = 0; i < EACH; i++) {
        if (writer == 0) {
            g_clear_pointer (&ledger, ledger_free);
            ledger = ledger_open (place->path, NULL);
        }
        g_autofree char *address = address_of (writer, i);
        g_autofree char *subject = ledger ? ledger_subject (ledger, address, NULL) : NULL;
        if (!subject || write (pipe_end, subject, 64) != 64)
            _exit (1);
        if (writer == WRITERS - 1 && i == EACH / 2)
            kill (getpid (), SIGKILL);
    }
    _exit (0);
}

/* No commit of several processes is lost, whatever becomes of one. */
static void
test_many_write (void)
{
    g_auto (Place) place = make_place ();
    int ends[WRITERS][2];
    pid_t children[WRITERS];

    ledger_free (open_ledger (&place));
    for (int k = 0; k < WRITERS; k++) {
        g_assert_cmpint (pipe (ends[k]), ==, 0);
        children[k] = fork ();
        if (children[k] == 0)
            write_many (&place, k, ends[k][1]);
        close (ends[k][1]);
    }
    g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
    for (int k = 0; k < WRITERS; k++) {
        char subject[65] = "";
        int count = 0, status = 0;
        for (; read (ends[k][0], subject, 64) == 64; count++)
            g_ptr_array_add (told, g_strdup (subject));
        close (ends[k][0]);
        g_assert_cmpint (waitpid (children[k], &status, 0), ==, children[k]);
        g_assert_cmpint (count, ==, k == WRITERS - 1 ? EACH / 2 + 1 : EACH);
    }
    g_autoptr (Ledger) ledger = open_ledger (&place);
    for (unsigned i = 0; i < told->len; i++) {
        g_autofree char *address = address_of ((int)(i / EACH), (int)(i % EACH));
        g_autofree char *subject = ledger_find_subject (ledger, address, NULL);
        g_assert_cmpstr (subject, ==, g_ptr_array_index (told, i));
    }
}

/* 0 when a child process that is nobody finds the person; 77 where it cannot become nobody. */
static int
read_as_nobody (const char *path)
{
    pid_t child = fork ();
    int status = -1;

    if (child == 0) {
        if (setgid (65534) != 0 || setuid (65534) != 0)
            _exit (77);
        g_autoptr (Ledger) ledger = ledger_open_read_only (path, NULL);
        g_autofree char *ana =
            ledger ? ledger_find_subject (ledger, "ana@x.example", NULL) : NULL;
        _exit (ana ? 0 : 1);
    }
    g_assert_cmpint (waitpid (child, &status, 0), ==, child);
    return WIFEXITED (status) ? WEXITSTATUS (status) : 1;
}

/* As a daemon that is killed leaves it. */
static void
leave_log (const Place *place)
{
    pid_t child = fork ();
    int status = -1;

    if (child == 0) {
        Ledger *ledger = ledger_open (place->path, NULL);
        g_autofree char *bob = ledger_subject (ledger, "bob@x.example", NULL);
        _exit (bob ? 0 : 1);
    }
    g_assert_cmpint (waitpid (child, &status, 0), ==, child);
    g_assert_cmpint (status, ==, 0);
}

/* An auditor who may read the file and write nothing: while it is in use, after, and after a kill. */
static void
test_auditor (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Ledger) ledger = open_ledger (&place);

    g_assert_cmpint (chmod (place.dir, 0755), ==, 0);
    g_assert_cmpint (chmod (place.path, 0644), ==, 0);
    g_clear_pointer (&ledger, ledger_free);
    ledger = open_ledger (&place);
    g_autofree char *ana = ledger_subject (ledger, "ana@x.example", NULL);
    int status = read_as_nobody (place.path);
    if (status == 77) {
        g_test_skip ("not root");
        return;
    }
    g_assert_cmpint (status, ==, 0);
    g_clear_pointer (&ledger, ledger_free);
    g_assert_cmpint (read_as_nobody (place.path), ==, 0);
    leave_log (&place);
    g_assert_cmpint (read_as_nobody (place.path), ==, 0);
    ledger = open_ledger (&place);
    g_autofree char *bob = ledger_find_subject (ledger, "bob@x.example", NULL);
    g_assert_nonnull (bob);
}

/* Who is asked for while somebody looks for the unused is none of them. */
static void
test_unasked (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Ledger) ledger = open_ledger (&place);
    g_autofree char *ana = ledger_subject (ledger, "ana@x.example", NULL);
    g_autofree char *bob = ledger_subject (ledger, "bob@x.example", NULL);
    bool erased = false;

    ledger_watch (ledger);
    g_autofree char *again = ledger_subject (ledger, "ana@x.example", NULL);
    g_assert_true (ledger_erase_unasked (ledger, "ana@x.example", &erased, NULL));
    g_assert_false (erased);
    g_assert_true (ledger_erase_unasked (ledger, "eve@x.example", &erased, NULL));
    g_assert_false (erased);
    g_assert_true (ledger_erase_unasked (ledger, "bob@x.example", &erased, NULL));
    g_assert_true (erased);
    g_assert_cmpuint (count_in_file (place.path, "bob@x.example"), ==, 0);
    g_assert_cmpuint (count_in_file (place.path, "ana@x.example"), >, 0);
    ledger_unwatch (ledger);
    g_assert_true (ledger_erase_unasked (ledger, "ana@x.example", &erased, NULL));
    g_assert_true (erased);
    g_assert_cmpuint (count_in_file (place.path, "ana@x.example"), ==, 0);
}

/* New ones, a known one, and the same one twice, in one call. */
static void
test_list (void)
{
    g_auto (Place) place = make_place ();
    g_autoptr (Ledger) ledger = open_ledger (&place);
    static const char *const addresses[] = { "ana@x.example", "bob@x.example", "ana@x.example",
                                             "eve@x.example", NULL };
    g_autofree char *bob = ledger_subject (ledger, "bob@x.example", NULL);
    g_auto (GStrv) subjects = ledger_subjects (ledger, addresses, NULL);

    g_assert_cmpstr (subjects[1], ==, bob);
    g_assert_cmpstr (subjects[0], ==, subjects[2]);
    for (unsigned i = 0; addresses[i]; i++) {
        g_autofree char *found = ledger_find_subject (ledger, addresses[i], NULL);
        g_assert_cmpstr (subjects[i], ==, found);
    }
    g_assert_null (subjects[4]);
}

static void *
hand_over (void *data)
{
    unsigned done = 0;

    for (unsigned i = 0; i < 20; i++) {
        g_autofree char *queue_id = g_strdup_printf ("%p-%u", (void *)&done, i);
        const LedgerKey key = { queue_id, "ana@x.example", "ana@x.example" };
        const LedgerCopy copy = { .digest = "d1" };
        const LedgerKey there = { "Q", key.address, key.path };
        g_autofree char *held = NULL;
        LedgerVerdict verdict = LEDGER_STALE;
        bool begun = false;
        int64_t attempt = 0;
        if (!ledger_begin (data, &key, 1, &copy, &begun, &attempt, NULL) || !begun)
            continue;
        const LedgerArrival arrival = { attempt, "d1", &there, 1 };
        done += ledger_admit (data, &arrival, &verdict, &held, NULL) &&
                verdict == LEDGER_ADMITTED && ledger_submitted (data, &key, "Q", NULL);
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
    { "an attempt for many gets in whole", test_together },
    { "a file of the version before", test_upgrade },
    { "a pseudonym is salted and stays", test_subjects },
    { "two ledgers have two pseudonyms", test_salts_differ },
    { "an address stands in one row only", test_address_once },
    { "a new file is for its owner alone", test_mode },
    { "a reader makes and changes nothing", test_read_only },
    { "files that are none of ours", test_other_files },
    { "a file that was cut off is unavailable", test_cut_off },
    { "what is erased is in no file", test_erased },
    { "what is erased while another reads", test_erased_in_use },
    { "one process writes at a time", test_one_writes },
    { "several processes write, one is killed", test_many_write },
    { "who may only read", test_auditor },
    { "who is asked for is not unused", test_unasked },
    { "a list with doubles has one salt each", test_list },
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
