/* SPDX-License-Identifier: BSD-2-Clause */

/* licet classify: the class of each file and what speaks for it. */

#include <stdio.h>

#include "licet/classify.h"
#include "licet/message.h"
#include "report.h"
#include "tool.h"

static bool
classify_file (const Words *words, const Model *model, const char *path, bool json,
               GError **error)
{
    g_autoptr (GBytes) bytes = tool_read_mail (path, error);
    g_autoptr (Message) message = bytes ? message_parse (bytes, error) : NULL;
    if (!message) {
        if (bytes)
            g_prefix_error (error, "%s: ", path);
        return false;
    }
    g_autoptr (Classification) classification = classify (message, words, model);
    g_autoptr (GString) text = g_string_new (NULL);
    if (json)
        report_classify_json (text, path, classification);
    else
        report_classify_text (text, path, message, classification);
    fputs (text->str, stdout);
    return true;
}

/* The vocabulary alone is needed, not keys or a store. */
static Words *
load_words (const ToolOptions *options, Model **ret_model, GError **error)
{
    g_autoptr (Settings) settings = tool_settings (options->config, error);

    if (!settings)
        return NULL;
    g_autofree char *dir = g_build_filename (
        options->policies ? options->policies : settings->policies, "words", NULL);
    if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
        fprintf (stderr,
                 "licet: note: there are no words in %s; right would be --policies DIR\n", dir);
    g_autofree char *path =
        g_build_filename (options->policies ? options->policies : settings->policies, "model",
                          "general.cfg", NULL);
    if (g_file_test (path, G_FILE_TEST_EXISTS) && !(*ret_model = model_load (path, error)))
        return NULL;
    return words_load (dir, error);
}

int
cmd_classify (int argc, char **argv)
{
    g_auto (ToolOptions) options = { 0 };
    GOptionEntry entries[] = { TOOL_COMMON_ENTRIES (options), G_OPTION_ENTRY_NULL };
    GError *error = NULL;
    int status = EX_OK;

    if (!tool_options (&argc, &argv, "FILE…",
                       "Tells the class of each message and the evidence.", entries))
        return EX_USAGE;
    if (argc < 2)
        return tool_usage ("classify takes one or more mail files");
    g_autoptr (Model) model = NULL;
    g_autoptr (Words) words = load_words (&options, &model, &error);
    if (!words)
        return tool_fail (error);
    for (int i = 1; i < argc; i++)
        if (!classify_file (words, model, argv[i], options.json, &error))
            status = tool_fail (g_steal_pointer (&error));
    return status;
}
