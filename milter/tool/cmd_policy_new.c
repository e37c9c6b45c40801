/* SPDX-License-Identifier: BSD-2-Clause */

/* licet policy new: a territory file to begin with. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd_policy.h"
#include "licet/error.h"
#include "licet/policy.h"

/* A file that is there is somebody's work. */
static bool
write_new (const char *path, const char *text, GError **error)
{
    int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    FILE *file = fd < 0 ? NULL : fdopen (fd, "w");
    bool written = file && fputs (text, file) >= 0;

    if (file && fclose (file) != 0)
        written = false;
    if (!written)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", path,
                     g_strerror (errno));
    return written;
}

int
cmd_policy_new (int argc, char **argv)
{
    g_autofree char *out = NULL;
    GOptionEntry entries[] = {
        { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "write it there, never over a file",
          "FILE" },
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;

    if (!tool_options (&argc, &argv, "TERRITORY", "Prints a territory file to begin with.",
                       entries))
        return EX_USAGE;
    if (argc != 2)
        return tool_usage ("policy new takes one territory");
    g_autofree char *text = policy_skeleton (argv[1], &error);
    if (!text)
        return tool_fail (error);
    if (!out)
        fputs (text, stdout);
    else if (!write_new (out, text, &error))
        return tool_fail_create (error);
    return EX_OK;
}
