/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Sockets with bounded waits, and readers that accept CRLF as the only end of a line: a server
 * that takes a bare LF for one can be made to see two messages in one (CVE-2023-51764).
 */

#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "licet/error.h"

#define CHUNK 65536

struct NetStream {
    int fd;
    int seconds;
    GString *in;  /* read from the peer, not yet consumed */
    GString *out; /* queued for the peer */
};

static bool
fail (GError **error, LicetError code, const char *what)
{
    g_set_error_literal (error, LICET_ERROR, code, what);
    return false;
}

static int
fail_errno (GError **error, const char *what, const char *address)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s %s: %s", what, address,
                 g_strerror (errno));
    return -1;
}

/* "HOST:PORT" or "[V6]:PORT" through getaddrinfo. Caller frees with freeaddrinfo. */
static struct addrinfo *
resolve (const char *address, int flags, GError **error)
{
    const char *colon = strrchr (address, ':');
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags };
    struct addrinfo *list = NULL;

    if (!colon || colon == address || !colon[1]) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: no address; right would be 127.0.0.1:10026 or unix:/path", address);
        return NULL;
    }
    bool bracketed = *address == '[' && colon[-1] == ']';
    g_autofree char *host = bracketed ? g_strndup (address + 1, (size_t)(colon - address) - 2)
                                      : g_strndup (address, (size_t)(colon - address));
    int status = getaddrinfo (host, colon + 1, &hints, &list);
    if (status != 0) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", address,
                     gai_strerror (status));
        return NULL;
    }
    return list;
}

static bool
fill_unix (struct sockaddr_un *name, const char *path, GError **error)
{
    *name = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (strlen (path) >= sizeof name->sun_path)
        return fail (error, LICET_ERROR_SETTINGS, "the path of a Unix socket is too long");
    strcpy (name->sun_path, path);
    return true;
}

/* Waits until the socket is ready; a signal does not shorten the wait by much. */
static bool
wait_for (int fd, short events, int seconds, GError **error)
{
    struct pollfd item = { .fd = fd, .events = events };
    int ready;

    do
        ready = poll (&item, 1, seconds * 1000);
    while (ready < 0 && errno == EINTR);
    if (ready > 0)
        return true;
    return fail (error, LICET_ERROR_UNAVAILABLE,
                 ready == 0 ? "timed out" : "waiting for the peer failed");
}

/* A connect that cannot block longer than asked for; errno tells what went wrong. */
static bool
connect_within (int fd, const struct sockaddr *name, socklen_t length, int seconds)
{
    int status = 0;
    socklen_t size = sizeof status;

    if (connect (fd, name, length) == 0)
        return true;
    if (errno != EINPROGRESS)
        return false;
    if (!wait_for (fd, POLLOUT, seconds, NULL)) {
        errno = ETIMEDOUT;
        return false;
    }
    getsockopt (fd, SOL_SOCKET, SO_ERROR, &status, &size);
    errno = status;
    return status == 0;
}

static int
connect_unix (const char *path, int seconds, GError **error)
{
    struct sockaddr_un name;

    if (!fill_unix (&name, path, error))
        return -1;
    int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect_within (fd, (struct sockaddr *)&name, sizeof name, seconds))
        return fd;
    int cause = errno;
    fail_errno (error, "cannot connect to", path);
    if (fd >= 0)
        close (fd);
    errno = cause;
    return -1;
}

/* Whether a connection to a Unix socket failed because nobody listens there: a daemon whose queue of
 * connections is full does not refuse one. */
static bool
is_dead (int cause)
{
    return cause == ECONNREFUSED || cause == ENOENT;
}

/* The socket of a daemon that died may go, that of one that lives may not. */
static bool
remove_stale (const char *path, GError **error)
{
    struct stat info;

    if (lstat (path, &info) < 0 || !S_ISSOCK (info.st_mode))
        return true;
    int fd = connect_unix (path, 1, NULL);
    if (fd < 0 && is_dead (errno)) {
        if (unlink (path) == 0 || errno == ENOENT)
            return true;
        fail_errno (error, "cannot remove", path);
        return false;
    }
    if (fd >= 0)
        close (fd);
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "%s: another daemon listens there", path);
    return false;
}

static int
listen_unix (const char *path, GError **error)
{
    struct sockaddr_un name;

    if (!fill_unix (&name, path, error) || !remove_stale (path, error))
        return -1;
    int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail_errno (error, "socket", path);
    if (bind (fd, (struct sockaddr *)&name, sizeof name) < 0 || chmod (path, 0660) < 0 ||
        listen (fd, SOMAXCONN) < 0) {
        fail_errno (error, "cannot listen on", path);
        close (fd);
        return -1;
    }
    return fd;
}

int
net_listen (const char *address, GError **error)
{
    const int on = 1;

    if (g_str_has_prefix (address, "unix:"))
        return listen_unix (address + strlen ("unix:"), error);
    struct addrinfo *list = resolve (address, AI_PASSIVE, error);
    if (!list)
        return -1;
    int fd = socket (list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool listening =
        fd >= 0 && setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind (fd, list->ai_addr, list->ai_addrlen) == 0 && listen (fd, SOMAXCONN) == 0;
    freeaddrinfo (list);
    if (listening)
        return fd;
    fail_errno (error, "cannot listen on", address);
    if (fd >= 0)
        close (fd);
    return -1;
}

/* The directory has to take it, and nobody may listen there, nor anything else stand. */
static bool
can_listen_unix (const char *path, bool ours, GError **error)
{
    struct sockaddr_un name;
    struct stat info;
    g_autofree char *dir = g_path_get_dirname (path);

    if (!fill_unix (&name, path, error))
        return false;
    if (access (dir, W_OK | X_OK) < 0) {
        fail_errno (error, "cannot make a socket in", dir);
        return false;
    }
    if (lstat (path, &info) == 0 && !S_ISSOCK (info.st_mode)) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                     "%s: there is something that is no socket; right would be another path",
                     path);
        return false;
    }
    int fd = ours ? -1 : connect_unix (path, 1, NULL);
    if (ours || (fd < 0 && is_dead (errno)))
        return true;
    if (fd >= 0)
        close (fd);
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "%s: another program listens there; right would be another path", path);
    return false;
}

bool
net_can_listen (const char *address, bool ours, GError **error)
{
    const int on = 1;

    if (g_str_has_prefix (address, "unix:"))
        return can_listen_unix (address + strlen ("unix:"), ours, error);
    struct addrinfo *list = resolve (address, AI_PASSIVE, error);
    if (!list)
        return false;
    int fd = socket (list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                 bind (fd, list->ai_addr, list->ai_addrlen) == 0;
    bool can = bound || (ours && errno == EADDRINUSE);
    if (!can)
        fail_errno (error, "cannot listen on", address);
    freeaddrinfo (list);
    if (fd >= 0)
        close (fd);
    return can;
}

static int
connect_first (const struct addrinfo *list, int seconds)
{
    const int on = 1;

    for (const struct addrinfo *item = list; item; item = item->ai_next) {
        int fd = socket (item->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
            continue;
        if (connect_within (fd, item->ai_addr, item->ai_addrlen, seconds)) {
            setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            return fd;
        }
        int status = errno;
        close (fd);
        errno = status;
    }
    return -1;
}

int
net_connect (const char *address, int seconds, GError **error)
{
    if (g_str_has_prefix (address, "unix:"))
        return connect_unix (address + strlen ("unix:"), seconds, error);
    struct addrinfo *list = resolve (address, 0, error);
    if (!list)
        return -1;
    int fd = connect_first (list, seconds);
    if (fd < 0)
        fail_errno (error, "cannot connect to", address);
    freeaddrinfo (list);
    return fd;
}

NetStream *
net_stream_new (int fd, int seconds)
{
    NetStream *stream = g_new0 (NetStream, 1);
    int flags = fcntl (fd, F_GETFL);

    fcntl (fd, F_SETFL, flags | O_NONBLOCK);
    stream->fd = fd;
    stream->seconds = seconds;
    stream->in = g_string_new (NULL);
    stream->out = g_string_new (NULL);
    return stream;
}

void
net_stream_free (NetStream *stream)
{
    if (!stream)
        return;
    close (stream->fd);
    g_string_free (stream->in, TRUE);
    g_string_free (stream->out, TRUE);
    g_free (stream);
}

unsigned
net_local_port (const NetStream *stream)
{
    struct sockaddr_storage name = { 0 };
    socklen_t length = sizeof name;

    if (getsockname (stream->fd, (struct sockaddr *)&name, &length) < 0)
        return 0;
    if (name.ss_family == AF_INET)
        return ntohs (((const struct sockaddr_in *)&name)->sin_port);
    if (name.ss_family == AF_INET6)
        return ntohs (((const struct sockaddr_in6 *)&name)->sin6_port);
    return 0;
}

void
net_stream_set_timeout (NetStream *stream, int seconds)
{
    stream->seconds = seconds;
}

void
net_stream_wake (NetStream *stream)
{
    shutdown (stream->fd, SHUT_RD);
}

void
net_queue (NetStream *stream, const char *format, ...)
{
    va_list args;

    va_start (args, format);
    g_string_append_vprintf (stream->out, format, args);
    va_end (args);
}

bool
net_write (NetStream *stream, const void *data, size_t length, GError **error)
{
    const char *at = data;

    while (length > 0) {
        ssize_t sent = send (stream->fd, at, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return fail (error, LICET_ERROR_UNAVAILABLE, "the connection was lost");
        if (sent < 0 && !wait_for (stream->fd, POLLOUT, stream->seconds, error))
            return false;
        if (sent > 0) {
            at += sent;
            length -= (size_t)sent;
        }
    }
    return true;
}

bool
net_flush (NetStream *stream, GError **error)
{
    bool sent = net_write (stream, stream->out->str, stream->out->len, error);

    g_string_truncate (stream->out, 0);
    return sent;
}

/* Reads what there is, after sending what the peer may be waiting for. */
static bool
fill (NetStream *stream, GError **error)
{
    char chunk[CHUNK];

    if (!net_flush (stream, error))
        return false;
    while (true) {
        ssize_t got = recv (stream->fd, chunk, sizeof chunk, 0);
        if (got > 0) {
            g_string_append_len (stream->in, chunk, got);
            return true;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return fail (error, LICET_ERROR_UNAVAILABLE, "the connection was lost");
        if (errno == EAGAIN && !wait_for (stream->fd, POLLIN, stream->seconds, error))
            return false;
    }
}

static char *
take_line (NetStream *stream, size_t length, bool too_long, GError **error)
{
    g_autofree char *line = g_strndup (stream->in->str, length);
    bool clean = !memchr (stream->in->str, '\0', length) &&
                 !memchr (stream->in->str, '\n', length) &&
                 !memchr (stream->in->str, '\r', length);

    g_string_erase (stream->in, 0, (gssize)length + 2);
    if (too_long)
        fail (error, LICET_ERROR_LIMIT, "the line is too long");
    else if (!clean)
        fail (error, LICET_ERROR_MALFORMED, "a NUL, bare CR or bare LF in the line");
    return too_long || !clean ? NULL : g_steal_pointer (&line);
}

char *
net_read_line (NetStream *stream, size_t limit, GError **error)
{
    bool too_long = false;
    size_t searched = 0;

    while (true) {
        const char *end =
            memmem (stream->in->str + searched, stream->in->len - searched, "\r\n", 2);
        if (end) {
            size_t length = (size_t)(end - stream->in->str);
            return take_line (stream, length, too_long || length > limit, error);
        }
        if (stream->in->len > limit + 2) {
            too_long = true;
            g_string_erase (stream->in, 0, (gssize)stream->in->len - 1);
        }
        searched = stream->in->len > 0 ? stream->in->len - 1 : 0;
        if (!fill (stream, error))
            return NULL;
    }
}

char *
net_read_plain_line (NetStream *stream, size_t limit, GError **error)
{
    const char *end;

    while (!(end = memchr (stream->in->str, '\n', stream->in->len))) {
        if (stream->in->len > limit) {
            fail (error, LICET_ERROR_LIMIT, "the line is too long");
            return NULL;
        }
        if (!fill (stream, error))
            return NULL;
    }
    size_t length = (size_t)(end - stream->in->str);
    g_autofree char *line = g_strndup (stream->in->str, length);
    g_string_erase (stream->in, 0, (gssize)length + 1);
    return g_strdup (g_strchomp (line));
}

/* RFC 5321 4.5.2, in place; tells whether all line ends are CRLF. */
static bool
unstuff (GString *text)
{
    char *to = text->str;
    bool line_start = true, clean = true;

    for (const char *from = text->str, *end = from + text->len; from < end; from++) {
        if (line_start && *from == '.')
            from++;
        line_start = from[0] == '\n';
        if (line_start ? from == text->str || from[-1] != '\r'
                       : from[0] == '\r' && from[1] != '\n')
            clean = false;
        *to++ = *from;
    }
    g_string_truncate (text, (gsize)(to - text->str));
    return clean;
}

/* The length of the text before the "." that ends it, or -1; looks no further back than needed. */
static gssize
find_end (const GString *in, size_t searched)
{
    size_t from = searched > 4 ? searched - 4 : 0;

    if (searched < 3 && in->len >= 3 && memcmp (in->str, ".\r\n", 3) == 0)
        return 0;
    const char *end = memmem (in->str + from, in->len - from, "\r\n.\r\n", 5);
    return end ? end + 2 - in->str : -1;
}

GBytes *
net_read_data (NetStream *stream, size_t limit, GError **error)
{
    bool too_big = false;
    size_t searched = 0;
    gssize end = find_end (stream->in, 0);

    while (end < 0) {
        /* Past the limit only the last bytes are kept, to find the end. */
        if (stream->in->len > limit + limit / 64 + CHUNK) {
            too_big = true;
            g_string_erase (stream->in, 0, (gssize)stream->in->len - 4);
        }
        searched = stream->in->len;
        if (!fill (stream, error))
            return NULL;
        end = find_end (stream->in, searched);
    }
    g_autoptr (GString) text = g_string_new_len (stream->in->str, end);
    g_string_erase (stream->in, 0, end + 3);
    if (too_big || text->len > limit) {
        fail (error, LICET_ERROR_LIMIT, "the message is too big");
        return NULL;
    }
    if (!unstuff (text)) {
        fail (error, LICET_ERROR_MALFORMED, "a bare CR or LF in the message");
        return NULL;
    }
    return g_string_free_to_bytes (g_steal_pointer (&text));
}
