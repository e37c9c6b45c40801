/* SPDX-License-Identifier: BSD-2-Clause */

/* licet policy test: the golden cases of the policy files, and whether they would notice that a
 * rule is gone. */

#include <stdio.h>
#include <string.h>

#include "cmd_policy.h"
#include "licet/error.h"
#include "licet/rehearsal.h"

typedef struct {
    char *config, *policies;
    char **files;
    gboolean json, mutate, verbose;
} Options;

typedef struct {
    unsigned cases, missed, rules, unnoticed;
    double seconds;
} Sums;

static void
add_time (GString *json, const char *key, int64_t time)
{
    g_autofree char *text = time ? clock_format (time) : NULL;

    g_string_append_printf (json, ",\"%s\":", key);
    json_text_append (json, text);
}

static void
add_text (GString *json, const char *key, const char *text)
{
    g_string_append_printf (json, "%s\"%s\":", json->len > 1 ? "," : "", key);
    json_text_append (json, text);
}

static void
print_case_json (const CaseResult *result)
{
    g_autoptr (GString) json = g_string_new ("{");

    add_text (json, "case", result->policy_case->name);
    add_text (json, "where", result->policy_case->where);
    g_string_append_printf (json, ",\"ok\":%s", result->missed ? "false" : "true");
    add_text (json, "outcome", result->active[0] ? outcome_word (result->outcome) : NULL);
    add_text (json, "rule", result->rule);
    add_time (json, "until", result->until);
    add_text (json, "reply", result->reply);
    add_text (json, "missed", result->missed);
    puts (g_string_append (json, "}")->str);
}

static void
print_case (const CaseResult *result)
{
    printf ("  %-6s  %-7s  %-28s  %s\n", result->missed ? "not ok" : "ok",
            outcome_word (result->outcome), result->rule ? result->rule : "-",
            result->policy_case->name);
    if (!result->missed)
        return;
    printf ("          %s: %s\n", result->policy_case->where, result->missed);
    if (result->reply)
        printf ("          %s\n", result->reply);
}

/* The results of one file, which stand together. */
static void
print_file (const GPtrArray *results, unsigned first, unsigned end, bool verbose)
{
    const char *file = ((CaseResult *)g_ptr_array_index (results, first))->policy_case->file;
    unsigned missed = 0;

    for (unsigned i = first; i < end; i++)
        missed += ((CaseResult *)g_ptr_array_index (results, i))->missed != NULL;
    printf ("%-44s  %3u cases  %3u as wanted  %3u otherwise\n", file, end - first,
            end - first - missed, missed);
    for (unsigned i = first; i < end; i++) {
        const CaseResult *result = g_ptr_array_index (results, i);
        if (verbose || result->missed)
            print_case (result);
    }
}

static void
print_results (const GPtrArray *results, const Options *options)
{
    unsigned first = 0;

    for (unsigned i = 0; i < results->len; i++) {
        const CaseResult *result = g_ptr_array_index (results, i);
        const CaseResult *next =
            i + 1 < results->len ? g_ptr_array_index (results, i + 1) : NULL;
        if (options->json) {
            print_case_json (result);
        } else if (!next || strcmp (next->policy_case->file, result->policy_case->file) != 0) {
            print_file (results, first, i + 1, options->verbose);
            first = i + 1;
        }
    }
}

static void
print_mutant_json (const Mutant *mutant)
{
    g_autoptr (GString) json = g_string_new ("{");

    add_text (json, "without", mutant->rule);
    add_text (json, "where", mutant->where);
    g_string_append_printf (json, ",\"ok\":%s", mutant->noticed ? "true" : "false");
    add_text (json, "noticed_by", mutant->noticed ? mutant->noticed->name : NULL);
    puts (g_string_append (json, "}")->str);
}

static void
print_mutant (const Mutant *mutant, bool verbose)
{
    if (!mutant->noticed)
        printf ("%s: without %s nothing comes out otherwise, in %u cases where it has a say\n",
                mutant->where, mutant->rule, mutant->tried);
    else if (verbose)
        printf ("without %-28s  \"%s\" comes out otherwise\n", mutant->rule,
                mutant->noticed->name);
}

/* Whether the place, "FILE:LINE", is in one of the files. */
static bool
stands_in (const char *where, char **files)
{
    g_autofree char *path = g_strndup (where, (gsize)(strrchr (where, ':') - where));
    g_autofree char *full = g_canonicalize_filename (path, NULL);

    for (; *files; files++) {
        g_autofree char *given = g_canonicalize_filename (*files, NULL);
        if (strcmp (given, full) == 0)
            return true;
    }
    return false;
}

/* The rules of the files given, whose cases speak of no others; all rules for files that have none,
 * such as cases kept apart. Caller frees. */
static GPtrArray *
mutated_ids (const PolicySet *set, char **files)
{
    g_autoptr (GPtrArray) all = policy_rule_ids (set);
    g_autoptr (GPtrArray) given = g_ptr_array_new ();

    for (unsigned i = 0; files && i < all->len; i++)
        if (stands_in (policy_rule_where (set, g_ptr_array_index (all, i)), files))
            g_ptr_array_add (given, g_ptr_array_index (all, i));
    return given->len > 0 ? g_steal_pointer (&given) : g_steal_pointer (&all);
}

static void
run_mutants (const Engine *engine, const GPtrArray *results, const Options *options, Sums *sums)
{
    g_autoptr (GPtrArray) ids = mutated_ids (engine->policies, options->files);
    g_autoptr (GPtrArray) mutants = rehearse_mutants (engine, ids, results);

    for (unsigned i = 0; i < mutants->len; i++) {
        const Mutant *mutant = g_ptr_array_index (mutants, i);
        sums->unnoticed += mutant->noticed == NULL;
        if (options->json)
            print_mutant_json (mutant);
        else
            print_mutant (mutant, options->verbose);
    }
    sums->rules = mutants->len;
}

static void
print_sums (const Sums *sums, const Options *options)
{
    if (options->json) {
        printf ("{\"cases\":%u,\"missed\":%u,\"rules\":%u,\"unnoticed\":%u,\"seconds\":%.3f}\n",
                sums->cases, sums->missed, sums->rules, sums->unnoticed, sums->seconds);
        return;
    }
    printf ("%u cases: %u as wanted, %u otherwise", sums->cases, sums->cases - sums->missed,
            sums->missed);
    if (options->mutate)
        printf ("; %u rules taken away in turn: %u noticed, %u not", sums->rules,
                sums->rules - sums->unnoticed, sums->unnoticed);
    printf ("; %.2f s\n", sums->seconds);
}

static bool
add_cases (GPtrArray *all, GPtrArray *owners, const PolicySet *set, const char *path,
           GError **error)
{
    GPtrArray *cases = policy_cases_load (set, path, error);

    if (!cases)
        return false;
    g_ptr_array_add (owners, cases);
    for (unsigned i = 0; i < cases->len; i++)
        g_ptr_array_add (all, g_ptr_array_index (cases, i));
    return true;
}

static int
test (const Engine *engine, const Options *options)
{
    g_autoptr (GPtrArray) all = g_ptr_array_new ();
    g_autoptr (GPtrArray) owners =
        g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
    int64_t begin = g_get_monotonic_time ();
    GError *error = NULL;
    Sums sums = { 0 };

    for (char **file = options->files; file && *file; file++)
        if (!add_cases (all, owners, engine->policies, *file, &error))
            return cmd_policy_fail (error, options->json);
    const GPtrArray *cases = options->files ? all : policy_cases (engine->policies);
    g_autoptr (GPtrArray) results = rehearse_cases (engine, cases, 0, NULL);
    print_results (results, options);
    for (unsigned i = 0; i < results->len; i++)
        sums.missed += ((CaseResult *)g_ptr_array_index (results, i))->missed != NULL;
    if (options->mutate)
        run_mutants (engine, results, options, &sums);
    sums.cases = results->len;
    sums.seconds = (double)(g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
    print_sums (&sums, options);
    return sums.missed ? EX_CONFIG : sums.unnoticed ? EX_DATAERR : EX_OK;
}

static void
options_clear (Options *options)
{
    g_free (options->config);
    g_free (options->policies);
    g_strfreev (options->files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

int
cmd_policy_test (int argc, char **argv)
{
    g_auto (Options) options = { 0 };
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config, "settings file", "FILE" },
        { "policies", 0, 0, G_OPTION_ARG_FILENAME, &options.policies, "directory of policies",
          "DIR" },
        { "mutate", 0, 0, G_OPTION_ARG_NONE, &options.mutate,
          "take each rule away in turn: which case notices?", NULL },
        { "verbose", 0, 0, G_OPTION_ARG_NONE, &options.verbose, "print every case", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "print one JSON object per line",
          NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files, NULL, NULL },
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, "[FILE…]",
                       "Runs the golden cases of the policy files, or of the files given.",
                       entries))
        return EX_USAGE;
    g_autoptr (Engine) engine =
        cmd_policy_engine (options.config, options.policies, "memory:", &error);
    if (!engine)
        return cmd_policy_fail (error, options.json);
    return test (engine, &options);
}
