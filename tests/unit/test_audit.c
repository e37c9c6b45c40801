/* SPDX-License-Identifier: BSD-2-Clause */

/* The log's file: chain, group commit, crashes, full disks, files that close, verification. */

#include <errno.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "licet/audit.h"
#include "licet/audit_read.h"
#include "licet/clock.h"
#include "licet/error.h"
#include "licet/json_text.h"


enum { NOW = 1764028800, DAY = 24 * 3600 }; /* 2025-11-25T00:00:00Z */

typedef struct {
    char *dir, *log, *key, *checkpoints, *state;
    Ledger *ledger;
    Envelope *envelope;
    unsigned witnessed;
} Place;

static void
place_init (Place *place)
{
    *place = (Place){ .dir = g_dir_make_tmp ("licet-audit.XXXXXX", NULL) };
    place->log = g_build_filename (place->dir, "audit.jsonl", NULL);
    place->key = g_build_filename (place->dir, "key.pem", NULL);
    place->checkpoints = g_build_filename (place->dir, "checkpoints", NULL);
    place->state = g_build_filename (place->dir, "state.db", NULL);
    place->ledger = ledger_open (place->state, NULL);
    place->envelope = envelope_new ();
    place->envelope->queue_id = g_strdup ("4cQUEUE");
    place->envelope->sender = envelope_path_new ("shop@shop.example", "");
    g_ptr_array_add (place->envelope->recipients, envelope_path_new ("ana@x.example", ""));
    g_ptr_array_add (place->envelope->recipients, envelope_path_new ("bob@x.example", ""));
}

static void
place_clear (Place *place)
{
    g_autoptr (GDir) dir = g_dir_open (place->dir, 0, NULL);

    ledger_free (place->ledger);
    envelope_free (place->envelope);
    for (const char *name; (name = g_dir_read_name (dir));) {
        g_autofree char *path = g_build_filename (place->dir, name, NULL);
        g_unlink (path);
    }
    g_assert_cmpint (g_rmdir (place->dir), ==, 0);
    g_free (place->dir);
    g_free (place->log);
    g_free (place->key);
    g_free (place->checkpoints);
    g_free (place->state);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static void
count_checkpoint (const char *checkpoint, void *data)
{
    g_assert_nonnull (strstr (checkpoint, "\"signature\":"));
    g_atomic_int_inc (&((Place *)data)->witnessed);
}

static AuditOptions
options_of (Place *place)
{
    return (AuditOptions){ .path = place->log,
                           .key = place->key,
                           .checkpoints = place->checkpoints,
                           .segment_bytes = 1 << 20,
                           .witness = count_checkpoint,
                           .witness_data = place };
}

static Audit *
open_audit (Place *place, int64_t now)
{
    g_autoptr (GError) error = NULL;
    AuditOptions options = options_of (place);
    Audit *audit = audit_open (&options, now, &error);

    g_assert_no_error (error);
    return audit;
}

static bool
write_one (Place *place, Audit *audit, int64_t now, GError **error)
{
    return audit_outcome (audit, place->ledger, place->envelope, 0, "submitted",
                          "250 2.0.0 submitted as 4cX", "4cX", now, error);
}

static void
write_some (Place *place, Audit *audit, unsigned count, int64_t now)
{
    for (unsigned i = 0; i < count; i++) {
        g_autoptr (GError) error = NULL;
        g_assert_true (write_one (place, audit, now, &error));
        g_assert_no_error (error);
    }
}

static char *
read_text (const char *path)
{
    char *text = NULL;

    g_file_get_contents (path, &text, NULL, NULL);
    return text ? text : g_strdup ("");
}

static AuditVerdict *
verify (const Place *place)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) files = audit_files (place->log, &error);
    g_autoptr (GPtrArray) held = g_ptr_array_new ();
    g_autoptr (GPtrArray) keys = g_ptr_array_new ();

    g_assert_no_error (error);
    if (g_file_test (place->checkpoints, G_FILE_TEST_EXISTS))
        g_ptr_array_add (held, place->checkpoints);
    AuditVerdict *verdict = audit_verify (files, held, keys, false, &error);
    g_assert_no_error (error);
    return verdict;
}

static void
check_whole (const Place *place, uint64_t last)
{
    g_autoptr (AuditVerdict) verdict = verify (place);

    for (unsigned i = 0; i < verdict->problems->len; i++)
        g_test_message ("%s", (char *)verdict->problems->pdata[i]);
    g_assert_cmpuint (verdict->problems->len, ==, 0);
    if (last)
        g_assert_cmpuint (verdict->last, ==, last);
}

/* Recomputed without our own code: each line's hash, and that the next names it. */
static void
test_chain (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    Audit *audit = open_audit (&place, NOW);
    write_some (&place, audit, 5, NOW);
    audit_close (audit, NOW + 1);

    g_autofree char *text = read_text (place.log);
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
    g_autofree char *before = g_strnfill (64, '0');
    g_assert_cmpuint (g_strv_length (lines), ==, 1 + 5 + 1 + 1);
    for (unsigned i = 0; *lines[i]; i++) {
        const char *tail = g_strrstr (lines[i], ",\"hash\":\"");
        g_autofree char *start =
            g_strdup_printf ("{\"seq\":%u,\"prev\":\"%s\",\"record\":\"", i + 1, before);
        g_autofree char *hash = g_compute_checksum_for_data (
            G_CHECKSUM_SHA256, (guchar *)lines[i], (size_t)(tail - lines[i]));
        g_assert_true (g_str_has_prefix (lines[i], start));
        g_assert_true (strncmp (tail + 9, hash, 64) == 0);
        g_assert_cmpstr (tail + 9 + 64, ==, "\"}");
        g_free (before);
        before = g_steal_pointer (&hash);
    }
    g_assert_nonnull (strstr (lines[0], "\"record\":\"checkpoint\""));
    g_assert_nonnull (strstr (lines[6], "\"reason\":\"stop\""));
    g_assert_cmpuint (place.witnessed, ==, 2);
    check_whole (&place, 7);
}

static void
test_failure_records (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_autoptr (GError) error = NULL;
    g_autoptr (GError) cause =
        g_error_new (LICET_ERROR, LICET_ERROR_MALFORMED, "two From fields: a@b.example");
    AuditFailure failure = { "milter", "pipeline", cause, "550 5.6.0 licet: no" };
    Audit *audit = open_audit (&place, NOW);

    g_assert_true (
        audit_failure (audit, place.ledger, place.envelope, &failure, NULL, NOW, &error));
    g_ptr_array_set_size (place.envelope->recipients, 0);
    g_assert_true (
        audit_failure (audit, place.ledger, place.envelope, &failure, NULL, NOW, &error));
    audit_close (audit, NOW);
    g_autofree char *text = read_text (place.log);
    g_auto (GStrv) parts = g_strsplit (text, "\"record\":\"failure\"", -1);
    g_assert_cmpuint (g_strv_length (parts), ==, 1 + 2 + 1);
    g_assert_nonnull (strstr (parts[1], "\"error\":\"malformed\",\"text\":\"two From fields: "
                                        "<address>\",\"reply\":\"550 5.6.0 licet: no\""));
    g_assert_nonnull (strstr (parts[3], "\"subject\":null"));
    g_assert_null (strstr (text, "ana@"));
    check_whole (&place, 0);
}

static void
truncate_by (const char *path, const char *text, size_t bytes)
{
    g_assert_true (g_file_set_contents (path, text, (gssize)(strlen (text) - bytes), NULL));
}

/* A crash may leave any part of the last write. */
static void
test_torn (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    Audit *audit = open_audit (&place, NOW);
    write_some (&place, audit, 3, NOW);
    audit_close (audit, NOW); /* checkpoint, 3 records, checkpoint */
    g_autofree char *whole = read_text (place.log);
    size_t length = strlen (whole);
    const char *last = g_strrstr_len (whole, (gssize)length - 1, "\n") + 1;
    size_t last_length = strlen (last);

    for (size_t cut = 1; cut <= last_length; cut += cut < 4 || cut > last_length - 4 ? 1 : 37) {
        truncate_by (place.log, whole, cut);
        g_unlink (place.checkpoints);
        write_some (&place, audit = open_audit (&place, NOW + 60), 1, NOW + 60);
        audit_close (audit, NOW + 60);
        g_autofree char *text = read_text (place.log);
        bool torn = cut < last_length;
        g_autofree char *bytes = g_strdup_printf ("\"bytes\":%zu,", last_length - cut);
        g_assert_true ((strstr (text, "\"record\":\"repair\"") != NULL) == torn);
        g_assert_true (!torn || strstr (text, bytes));
        g_autofree char *kept = g_strconcat (place.log, ".torn-5", NULL);
        g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS) == torn);
        g_unlink (kept);
        /* 4 that were whole, repair, start, 1 record, stop */
        check_whole (&place, 4 + torn + 1 + 1 + 1);
    }
}

/* A line of several pages, torn: what is cut off was mapped. */
static void
test_torn_long (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    Audit *audit = open_audit (&place, NOW);
    write_some (&place, audit, 3, NOW);
    audit_close (audit, NOW);
    g_autofree char *whole = read_text (place.log);
    g_autofree char *much = g_strnfill (40000, 'x');
    g_autofree char *torn = g_strconcat (whole, "{\"seq\":6,\"reply\":\"", much, NULL);

    g_assert_true (g_file_set_contents (place.log, torn, -1, NULL));
    audit_close (open_audit (&place, NOW + 60), NOW + 60);
    g_autofree char *text = read_text (place.log);
    g_assert_nonnull (strstr (text, "\"record\":\"repair\""));
    g_autofree char *kept = g_strconcat (place.log, ".torn-6", NULL);
    g_assert_cmpint (g_unlink (kept), ==, 0);
    check_whole (&place, 7);
}

/* Nothing is whole: as if it had never been begun. */
static void
test_torn_first (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_assert_true (g_file_set_contents (place.log, "{\"seq\":1,\"prev\":\"00", -1, NULL));
    audit_close (open_audit (&place, NOW), NOW);
    g_autofree char *text = read_text (place.log);
    g_assert_nonnull (strstr (text, "\"record\":\"repair\""));
    check_whole (&place, 0);
}

/* What is broken before the end is no torn line: nothing is written and nothing cut. */
static void
test_damaged (void)
{
    static const struct {
        const char *find, *put;
    } rows[] = {
        { "submitted as", "submitted At" },
        { "\"outcome\":\"submitted\"", "\"outcome\":\"submitteD\"" },
        { "\n", " " },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
        g_auto (Place) place = { 0 };
        place_init (&place);
        g_autoptr (GError) error = NULL;
        AuditOptions options = options_of (&place);
        Audit *audit = open_audit (&place, NOW);
        write_some (&place, audit, 3, NOW);
        audit_close (audit, NOW);
        g_autofree char *text = read_text (place.log);
        char *at = strstr (text, rows[i].find);
        memcpy (at, rows[i].put, strlen (rows[i].put));
        g_assert_true (g_file_set_contents (place.log, text, -1, NULL));
        g_assert_null (audit_open (&options, NOW, &error));
        g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
        g_autofree char *after = read_text (place.log);
        g_assert_cmpstr (after, ==, text);
        g_autoptr (AuditVerdict) verdict = verify (&place);
        g_assert_cmpuint (verdict->problems->len, >, 0);
    }
}

static void
test_lock (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_autoptr (GError) error = NULL;
    AuditOptions options = options_of (&place);
    Audit *audit = open_audit (&place, NOW);

    g_assert_null (audit_open (&options, NOW, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_assert_nonnull (strstr (error->message, "another process"));
    audit_close (audit, NOW);
}

typedef struct {
    Place *place;
    Audit *audit;
} Client;

static void *
run_client (void *data)
{
    const Client *client = data;

    write_some (client->place, client->audit, 60, NOW);
    return NULL;
}

static void
test_group_commit (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    Client client = { &place, open_audit (&place, NOW) };
    GThread *threads[16];

    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("client", run_client, &client);
    for (unsigned i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
    AuditStatus status = audit_status (client.audit);
    audit_close (client.audit, NOW);
    g_test_message ("%" G_GUINT64_FORMAT " records, %" G_GUINT64_FORMAT " syncs",
                    status.records, status.syncs);
    g_assert_cmpuint (status.size, ==, 1 + 16 * 60);
    g_assert_cmpuint (status.syncs, <=, 1 + 16 * 60);
    check_whole (&place, 1 + 16 * 60 + 1);
}

static void
limit_files (rlim_t bytes)
{
    struct rlimit limit = { bytes, RLIM_INFINITY };

    g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The disk is full in the middle of a line, and has room again later. */
static void
test_full (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    Audit *audit = open_audit (&place, NOW);
    write_some (&place, audit, 2, NOW);
    g_autofree char *before = read_text (place.log);

    for (unsigned room = 0; room < 400; room += 100) {
        g_autoptr (GError) error = NULL;
        limit_files (strlen (before) + room);
        bool written = write_one (&place, audit, NOW, &error);
        limit_files (RLIM_INFINITY);
        g_assert_false (written);
        g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
        g_autofree char *after = read_text (place.log);
        g_assert_cmpstr (after, ==, before);
    }
    write_some (&place, audit, 1, NOW);
    audit_close (audit, NOW);
    check_whole (&place, 1 + 2 + 1 + 1);
}

/* Below the reserve nothing is decided any more, but what was begun is written to its end. */
static void
test_reserve (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_autoptr (GError) error = NULL;
    AuditFailure failure = { "milter", "pipeline", NULL, "550 5.6.0 licet: no" };
    AuditOptions options = options_of (&place);
    options.reserve_bytes = UINT64_MAX;
    Audit *audit = audit_open (&options, NOW, NULL);

    g_assert_false (
        audit_failure (audit, place.ledger, place.envelope, &failure, NULL, NOW, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    write_some (&place, audit, 1, NOW);
    audit_close (audit, NOW);
    check_whole (&place, 3);
}

static unsigned
count_files (const Place *place)
{
    g_autoptr (GPtrArray) files = audit_files (place->log, NULL);

    return files->len;
}

/* Files close by size and by day; retention removes the oldest and says so. */
static void
test_files (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    AuditOptions options = options_of (&place);
    options.segment_bytes = 4096;
    options.days = 30;
    Audit *audit = audit_open (&options, NOW, NULL);
    write_some (&place, audit, 40, NOW);
    unsigned by_size = count_files (&place);
    g_assert_cmpuint (by_size, >, 3);
    write_some (&place, audit, 1, NOW + DAY);
    g_assert_cmpuint (count_files (&place), ==, by_size + 1);
    check_whole (&place, 0);

    g_assert_true (audit_tick (audit, NOW + 30 * DAY, NULL));
    g_assert_cmpuint (count_files (&place), >=, by_size + 1);
    write_some (&place, audit, 1, NOW + 31 * DAY);
    g_assert_true (audit_tick (audit, NOW + 31 * DAY + 1, NULL));
    audit_close (audit, NOW + 31 * DAY + 2);
    g_assert_cmpuint (count_files (&place), <, by_size);
    check_whole (&place, 0);
    g_autoptr (AuditVerdict) verdict = verify (&place);
    g_assert_cmpuint (verdict->first, >, 1);

    /* What somebody else takes besides does not pass for retention's. */
    g_autoptr (GPtrArray) files = audit_files (place.log, NULL);
    g_assert_cmpuint (files->len, >, 1);
    g_unlink (g_ptr_array_index (files, 0));
    g_autoptr (AuditVerdict) after = verify (&place);
    g_assert_cmpuint (after->problems->len, ==, 1);
    g_assert_nonnull (strstr (after->problems->pdata[0], "are missing"));
}

/* A crash, or a full disk, tears the file of checkpoints too: the next one stands behind the torn. */
static void
test_torn_checkpoints (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    audit_close (open_audit (&place, NOW), NOW);
    g_autofree char *text = read_text (place.checkpoints);
    g_autofree char *torn = g_strdup_printf ("%.40s%s", text, text);
    g_assert_true (g_file_set_contents (place.checkpoints, torn, -1, NULL));
    check_whole (&place, 1);
}

static void
test_removed_by_hand (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    AuditOptions options = options_of (&place);
    options.segment_bytes = 4096;
    Audit *audit = audit_open (&options, NOW, NULL);
    write_some (&place, audit, 40, NOW);
    audit_close (audit, NOW);
    g_autoptr (GPtrArray) files = audit_files (place.log, NULL);
    g_unlink (g_ptr_array_index (files, 0));
    g_autoptr (AuditVerdict) verdict = verify (&place);
    g_assert_cmpuint (verdict->problems->len, ==, 1);
    g_assert_nonnull (strstr (verdict->problems->pdata[0], "are missing"));
}

/* As logrotate does, and a crash between closing a file and opening the next. */
static void
test_moved_away (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_autofree char *closed = g_build_filename (place.dir, "audit-000000000001.jsonl", NULL);
    Audit *audit = open_audit (&place, NOW);
    write_some (&place, audit, 2, NOW);
    g_assert_cmpint (g_rename (place.log, closed), ==, 0);
    g_assert_true (audit_reopen (audit, NOW, NULL));
    write_some (&place, audit, 2, NOW);
    g_autofree char *later = g_build_filename (place.dir, "audit-000000000004.jsonl", NULL);
    g_assert_cmpint (g_rename (place.log, later), ==, 0);
    g_assert_true (audit_tick (audit, NOW, NULL));
    g_assert_true (g_file_test (place.log, G_FILE_TEST_EXISTS));
    audit_close (audit, NOW);
    check_whole (&place, 1 + 2 + 1 + 2 + 1);

    g_unlink (place.log);
    g_unlink (place.checkpoints);
    write_some (&place, audit = open_audit (&place, NOW), 1, NOW);
    audit_close (audit, NOW);
    check_whole (&place, 6 + 1 + 1 + 1);
}

static void
test_due (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    Audit *audit = open_audit (&place, NOW);
    g_assert_true (audit_tick (audit, NOW + 600, NULL));
    g_assert_cmpuint (place.witnessed, ==, 1); /* nothing happened since */
    write_some (&place, audit, 1, NOW + 600);
    g_assert_cmpuint (place.witnessed, ==, 2);
    write_some (&place, audit, 1, NOW + 601);
    g_assert_true (audit_tick (audit, NOW + 659, NULL));
    g_assert_cmpuint (place.witnessed, ==, 2);
    g_assert_true (audit_tick (audit, NOW + 660, NULL));
    g_assert_cmpuint (place.witnessed, ==, 3);
    write_some (&place, audit, 1000, NOW + 661);
    g_assert_cmpuint (place.witnessed, ==, 4);
    /* A clock that was set back. */
    write_some (&place, audit, 1, NOW);
    g_assert_cmpuint (place.witnessed, ==, 5);
    audit_close (audit, NOW + 662);
    check_whole (&place, 0);
}

static void
test_erase (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    Audit *audit = open_audit (&place, NOW);
    bool known = false;
    LedgerKey key = { "4cQUEUE", "ana@x.example", "ana@x.example" };
    const LedgerCopy copy = { .digest = "d1" };
    bool begun = false;
    int64_t attempt = 0;
    write_some (&place, audit, 2, NOW);
    audit_close (audit, NOW);
    g_autofree char *subject = ledger_find_subject (place.ledger, "ana@x.example", NULL);
    g_autofree char *text = read_text (place.log);
    g_assert_nonnull (strstr (text, subject));

    g_autoptr (GError) busy = NULL;
    g_assert_true (ledger_begin (place.ledger, &key, 1, &copy, &begun, &attempt, NULL));
    g_assert_false (ledger_erase (place.ledger, "ana@x.example", &known, &busy));
    g_assert_error (busy, LICET_ERROR, LICET_ERROR_UNAVAILABLE);
    g_assert_true (ledger_submitted (place.ledger, &key, "4cX", NULL));
    g_assert_true (ledger_erase (place.ledger, "ana@x.example", &known, NULL));
    g_assert_true (known);
    g_assert_null (ledger_find_subject (place.ledger, "ana@x.example", NULL));
    g_autofree char *again = ledger_subject (place.ledger, "ana@x.example", NULL);
    g_assert_cmpstr (again, !=, subject);
    check_whole (&place, 4);
}

/* Log and policies in one directory: the archive is no part of what it archives. */
static void
test_archive (void)
{
    g_autofree char *dir = g_dir_make_tmp ("licet-archive.XXXXXX", NULL);
    g_autofree char *log = g_build_filename (dir, "audit.jsonl", NULL);
    g_autofree char *policy = g_build_filename (dir, "licet-policy.cfg", NULL);
    g_assert_true (g_file_set_contents (policy, "a = 1;\n", -1, NULL));
    g_autofree char *first = audit_archive (log, dir, NULL);
    g_autofree char *again = audit_archive (log, dir, NULL);
    g_autofree char *place = audit_archive_path (log, first);
    g_autofree char *kept = g_build_filename (place, "licet-policy.cfg", NULL);
    g_autofree char *above = g_path_get_dirname (place);

    g_assert_cmpstr (first, ==, again);
    g_assert_true (audit_archive_is_whole (log, first));
    g_assert_true (g_file_set_contents (kept, "", -1, NULL));
    g_assert_false (audit_archive_is_whole (log, first));
    g_free (again);
    again = audit_archive (log, dir, NULL);
    g_assert_true (audit_archive_is_whole (log, first));
    g_assert_true (g_file_set_contents (policy, "a = 2;\n", -1, NULL));
    g_autofree char *other = audit_archive (log, dir, NULL);
    g_autofree char *other_place = audit_archive_path (log, other);
    g_autofree char *other_kept = g_build_filename (other_place, "licet-policy.cfg", NULL);
    g_assert_cmpstr (other, !=, first);
    const char *const all[] = { kept, place, other_kept, other_place, above, policy, dir };
    for (unsigned i = 0; i < G_N_ELEMENTS (all); i++)
        g_assert_cmpint (g_remove (all[i]), ==, 0);
}

/* Read back by another implementation, and no byte of it is a control character. */
static void
test_json_text (void)
{
    static const char *const texts[] = { "",
                                         "plain",
                                         "\"a\\b\"/",
                                         "a\b\t\n\f\r\x01\x1f\x7f",
                                         "\xc2\x85 \xe2\x80\xae \xc3\xb1 \xf0\x9f\x98\x80",
                                         "bad \xff\xc3 end\xe2\x82" };
    static const double numbers[] = { 0, 0.95, -2.809, 3, 1e-7, 1.5e20, 123456.7, -0.5 };
    GString *out = g_string_new (NULL);

    json_text_begin (out, NULL, '{');
    json_text_begin (out, "texts", '[');
    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
        json_text_put (out, NULL, texts[i]);
    json_text_end (out, ']');
    json_text_begin (out, "numbers", '[');
    for (unsigned i = 0; i < G_N_ELEMENTS (numbers); i++)
        json_text_put_real (out, NULL, numbers[i]);
    json_text_end (out, ']');
    json_text_begin (out, "none", '{');
    json_text_end (out, '}');
    json_text_put (out, "null", NULL);
    json_text_put_integer (out, "most", INT64_MAX);
    json_text_put_true (out, "true");
    json_text_end (out, '}');

    g_autofree char *line = g_string_free (out, FALSE);
    for (const char *c = line; *c; c++)
        g_assert_true ((guchar)*c >= 0x20 && *c != 0x7f);
    g_assert_null (strstr (line, "\xc2\x85"));
    json_t *read = json_loads (line, JSON_REJECT_DUPLICATES, NULL);
    g_assert_nonnull (read);
    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
        g_autofree char *valid = g_utf8_make_valid (texts[i], -1);
        json_t *text = json_array_get (json_object_get (read, "texts"), i);
        g_assert_cmpstr (json_string_value (text), ==, valid);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (numbers); i++) {
        json_t *number = json_array_get (json_object_get (read, "numbers"), i);
        g_assert_true (json_is_real (number));
        g_assert_cmpfloat_with_epsilon (
            json_real_value (number) / (numbers[i] + (numbers[i] == 0)), numbers[i] != 0, 1e-5);
    }
    g_autofree char *dumped =
        json_dumps (json_object_get (read, "numbers"), JSON_REAL_PRECISION (6) | JSON_COMPACT);
    g_assert_nonnull (strstr (line, dumped));
    g_assert_cmpuint (json_object_size (json_object_get (read, "none")), ==, 0);
    g_assert_true (json_is_null (json_object_get (read, "null")));
    g_assert_cmpint (json_integer_value (json_object_get (read, "most")), ==, INT64_MAX);
    g_assert_true (json_is_true (json_object_get (read, "true")));
    json_decref (read);
}

int
main (int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run) (void);
    } tests[] = {
        { "/audit/chain", test_chain },
        { "/audit/failures are records, a line each", test_failure_records },
        { "/audit/a torn end is cut, kept and recorded", test_torn },
        { "/audit/a torn line of several pages", test_torn_long },
        { "/audit/a torn first line", test_torn_first },
        { "/audit/damage before the end stops everything", test_damaged },
        { "/audit/one writer", test_lock },
        { "/audit/sixteen clients share syncs", test_group_commit },
        { "/audit/a full disk leaves no half line", test_full },
        { "/audit/the reserve is for outcomes", test_reserve },
        { "/audit/files close and expire", test_files },
        { "/audit/a torn line among the checkpoints", test_torn_checkpoints },
        { "/audit/a file removed by hand is missed", test_removed_by_hand },
        { "/audit/a file moved away", test_moved_away },
        { "/audit/checkpoints by time and number", test_due },
        { "/audit/a text of JSON", test_json_text },
        { "/audit/an erased salt", test_erase },
        { "/audit/the archive of policies", test_archive },
    };

    g_test_init (&argc, &argv, NULL);
    signal (SIGXFSZ, SIG_IGN);
    for (unsigned i = 0; i < G_N_ELEMENTS (tests); i++)
        g_test_add_func (tests[i].name, tests[i].run);
    return g_test_run ();
}
