/* SPDX-License-Identifier: BSD-2-Clause */

/* licet explain: every rule that was looked at for one recipient, and why it came out so. */

#include <stdio.h>
#include <string.h>

#include "report.h"
#include "tool.h"

/* Else "no consent on record" would read as if somebody had been asked. */
static bool
names_consent_store (const ToolOptions *options)
{
    g_autoptr (Settings) settings = tool_settings (options->config, NULL);

    return options->consent || !settings || strcmp (settings->consent, "memory:") != 0;
}

static int
explain_file (const ToolOptions *options, const char *path)
{
    GError *error = NULL;
    g_autoptr (Envelope) envelope = NULL;
    g_autoptr (Message) message = NULL;
    g_autoptr (Plan) plan = report_plan (options, path, &envelope, &message, &error);

    if (!plan)
        return tool_fail (error);
    g_autoptr (GString) text = g_string_new (NULL);
    if (!options->json && !names_consent_store (options))
        g_string_append (text, "no consent store was given, so nobody's consent is on record; "
                               "--consent or --config names one\n\n");
    for (unsigned i = 0; i < envelope->recipients->len; i++) {
        if (options->json)
            report_explain_json (text, path, envelope, plan, i);
        else
            report_explain_text (text, envelope, message, plan, i);
    }
    fputs (text->str, stdout);
    return EX_OK;
}

int
cmd_explain (int argc, char **argv)
{
    g_auto (ToolOptions) options = { 0 };
    GOptionEntry entries[] = { TOOL_COMMON_ENTRIES (options), G_OPTION_ENTRY_NULL };

    if (!tool_options (&argc, &argv, "FILE",
                       "Tells every rule that was looked at for each recipient.", entries))
        return EX_USAGE;
    if (argc != 2)
        return tool_usage ("explain takes one mail file");
    if (!options.recipients)
        return tool_usage ("explain needs --rcpt ADDRESS");
    return explain_file (&options, argv[1]);
}
