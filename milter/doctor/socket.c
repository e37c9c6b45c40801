/* SPDX-License-Identifier: BSD-2-Clause */

#include "socket.h"

#include <string.h>

void
socket_free (Socket *socket)
{
    if (!socket)
        return;
    g_free (socket->path);
    g_free (socket->host);
    g_free (socket->port);
    g_free (socket);
}

/* Takes host. */
static char *
plain_host (char *host)
{
    static const char *const own[] = { "127.0.0.1", "::1", "localhost" };
    size_t length = strlen (host);

    if (length > 1 && host[0] == '[' && host[length - 1] == ']') {
        memmove (host, host + 1, length - 2);
        host[length - 2] = '\0';
    }
    for (unsigned i = 0; i < G_N_ELEMENTS (own); i++)
        if (g_ascii_strcasecmp (host, own[i]) == 0) {
            g_free (host);
            return g_strdup ("localhost");
        }
    return host;
}

/* "{ inet:127.0.0.1:10025, connect_timeout=10s }" names its server first. */
static char *
first_word (const char *text)
{
    text += strspn (text, "{ \t\r\n");
    return g_strndup (text, strcspn (text, " \t\r\n,}"));
}

Socket *
socket_parse (const char *text)
{
    g_autofree char *word = first_word (text);
    const char *rest = word, *at = NULL;
    Socket *socket = g_new0 (Socket, 1);

    if (g_str_has_prefix (word, "unix:") || g_str_has_prefix (word, "local:") || *word == '/') {
        socket->path = g_strdup (*word == '/' ? word : strchr (word, ':') + 1);
        return socket;
    }
    if (g_str_has_prefix (word, "inet:") || g_str_has_prefix (word, "inet6:"))
        rest = strchr (word, ':') + 1;
    at = strchr (rest, '@');
    const char *colon = strrchr (rest, ':');
    if (at) {
        socket->port = g_strndup (rest, (gsize)(at - rest));
        socket->host = plain_host (g_strdup (at + 1));
    } else {
        socket->port = g_strdup (colon ? colon + 1 : rest);
        socket->host =
            plain_host (colon ? g_strndup (rest, (gsize)(colon - rest)) : g_strdup (""));
    }
    return socket;
}

static bool
equal_paths (const char *path, const char *other, const char *queue)
{
    g_autofree char *within = g_build_filename (queue, path, NULL);
    g_autofree char *other_within = g_build_filename (queue, other, NULL);

    return strcmp (path, other) == 0 || strcmp (within, other) == 0 ||
           strcmp (path, other_within) == 0;
}

bool
socket_equal (const Socket *socket, const Socket *other, const char *queue)
{
    if (socket->path || other->path)
        return socket->path && other->path && equal_paths (socket->path, other->path, queue);
    bool any = !*socket->host || !*other->host; /* a server on all addresses is on this one */
    return strcmp (socket->port, other->port) == 0 &&
           (any || g_ascii_strcasecmp (socket->host, other->host) == 0);
}

char *
socket_for_postfix (const Socket *socket)
{
    if (socket->path)
        return g_strdup_printf ("unix:%s", socket->path);
    bool own = !*socket->host || strcmp (socket->host, "localhost") == 0;
    return g_strdup_printf ("inet:%s:%s", own ? "127.0.0.1" : socket->host, socket->port);
}
