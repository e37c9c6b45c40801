/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The LMTP server's threads: one that accepts, one per connection, no more than the settings
 * allow at once. Further connections wait in the socket's backlog, where Postfix waits with them.
 */

#include "licet/edge.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lmtp_session.h"
#include "net.h"

#include "licet/error.h"
#include "licet/log.h"

struct LmtpEdge {
    Daemon *daemon;
    int listener;
    int wake; /* eventfd; readable once the edge stops */
    int stopping;
    unsigned most;
    GThread *acceptor;
    GMutex lock; /* streams */
    GCond changed;
    GPtrArray *streams; /* NetStream, one per connection under way */
};

typedef struct {
    LmtpEdge *edge;
    NetStream *stream;
} Connection;

static void
leave (LmtpEdge *edge, NetStream *stream)
{
    g_mutex_lock (&edge->lock);
    g_ptr_array_remove_fast (edge->streams, stream);
    net_stream_free (stream);
    g_cond_broadcast (&edge->changed);
    g_mutex_unlock (&edge->lock);
}

static void *
serve_connection (void *data)
{
    g_autofree Connection *connection = data;

    lmtp_session_serve (connection->edge->daemon, connection->stream,
                        &connection->edge->stopping);
    leave (connection->edge, connection->stream);
    return NULL;
}

static void
start_connection (LmtpEdge *edge, int fd)
{
    g_autoptr (GError) error = NULL;
    Connection *connection = g_new0 (Connection, 1);

    connection->edge = edge;
    connection->stream = net_stream_new (fd, 1);
    g_mutex_lock (&edge->lock);
    g_ptr_array_add (edge->streams, connection->stream);
    g_mutex_unlock (&edge->lock);

    GThread *thread = g_thread_try_new ("lmtp", serve_connection, connection, &error);
    if (thread) {
        g_thread_unref (thread);
        return;
    }
    log_error (NULL, "lmtp: no thread for a connection: %s", error->message);
    leave (edge, connection->stream);
    g_free (connection);
}

/* Waits until one more connection is allowed; false when the edge stops. */
static bool
wait_for_room (LmtpEdge *edge)
{
    g_mutex_lock (&edge->lock);
    while (edge->streams->len >= edge->most && !g_atomic_int_get (&edge->stopping))
        g_cond_wait (&edge->changed, &edge->lock);
    g_mutex_unlock (&edge->lock);
    return !g_atomic_int_get (&edge->stopping);
}

static void *
accept_connections (void *data)
{
    LmtpEdge *edge = data;
    struct pollfd items[] = { { .fd = edge->listener, .events = POLLIN },
                              { .fd = edge->wake, .events = POLLIN } };

    while (wait_for_room (edge)) {
        if (poll (items, G_N_ELEMENTS (items), -1) < 0 || items[1].revents)
            continue;
        int fd = accept4 (edge->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            start_connection (edge, fd);
        else
            g_usleep (100 * 1000); /* out of descriptors, or a client that went away */
    }
    return NULL;
}

LmtpEdge *
lmtp_edge_start (Daemon *daemon, GError **error)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    int listener = net_listen (engine->settings->lmtp_listen, error);

    if (listener < 0)
        return NULL;
    LmtpEdge *edge = g_new0 (LmtpEdge, 1);
    edge->daemon = daemon;
    edge->listener = listener;
    edge->wake = eventfd (0, EFD_CLOEXEC);
    edge->most = (unsigned)engine->settings->lmtp_connections;
    edge->streams = g_ptr_array_new ();
    g_mutex_init (&edge->lock);
    g_cond_init (&edge->changed);
    edge->acceptor = g_thread_new ("lmtp-accept", accept_connections, edge);
    return edge;
}

/* Idle connections end at once, those with a message under way after it. */
static void
end_connections (LmtpEdge *edge)
{
    g_mutex_lock (&edge->lock);
    for (unsigned i = 0; i < edge->streams->len; i++)
        net_stream_wake (g_ptr_array_index (edge->streams, i));
    while (edge->streams->len > 0)
        g_cond_wait (&edge->changed, &edge->lock);
    g_mutex_unlock (&edge->lock);
}

void
lmtp_edge_stop (LmtpEdge *edge)
{
    g_atomic_int_set (&edge->stopping, 1);
    g_mutex_lock (&edge->lock);
    g_cond_broadcast (&edge->changed);
    g_mutex_unlock (&edge->lock);
    eventfd_write (edge->wake, 1);
    g_thread_join (edge->acceptor);
    end_connections (edge);

    close (edge->listener);
    close (edge->wake);
    g_ptr_array_unref (edge->streams);
    g_mutex_clear (&edge->lock);
    g_cond_clear (&edge->changed);
    g_free (edge);
}
