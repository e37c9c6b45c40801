/* SPDX-License-Identifier: BSD-2-Clause */

#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "licet/error.h"

enum { BACKLOG = 256 };

static int
listen_at (const struct addrinfo *info)
{
    const int one = 1;
    int fd = socket (info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind (fd, info->ai_addr, info->ai_addrlen) == 0 && listen (fd, BACKLOG) == 0)
        return fd;
    int saved = errno;
    close (fd);
    errno = saved;
    return -1;
}

int
listen_on (const char *address, GError **error)
{
    const char *colon = strrchr (address, ':');
    g_autofree char *host = colon ? g_strndup (address, (size_t)(colon - address)) : NULL;
    struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                              .ai_socktype = SOCK_STREAM };
    struct addrinfo *list = NULL;
    size_t length = host ? strlen (host) : 0;

    if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
        memmove (host, host + 1, length - 2);
        host[length - 2] = '\0';
    }
    int status = host ? getaddrinfo (host, colon + 1, &hints, &list) : EAI_NONAME;
    if (status != 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS, "web_listen: %s: %s", address,
                     gai_strerror (status));
        return -1;
    }
    int fd = listen_at (list);
    if (fd < 0)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "web_listen: %s: %s", address,
                     g_strerror (errno));
    freeaddrinfo (list);
    return fd;
}

char *
peer_text (const struct sockaddr *peer)
{
    char text[INET6_ADDRSTRLEN] = "";

    if (peer->sa_family == AF_INET)
        inet_ntop (AF_INET, &((const struct sockaddr_in *)peer)->sin_addr, text, sizeof text);
    if (peer->sa_family == AF_INET6)
        inet_ntop (AF_INET6, &((const struct sockaddr_in6 *)peer)->sin6_addr, text,
                   sizeof text);
    return g_strdup (text);
}

bool
peer_is_local (const struct sockaddr *peer)
{
    if (peer->sa_family == AF_INET)
        return ntohl (((const struct sockaddr_in *)peer)->sin_addr.s_addr) >> 24 == 127;
    return peer->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK (&((const struct sockaddr_in6 *)peer)->sin6_addr);
}
