/* SPDX-License-Identifier: BSD-2-Clause */

#include "unknown.h"

#include <glib.h>

#include "licet/conffile.h"
#include "licet/nearest.h"

enum { FEW_NAMES = 12, ALIKE = 3 };

/* "; like it: milter_socket, control_socket", or "". Caller frees. */
static char *
describe_alike (const char *const names[], const char *given)
{
    g_autofree const char **alike = nearest_alike (names, given, ALIKE);
    g_autofree char *list = g_strjoinv (", ", (char **)alike);

    return alike[0] ? g_strdup_printf ("; like it: %s", list) : g_strdup ("");
}

char *
unknown_setting (const char *const names[], const char *given, const char *manual)
{
    g_autofree char *meant = conf_meant (names, given);

    if (!manual || g_strv_length ((char **)names) <= FEW_NAMES) {
        g_autofree char *all = g_strjoinv (", ", (char **)names);
        return g_strdup_printf ("unknown setting \"%s\"%s; known here: %s", given, meant, all);
    }
    g_autofree char *alike = *meant ? g_strdup ("") : describe_alike (names, given);
    return g_strdup_printf ("unknown setting \"%s\"%s%s; all that are known are in %s", given,
                            meant, alike, manual);
}
