/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the log costs per message: bench_audit CONFIG MAIL DIR [MESSAGES]. The pipeline alone, then
 * with the log, with one client and with sixteen, with and without sync. DIR should be on the disk
 * that will hold the log.
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "licet/audit.h"
#include "licet/engine.h"
#include "licet/pipeline.h"
#include "../../milter/tool/tool.h"

typedef struct {
    Engine *engine;
    GBytes *mail;
    Audit *audit; /* NULL: the pipeline alone */
    Ledger *ledger;
    unsigned messages, clients;
    int next; /* atomic */
} Bench;

static void
run_one (Bench *bench, unsigned number)
{
    g_autoptr (Envelope) envelope = envelope_new ();
    g_autofree char *to = g_strdup_printf ("p%u@example.com", number % 500);
    int64_t now = g_get_real_time () / G_USEC_PER_SEC;

    envelope->queue_id = g_strdup_printf ("4cB%u", number);
    envelope->sender = envelope_path_new ("orders@shop.example", "");
    envelope->arrival = now;
    g_ptr_array_add (envelope->recipients, envelope_path_new (to, ""));
    g_autoptr (Plan) plan = pipeline_run (bench->engine, envelope, bench->mail, now, NULL);
    if (!plan || (bench->audit && !audit_decisions (bench->audit, bench->ledger, envelope, plan,
                                                    "milter", NULL, now, NULL)))
        exit (1);
}

static void *
run_client (void *data)
{
    Bench *bench = data;

    for (int number; (number = g_atomic_int_add (&bench->next, 1)) < (int)bench->messages;)
        run_one (bench, (unsigned)number);
    return NULL;
}

static double
processor_seconds (void)
{
    struct timespec time;

    clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
measure (Bench *bench, const char *name)
{
    GThread *threads[16];
    double processor = processor_seconds ();
    int64_t start = g_get_monotonic_time ();

    bench->next = 0;
    for (unsigned i = 0; i < bench->clients; i++)
        threads[i] = g_thread_new ("client", run_client, bench);
    for (unsigned i = 0; i < bench->clients; i++)
        g_thread_join (threads[i]);
    double wall = (double)(g_get_monotonic_time () - start) / G_USEC_PER_SEC;
    printf (
        "%-22s %2u clients: %7.0f us wall, %6.0f us processor per message, %6.0f messages/s",
        name, bench->clients, 1e6 * wall / bench->messages,
        1e6 * (processor_seconds () - processor) / bench->messages, bench->messages / wall);
    if (bench->audit) {
        AuditStatus status = audit_status (bench->audit);
        printf (", %.1f records per sync, %.0f bytes per record",
                (double)status.records / (double)status.syncs,
                (double)status.bytes / (double)status.records);
    }
    putchar ('\n');
}

static void
measure_log (Bench *bench, const char *dir, bool without_sync)
{
    g_autofree char *log =
        g_strdup_printf ("%s/audit-%u-%d.log", dir, bench->clients, without_sync);
    g_autofree char *key = g_build_filename (dir, "key.pem", NULL);
    AuditOptions options = { .path = log,
                             .key = key,
                             .checkpoints = "",
                             .segment_bytes = 1 << 30,
                             .without_sync = without_sync };
    GError *error = NULL;

    bench->audit = audit_open (&options, g_get_real_time () / G_USEC_PER_SEC, &error);
    if (!bench->audit) {
        fprintf (stderr, "bench_audit: %s\n", error->message);
        exit (1);
    }
    measure (bench, without_sync ? "log without sync" : "log with sync");
    audit_close (g_steal_pointer (&bench->audit), 1);
}

int
main (int argc, char **argv)
{
    if (argc < 4)
        return 64;
    Settings *settings = settings_load (argv[1], NULL);
    g_autofree char *state = g_build_filename (argv[3], "state.db", NULL);
    Bench bench = { .engine = settings ? engine_new (settings, NULL) : NULL,
                    .mail = tool_read_mail (argv[2], NULL),
                    .ledger = ledger_open (state, NULL),
                    .messages = argc > 4 ? (unsigned)atoi (argv[4]) : 2000 };

    if (!bench.engine || !bench.mail || !bench.ledger)
        return 1;
    for (unsigned i = 0; i < 2; i++) {
        bench.clients = i ? 16 : 1;
        measure (&bench, "pipeline alone");
        measure_log (&bench, argv[3], true);
        measure_log (&bench, argv[3], false);
    }
    return 0;
}
