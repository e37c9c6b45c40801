/* SPDX-License-Identifier: BSD-2-Clause */

/* licet consent: record, show, import and export who agreed to what. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "licet/address.h"
#include "licet/consent.h"
#include "licet/error.h"
#include "tool.h"

/* Clocks differ a little; an act dated later would outlast what the person says until then. */
enum { MOST_AHEAD = 300 };

typedef struct {
    char *config, *consent, *source, *basis, *at, *evidence;
    gboolean json;
} ToolConsent;

typedef struct {
    const char *name;
    int operands; /* after the name */
    bool reads;   /* only: a store that is not there is not made */
    int (*run) (ConsentStore *store, char **operands, const ToolConsent *options);
} ConsentCommand;

static int
append_one (ConsentStore *store, const char *state, char **operands,
            const ToolConsent *options)
{
    g_autoptr (ConsentEvent) event = g_new0 (ConsentEvent, 1);
    g_autoptr (GPtrArray) events = g_ptr_array_new ();
    Clock clock = { 0 };
    GError *error = NULL;

    event->address = g_strdup (operands[0]);
    event->purpose = g_strdup (operands[1]);
    event->state = g_strdup (state);
    event->basis = g_strdup (options->basis);
    event->source = g_strdup (options->source ? options->source : "licet consent");
    event->evidence = g_strdup (options->evidence);
    event->at = clock_now (&clock);
    if ((options->at && !clock_parse (options->at, &event->at, &error)) ||
        !consent_event_check (event, &error))
        return tool_fail (error);
    if (event->at > clock_now (&clock) + MOST_AHEAD)
        return tool_fail (g_error_new (
            LICET_ERROR, LICET_ERROR_MALFORMED,
            "--at %s lies in the future; an act is recorded when it is done", options->at));
    g_ptr_array_add (events, event);
    return consent_append (store, events, &error) ? EX_OK : tool_fail (error);
}

static int
grant (ConsentStore *store, char **operands, const ToolConsent *options)
{
    return append_one (store, "granted", operands, options);
}

static int
withdraw (ConsentStore *store, char **operands, const ToolConsent *options)
{
    return append_one (store, "withdrawn", operands, options);
}

static void
add_member (GString *json, const char *key, const char *value)
{
    g_string_append_printf (json, "%s\"%s\":", json->str[json->len - 1] == '{' ? "" : ",", key);
    json_text_append (json, value);
}

static void
add_time (GString *json, const char *key, int64_t time)
{
    g_autofree char *text = time ? clock_format (time) : NULL;

    add_member (json, key, text);
}

static void
print_event_json (const ConsentEvent *event)
{
    g_autoptr (GString) json = g_string_new ("{");

    add_member (json, "address", event->address);
    add_member (json, "purpose", event->purpose);
    add_member (json, "state", event->state);
    add_member (json, "basis", event->basis);
    add_time (json, "at", event->at);
    add_member (json, "source", event->source);
    add_member (json, "wording", event->wording);
    add_member (json, "evidence", event->evidence);
    add_member (json, "country", event->country);
    add_member (json, "subdivision", event->subdivision);
    add_member (json, "recipient_class", event->recipient_class);
    add_member (json, "language", event->language);
    add_time (json, "expires", event->expires);
    add_member (json, "person", event->person);
    puts (g_string_append_c (json, '}')->str);
}

/* Text that someone else may have written, without what would steer a terminal. Caller frees. */
static char *
plain (const char *text)
{
    char *copy = g_strdup (text ? text : "");

    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    return copy;
}

static void
print_event (const ConsentEvent *event)
{
    g_autofree char *at = event->at ? clock_format (event->at) : g_strdup ("-");
    g_autofree char *source = plain (event->source);

    printf ("%-20s  %-9s  %-13s  %s%s%s%s%s\n", at, event->state, event->purpose,
            event->address, event->basis ? "  basis " : "", event->basis ? event->basis : "",
            *source ? "  source " : "", source);
}

static int
history (ConsentStore *store, char **operands, const ToolConsent *options)
{
    GError *error = NULL;
    g_autofree char *address = address_normalise (operands[0], &error);
    g_autoptr (GPtrArray) events = address ? consent_history (store, address, &error) : NULL;

    if (!events)
        return tool_fail (error);
    for (unsigned i = 0; i < events->len; i++) {
        if (options->json)
            print_event_json (g_ptr_array_index (events, i));
        else
            print_event (g_ptr_array_index (events, i));
    }
    return EX_OK;
}

static void
print_answer_json (const ConsentRecord *record, const char *purpose,
                   const ConsentAnswer *answer)
{
    g_autoptr (GString) json = g_string_new ("{");

    add_member (json, "address", record->address);
    add_member (json, "person", record->person);
    add_member (json, "country", record->country);
    add_member (json, "subdivision", record->subdivision);
    add_member (json, "recipient_class", record->recipient_class);
    add_member (json, "language", record->language);
    add_member (json, "purpose", purpose);
    add_member (json, "state", consent_state_word (answer->state));
    g_string_append_printf (json, ",\"pending\":%s", answer->pending ? "true" : "false");
    add_member (json, "basis", answer->basis);
    add_time (json, "at", answer->at);
    add_time (json, "expires", answer->expires);
    add_member (json, "source", answer->source);
    add_member (json, "wording", answer->wording);
    add_member (json, "evidence", answer->evidence);
    puts (g_string_append_c (json, '}')->str);
}

static void
print_answer (const ConsentRecord *record, const char *purpose, const ConsentAnswer *answer,
              bool json)
{
    g_autofree char *at = answer->at ? clock_format (answer->at) : NULL;
    g_autofree char *source = plain (answer->source);

    if (json)
        print_answer_json (record, purpose, answer);
    else
        printf ("  %-14s %s%s%s%s%s%s%s%s\n", purpose, consent_state_word (answer->state),
                answer->pending ? " (pending)" : "", answer->basis ? ", basis " : "",
                answer->basis ? answer->basis : "", at ? ", " : "", at ? at : "",
                *source ? ", source " : "", source);
}

static void
print_person (const ConsentRecord *record)
{
    g_autofree char *person = plain (record->person), *class = plain (record->recipient_class);

    printf ("%s%s%s\n  lives in %s%s%s, class %s, language %s\n", record->address,
            *person ? ", person " : "", person,
            record->country ? record->country : "(not known)", record->subdivision ? "-" : "",
            record->subdivision ? record->subdivision : "", *class ? class : "(not known)",
            record->language ? record->language : "(not known)");
}

/* The record of one address, or NULL with the store's reason. */
static ConsentRecord *
ask_one (ConsentStore *store, const char *address, Purpose purpose, int64_t now, GError **error)
{
    const char *const addresses[] = { address, NULL };
    g_autofree char *failure = NULL;
    g_autoptr (GPtrArray) records = consent_ask (store, addresses, purpose, now, &failure);

    if (!failure)
        return g_ptr_array_steal_index (records, 0);
    g_set_error_literal (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, failure);
    return NULL;
}

static int
show (ConsentStore *store, char **operands, const ToolConsent *options)
{
    Clock clock = { 0 };
    int64_t now = clock_now (&clock);
    GError *error = NULL;
    g_autofree char *address = address_normalise (operands[0], &error);

    if (!address || (options->at && !clock_parse (options->at, &now, &error)))
        return tool_fail (error);
    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++) {
        ConsentRecord *record = ask_one (store, address, purpose, now, &error);
        if (!record)
            return tool_fail (error);
        if (purpose == PURPOSE_NEWSLETTER && !options->json)
            print_person (record);
        print_answer (record, purpose_word (purpose), record->promotion, options->json);
        if (purpose == PURPOSE_WELCOME)
            print_answer (record, "tracking", record->tracking, options->json);
        consent_record_free (record);
    }
    return EX_OK;
}

static int
import_file (ConsentStore *store, char **operands, const ToolConsent *options)
{
    GError *error = NULL;

    if (access (operands[0], R_OK) != 0)
        return tool_fail (g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: %s", operands[0],
                                       g_strerror (errno)));
    g_autoptr (GPtrArray) events = consent_csv_load (operands[0], &error);
    if (!events || !consent_append (store, events, &error))
        return tool_fail (error);
    if (options->json)
        printf ("{\"rows\":%u}\n", events->len);
    else
        printf ("%s: %u rows are in the store\n", operands[0], events->len);
    return EX_OK;
}

static int
export_file (ConsentStore *store, char **operands, const ToolConsent *options G_GNUC_UNUSED)
{
    GError *error = NULL;
    g_autoptr (GPtrArray) events = consent_all (store, &error);
    g_autofree char *csv = events ? consent_csv_format (events) : NULL;

    if (!events)
        return tool_fail (error);
    if (strcmp (operands[0], "-") == 0) {
        fputs (csv, stdout);
        return EX_OK;
    }
    if (g_file_set_contents_full (operands[0], csv, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                  &error))
        return EX_OK;
    return tool_fail_create (error);
}

static const ConsentCommand commands[] = {
    { "grant", 2, false, grant },        { "withdraw", 2, false, withdraw },
    { "show", 1, true, show },           { "history", 1, true, history },
    { "import", 1, false, import_file }, { "export", 1, true, export_file },
};

/* A mistyped path would be made as an empty store, and nothing known of anyone. */
static bool
is_absent (const char *uri)
{
    return g_str_has_prefix (uri, "sqlite:") &&
           !g_file_test (uri + strlen ("sqlite:"), G_FILE_TEST_EXISTS);
}

static int
run_on (const ConsentCommand *command, const char *uri, char **operands,
        const ToolConsent *options)
{
    GError *error = NULL;

    if (strcmp (uri, "memory:") == 0)
        return tool_usage ("no consent store is named; right would be --consent sqlite:PATH "
                           "or --config FILE");
    if (command->reads && is_absent (uri))
        return tool_fail (
            g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: no such store", uri));
    g_autoptr (ConsentStore) store = consent_open (uri, &error);
    if (!store)
        return tool_fail (error);
    int status = command->run (store, operands, options);
    if (fflush (stdout) == 0 && !ferror (stdout))
        return status;
    tool_fail (
        g_error_new (LICET_ERROR, LICET_ERROR_UNAVAILABLE, "standard output: not written"));
    return status == EX_OK ? EX_IOERR : status;
}

static int
run_command (const ConsentCommand *command, char **operands, const ToolConsent *options)
{
    GError *error = NULL;
    g_autoptr (Settings) settings =
        options->consent ? NULL : tool_settings (options->config, &error);

    if (!options->consent && !settings)
        return tool_fail (error);
    return run_on (command, options->consent ? options->consent : settings->consent, operands,
                   options);
}

static void
clear_options (ToolConsent *options)
{
    g_free (options->config);
    g_free (options->consent);
    g_free (options->source);
    g_free (options->basis);
    g_free (options->at);
    g_free (options->evidence);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToolConsent, clear_options)

int
cmd_consent (int argc, char **argv)
{
    g_auto (ToolConsent) options = { 0 };
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config, "settings file", "FILE" },
        { "consent", 0, 0, G_OPTION_ARG_STRING, &options.consent, "sqlite:PATH or FILE.csv",
          "STORE" },
        { "source", 0, 0, G_OPTION_ARG_STRING, &options.source, "where the person said so",
          "TEXT" },
        { "basis", 0, 0, G_OPTION_ARG_STRING, &options.basis,
          "express, double-opt-in, soft-opt-in, …", "WORD" },
        { "at", 0, 0, G_OPTION_ARG_STRING, &options.at, "when; show: as of when", "TIME" },
        { "evidence", 0, 0, G_OPTION_ARG_STRING, &options.evidence, "where the proof is kept",
          "TEXT" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "print one JSON object per line",
          NULL },
        G_OPTION_ENTRY_NULL,
    };

    if (!tool_options (&argc, &argv,
                       "grant ADDRESS PURPOSE | withdraw ADDRESS PURPOSE | show ADDRESS | "
                       "history ADDRESS | "
                       "import FILE.csv | export FILE.csv",
                       "Records and shows who agreed to what.", entries))
        return EX_USAGE;
    for (unsigned i = 0; argc >= 2 && i < G_N_ELEMENTS (commands); i++) {
        if (strcmp (argv[1], commands[i].name) != 0)
            continue;
        if (argc - 2 != commands[i].operands)
            return tool_usage ("consent %s takes %d operand%s", commands[i].name,
                               commands[i].operands, commands[i].operands == 1 ? "" : "s");
        return run_command (&commands[i], argv + 2, &options);
    }
    return tool_usage ("consent takes grant, withdraw, show, history, import or export");
}
