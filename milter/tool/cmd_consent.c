/* SPDX-License-Identifier: BSD-2-Clause */

/* licet consent: record, show, import and export who agreed to what. */

#include <stdio.h>
#include <string.h>

#include "licet/address.h"
#include "licet/consent.h"
#include "licet/error.h"
#include "tool.h"

typedef struct {
    char *config, *consent, *source, *basis, *at, *evidence;
    gboolean json;
} ConsentOptions;

typedef struct {
    const char *name;
    int operands; /* after the name */
    int (*run) (ConsentStore *store, char **operands, const ConsentOptions *options);
} ConsentCommand;

static int
append_one (ConsentStore *store, const char *state, char **operands,
            const ConsentOptions *options)
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
    g_ptr_array_add (events, event);
    return consent_append (store, events, &error) ? EX_OK : tool_fail (error);
}

static int
grant (ConsentStore *store, char **operands, const ConsentOptions *options)
{
    return append_one (store, "granted", operands, options);
}

static int
withdraw (ConsentStore *store, char **operands, const ConsentOptions *options)
{
    return append_one (store, "withdrawn", operands, options);
}

static void
add_member (GString *json, const char *key, const char *value)
{
    g_string_append_printf (json, "%s\"%s\":", json->str[json->len - 1] == '{' ? "" : ",", key);
    tool_json_string (json, value);
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

static void
print_event (const ConsentEvent *event)
{
    g_autofree char *at = event->at ? clock_format (event->at) : g_strdup ("-");

    printf ("%-20s  %-9s  %-13s  %s%s%s%s%s\n", at, event->state, event->purpose,
            event->address, event->basis ? "  basis " : "", event->basis ? event->basis : "",
            event->source ? "  source " : "", event->source ? event->source : "");
}

static int
history (ConsentStore *store, char **operands, const ConsentOptions *options)
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
print_answer (const ConsentRecord *record, Purpose purpose, bool json)
{
    const ConsentAnswer *answer = record->promotion;
    g_autofree char *at = answer->at ? clock_format (answer->at) : NULL;

    if (!json) {
        printf ("  %-14s %s%s%s%s%s%s%s%s\n", purpose_word (purpose),
                consent_state_word (answer->state), answer->pending ? " (pending)" : "",
                answer->basis ? ", basis " : "", answer->basis ? answer->basis : "",
                at ? ", " : "", at ? at : "", answer->source ? ", source " : "",
                answer->source ? answer->source : "");
        return;
    }
    g_autoptr (GString) text = g_string_new ("{");
    add_member (text, "address", record->address);
    add_member (text, "person", record->person);
    add_member (text, "country", record->country);
    add_member (text, "purpose", purpose_word (purpose));
    add_member (text, "state", consent_state_word (answer->state));
    add_member (text, "basis", answer->basis);
    add_member (text, "at", at);
    add_member (text, "source", answer->source);
    g_string_append_printf (text, ",\"pending\":%s}", answer->pending ? "true" : "false");
    puts (text->str);
}

static void
print_person (const ConsentRecord *record)
{
    printf ("%s%s%s\n  lives in %s%s%s, class %s, language %s\n", record->address,
            record->person ? ", person " : "", record->person ? record->person : "",
            record->country ? record->country : "(not known)", record->subdivision ? "-" : "",
            record->subdivision ? record->subdivision : "",
            record->recipient_class ? record->recipient_class : "(not known)",
            record->language ? record->language : "(not known)");
}

static int
show (ConsentStore *store, char **operands, const ConsentOptions *options)
{
    Clock clock = { 0 };
    int64_t now = clock_now (&clock);
    GError *error = NULL;
    g_autofree char *address = address_normalise (operands[0], &error);

    if (!address || (options->at && !clock_parse (options->at, &now, &error)))
        return tool_fail (error);
    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++) {
        const char *const addresses[] = { address, NULL };
        g_autofree char *failure = NULL;
        g_autoptr (GPtrArray) records = consent_ask (store, addresses, purpose, now, &failure);
        const ConsentRecord *record = g_ptr_array_index (records, 0);
        if (failure)
            return tool_fail (
                g_error_new_literal (LICET_ERROR, LICET_ERROR_UNAVAILABLE, failure));
        if (purpose == PURPOSE_NEWSLETTER && !options->json)
            print_person (record);
        print_answer (record, purpose, options->json);
    }
    return EX_OK;
}

static int
import (ConsentStore *store, char **operands, const ConsentOptions *options)
{
    GError *error = NULL;
    g_autoptr (GPtrArray) events = consent_csv_load (operands[0], &error);

    if (!events || !consent_append (store, events, &error))
        return tool_fail (error);
    if (options->json)
        printf ("{\"rows\":%u}\n", events->len);
    else
        printf ("%s: %u rows are in the store\n", operands[0], events->len);
    return EX_OK;
}

static int export(ConsentStore *store, char **operands,
                  const ConsentOptions *options G_GNUC_UNUSED)
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
    { "grant", 2, grant },     { "withdraw", 2, withdraw }, { "show", 1, show },
    { "history", 1, history }, { "import", 1, import },     { "export", 1, export },
};

static int
run_command (const ConsentCommand *command, char **operands, const ConsentOptions *options)
{
    GError *error = NULL;
    g_autoptr (Settings) settings = tool_settings (options->config, &error);
    g_autoptr (ConsentStore) store =
        settings
            ? consent_open (options->consent ? options->consent : settings->consent, &error)
            : NULL;

    return store ? command->run (store, operands, options) : tool_fail (error);
}

static void
clear_options (ConsentOptions *options)
{
    g_free (options->config);
    g_free (options->consent);
    g_free (options->source);
    g_free (options->basis);
    g_free (options->at);
    g_free (options->evidence);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ConsentOptions, clear_options)

int
cmd_consent (int argc, char **argv)
{
    g_auto (ConsentOptions) options = { 0 };
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
