/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Collects a message as Postfix tells it through the milter protocol. Nothing is refused here:
 * what goes past a bound is noted and answered at the end of the message, since mail from
 * sendmail(1) must not be refused earlier.
 */

#include "session.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "guard.h"

#include "licet/limits.h"

#define SESSION_MAGIC 0x6c696365u

Session *
session_new (Room *room)
{
    Session *session = g_new0 (Session, 1);

    session->magic = SESSION_MAGIC;
    session->room = room;
    return session;
}

void
session_free (Session *session)
{
    if (!session)
        return;
    session_end (session);
    g_free (session->client_name);
    g_free (session->client_address);
    g_free (session->helo);
    room_leave (session->room);
    session->magic = 0;
    g_free (session);
}

Session *
session_from (void *pointer)
{
    Session *session = pointer;

    g_assert (session && session->magic == SESSION_MAGIC);
    return session;
}

void
session_set_client (Session *session, const char *name, const struct sockaddr *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    unsigned port = 0;

    if (address && address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        inet_ntop (AF_INET, &v4->sin_addr, text, sizeof text);
        port = ntohs (v4->sin_port);
    } else if (address && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
        inet_ntop (AF_INET6, &v6->sin6_addr, text, sizeof text);
        port = ntohs (v6->sin6_port);
    }
    g_free (session->client_name);
    g_free (session->client_address);
    session->client_name = g_strdup (name);
    session->client_address = *text ? g_strdup (text) : NULL;
    session->client_port = port;
}

/* "<a@b>" as argv[0], then the parameters. */
static EnvelopePath *
path_from (char *const argv[])
{
    size_t length = strlen (argv[0]);
    bool bracketed = length >= 2 && argv[0][0] == '<' && argv[0][length - 1] == '>';
    g_autofree char *address =
        bracketed ? g_strndup (argv[0] + 1, length - 2) : g_strdup (argv[0]);
    g_autofree char *params = g_strjoinv (" ", (char **)argv + 1);

    return envelope_path_new (address, params);
}

void
session_begin (Session *session, Engine *engine, char *const argv[], const char *login,
               int64_t now)
{
    session_end (session);
    session->engine = engine;
    session->names = g_ptr_array_new_with_free_func (g_free);
    session->bytes = g_string_new (NULL);

    Envelope *envelope = envelope_new ();
    envelope->client_name = g_strdup (session->client_name);
    envelope->client_address = g_strdup (session->client_address);
    envelope->client_port =
        session->client_port ? g_strdup_printf ("%u", session->client_port) : NULL;
    envelope->helo = g_strdup (session->helo);
    envelope->login = g_strdup (login);
    envelope->sender = path_from (argv);
    envelope->arrival = now;
    session->envelope = envelope;
}

void
session_add_recipient (Session *session, char *const argv[])
{
    if (session->envelope->recipients->len >= LIMIT_RECIPIENTS)
        session->problem = "recipients";
    else
        g_ptr_array_add (session->envelope->recipients, path_from (argv));
}

/* What signing and footers add to a message of the greatest size. */
#define COPY_ROOM (1 << 20)

static size_t
most_bytes (const Session *session)
{
    return LIMIT_MESSAGE_BYTES + (session->second ? COPY_ROOM : 0);
}

static void
drop_bytes (Session *session)
{
    /* First, or all that ask while this is freed are turned away with it. */
    room_give (session->room, session->taken);
    session->taken = 0;
    g_string_free (session->bytes, TRUE);
    session->bytes = g_string_new (NULL);
}

/* Whether that many bytes more fit; gives the memory back as soon as they do not. */
static bool
has_room (Session *session, size_t length)
{
    if (session->problem || session->crowded)
        return false;
    bool fits = session->bytes->len + length <= most_bytes (session);
    if (fits && room_take (session->room, length)) {
        session->taken += length;
        return true;
    }
    session->crowded = fits;
    session->problem = fits ? NULL : "message bytes";
    drop_bytes (session);
    return false;
}

/* The first one alone: a second one is not of our making and stays among the bytes. */
static bool
take_mark (Session *session, const char *name, const char *value)
{
    if (!session->second || session->mark || g_ascii_strcasecmp (name, GUARD_FIELD) != 0)
        return false;
    session->mark = g_strstrip (g_strdup (value));
    return true;
}

void
session_add_field (Session *session, const char *name, const char *value)
{
    if (take_mark (session, name, value))
        return;
    if (!has_room (session, strlen (name) + 2 * strlen (value) + 3))
        return;
    g_ptr_array_add (session->names, g_strdup (name));
    g_string_append_printf (session->bytes, "%s:", name);
    for (const char *c = value; *c; c++) {
        if (*c == '\n' && (c == value || c[-1] != '\r'))
            g_string_append_c (session->bytes, '\r');
        g_string_append_c (session->bytes, *c);
    }
    g_string_append (session->bytes, "\r\n");
}

void
session_end_header (Session *session)
{
    g_string_append (session->bytes, "\r\n");
    session->body_offset = session->bytes->len;
}

void
session_add_body (Session *session, const void *data, size_t length)
{
    if (has_room (session, length))
        g_string_append_len (session->bytes, data, (gssize)length);
}

void
session_end (Session *session)
{
    g_clear_pointer (&session->engine, engine_unref);
    g_clear_pointer (&session->envelope, envelope_free);
    g_clear_pointer (&session->names, g_ptr_array_unref);
    if (session->bytes)
        g_string_free (g_steal_pointer (&session->bytes), TRUE);
    g_clear_pointer (&session->mark, g_free);
    room_give (session->room, session->taken);
    session->taken = 0;
    session->body_offset = 0;
    session->problem = NULL;
    session->crowded = false;
}
