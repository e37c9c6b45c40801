/* SPDX-License-Identifier: BSD-2-Clause */

/* licet explain: every rule that was looked at for one recipient, and why it came out so. */

#include <stdio.h>

#include "report.h"
#include "tool.h"

static int
explain_file (const ToolOptions *options, const char *path)
{
    GError *error = NULL;
    g_autoptr (Envelope) envelope = NULL;
    g_autoptr (Plan) plan = report_plan (options, path, &envelope, &error);

    if (!plan)
        return tool_fail (error);
    g_autoptr (GString) text = g_string_new (NULL);
    for (unsigned i = 0; i < envelope->recipients->len; i++) {
        if (options->json)
            report_explain_json (text, path, envelope, plan, i);
        else
            report_explain_text (text, envelope, plan, i);
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
