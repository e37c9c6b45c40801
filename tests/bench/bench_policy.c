/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the rules cost: bench_policy POLICIES MAIL… . Per mail, the time of policy_decide for one
 * recipient of each territory in turn, and of a message to 1,000 recipients over all of them;
 * consent is in memory, so that nothing but the rules is measured.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "licet/classify.h"
#include "licet/policy.h"
#include "../../milter/tool/tool.h"

enum { RECIPIENTS = 1000, ROUNDS = 200 };

static const int64_t noon = 1795615200; /* 2026-11-25T14:00:00Z */

typedef struct {
    PolicySet *set;
    char **territories;
    Message *message;
    Classification *classification;
} Bench;

static double
processor_seconds (void)
{
    struct timespec time;

    clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
fail (const GError *error)
{
    fprintf (stderr, "bench_policy: %s\n", error->message);
    exit (1);
}

/* The territories as their files have them. */
static char **
list_territories (const char *policies)
{
    g_autofree char *path = g_build_filename (policies, "territories", NULL);
    g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
    g_autoptr (GStrvBuilder) codes = g_strv_builder_new ();

    for (const char *name; dir && (name = g_dir_read_name (dir));)
        if (g_str_has_suffix (name, ".cfg") && strncmp (name, "EU.", 3) != 0) {
            g_autofree char *code = g_strndup (name, strlen (name) - strlen (".cfg"));
            g_strv_builder_add (codes, code);
        }
    return g_strv_builder_end (codes);
}

static ConsentRecord *
make_record (const char *territory, unsigned number)
{
    ConsentRecord *record = g_new0 (ConsentRecord, 1);
    g_auto (GStrv) parts = g_strsplit (territory, "-", 2);

    record->address = g_strdup_printf ("p%u@recipient.test", number);
    record->country = g_strdup (parts[0]);
    record->subdivision = g_strdup (parts[1]);
    record->promotion = consent_answer_new (number % 3 ? CONSENT_UNKNOWN : CONSENT_GRANTED);
    record->promotion->basis = number % 3 ? NULL : g_strdup ("double-opt-in");
    record->promotion->at = noon - 86400;
    record->tracking = consent_answer_new (CONSENT_UNKNOWN);
    return record;
}

static void
decide_one (const Bench *bench, unsigned number)
{
    const char *territory = bench->territories[number % g_strv_length (bench->territories)];
    ConsentRecord *record = make_record (territory, number);
    RecipientFacts *facts =
        policy_facts (bench->set, bench->message, record->address, record, NULL);

    decision_free (
        policy_decide (bench->set, bench->message, bench->classification, facts, noon));
    consent_record_free (record);
}

static void
measure_territories (const Bench *bench)
{
    double least = 1e9, most = 0, sum = 0;
    unsigned count = g_strv_length (bench->territories), slowest = 0;

    for (unsigned i = 0; i < count; i++) {
        double start = processor_seconds ();
        for (unsigned round = 0; round < ROUNDS; round++)
            decide_one (bench, i);
        double took = 1e6 * (processor_seconds () - start) / ROUNDS;
        least = MIN (least, took);
        slowest = took > most ? i : slowest;
        most = MAX (most, took);
        sum += took;
    }
    printf ("%7.1f %7.1f %7.1f (%s)", least, sum / count, most, bench->territories[slowest]);
}

static void
measure_message (const Bench *bench)
{
    double start = processor_seconds ();

    for (unsigned i = 0; i < RECIPIENTS; i++)
        decide_one (bench, i);
    printf ("   %8.1f\n", 1e3 * (processor_seconds () - start));
}

static void
measure_mail (Bench *bench, const Words *words, const Model *model, const char *path)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = tool_read_mail (path, &error);

    if (!bytes || !(bench->message = message_parse (bytes, &error)))
        fail (error);
    bench->classification = classify (bench->message, words, model,
                                      policy_hints (bench->set, bench->message));
    g_autofree char *name = g_path_get_basename (path);
    printf ("%-24.24s %6.1f ", name, (double)g_bytes_get_size (bytes) / 1e3);
    measure_territories (bench);
    measure_message (bench);
    classification_free (bench->classification);
    message_free (bench->message);
}

int
main (int argc, char **argv)
{
    g_autoptr (GError) error = NULL;

    if (argc < 3)
        return 64;
    g_autofree char *words_dir = g_build_filename (argv[1], "words", NULL);
    g_autofree char *model_file = g_build_filename (argv[1], "model", "general.cfg", NULL);
    g_autoptr (PolicySet) set = policy_set_load (argv[1], &error);
    g_autoptr (Words) words = set ? words_load (words_dir, &error) : NULL;
    g_autoptr (Model) model = words ? model_load (model_file, &error) : NULL;
    if (!model)
        fail (error);
    Bench bench = { .set = set, .territories = list_territories (argv[1]) };
    printf ("%-24s %6s %7s %7s %7s        %8s\n", "us per recipient", "kB", "least", "mean",
            "most", "ms per 1,000");
    for (int i = 2; i < argc; i++)
        measure_mail (&bench, words, model, argv[i]);
    g_strfreev (bench.territories);
    return 0;
}
