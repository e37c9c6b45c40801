/* SPDX-License-Identifier: BSD-2-Clause */

/* licet run: what the daemon would do with one message, and the bytes it would send. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "licet/error.h"
#include "report.h"
#include "tool.h"

static bool
write_variants (const Plan *plan, const char *dir, GError **error)
{
    if (g_mkdir_with_parents (dir, 0700) != 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", dir,
                     g_strerror (errno));
        return false;
    }
    for (unsigned i = 0; i < plan->variants->len; i++) {
        const Variant *variant = g_ptr_array_index (plan->variants, i);
        g_autofree char *name = g_strdup_printf ("%u.eml", i + 1);
        g_autofree char *path = g_build_filename (dir, name, NULL);
        g_autoptr (GError) cause = NULL;
        size_t length = 0;
        const char *data = g_bytes_get_data (variant->bytes, &length);
        if (!g_file_set_contents_full (path, data, (gssize)length,
                                       G_FILE_SET_CONTENTS_CONSISTENT, 0600, &cause)) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s", cause->message);
            return false;
        }
    }
    return true;
}

static int
run_file (const ToolOptions *options, const char *path, const char *dir)
{
    GError *error = NULL;
    g_autoptr (Envelope) envelope = NULL;
    g_autoptr (Message) message = NULL;
    g_autoptr (Plan) plan = report_plan (options, path, &envelope, &message, &error);

    if (!plan)
        return tool_fail (error);
    if (dir && !write_variants (plan, dir, &error))
        return tool_fail_create (error);

    g_autoptr (GString) text = g_string_new (NULL);
    if (options->json)
        report_run_json (text, path, envelope, plan, dir);
    else
        report_run_text (text, path, envelope, message, plan, dir);
    fputs (text->str, stdout);
    return EX_OK;
}

int
cmd_run (int argc, char **argv)
{
    g_auto (ToolOptions) options = { 0 };
    g_autofree char *dir = NULL;
    GOptionEntry entries[] = {
        TOOL_COMMON_ENTRIES (options),
        { "out", 0, 0, G_OPTION_ARG_FILENAME, &dir,
          "write the copies to DIR/1.eml, DIR/2.eml, …", "DIR" },
        G_OPTION_ENTRY_NULL,
    };

    if (!tool_options (&argc, &argv, "FILE", "Runs the daemon's own pipeline on one message.",
                       entries))
        return EX_USAGE;
    if (argc != 2)
        return tool_usage ("run takes one mail file");
    if (!options.recipients)
        return tool_usage ("run needs at least one --rcpt ADDRESS");
    return run_file (&options, argv[1], dir);
}
