/* SPDX-License-Identifier: BSD-2-Clause */

/* licet policy: check the files, list the kinds of rule, show a territory in words. */

#include <stdio.h>
#include <string.h>

#include "licet/classify.h"
#include "licet/error.h"
#include "licet/policy.h"
#include "tool.h"

static int
print_kinds (void)
{
    for (const RuleKindInfo *info = policy_kinds (); info->name; info++)
        printf ("%-16s %s\n", info->name, info->summary);
    return EX_OK;
}

static int
print_check (const PolicySet *set, const char *dir, bool json)
{
    if (json) {
        printf ("{\"ok\":true,\"territories\":%u,\"rules\":%u,\"version\":\"%s\"}\n",
                policy_set_territory_count (set), policy_set_rule_count (set),
                policy_set_version (set));
        return EX_OK;
    }
    printf ("%s: in order; %u territories, %u rules, version %.12s\n", dir,
            policy_set_territory_count (set), policy_set_rule_count (set),
            policy_set_version (set));
    if (policy_set_sender_count (set) == 0)
        puts ("note: licet-policy.cfg has no senders; rules about the sender's identity cannot "
              "tell");
    return EX_OK;
}

static int
print_territory (const PolicySet *set, const char *code)
{
    g_autofree char *text = policy_show (set, code);

    if (!text)
        return tool_fail (g_error_new (LICET_ERROR, LICET_ERROR_MALFORMED,
                                       "there is no territory \"%s\"", code));
    fputs (text, stdout);
    return EX_OK;
}

static int
fail_json (GError *error)
{
    g_auto (GStrv) lines = g_strsplit (error->message, "\n", -1);
    g_autoptr (GString) json = g_string_new ("{\"ok\":false,\"problems\":[");

    for (char **line = lines; *line; line++) {
        g_string_append (json, line == lines ? "" : ",");
        json_text_append (json, *line);
    }
    puts (g_string_append (json, "]}")->str);
    return tool_fail (error);
}

int
cmd_policy (int argc, char **argv)
{
    g_autofree char *config = NULL, *policies = NULL;
    gboolean json = FALSE;
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "settings file", "FILE" },
        { "policies", 0, 0, G_OPTION_ARG_FILENAME, &policies, "directory of policies", "DIR" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &json, "check: print JSON", NULL },
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, "check | kinds | show TERRITORY",
                       "Checks and shows the policy files.", entries))
        return EX_USAGE;
    bool show = argc == 3 && strcmp (argv[1], "show") == 0;
    if (argc == 2 && strcmp (argv[1], "kinds") == 0)
        return print_kinds ();
    if (show && json)
        return tool_usage ("--json goes with policy check");
    if (!show && !(argc == 2 && strcmp (argv[1], "check") == 0))
        return tool_usage ("policy takes: check, kinds, or show TERRITORY");
    g_autoptr (Settings) settings = tool_settings (config, &error);
    if (!settings)
        return tool_fail (error);
    const char *dir = policies ? policies : settings->policies;
    g_autoptr (PolicySet) set = policy_set_load (dir, &error);
    if (!set)
        return json ? fail_json (error) : tool_fail (error);
    g_autofree char *word_dir = g_build_filename (dir, "words", NULL);
    g_autoptr (Words) words = words_load (word_dir, &error);
    if (!words)
        return json ? fail_json (error) : tool_fail (error);
    g_autofree char *model_path = g_build_filename (dir, "model", "general.cfg", NULL);
    g_autoptr (Model) model = NULL;
    if (g_file_test (model_path, G_FILE_TEST_EXISTS) &&
        !(model = model_load (model_path, &error)))
        return json ? fail_json (error) : tool_fail (error);
    return show ? print_territory (set, argv[2]) : print_check (set, dir, json);
}
