/* SPDX-License-Identifier: BSD-2-Clause */

/* licet status and licet reload: one question to the running daemon. */

#include <stdio.h>
#include <string.h>

#include "licet/conffile.h"
#include "licet/edge.h"
#include "tool.h"

/* A settings file that the daemon would refuse must not keep its admin from asking the daemon. */
static char *
find_socket (const char *config, GError **error)
{
    g_autoptr (GError) cause = NULL;
    g_autoptr (Settings) settings = tool_settings (config, &cause);
    const char *path = config ? config : g_getenv ("LICET_CONFIG");
    g_autoptr (Conffile) file = !settings && path ? conffile_load (path, NULL) : NULL;

    if (settings)
        return g_strdup (settings->control_socket);
    if (!file) {
        g_propagate_error (error, g_steal_pointer (&cause));
        return NULL;
    }
    g_autoptr (Settings) defaults = settings_new ();
    return g_strdup (
        conf_string (conffile_root (file), "control_socket", defaults->control_socket));
}

/* The lines of an answer that is one JSON string; its escapes (json_text.h) but \u, which no metric
 * has, are those of C. */
static void
print_lines (const char *json)
{
    g_autofree char *inner = g_strndup (json + 1, strlen (json + 1) - 1);
    g_autofree char *text = g_strcompress (inner);

    fputs (text, stdout);
}

static int
ask (int argc, char **argv, const char *request, const char *summary)
{
    g_autofree char *config = NULL, *socket = NULL;
    gboolean json = FALSE, metrics = FALSE;
    GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "settings file", "FILE" },
        { "socket", 0, 0, G_OPTION_ARG_FILENAME, &socket, "control socket of the daemon",
          "PATH" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON (it is what the daemon answers)",
          NULL },
        { "metrics", 0, 0, G_OPTION_ARG_NONE, &metrics, "status: print it for Prometheus",
          NULL },
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, NULL, summary, entries))
        return EX_USAGE;
    if (argc != 1)
        return tool_usage ("%s takes no operand", request);
    g_autofree char *path = socket ? g_strdup (socket) : find_socket (config, &error);
    g_autofree char *answer =
        path ? control_ask (path, metrics ? "metrics" : request, &error) : NULL;
    if (!answer)
        return tool_fail (error);
    if (g_str_has_prefix (answer, "\"") && g_str_has_suffix (answer + 1, "\""))
        print_lines (answer);
    else
        puts (answer);
    return strstr (answer, "\"ok\":false") ? EX_CONFIG : EX_OK;
}

int
cmd_status (int argc, char **argv)
{
    return ask (argc, argv, "status", "Tells the counters of the running daemon.");
}

int
cmd_reload (int argc, char **argv)
{
    return ask (
        argc, argv, "reload",
        "Has the daemon read settings, policies, words and keys anew; when one of them is\n"
        "wrong it keeps what it has and says where.");
}
