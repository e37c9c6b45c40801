/* SPDX-License-Identifier: BSD-2-Clause */

#include "server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "form.h"
#include "html.h"
#include "licet/error.h"
#include "listen.h"

enum {
    STACK_BYTES = 256 * 1024,
    BODY_BYTES = 8192, /* the largest form of ours has some 300 */
    HEAD_BYTES = 16384,
};

struct Server {
    Site *site;
    Clock clock;
    struct MHD_Daemon *daemon;
    int64_t microseconds; /* longest life of a connection */
    GMutex lock;
    GHashTable *born; /* socket -> int64_t: when its connection began */
};

/* What comes in for one request. */
typedef struct {
    GByteArray *body;
    bool too_large;
} Inbox;

static Inbox *
inbox_new (void)
{
    Inbox *inbox = g_new0 (Inbox, 1);

    inbox->body = g_byte_array_new ();
    return inbox;
}

static void
inbox_free (Inbox *inbox)
{
    g_byte_array_unref (inbox->body);
    g_free (inbox);
}

static const char *
header (struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value (connection, MHD_HEADER_KIND, name);
}

static const char *const fixed_fields[][2] = {
    { "Cache-Control", "no-store" },
    { "Referrer-Policy", "no-referrer" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "X-Robots-Tag", "noindex, nofollow" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Permissions-Policy", "interest-cohort=()" },
    { "Connection", "close" },
};

static void
add_fields (struct MHD_Response *response, const WebReply *reply)
{
    char number[16];

    for (unsigned i = 0; i < G_N_ELEMENTS (fixed_fields); i++)
        MHD_add_response_header (response, fixed_fields[i][0], fixed_fields[i][1]);
    MHD_add_response_header (response, "Content-Security-Policy", html_policy ());
    MHD_add_response_header (response, "Content-Type", reply->type);
    if (reply->language) {
        MHD_add_response_header (response, "Content-Language", reply->language);
        MHD_add_response_header (response, "Vary", "Accept-Language");
    }
    if (reply->challenge)
        MHD_add_response_header (response, "WWW-Authenticate",
                                 "Basic realm=\"licet audit\", charset=\"UTF-8\"");
    if (reply->allow)
        MHD_add_response_header (response, "Allow", reply->allow);
    if (reply->retry_after) {
        snprintf (number, sizeof number, "%u", reply->retry_after);
        MHD_add_response_header (response, "Retry-After", number);
    }
}

static enum MHD_Result
send_reply (struct MHD_Connection *connection, const WebReply *reply)
{
    struct MHD_Response *response = MHD_create_response_from_buffer (
        strlen (reply->body), reply->body, MHD_RESPMEM_MUST_COPY);

    if (!response)
        return MHD_NO;
    add_fields (response, reply);
    enum MHD_Result queued = MHD_queue_response (connection, reply->status, response);
    MHD_destroy_response (response);
    return queued;
}

/* Of our own web server only: anybody else could say so too. */
static char *
client_of (const struct sockaddr *peer, const char *real)
{
    struct in6_addr six;
    struct in_addr four;
    bool sound = real && (inet_pton (AF_INET, real, &four) == 1 ||
                          inet_pton (AF_INET6, real, &six) == 1);

    return sound && peer_is_local (peer) ? g_strdup (real) : peer_text (peer);
}

/* Until when it began counts anew: what we take for an answer is not its client's fault. */
static void
set_born (Server *server, struct MHD_Connection *connection, int64_t at)
{
    int fd =
        MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;

    g_mutex_lock (&server->lock);
    int64_t *born = g_hash_table_lookup (server->born, GINT_TO_POINTER (fd));
    if (born)
        *born = at;
    g_mutex_unlock (&server->lock);
}

static enum MHD_Result
answer_request (Server *server, struct MHD_Connection *connection, const char *path,
                const char *method, Inbox *inbox)
{
    const struct sockaddr *peer =
        MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    const char *real = header (connection, "X-Real-IP");
    g_autofree char *client = client_of (peer, real);
    g_autoptr (GPtrArray) fields =
        inbox->too_large ? NULL
                         : form_read (header (connection, "Content-Type"),
                                      (const char *)inbox->body->data, inbox->body->len);
    WebRequest request = {
        .method = method,
        .path = path,
        .client = client,
        .accept_language = header (connection, "Accept-Language"),
        .authorization = header (connection, "Authorization"),
        .forwarded = real || header (connection, "X-Forwarded-For"),
        .too_large = inbox->too_large,
        .fields = fields,
    };

    set_born (server, connection, INT64_MAX);
    g_autoptr (WebReply) reply =
        web_answer (server->site, &request, clock_now (&server->clock));
    set_born (server, connection, g_get_monotonic_time ());
    return send_reply (connection, reply);
}

/* Before a body is read: one that says that it is too long need not be sent. */
static bool
announces_too_much (struct MHD_Connection *connection)
{
    const char *length = header (connection, "Content-Length");

    return length && g_ascii_strtoull (length, NULL, 10) > BODY_BYTES;
}

static enum MHD_Result
on_request (void *data, struct MHD_Connection *connection, const char *path, const char *method,
            const char *version G_GNUC_UNUSED, const char *upload, size_t *size, void **slot)
{
    Server *server = data;
    Inbox *inbox = *slot;

    if (!inbox) {
        inbox = *slot = inbox_new ();
        inbox->too_large = announces_too_much (connection);
        return inbox->too_large ? answer_request (server, connection, path, method, inbox)
                                : MHD_YES;
    }
    if (*size > 0) {
        if (inbox->body->len + *size > BODY_BYTES)
            inbox->too_large = true;
        else
            g_byte_array_append (inbox->body, (const guint8 *)upload, (unsigned)*size);
        *size = 0;
        return MHD_YES;
    }
    return answer_request (server, connection, path, method, inbox);
}

static void
on_completed (void *data G_GNUC_UNUSED, struct MHD_Connection *connection G_GNUC_UNUSED,
              void **slot, enum MHD_RequestTerminationCode code G_GNUC_UNUSED)
{
    if (*slot)
        inbox_free (*slot);
    *slot = NULL;
}

/* One thread per connection: a store that hangs holds up only those who ask it. Called before the
 * socket is closed, so that nobody else can have its number while it is in the
 * table. */
static void
on_connection (void *data, struct MHD_Connection *connection, void **slot G_GNUC_UNUSED,
               enum MHD_ConnectionNotificationCode code)
{
    Server *server = data;
    int fd =
        MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;

    g_mutex_lock (&server->lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        int64_t now = g_get_monotonic_time ();
        g_hash_table_insert (server->born, GINT_TO_POINTER (fd), g_memdup2 (&now, sizeof now));
    } else {
        g_hash_table_remove (server->born, GINT_TO_POINTER (fd));
    }
    g_mutex_unlock (&server->lock);
}

/* MHD's own timeout begins anew with every byte. */
void
server_tick (Server *server)
{
    int64_t now = g_get_monotonic_time ();
    GHashTableIter iterator;
    void *fd = NULL, *born = NULL;

    g_mutex_lock (&server->lock);
    g_hash_table_iter_init (&iterator, server->born);
    while (g_hash_table_iter_next (&iterator, &fd, &born))
        if (*(int64_t *)born < now - server->microseconds) {
            shutdown (GPOINTER_TO_INT (fd), SHUT_RDWR);
            site_count (server->site, SITE_CUT_OFF);
            *(int64_t *)born = now; /* counted once */
        }
    g_mutex_unlock (&server->lock);
}

static void
server_free (Server *server)
{
    g_hash_table_unref (server->born);
    g_mutex_clear (&server->lock);
    g_free (server);
}

static struct MHD_Daemon *
start (Server *server, const Settings *settings, int fd)
{
    return MHD_start_daemon (
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL,
        NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_STACK_SIZE,
        (size_t)STACK_BYTES, MHD_OPTION_CONNECTION_LIMIT, (unsigned)settings->web_connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)settings->web_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_END);
}

Server *
server_start (Site *site, const Settings *settings, const Clock *clock, GError **error)
{
    int fd = listen_on (settings->web_listen, error);

    if (fd < 0)
        return NULL;
    Server *server = g_new0 (Server, 1);
    server->site = site;
    server->clock = *clock;
    server->microseconds = settings->web_seconds * G_USEC_PER_SEC;
    server->born = g_hash_table_new_full (NULL, NULL, NULL, g_free);
    g_mutex_init (&server->lock);
    server->daemon = start (server, settings, fd);
    if (server->daemon)
        return server;
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "libmicrohttpd does not start; is web_connections below the limit of open "
                 "files?");
    close (fd);
    server_free (server);
    return NULL;
}

void
server_stop (Server *server)
{
    MHD_stop_daemon (server->daemon);
    server_free (server);
}
