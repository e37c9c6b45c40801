/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Writes a log for the tests of its verifiers: make_log DIR RECORDS [SEGMENT-BYTES]. Nothing in it
 * is a mail's; what counts is its form.
 */

#include <stdio.h>
#include <stdlib.h>

#include "licet/audit.h"
#include "licet/error.h"

enum { START = 1764028800, RECORDS_PER_SECOND = 20 };

static bool
write_record (Audit *audit, Ledger *ledger, Envelope *envelope, unsigned number, GError **error)
{
    int64_t now = START + number / RECORDS_PER_SECOND;
    g_autoptr (GError) cause =
        g_error_new (LICET_ERROR, LICET_ERROR_MALFORMED, "number %u", number);
    AuditFailure failure = { "milter", "pipeline", cause, "550 5.6.0 licet: no" };
    g_autofree char *reply = g_strdup_printf ("250 2.0.0 submitted as 4cX%u", number);

    g_free (envelope->queue_id);
    envelope->queue_id = g_strdup_printf ("4cQ%u", number / 3);
    if (number % 7 == 0)
        return audit_failure (audit, ledger, envelope, &failure, NULL, now, error);
    return audit_outcome (audit, ledger, envelope, 0, number % 3 ? "submitted" : "deferred",
                          reply, "4cX", now, error);
}

int
main (int argc, char **argv)
{
    g_autoptr (GError) error = NULL;

    if (argc < 3)
        return 64;
    unsigned count = (unsigned)atoi (argv[2]);
    g_autofree char *log = g_build_filename (argv[1], "audit.jsonl", NULL);
    g_autofree char *key = g_build_filename (argv[1], "key.pem", NULL);
    g_autofree char *checkpoints = g_build_filename (argv[1], "checkpoints", NULL);
    g_autofree char *state = g_build_filename (argv[1], "state.db", NULL);
    AuditOptions options = { .path = log,
                             .key = key,
                             .checkpoints = checkpoints,
                             .segment_bytes = argc > 3 ? (uint64_t)atoll (argv[3]) : 1 << 20,
                             .without_sync = true };
    g_autoptr (Ledger) ledger = ledger_open (state, &error);
    Audit *audit = ledger ? audit_open (&options, START, &error) : NULL;
    g_autoptr (Envelope) envelope = envelope_new ();
    bool ok = audit != NULL;

    envelope->sender = envelope_path_new ("orders@shop.example", "");
    g_ptr_array_add (envelope->recipients, envelope_path_new ("ana@example.com", ""));
    for (unsigned i = 1; ok && i <= count; i++)
        ok = write_record (audit, ledger, envelope, i, &error);
    if (audit)
        audit_close (audit, START + count / RECORDS_PER_SECOND + 1);
    if (!ok)
        fprintf (stderr, "make_log: %s\n", error->message);
    return ok ? 0 : 1;
}
