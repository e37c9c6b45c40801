/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The helper process: reads a question, runs it in a child of its own, sends the report. Its
 * only link is a socket pair; the end of the daemon closes it and ends the helper.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "licet/error.h"
#include "preflight_parts.h"

enum { MOST_BYTES = 2 << 20 };

struct PreflightHelper {
    GMutex lock;
    Child child;
};

static bool
send_all (int fd, const void *data, size_t length)
{
    for (const char *at = data; length > 0;) {
        ssize_t n = send (fd, at, length, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        length -= (size_t)n;
    }
    return true;
}

static bool
receive_all (int fd, void *data, size_t length)
{
    for (char *at = data; length > 0;) {
        ssize_t n = recv (fd, at, length, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        length -= (size_t)n;
    }
    return true;
}

/* A tag ("q", "r" for a report, or the digit of an error's code), a length and bytes. */
static bool
send_frame (int fd, char tag, const void *data, size_t length)
{
    uint32_t size = (uint32_t)length;

    return send_all (fd, &tag, 1) && send_all (fd, &size, sizeof size) &&
           send_all (fd, data, length);
}

/* NULL when the other side is gone. */
static GBytes *
receive_frame (int fd, char *ret_tag)
{
    uint32_t size = 0;

    if (!receive_all (fd, ret_tag, 1) || !receive_all (fd, &size, sizeof size) ||
        size > MOST_BYTES)
        return NULL;
    g_autofree char *data = g_malloc (size + 1u);
    if (!receive_all (fd, data, size))
        return NULL;
    return g_bytes_new_take (g_steal_pointer (&data), size);
}

static bool
answer (int fd, GBytes *question)
{
    g_autoptr (GError) error = NULL;
    int64_t now = 0;
    g_autoptr (PreflightRequest) request = preflight_request_unpack (question, &now, &error);
    g_autoptr (GBytes) report = request ? preflight_fork (request, now, &error) : NULL;

    if (!report)
        return send_frame (fd, (char)('0' + error->code), error->message,
                           strlen (error->message));
    size_t length = 0;
    const void *data = g_bytes_get_data (report, &length);
    return send_frame (fd, 'r', data, length);
}

static void
serve (int fd, pid_t parent)
{
    char tag = 0;

    while (getppid () == parent) {
        g_autoptr (GBytes) question = receive_frame (fd, &tag);
        if (!question || tag != 'q' || !answer (fd, question))
            break;
    }
}

PreflightHelper *
preflight_helper_start (GError **error)
{
    Child child = { 0 };

    if (!child_start ("licetd-dns", SOCK_STREAM, serve, "preflight", &child, error))
        return NULL;
    PreflightHelper *helper = g_new0 (PreflightHelper, 1);
    g_mutex_init (&helper->lock);
    helper->child = child;
    return helper;
}

static PreflightReport *
read_reply (GBytes *reply, char tag, GError **error)
{
    if (tag == 'r')
        return preflight_report_unpack (reply, error);
    int code =
        tag >= '0' && tag <= '0' + LICET_ERROR_INTERNAL ? tag - '0' : LICET_ERROR_INTERNAL;
    size_t length = 0;
    const char *text = g_bytes_get_data (reply, &length);
    g_set_error (error, LICET_ERROR, code, "%.*s", (int)length, text);
    return NULL;
}

PreflightReport *
preflight_helper_ask (PreflightHelper *helper, const PreflightRequest *request, int64_t now,
                      GError **error)
{
    g_autoptr (GBytes) question = preflight_request_pack (request, now);
    size_t length = 0;
    const void *data = g_bytes_get_data (question, &length);
    char tag = 0;

    g_mutex_lock (&helper->lock);
    g_autoptr (GBytes) reply =
        send_frame (helper->child.fd, 'q', data, length) ? receive_frame (helper->child.fd, &tag) : NULL;
    g_mutex_unlock (&helper->lock);
    if (reply)
        return read_reply (reply, tag, error);
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "preflight: the helper process is gone; a restart brings it back");
    return NULL;
}

void
preflight_helper_stop (PreflightHelper *helper)
{
    child_stop (&helper->child);
}

void
preflight_helper_free (PreflightHelper *helper)
{
    if (!helper)
        return;
    preflight_helper_stop (helper);
    close (helper->child.fd);
    g_mutex_clear (&helper->lock);
    g_free (helper);
}
