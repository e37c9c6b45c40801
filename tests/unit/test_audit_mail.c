/* SPDX-License-Identifier: BSD-2-Clause */

/* The mail to the auditor: what it says, that nothing need rewrite it, and that it verifies as it was
 * saved. */

#include <glib/gstdio.h>
#include <string.h>

#include "licet/audit.h"
#include "licet/audit_mail.h"
#include "licet/audit_read.h"
#include "licet/error.h"

enum { NOW = 1764028800 }; /* 2025-11-25T00:00:00Z */

typedef struct {
    char *dir, *log, *key;
    char *checkpoint; /* the newest */
} Place;

static void
keep (const char *checkpoint, void *data)
{
    Place *place = data;

    g_free (place->checkpoint);
    place->checkpoint = g_strdup (checkpoint);
}

/* A log that was begun and closed: two checkpoints. */
static void
place_init (Place *place)
{
    *place = (Place){ .dir = g_dir_make_tmp ("licet-audit-mail.XXXXXX", NULL) };
    place->log = g_build_filename (place->dir, "audit.jsonl", NULL);
    place->key = g_build_filename (place->dir, "key.pem", NULL);
    AuditOptions options = {
        .path = place->log,
        .key = place->key,
        .segment_bytes = 1 << 20,
        .witness = keep,
        .witness_data = place,
    };
    for (unsigned i = 0; i < 2; i++) {
        Audit *audit = audit_open (&options, NOW, NULL);
        g_assert_nonnull (audit);
        audit_close (audit, 0);
    }
}

static void
place_clear (Place *place)
{
    g_unlink (place->log);
    g_unlink (place->key);
    g_assert_cmpint (g_rmdir (place->dir), ==, 0);
    g_free (place->dir);
    g_free (place->log);
    g_free (place->key);
    g_free (place->checkpoint);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static GBytes *
write_mail (const Place *place, unsigned auditors, GError **error)
{
    g_autoptr (GPtrArray) to = g_ptr_array_new ();

    for (unsigned i = 0; i < auditors; i++)
        g_ptr_array_add (to, i ? "second@audit.example" : "auditor@audit.example");
    AuditMail mail = { "licet@shop.example", to,  place->checkpoint,
                       "mail.shop.example",  NOW, NOW + 61 };
    return audit_mail_write (&mail, error);
}

static char *
text_of (GBytes *bytes)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);

    return g_strndup (data, length);
}

static void
test_words (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_autoptr (GBytes) bytes = write_mail (&place, 2, NULL);
    g_autofree char *text = text_of (bytes);
    g_autofree char *end = g_strconcat ("\r\n", place.checkpoint, "\r\n", NULL);
    static const char *const words[] = {
        "From: licet@shop.example\r\n",
        "To: auditor@audit.example,\r\n second@audit.example\r\n",
        "Subject: Audit log checkpoint: 1 records, 2025-11-25T00:00:00Z\r\n",
        "Date: Tue, 25 Nov 2025 00:01:01 +0000\r\n",
        "Message-ID: <checkpoint-1764028800-",
        "@shop.example>\r\n",
        "\r\nContent-Transfer-Encoding: 7bit\r\n",
        "\r\nAuto-Submitted: auto-generated\r\n",
        "\r\nRecords: 1\r\n",
        "licet audit verify --checkpoints MAIL --key ",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
        if (!strstr (text, words[i]))
            g_error ("the mail lacks \"%s\":\n%s", words[i], text);
    g_assert_true (g_str_has_suffix (text, end));
}

/* What may make a hop encode it anew: RFC 5322 2.1.1, RFC 6152. */
static void
test_form (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_autoptr (GBytes) bytes = write_mail (&place, 1, NULL);
    g_autofree char *text = text_of (bytes);
    g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);

    g_assert_cmpuint (strlen (text), ==, g_bytes_get_size (bytes));
    for (char **line = lines; *line; line++) {
        g_assert_cmpuint (strlen (*line), <=, 998);
        g_assert_null (strpbrk (*line, "\r\n"));
        g_assert_false (g_str_has_prefix (*line, "."));
        g_assert_false (g_str_has_prefix (*line, "From "));
        for (const char *c = *line; *c; c++)
            g_assert_true (*c >= ' ' && *c <= '~');
    }
}

static AuditVerdict *
verify (const Place *place, const char *held)
{
    g_autoptr (GPtrArray) keys = g_ptr_array_new ();
    AuditVerifier *verifier = audit_verifier_new (keys, false);
    g_autofree char *log = NULL;
    size_t length = 0;

    g_assert_true (g_file_get_contents (place->log, &log, &length, NULL));
    audit_verifier_hold (verifier, "mail.eml", held, strlen (held));
    audit_verifier_feed (verifier, "audit.jsonl", log, length);
    return audit_verifier_finish (verifier);
}

static char *
replace (const char *text, const char *from, const char *to)
{
    g_auto (GStrv) parts = g_strsplit (text, from, -1);

    return g_strjoinv (to, parts);
}

static void
test_verifies (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_autoptr (GBytes) bytes = write_mail (&place, 1, NULL);
    g_autofree char *text = text_of (bytes);
    g_autofree char *unix_text = replace (text, "\r\n", "\n");
    const char *const whole[] = { text, unix_text };

    for (unsigned i = 0; i < G_N_ELEMENTS (whole); i++) {
        g_autoptr (AuditVerdict) verdict = verify (&place, whole[i]);
        g_assert_cmpuint (verdict->problems->len, ==, 0);
        g_assert_cmpuint (verdict->outside, ==, 1);
    }
}

/* A mail that lost its line proves nothing, and must not look as if it did. */
static void
test_damaged (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_autoptr (GBytes) bytes = write_mail (&place, 1, NULL);
    g_autofree char *text = text_of (bytes);
    g_autofree char *without = replace (text, place.checkpoint, "");
    g_autofree char *encoded = replace (text, "{\"record\":\"", "{\"record\"=3A\"");
    g_autofree char *first = replace (text, "\"checkpoint\"", "\"=\r\ncheckpoint\"");
    g_autofree char *other = replace (text, "\"size\":1,", "\"size\":2,");
    const char *const damaged[] = { without, encoded, first, other };

    for (unsigned i = 0; i < G_N_ELEMENTS (damaged); i++) {
        g_autoptr (AuditVerdict) verdict = verify (&place, damaged[i]);
        g_assert_cmpuint (verdict->problems->len, >, 0);
    }
}

static void
test_no_checkpoint (void)
{
    g_auto (Place) place = { 0 };
    place_init (&place);
    g_autoptr (GError) error = NULL;

    place.checkpoint[strlen (place.checkpoint) - 4] ^= 1;
    g_assert_null (write_mail (&place, 1, &error));
    g_assert_error (error, LICET_ERROR, LICET_ERROR_INTERNAL);
}

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_add_func ("/audit mail/what it says", test_words);
    g_test_add_func ("/audit mail/nothing need rewrite it", test_form);
    g_test_add_func ("/audit mail/it verifies as it was saved", test_verifies);
    g_test_add_func ("/audit mail/damaged or without its line it proves nothing", test_damaged);
    g_test_add_func ("/audit mail/no mail without a checkpoint", test_no_checkpoint);
    return g_test_run ();
}
