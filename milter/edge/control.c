/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The control socket: one word in, one JSON line out, one client at a time. Who may open the
 * socket may reload; the directory and the mode of the socket say who that is.
 */

#include "licet/edge.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

#include "licet/error.h"
#include "licet/json_text.h"
#include "licet/limits.h"
#include "licet/log.h"

#define CLIENT_SECONDS 5
/* A reload reads all policies. */
#define ANSWER_SECONDS 60

struct ControlEdge {
    Daemon *daemon;
    int listener;
    int wake;
    char *path;
    GThread *thread;
};

static char *
reload (Daemon *daemon)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GString) json = g_string_new ("{\"ok\":false,\"error\":");

    if (daemon_reload (daemon, &error)) {
        g_autofree char *waits = daemon_waits_for_restart (daemon);
        log_info (NULL, "control: reload=done%s%s", waits ? " restart_needed_for=" : "",
                  waits ? waits : "");
        return waits ? g_strdup_printf ("{\"ok\":true,\"restart_needed_for\":\"%s\"}", waits)
                     : g_strdup ("{\"ok\":true}");
    }
    log_error (NULL, "control: reload=failed error=%s text=\"%s\"", licet_error_word (error),
               error->message);
    json_text_append (json, error->message);
    g_string_append_c (json, '}');
    return g_string_free (g_steal_pointer (&json), FALSE);
}

static char *
metrics (Daemon *daemon)
{
    g_autofree char *text = daemon_metrics (daemon);
    GString *json = g_string_new (NULL);

    json_text_append (json, text);
    return g_string_free (json, FALSE);
}

static char *
preflight (Daemon *daemon)
{
    char *known = daemon_preflight (daemon);

    daemon_look (daemon);
    return known;
}

/* Caller frees. */
static char *
answer_to (Daemon *daemon, const char *request)
{
    if (strcmp (request, "status") == 0)
        return daemon_status (daemon);
    if (strcmp (request, "metrics") == 0)
        return metrics (daemon);
    if (strcmp (request, "preflight") == 0)
        return preflight (daemon);
    if (strcmp (request, "reload") == 0)
        return reload (daemon);
    return g_strdup (
        "{\"ok\":false,\"error\":\"unknown request; right would be status, metrics, "
        "preflight or reload\"}");
}

static void
serve (ControlEdge *edge, int fd)
{
    g_autoptr (NetStream) stream = net_stream_new (fd, CLIENT_SECONDS);
    g_autofree char *request = net_read_plain_line (stream, LIMIT_COMMAND, NULL);

    if (!request)
        return;
    g_autofree char *json = answer_to (edge->daemon, request);
    net_queue (stream, "%s\n", json);
    net_flush (stream, NULL);
}

static void *
serve_all (void *data)
{
    ControlEdge *edge = data;
    struct pollfd items[] = { { .fd = edge->listener, .events = POLLIN },
                              { .fd = edge->wake, .events = POLLIN } };

    while (true) {
        if (poll (items, G_N_ELEMENTS (items), -1) < 0)
            continue;
        if (items[1].revents)
            return NULL;
        int fd = accept4 (edge->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve (edge, fd);
        else
            g_usleep (100 * 1000);
    }
}

ControlEdge *
control_edge_start (Daemon *daemon, GError **error)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    const char *path = engine->settings->control_socket;
    g_autofree char *address = g_strconcat ("unix:", path, NULL);
    int listener = net_listen (address, error);

    if (listener < 0)
        return NULL;
    ControlEdge *edge = g_new0 (ControlEdge, 1);
    edge->daemon = daemon;
    edge->listener = listener;
    edge->wake = eventfd (0, EFD_CLOEXEC);
    edge->path = g_strdup (path);
    edge->thread = g_thread_new ("control", serve_all, edge);
    return edge;
}

void
control_edge_stop (ControlEdge *edge)
{
    eventfd_write (edge->wake, 1);
    g_thread_join (edge->thread);
    unlink (edge->path);
    close (edge->listener);
    close (edge->wake);
    g_free (edge->path);
    g_free (edge);
}

char *
control_ask (const char *socket_path, const char *request, GError **error)
{
    g_autofree char *address = g_strconcat ("unix:", socket_path, NULL);
    int fd = net_connect (address, CLIENT_SECONDS, error);

    if (fd < 0)
        return NULL;
    g_autoptr (NetStream) stream = net_stream_new (fd, ANSWER_SECONDS);
    net_queue (stream, "%s\n", request);
    return net_read_plain_line (stream, LIMIT_CONFFILE_BYTES, error);
}
