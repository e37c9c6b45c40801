/* SPDX-License-Identifier: BSD-2-Clause */

/* licet classify: the class of each file and what speaks for it. */

#include <stdio.h>

#include "licet/classify.h"
#include "licet/message.h"
#include "licet/policy.h"
#include "report.h"
#include "tool.h"

/* What a message is read with; all but the words may be absent. */
typedef struct {
    Words *words;
    Model *model;
    PolicySet *policies;
    int64_t now;
} Reader;

static void
reading_clear (Reader *reading)
{
    words_unref (reading->words);
    model_unref (reading->model);
    policy_set_unref (reading->policies);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reading_clear)

static bool
classify_file (const Reader *reading, const char *path, bool json, GError **error)
{
    g_autoptr (GBytes) bytes = tool_read_mail (path, error);
    g_autoptr (Message) message = bytes ? message_parse (bytes, error) : NULL;
    if (!message) {
        if (bytes)
            g_prefix_error (error, "%s: ", path);
        return false;
    }
    Hints hints = { 0 };
    if (reading->policies) {
        hints = *policy_hints (reading->policies, message);
        hints.known = policy_known (reading->policies, message, reading->now);
    }
    g_autoptr (Classification) classification =
        classify (message, reading->words, reading->model, reading->policies ? &hints : NULL);
    g_autoptr (GString) text = g_string_new (NULL);
    if (json)
        report_classify_json (text, path, message, classification);
    else
        report_classify_text (text, path, message, classification);
    fputs (text->str, stdout);
    return true;
}

/* Without the file there are no selectors and no tracking patterns; words may still be there. */
static bool
load_policies (const char *dir, PolicySet **ret_policies, GError **error)
{
    g_autofree char *path = g_build_filename (dir, "licet-policy.cfg", NULL);

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return true;
    *ret_policies = policy_set_load (dir, error);
    return *ret_policies != NULL;
}

/* The vocabulary, the model and the policies are needed, not keys or a store. */
static bool
load_reading (const ToolOptions *options, Reader *reading, GError **error)
{
    g_autoptr (Settings) settings = tool_settings (options->config, error);

    if (!settings)
        return false;
    const char *policies = options->policies ? options->policies : settings->policies;
    if (!load_policies (policies, &reading->policies, error))
        return false;
    g_autofree char *dir = g_build_filename (policies, "words", NULL);
    g_autofree char *model = g_build_filename (policies, "model", "general.cfg", NULL);
    bool has_words = g_file_test (dir, G_FILE_TEST_IS_DIR);
    bool has_model = g_file_test (model, G_FILE_TEST_EXISTS);
    if (has_model && !(reading->model = model_load (model, error)))
        return false;
    if (!has_words || !has_model)
        fprintf (stderr,
                 "licet: warning: %s has no %s, so that classes are little more than guessed; "
                 "right would be --policies DIR\n",
                 policies,
                 has_words   ? "model"
                 : has_model ? "vocabulary"
                             : "vocabulary and no model");
    reading->words = words_load (dir, error);
    return reading->words != NULL;
}

int
cmd_classify (int argc, char **argv)
{
    g_auto (ToolOptions) options = { 0 };
    g_auto (Reader) reading = { 0 };
    GOptionEntry entries[] = { TOOL_COMMON_ENTRIES (options), G_OPTION_ENTRY_NULL };
    GError *error = NULL;
    int status = EX_OK;

    if (!tool_options (&argc, &argv, "FILE…",
                       "Tells the class of each message and the evidence.", entries))
        return EX_USAGE;
    if (argc < 2)
        return tool_usage ("classify takes one or more mail files");
    if (!tool_now (&options, &reading.now, &error) ||
        !load_reading (&options, &reading, &error))
        return tool_fail (error);
    for (int i = 1; i < argc; i++)
        if (!classify_file (&reading, argv[i], options.json, &error))
            status = tool_fail (g_steal_pointer (&error));
    return status;
}
