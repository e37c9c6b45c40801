/* SPDX-License-Identifier: BSD-2-Clause */

/* licet consent: who agreed to what. The acts are here; what is shown in consent_show.c, what goes
 * in and out in large in consent_move.c. */

#include <stdio.h>
#include <string.h>

#include "consent.h"
#include "licet/address.h"
#include "licet/error.h"
#include "tool.h"

/* Clocks differ a little; an act dated later would outlast what the person says until then. */
enum { MOST_AHEAD = 300 };

typedef struct {
    const char *name;
    int operands; /* after the name */
    bool reads;   /* only: a store that is not there is not made */
    ConsentAction *run;
} ConsentCommand;

bool
consent_time (const ConsentArguments *arguments, int64_t *ret_time, GError **error)
{
    Clock clock = { 0 };

    *ret_time = clock_now (&clock);
    return !arguments->at || clock_parse (arguments->at, ret_time, error);
}

/* When an act is done: not later than now. */
static bool
act_time (const ConsentArguments *arguments, int64_t *ret_time, GError **error)
{
    Clock clock = { 0 };

    if (!consent_time (arguments, ret_time, error))
        return false;
    if (*ret_time <= clock_now (&clock) + MOST_AHEAD)
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                 "--at %s lies in the future; an act is recorded when it is done",
                 arguments->at);
    return false;
}

static int
append_one (ConsentStore *store, const char *state, char **operands,
            const ConsentArguments *arguments)
{
    g_autoptr (ConsentEvent) event = g_new0 (ConsentEvent, 1);
    g_autoptr (GPtrArray) events = g_ptr_array_new ();
    GError *error = NULL;

    event->address = g_strdup (operands[0]);
    event->purpose = g_strdup (operands[1]);
    event->state = g_strdup (state);
    event->basis = g_strdup (arguments->basis);
    event->source = g_strdup (arguments->source ? arguments->source : "licet consent");
    event->evidence = g_strdup (arguments->evidence);
    if (!act_time (arguments, &event->at, &error) || !consent_event_check (event, &error))
        return tool_fail (error);
    g_ptr_array_add (events, event);
    return consent_append (store, events, &error) ? EX_OK : tool_fail (error);
}

/* Whoever grants should know when it has no effect. */
static void
warn_suppressed (ConsentStore *store, const char *given)
{
    Clock clock = { 0 };
    g_autofree char *address = address_normalise (given, NULL);
    const char *const addresses[] = { address, NULL };
    g_autoptr (GPtrArray) records =
        consent_ask (store, addresses, PURPOSE_NEWSLETTER, clock_now (&clock), NULL);
    const char *why = ((ConsentRecord *)g_ptr_array_index (records, 0))->promotion->suppression;

    if (why)
        fprintf (stderr,
                 "licet: recorded, but the address is suppressed (%s): nothing is sent until "
                 "licet consent release\n",
                 why);
}

static int
grant (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    int status = append_one (store, "granted", operands, arguments);

    if (status == EX_OK)
        warn_suppressed (store, operands[0]);
    return status;
}

static int
withdraw (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    return append_one (store, "withdrawn", operands, arguments);
}

static int
request (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    return append_one (store, "pending", operands, arguments);
}

static int
suppress (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    ConsentArguments manual = *arguments;
    char word[] = "manual";

    if (!manual.basis)
        manual.basis = word;
    return append_one (store, "suppressed", operands, &manual);
}

static int
release (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    return append_one (store, "released", operands, arguments);
}

static int
confirm (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    GError *error = NULL;
    int64_t now = 0;
    g_autofree char *address = address_normalise (operands[0], &error);

    if (!address || !act_time (arguments, &now, &error) ||
        !consent_confirm (store, address, operands[1],
                          arguments->source ? arguments->source : "licet consent",
                          arguments->evidence, now, &error))
        return tool_fail (error);
    warn_suppressed (store, address);
    return EX_OK;
}

static int
link_two (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    GError *error = NULL;
    int64_t now = 0;
    g_autofree char *first = address_normalise (operands[0], &error);
    g_autofree char *second = first ? address_normalise (operands[1], &error) : NULL;

    if (!second || !act_time (arguments, &now, &error) ||
        !consent_link (store, first, second, now, &error))
        return tool_fail (error);
    return EX_OK;
}

static int
unlink_one (ConsentStore *store, char **operands, const ConsentArguments *arguments)
{
    GError *error = NULL;
    int64_t now = 0;
    g_autofree char *address = address_normalise (operands[0], &error);

    if (!address || !act_time (arguments, &now, &error) ||
        !consent_unlink (store, address, now, &error))
        return tool_fail (error);
    return EX_OK;
}

static const ConsentCommand commands[] = {
    { "grant", 2, false, grant },
    { "withdraw", 2, false, withdraw },
    { "request", 2, false, request },
    { "confirm", 2, false, confirm },
    { "suppress", 2, false, suppress },
    { "release", 2, false, release },
    { "link", 2, false, link_two },
    { "unlink", 1, false, unlink_one },
    { "show", 1, true, consent_show },
    { "history", 1, true, consent_history_of },
    { "import", 1, false, consent_import_file },
    { "export", 1, true, consent_export },
    { "erase", 1, true, consent_erase_address },
    { "stats", 0, true, consent_print_stats },
};

/* Nobody waits for a mail here, and an import asks for a thousand people at once. */
static ConsentOptions
patient_options (const Settings *settings)
{
    ConsentOptions options = { 0 };

    if (settings)
        options = settings_consent_options (settings);
    options.timeout_ms = 60000;
    options.connections = 2;
    return options;
}

static int
run_on (const ConsentCommand *command, const char *uri, const ConsentOptions *options,
        char **operands, const ConsentArguments *arguments)
{
    GError *error = NULL;

    if (strcmp (uri, "memory:") == 0)
        return tool_usage ("no consent store is named; right would be --consent sqlite:PATH "
                           "or --config FILE");
    if (command->reads && tool_store_is_absent (uri))
        return tool_fail (
            g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: no such store", uri));
    g_autoptr (ConsentStore) store = consent_open_with (uri, options, &error);
    if (!store)
        return tool_fail (error);
    int status = command->run (store, operands, arguments);
    if (fflush (stdout) == 0 && !ferror (stdout))
        return status;
    tool_fail (
        g_error_new (LICET_ERROR, LICET_ERROR_UNAVAILABLE, "standard output: not written"));
    return status == EX_OK ? EX_IOERR : status;
}

/* Caller frees; NULL when no settings name the daemon's file or it is not there. */
static char *
find_contacts (const char *uri, const Settings *settings)
{
    if (g_str_has_prefix (uri, "postgres"))
        return g_strdup (uri);
    char *path = settings ? settings_counts (settings, ".contacts") : NULL;
    if (path && !g_file_test (path, G_FILE_TEST_EXISTS))
        g_clear_pointer (&path, g_free);
    return path;
}

static int
run_command (const ConsentCommand *command, char **operands, const ConsentArguments *arguments)
{
    GError *error = NULL;
    g_autoptr (Settings) settings = arguments->consent && !arguments->config
                                        ? NULL
                                        : tool_settings (arguments->config, &error);

    if (error)
        return tool_fail (error);
    ConsentOptions options = patient_options (settings);
    ConsentArguments all = *arguments;
    const char *uri = arguments->consent ? arguments->consent : settings->consent;
    g_autofree char *contacts = find_contacts (uri, settings);
    all.contacts = contacts;
    all.options = &options;
    return run_on (command, uri, &options, operands, &all);
}

static void
clear_arguments (ConsentArguments *arguments)
{
    g_free (arguments->config);
    g_free (arguments->consent);
    g_free (arguments->source);
    g_free (arguments->basis);
    g_free (arguments->at);
    g_free (arguments->evidence);
    g_free (arguments->format);
    g_free (arguments->list);
    g_free (arguments->purpose);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ConsentArguments, clear_arguments)

static bool
parse_options (int *argc, char ***argv, ConsentArguments *to)
{
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &to->config, "settings file", "FILE" },
        { "consent", 0, 0, G_OPTION_ARG_STRING, &to->consent,
          "sqlite:PATH, postgresql://… or FILE.csv", "STORE" },
        { "source", 0, 0, G_OPTION_ARG_STRING, &to->source, "where the person said so",
          "TEXT" },
        { "basis", 0, 0, G_OPTION_ARG_STRING, &to->basis,
          "express, double-opt-in, …; suppress: bounce, complaint or manual", "WORD" },
        { "at", 0, 0, G_OPTION_ARG_STRING, &to->at, "when; show: as of when", "TIME" },
        { "evidence", 0, 0, G_OPTION_ARG_STRING, &to->evidence, "where the proof is kept",
          "TEXT" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &to->json, "print one JSON object per line", NULL },
        { "dry-run", 0, 0, G_OPTION_ARG_NONE, &to->dry_run,
          "import: tell what would change, and change nothing", NULL },
        { "resume", 0, 0, G_OPTION_ARG_NONE, &to->resume,
          "import: keep every 10,000 rows, so that it can be run again", NULL },
        { "allow-mass-change", 0, 0, G_OPTION_ARG_NONE, &to->allow_mass_change,
          "import: although more than 5 % of the known addresses change", NULL },
        { "restore", 0, 0, G_OPTION_ARG_NONE, &to->restore,
          "import: the file is the export of a store", NULL },
        { "format", 0, 0, G_OPTION_ARG_STRING, &to->format,
          "import: mailchimp, brevo, sendgrid or mautic", "NAME" },
        { "list", 0, 0, G_OPTION_ARG_STRING, &to->list,
          "import: subscribed, unsubscribed, bounced or complained", "NAME" },
        { "purpose", 0, 0, G_OPTION_ARG_STRING, &to->purpose,
          "import: what a foreign list is for (newsletter)", "PURPOSE" },
        { "keep-evidence", 0, 0, G_OPTION_ARG_NONE, &to->keep_evidence,
          "erase: keep what was agreed to, under a hash", NULL },
        G_OPTION_ENTRY_NULL,
    };

    return tool_options (argc, argv,
                         "grant|withdraw|request|confirm|suppress|release ADDRESS PURPOSE | "
                         "link ADDRESS ADDRESS | unlink|show|history|erase ADDRESS | "
                         "import FILE.csv | export FILE.csv|ADDRESS | stats",
                         "Records and shows who agreed to what.", entries);
}

int
cmd_consent (int argc, char **argv)
{
    g_auto (ConsentArguments) arguments = { 0 };

    if (!parse_options (&argc, &argv, &arguments))
        return EX_USAGE;
    for (unsigned i = 0; argc >= 2 && i < G_N_ELEMENTS (commands); i++) {
        if (strcmp (argv[1], commands[i].name) != 0)
            continue;
        if (argc - 2 != commands[i].operands)
            return tool_usage ("consent %s takes %d operand%s", commands[i].name,
                               commands[i].operands, commands[i].operands == 1 ? "" : "s");
        return run_command (&commands[i], argv + 2, &arguments);
    }
    return tool_usage (
        "consent takes grant, withdraw, request, confirm, suppress, release, link, "
        "unlink, show, history, import, export, erase or stats");
}
