/* SPDX-License-Identifier: BSD-2-Clause */

/* licet policy: check the files, list the kinds of rule, show a territory in words. */

#include <stdio.h>
#include <string.h>

#include "cmd_policy.h"
#include "licet/cases.h"
#include "licet/error.h"

static int
print_kinds (void)
{
    for (const RuleKindInfo *info = policy_kinds (); info->name; info++)
        printf ("%-16s %s\n", info->name, info->summary);
    return EX_OK;
}

static int
print_check_json (const PolicySet *set, const GPtrArray *warnings)
{
    g_autoptr (GString) json = g_string_new (NULL);

    g_string_append_printf (
        json,
        "{\"ok\":true,\"territories\":%u,\"rules\":%u,\"cases\":%u,\"version\":\"%s\","
        "\"warnings\":[",
        policy_set_territory_count (set), policy_set_rule_count (set), policy_cases (set)->len,
        policy_set_version (set));
    for (unsigned i = 0; i < warnings->len; i++) {
        g_string_append (json, i ? "," : "");
        json_text_append (json, g_ptr_array_index (warnings, i));
    }
    puts (g_string_append (json, "]}")->str);
    return EX_OK;
}

static int
print_check (const PolicySet *set, const char *dir, bool json)
{
    g_autoptr (GPtrArray) warnings =
        policy_set_warnings (set, clock_now (&(Clock){ .offset = 0 }));

    if (json)
        return print_check_json (set, warnings);
    printf ("%s: in order; %u territories, %u rules, %u cases, version %.12s\n", dir,
            policy_set_territory_count (set), policy_set_rule_count (set),
            policy_cases (set)->len, policy_set_version (set));
    for (unsigned i = 0; i < warnings->len; i++)
        printf ("warning: %s\n", (const char *)g_ptr_array_index (warnings, i));
    if (policy_set_sender_count (set) == 0)
        puts ("note: licet-policy.cfg has no senders; rules about the sender's identity cannot "
              "tell");
    return EX_OK;
}

static int
print_territory (const PolicySet *set, const char *code, const char *language)
{
    g_autofree char *text = policy_show (set, code, language);

    if (!text) {
        g_autofree char *near = policy_nearest (set, code);
        return tool_fail (g_error_new (LICET_ERROR, LICET_ERROR_MALFORMED,
                                       "there is no territory or provider \"%s\"%s%s%s", code,
                                       near ? "; did you mean \"" : "", near ? near : "",
                                       near ? "\"?" : ""));
    }
    fputs (text, stdout);
    return EX_OK;
}

int
cmd_policy_fail (GError *error, bool json)
{
    g_auto (GStrv) lines = g_strsplit (error->message, "\n", -1);
    g_autoptr (GString) text = g_string_new ("{\"ok\":false,\"problems\":[");

    for (char **line = lines; *line; line++) {
        g_string_append (text, line == lines ? "" : ",");
        json_text_append (text, *line);
    }
    if (json)
        puts (g_string_append (text, "]}")->str);
    return tool_fail (error);
}

static void
set_text (char **setting, const char *text)
{
    if (!text)
        return;
    g_free (*setting);
    *setting = g_strdup (text);
}

Engine *
cmd_policy_engine (const char *config, const char *dir, const char *consent, GError **error)
{
    Settings *settings = tool_has_store (consent, error) ? tool_settings (config, error) : NULL;

    if (!settings)
        return NULL;
    g_ptr_array_set_size (settings->keys, 0);
    set_text (&settings->policies, dir);
    set_text (&settings->consent, consent);
    set_text (&settings->unsubscribe_keys, "");
    Engine *engine = engine_new (settings, error);
    if (engine)
        engine_rehearse_tokens (engine);
    return engine;
}

typedef struct {
    char *config, *policies, *language;
    gboolean json;
} Options;

static void
options_clear (Options *options)
{
    g_free (options->config);
    g_free (options->policies);
    g_free (options->language);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static bool
read_options (int *argc, char ***argv, const char *operands, const char *summary,
              Options *options)
{
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &options->config, "settings file", "FILE" },
        { "policies", 0, 0, G_OPTION_ARG_FILENAME, &options->policies, "directory of policies",
          "DIR" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "check: print JSON", NULL },
        { "lang", 0, 0, G_OPTION_ARG_STRING, &options->language, "show: en or es", "CODE" },
        { "language", 0, 0, G_OPTION_ARG_STRING, &options->language, "the same", "CODE" },
        G_OPTION_ENTRY_NULL,
    };

    return tool_options (argc, argv, operands, summary, entries);
}

/* Takes error. */
static void
add_problems (GString *problems, GError *error)
{
    if (error)
        g_string_append_printf (problems, "%s%s", problems->len ? "\n" : "", error->message);
    g_clear_error (&error);
}

/* What is wrong in words and model; an engine stops at the first file that it cannot take. */
static void
check_words (const char *dir, GString *problems)
{
    g_autofree char *word_dir = g_build_filename (dir, "words", NULL);
    g_autofree char *model_path = g_build_filename (dir, "model", "general.cfg", NULL);
    GError *word_error = NULL, *model_error = NULL;
    g_autoptr (Words) words = words_load (word_dir, &word_error);
    g_autoptr (Model) model = NULL;

    if (g_file_test (model_path, G_FILE_TEST_EXISTS))
        model = model_load (model_path, &model_error);
    add_problems (problems, word_error);
    add_problems (problems, model_error);
}

static int
check (int argc, char **argv)
{
    g_auto (Options) options = { 0 };
    GError *error = NULL;

    if (!read_options (&argc, &argv, "", "Reads all policy files and tells what is wrong.",
                       &options))
        return EX_USAGE;
    if (argc != 1)
        return tool_usage ("policy check takes no operand");
    g_autoptr (Settings) settings = tool_settings (options.config, &error);
    if (!settings)
        return tool_fail (error);
    const char *dir = options.policies ? options.policies : settings->policies;
    g_autoptr (PolicySet) set = policy_set_load (dir, &error);
    if (!set && error->code != LICET_ERROR_POLICY)
        return cmd_policy_fail (error, options.json);
    g_autoptr (GString) problems = g_string_new (NULL);
    add_problems (problems, error);
    check_words (dir, problems);
    if (!problems->len)
        return print_check (set, dir, options.json);
    return cmd_policy_fail (g_error_new (LICET_ERROR, LICET_ERROR_POLICY, "%s", problems->str),
                            options.json);
}

static int
show (int argc, char **argv)
{
    g_auto (Options) options = { 0 };
    GError *error = NULL;

    if (!read_options (&argc, &argv, "TERRITORY", "Tells the rules of a territory in words.",
                       &options))
        return EX_USAGE;
    if (argc != 2)
        return tool_usage ("policy show takes one territory");
    if (options.json)
        return tool_usage ("--json goes with policy check");
    const char *language = options.language ? options.language : policy_languages[0];
    if (!g_strv_contains (policy_languages, language))
        return tool_usage ("--language %s: right would be en or es", language);
    g_autoptr (Engine) engine =
        cmd_policy_engine (options.config, options.policies, "memory:", &error);
    return engine ? print_territory (engine->policies, argv[1], language) : tool_fail (error);
}

static int
kinds (int argc, char **argv)
{
    (void)argv;
    return argc == 1 ? print_kinds () : tool_usage ("policy kinds takes no operand");
}

typedef struct {
    const char *name;
    int (*run) (int argc, char **argv);
} Subcommand;

static const Subcommand subcommands[] = {
    { "check", check }, { "diff", cmd_policy_diff },
    { "kinds", kinds }, { "new", cmd_policy_new },
    { "show", show },   { "test", cmd_policy_test },
};

/* Options may stand before the subcommand. */
int
cmd_policy (int argc, char **argv)
{
    for (int at = 1; at < argc; at++)
        for (unsigned i = 0; i < G_N_ELEMENTS (subcommands); i++) {
            if (strcmp (argv[at], subcommands[i].name) != 0)
                continue;
            argv[0] = (char *)subcommands[i].name;
            memmove (&argv[at], &argv[at + 1], (size_t)(argc - at) * sizeof *argv);
            return subcommands[i].run (argc - 1, argv);
        }
    return tool_usage ("policy takes: check, diff OLD NEW, kinds, new TERRITORY, show "
                       "TERRITORY, or test");
}
