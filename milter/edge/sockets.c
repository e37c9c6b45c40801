/* SPDX-License-Identifier: BSD-2-Clause */

/* Whether the sockets of the settings could be opened, for who checks before a start. */

#include "licet/edge.h"

#include <string.h>
#include <unistd.h>

#include "net.h"

/* "inet:PORT@HOST" in libmilter's syntax. Caller frees. */
static char *
milter_address (const char *socket)
{
    if (!g_str_has_prefix (socket, "inet:"))
        return g_strdup (socket);
    g_auto (GStrv) parts = g_strsplit (socket + strlen ("inet:"), "@", 2);
    const char *host = parts[0] && parts[1] ? parts[1] : "0.0.0.0";
    bool bare_v6 = strchr (host, ':') && *host != '[';

    return g_strdup_printf ("%s%s%s:%s", bare_v6 ? "[" : "", host, bare_v6 ? "]" : "",
                            parts[0] ? parts[0] : "");
}

/* systemd makes the directory of a service anew at each start (RuntimeDirectory=). */
static bool
is_made_at_start (const char *address)
{
    g_autofree char *dir = g_str_has_prefix (address, "unix:/run/")
                               ? g_path_get_dirname (address + strlen ("unix:"))
                               : NULL;

    return dir && access (dir, F_OK) != 0 && access ("/run/systemd/system", F_OK) == 0;
}

void
sockets_check (const Settings *settings, GPtrArray *problems)
{
    g_autofree char *milter = milter_address (settings->milter_socket);
    g_autofree char *control = g_strconcat ("unix:", settings->control_socket, NULL);
    g_autofree char *answer = control_ask (settings->control_socket, "status", NULL);
    const struct {
        const char *name, *address;
    } sockets[] = { { "milter_socket", milter },
                    { "lmtp_listen", settings->lmtp_listen },
                    { "control_socket", control } };

    for (unsigned i = 0; i < G_N_ELEMENTS (sockets); i++) {
        g_autoptr (GError) error = NULL;
        if (is_made_at_start (sockets[i].address) ||
            net_can_listen (sockets[i].address, answer != NULL, &error))
            continue;
        g_ptr_array_add (problems,
                         g_strdup_printf ("%s: %s", sockets[i].name, error->message));
    }
}
