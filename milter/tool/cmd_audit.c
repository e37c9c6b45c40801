/* SPDX-License-Identifier: BSD-2-Clause */

/* licet audit: one table of what can be asked of the log. */

#include "audit.h"

#include <stdio.h>
#include <string.h>

#include "licet/seal.h"

static const struct {
    const char *name, *operand;
    int (*run) (AuditOptionsTool *options, const char *operand);
    bool needs_log;
} subcommands[] = {
    { "verify", NULL, audit_do_verify, true },     { "find", "ADDRESS", audit_do_find, true },
    { "search", NULL, audit_do_search, true },     { "tail", NULL, audit_do_tail, true },
    { "show", "NUMBER", audit_do_show, true },     { "export", NULL, audit_do_export, true },
    { "erase", "ADDRESS", audit_do_erase, false }, { "report", NULL, audit_do_report, true },
    { "replay", "ID", audit_do_replay, true },
};

void
audit_options_clear (AuditOptionsTool *options)
{
    char **texts[] = { &options->config,   &options->log,      &options->state,
                       &options->out,      &options->format,   &options->language,
                       &options->mails,    &options->since,    &options->until,
                       &options->queue_id, &options->rule,     &options->territory,
                       &options->outcome,  &options->sender,   &options->purpose,
                       &options->class,    &options->address,  &options->record,
                       &options->subject,  &options->policies, &options->consent };

    for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
        g_clear_pointer (texts[i], g_free);
    g_strfreev (options->checkpoints);
    g_strfreev (options->keys);
    settings_free (options->settings);
}

const char *
audit_log_path (const AuditOptionsTool *options)
{
    return options->log ? options->log : options->settings->audit_log;
}

const char *
audit_state_path (const AuditOptionsTool *options)
{
    return options->state ? options->state : options->settings->state;
}

#define TEXT_OPTION(name, member, help, what)                                                  \
    {                                                                                          \
        name, 0, 0, G_OPTION_ARG_STRING, &options.member, help, what                           \
    }
#define FILE_OPTION(name, member, help)                                                        \
    {                                                                                          \
        name, 0, 0, G_OPTION_ARG_FILENAME, &options.member, help, "PATH"                       \
    }
#define FLAG_OPTION(name, member, help)                                                        \
    {                                                                                          \
        name, 0, 0, G_OPTION_ARG_NONE, &options.member, help, NULL                             \
    }

/* A key that was not copied whole would read as a log that somebody else signed. */
static const char *
find_bad_key (char **keys)
{
    while (keys && *keys && seal_is_public (*keys))
        keys++;
    return keys ? *keys : NULL;
}

/* What is not there will not be there the next time either, so it is no temporary failure. */
static bool
has_inputs (const AuditOptionsTool *options, bool needs_log, GError **error)
{
    for (char **file = options->checkpoints; file && *file; file++) {
        if (g_file_test (*file, G_FILE_TEST_EXISTS))
            continue;
        g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "--checkpoints %s: no such file",
                     *file);
        return false;
    }
    g_autoptr (GPtrArray) files = audit_files (audit_log_path (options), NULL);
    if (files || !needs_log)
        return true;
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: there is no log",
                 audit_log_path (options));
    return false;
}

static int
run (AuditOptionsTool *options, int argc, char **argv)
{
    GError *error = NULL;
    const char *bad_key = find_bad_key (options->keys);

    if (bad_key)
        return tool_usage (
            "--key %s: no Ed25519 public key; right would be the base64 of its 32 "
            "bytes, 44 characters that end in =",
            bad_key);
    for (unsigned i = 0; argc >= 2 && i < G_N_ELEMENTS (subcommands); i++) {
        if (strcmp (argv[1], subcommands[i].name) != 0)
            continue;
        if (argc != (subcommands[i].operand ? 3 : 2))
            return tool_usage ("audit %s takes %s", argv[1],
                               subcommands[i].operand ? subcommands[i].operand : "no operand");
        options->settings = tool_settings (options->config, &error);
        if (!options->settings ||
            !has_inputs (options, subcommands[i].needs_log || options->unused > 0, &error))
            return tool_fail (error);
        return subcommands[i].run (options, argv[2]);
    }
    return tool_usage (
        "audit takes: verify, find ADDRESS, search, tail, show NUMBER, export, report, "
        "replay ID or erase ADDRESS");
}

int
cmd_audit (int argc, char **argv)
{
    g_auto (AuditOptionsTool) options = { .lines = 10 };
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config, "settings file", "FILE" },
        FILE_OPTION ("log", log, "the log"),
        FILE_OPTION ("state", state, "the daemon's state file, which holds the salts"),
        { "checkpoints", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.checkpoints,
          "verify, report: checkpoints that were kept outside (repeatable)", "FILE" },
        { "key", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.keys,
          "verify, report: a public key that is trusted (repeatable)", "BASE64" },
        TEXT_OPTION ("since", since, "records from this time on", "TIME"),
        TEXT_OPTION ("until", until, "records before this time", "TIME"),
        TEXT_OPTION ("queue-id", queue_id, "of Postfix, in or out", "ID"),
        TEXT_OPTION ("rule", rule, "that decided or was violated", "ID"),
        TEXT_OPTION ("territory", territory, "", "CODE"),
        TEXT_OPTION ("outcome", outcome, "", "WORD"),
        TEXT_OPTION ("sender", sender, "domain of the envelope sender", "DOMAIN"),
        TEXT_OPTION ("purpose", purpose, "", "WORD"),
        TEXT_OPTION ("class", class, "", "WORD"),
        TEXT_OPTION ("address", address, "of the recipient", "ADDRESS"),
        TEXT_OPTION ("record", record, "decision, outcome, failure, …", "KIND"),
        FLAG_OPTION ("addresses", addresses, "show addresses whose salt still lives"),
        { "lines", 'n', 0, G_OPTION_ARG_INT, &options.lines, "tail: how many", "N" },
        { "days", 0, 0, G_OPTION_ARG_INT, &options.unused,
          "erase unused: who has no record in so many days", "N" },
        FLAG_OPTION ("first", first, "verify: stop at the first problem"),
        FLAG_OPTION ("follow", follow, "tail: go on with what is written"),
        TEXT_OPTION ("format", format, "export: csv or json", "WORD"),
        FILE_OPTION ("out", out, "export, report: write there"),
        TEXT_OPTION ("consent", consent,
                     "report: the store whose complaints and withdrawals it counts", "URI"),
        FILE_OPTION ("mails", mails, "replay: the message, or a directory that has it"),
        FILE_OPTION ("policies", policies, "replay: these, not those of the archive"),
        TEXT_OPTION ("language", language, "show, find, report: en or es", "CODE"),
        FLAG_OPTION ("json", json, "print JSON lines"),
        G_OPTION_ENTRY_NULL,
    };

    if (!tool_options (&argc, &argv,
                       "verify | search | tail | show NUMBER | export | report | replay ID | "
                       "find ADDRESS | "
                       "erase ADDRESS",
                       "Asks the log of decisions.", entries))
        return EX_USAGE;
    return run (&options, argc, argv);
}
