/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The server's side of RFC 2033, with the extensions that keep a message as it was: 8BITMIME
 * (RFC 6152), SMTPUTF8 (RFC 6531), DSN (RFC 3461), SIZE (RFC 1870), PIPELINING (RFC 2920) and
 * Postfix's XFORWARD. One function per command; the table is at the end.
 */

#include "lmtp_session.h"

#include <string.h>

#include "handover.h"
#include "lmtp_command.h"
#include "outcome.h"

#include "licet/error.h"
#include "licet/limits.h"

/* RFC 5321 4.5.3.2.7 */
#define IDLE_SECONDS 300
/* A peer that makes more mistakes is no Postfix. */
#define MISTAKES 20

typedef struct {
    Daemon *daemon;
    NetStream *stream;
    Envelope *envelope;  /* never NULL; sender NULL outside a transaction */
    GPtrArray *xforward; /* char *, "NAME=value" as received */
    char *helo;          /* what LHLO said; NULL before it */
    unsigned mistakes;
    bool quit;
} LmtpSession;

static void
reset (LmtpSession *session)
{
    g_clear_pointer (&session->envelope, envelope_free);
    session->envelope = envelope_new ();
    g_ptr_array_set_size (session->xforward, 0);
}

static void
answer (LmtpSession *session, const char *reply)
{
    if (reply[0] == '5')
        session->mistakes++;
    net_queue (session->stream, "%s\r\n", reply);
}

static void
do_lhlo (LmtpSession *session, const char *args)
{
    g_autoptr (Engine) engine = daemon_engine (session->daemon);

    if (!*args) {
        answer (session, "501 5.5.4 LHLO needs a name");
        return;
    }
    reset (session);
    g_free (session->helo);
    session->helo = g_strdup (args);
    net_queue (session->stream,
               "250-%s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
               "250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n250-SIZE %u\r\n"
               "250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n",
               engine->settings->hostname, LIMIT_MESSAGE_BYTES);
}

static void
store_attribute (char **member, const char *value)
{
    g_free (*member);
    *member = g_strdup (value);
}

/* The attributes that decisions and records use; the others are only passed on. */
static void
take_attribute (Envelope *envelope, const char *name, const char *value)
{
    if (g_ascii_strcasecmp (value, "[UNAVAILABLE]") == 0)
        value = NULL;
    if (g_ascii_strcasecmp (name, "NAME") == 0)
        store_attribute (&envelope->client_name, value);
    else if (g_ascii_strcasecmp (name, "ADDR") == 0)
        store_attribute (&envelope->client_address,
                         value && g_ascii_strncasecmp (value, "IPv6:", 5) == 0 ? value + 5
                                                                               : value);
    else if (g_ascii_strcasecmp (name, "PORT") == 0)
        store_attribute (&envelope->client_port, value);
    else if (g_ascii_strcasecmp (name, "HELO") == 0)
        store_attribute (&envelope->helo, value);
    else if (g_ascii_strcasecmp (name, "IDENT") == 0)
        store_attribute (&envelope->queue_id, value);
}

/* All attributes of a command, or none when one of them is wrong. */
static const char *
take_attributes (LmtpSession *session, char *const attributes[])
{
    for (unsigned i = 0; attributes[i]; i++) {
        g_autofree char *name = NULL, *value = NULL;
        if (!*attributes[i])
            continue;
        if (!lmtp_parse_attribute (attributes[i], &name, &value))
            return "501 5.5.4 XFORWARD: bad attribute";
        take_attribute (session->envelope, name, value);
        g_ptr_array_add (session->xforward, g_strdup (attributes[i]));
    }
    return "250 2.0.0 Ok";
}

static void
do_xforward (LmtpSession *session, const char *args)
{
    g_auto (GStrv) attributes = g_strsplit (args, " ", -1);

    if (session->envelope->sender)
        answer (session, "503 5.5.1 XFORWARD within a transaction");
    else if (!*args || session->xforward->len > 32)
        answer (session, "501 5.5.4 XFORWARD: bad number of attributes");
    else
        answer (session, take_attributes (session, attributes));
}

static const char *
check_size (const EnvelopePath *path)
{
    g_autofree char *size = envelope_path_param (path, "SIZE");

    if (size && g_ascii_strtoull (size, NULL, 10) > LIMIT_MESSAGE_BYTES)
        return "552 5.3.4 the message is too big";
    return NULL;
}

static void
do_mail (LmtpSession *session, const char *args)
{
    static const char *const known[] = { "BODY", "SIZE", "SMTPUTF8", "RET", "ENVID", NULL };
    g_autoptr (EnvelopePath) path = NULL;

    if (!session->helo) {
        answer (session, "503 5.5.1 LHLO first");
        return;
    }
    if (session->envelope->sender) {
        answer (session, "503 5.5.1 a transaction is under way");
        return;
    }
    const char *problem = lmtp_parse_path (args, "FROM:", known, &path);
    if (!problem)
        problem = check_size (path);
    if (!problem)
        session->envelope->sender = g_steal_pointer (&path);
    answer (session, problem ? problem : "250 2.1.0 Ok");
}

static void
do_rcpt (LmtpSession *session, const char *args)
{
    static const char *const known[] = { "NOTIFY", "ORCPT", NULL };
    g_autoptr (EnvelopePath) path = NULL;

    if (!session->envelope->sender) {
        answer (session, "503 5.5.1 MAIL first");
        return;
    }
    if (session->envelope->recipients->len >= LIMIT_RECIPIENTS) {
        answer (session, "452 4.5.3 too many recipients");
        return;
    }
    const char *problem = lmtp_parse_path (args, "TO:", known, &path);
    if (!problem && !*path->address)
        problem = "501 5.1.3 a recipient is needed";
    if (!problem)
        g_ptr_array_add (session->envelope->recipients, g_steal_pointer (&path));
    answer (session, problem ? problem : "250 2.1.5 Ok");
}

/* One reply per recipient that RCPT accepted, in their order (RFC 2033 4.2). */
static void
answer_all (LmtpSession *session, const char *reply)
{
    for (unsigned i = 0; i < session->envelope->recipients->len; i++)
        net_queue (session->stream, "%s\r\n", reply);
}

/* Without XFORWARD IDENT the bytes stand for the queue file: its Received field, with queue id
 * and time, is part of them. */
static void
name_message (Envelope *envelope, GBytes *bytes)
{
    if (envelope->queue_id && *envelope->queue_id)
        return;
    g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
    g_free (envelope->queue_id);
    envelope->queue_id = g_strdup_printf ("sha256-%.24s", hash);
}

static void
take_message (LmtpSession *session, GBytes *bytes)
{
    Envelope *envelope = session->envelope;

    name_message (envelope, bytes);
    if (!envelope->helo)
        envelope->helo = g_strdup (session->helo);
    envelope->handed_over = true;
    envelope->arrival = daemon_now (session->daemon);
    g_autoptr (GPtrArray) replies =
        handover_run (session->daemon, envelope, session->xforward, bytes);
    for (unsigned i = 0; i < replies->len; i++)
        net_queue (session->stream, "%s\r\n", (char *)g_ptr_array_index (replies, i));
}

static void
do_data (LmtpSession *session, const char *args)
{
    g_autoptr (GError) error = NULL;

    if (*args || session->envelope->recipients->len == 0) {
        answer (session,
                *args ? "501 5.5.4 DATA takes no argument" : "503 5.5.1 no valid recipients");
        return;
    }
    answer (session, "354 End data with <CR><LF>.<CR><LF>");
    g_autoptr (GBytes) bytes = net_read_data (session->stream, LIMIT_MESSAGE_BYTES, &error);
    if (bytes)
        take_message (session, bytes);
    else if (g_error_matches (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE))
        session->quit = true;
    else
        answer_all (session, handover_refuse (session->daemon, session->envelope, error));
    reset (session);
}

static void
do_rset (LmtpSession *session, const char *args G_GNUC_UNUSED)
{
    reset (session);
    answer (session, "250 2.0.0 Ok");
}

static void
do_noop (LmtpSession *session, const char *args G_GNUC_UNUSED)
{
    answer (session, "250 2.0.0 Ok");
}

static void
do_quit (LmtpSession *session, const char *args G_GNUC_UNUSED)
{
    answer (session, "221 2.0.0 Bye");
    session->quit = true;
}

static const struct {
    const char *name;
    void (*run) (LmtpSession *session, const char *args);
} commands[] = {
    { "LHLO", do_lhlo }, { "XFORWARD", do_xforward }, { "MAIL", do_mail }, { "RCPT", do_rcpt },
    { "DATA", do_data }, { "RSET", do_rset },         { "NOOP", do_noop }, { "QUIT", do_quit },
};

static void
run_command (LmtpSession *session, const char *line)
{
    size_t length = strcspn (line, " ");
    const char *args = line + length + strspn (line + length, " ");
    g_autofree char *trimmed = g_strchomp (g_strdup (args));

    for (unsigned i = 0; i < G_N_ELEMENTS (commands); i++)
        if (strlen (commands[i].name) == length &&
            g_ascii_strncasecmp (line, commands[i].name, length) == 0) {
            commands[i].run (session, trimmed);
            return;
        }
    answer (session, "500 5.5.2 unknown command");
}

/* One command; false when the connection is over. */
static bool
serve_one (LmtpSession *session)
{
    g_autoptr (GError) error = NULL;
    g_autofree char *line = net_read_line (session->stream, LIMIT_COMMAND, &error);

    if (line)
        run_command (session, line);
    else if (g_error_matches (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE))
        return false;
    else
        answer (session, "500 5.5.2 the line is too long or has a stray control character");
    if (session->mistakes > MISTAKES) {
        answer (session, "421 4.7.0 too many errors");
        return false;
    }
    return !session->quit;
}

void
lmtp_session_serve (Daemon *daemon, NetStream *stream, const int *stopping)
{
    g_autoptr (Engine) engine = daemon_engine (daemon);
    LmtpSession session = { .daemon = daemon,
                            .stream = stream,
                            .envelope = envelope_new (),
                            .xforward = g_ptr_array_new_with_free_func (g_free) };

    net_stream_set_timeout (stream, IDLE_SECONDS);
    net_queue (stream, "220 %s LMTP licet\r\n", engine->settings->hostname);
    while (!g_atomic_int_get (stopping) && serve_one (&session))
        ;
    if (!session.quit)
        net_queue (stream, "421 4.3.2 closing\r\n");
    net_flush (stream, NULL);
    envelope_free (session.envelope);
    g_ptr_array_unref (session.xforward);
    g_free (session.helo);
}
