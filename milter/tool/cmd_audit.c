/* SPDX-License-Identifier: BSD-2-Clause */

/* licet audit find: the log's records of one address, by way of its pseudonym. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "licet/address.h"
#include "licet/error.h"
#include "licet/ledger.h"
#include "tool.h"

static bool
print_matches (const char *log, const char *subject, GError **error)
{
    g_autofree char *needle = g_strdup_printf ("\"subject\":\"%s\"", subject);
    FILE *file = fopen (log, "r");
    char *line = NULL;
    size_t size = 0;

    if (!file) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", log,
                     g_strerror (errno));
        return false;
    }
    while (getline (&line, &size, file) >= 0)
        if (strstr (line, needle))
            fputs (line, stdout);
    free (line);
    fclose (file);
    return true;
}

static int
find (const Settings *settings, const char *log, const char *state, const char *mailbox)
{
    GError *error = NULL;
    g_autofree char *address = address_normalise (mailbox, &error);
    if (!address)
        return tool_fail (error);
    g_autoptr (Ledger) ledger = ledger_open_read_only (state ? state : settings->state, &error);
    if (!ledger)
        return tool_fail (error);
    g_autofree char *subject = ledger_find_subject (ledger, address, &error);
    if (!subject && error)
        return tool_fail (error);
    if (!subject) {
        fputs ("licet: no record of this address\n", stderr);
        return EX_OK;
    }
    return print_matches (log ? log : settings->audit_log, subject, &error) ? EX_OK
                                                                            : tool_fail (error);
}

int
cmd_audit (int argc, char **argv)
{
    g_autofree char *config = NULL, *log = NULL, *state = NULL;
    gboolean json = FALSE;
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "settings file", "FILE" },
        { "log", 0, 0, G_OPTION_ARG_FILENAME, &log, "the log", "PATH" },
        { "state", 0, 0, G_OPTION_ARG_FILENAME, &state,
          "the daemon's state file, which holds the salts", "PATH" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON (the log is JSON)", NULL },
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, "find ADDRESS", "Prints the log's records of one address.",
                       entries))
        return EX_USAGE;
    if (argc != 3 || strcmp (argv[1], "find") != 0)
        return tool_usage ("audit takes: find ADDRESS");
    g_autoptr (Settings) settings = tool_settings (config, &error);
    if (!settings)
        return tool_fail (error);
    return find (settings, log, state, argv[2]);
}
