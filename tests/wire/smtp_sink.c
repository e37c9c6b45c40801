/* SPDX-License-Identifier: BSD-2-Clause */

/* A scripted SMTP server: one connection at a time, on a thread of its own. */

#include "smtp_sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter_client.h"

struct SmtpSink {
    unsigned port;
    int mode;
    int stopping;
    int queued; /* number for queue ids */
    int listener;
    char *guard; /* socket of the milter, or NULL */
    GThread *thread;
    GMutex lock; /* mails */
    GPtrArray *mails;
};

static void
mail_free (SinkMail *mail)
{
    g_ptr_array_unref (mail->commands);
    g_string_free (mail->data, TRUE);
    g_string_free (mail->wire, TRUE);
    g_free (mail);
}

static SinkMail *
mail_new (void)
{
    SinkMail *mail = g_new0 (SinkMail, 1);

    mail->commands = g_ptr_array_new_with_free_func (g_free);
    mail->data = g_string_new (NULL);
    mail->wire = g_string_new (NULL);
    return mail;
}

static int
open_port (unsigned *port)
{
    struct sockaddr_in name = { .sin_family = AF_INET,
                                .sin_port = htons ((uint16_t)*port),
                                .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
    socklen_t length = sizeof name;
    const int on = 1;
    int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    g_assert_cmpint (bind (fd, (struct sockaddr *)&name, sizeof name), ==, 0);
    g_assert_cmpint (listen (fd, 50), ==, 0);
    getsockname (fd, (struct sockaddr *)&name, &length);
    *port = ntohs (name.sin_port);
    return fd;
}

static bool
read_line (FILE *peer, char *line, int size)
{
    if (!fgets (line, size, peer))
        return false;
    /* A client that sends anything but CRLF would be a hole. */
    size_t length = strlen (line);
    g_assert_cmpuint (length, >=, 2);
    g_assert_cmpstr (line + length - 2, ==, "\r\n");
    line[length - 2] = '\0';
    return true;
}

static bool
read_data (FILE *peer, GString *data)
{
    char line[65536];

    while (fgets (line, sizeof line, peer)) {
        if (strcmp (line, ".\r\n") == 0)
            return true;
        g_string_append (data, line[0] == '.' ? line + 1 : line);
    }
    return false;
}

static void
keep (SmtpSink *sink, SinkMail *mail)
{
    g_mutex_lock (&sink->lock);
    g_ptr_array_add (sink->mails, mail);
    g_mutex_unlock (&sink->lock);
}

/* As smtpd(8) does with smtpd_milters and milter_macro_daemon_name. NULL without a guard. */
static MilterClient *
meet_guard (const SmtpSink *sink, int fd)
{
    struct sockaddr_in name = { 0 };
    socklen_t length = sizeof name;

    if (!sink->guard || g_atomic_int_get (&sink->mode) == SINK_UNGUARDED ||
        getpeername (fd, (struct sockaddr *)&name, &length) < 0)
        return NULL;
    MilterClient *guard = milter_client_new (sink->guard);
    g_assert_true (milter_client_negotiate (guard, MILTER_ACTIONS, MILTER_STEPS));
    milter_client_macros (guard, 'C', "j", "sink", "{daemon_name}", "licet-guard", NULL);
    milter_client_connect (guard, "localhost", "127.0.0.1", ntohs (name.sin_port));
    milter_client_helo (guard, "licet.example");
    return guard;
}

/* "<a@b>" of a command. */
static char *
path_of (const char *command)
{
    const char *open = strchr (command, '<'), *close = strrchr (command, '>');

    return g_strndup (open, (size_t)(close - open) + 1);
}

static void
take_answer (SinkMail *mail, const MilterAnswer *answer)
{
    GString *changed = milter_answer_apply (answer, mail->data->str, mail->data->len);

    g_string_free (mail->data, TRUE);
    mail->data = changed;
    for (unsigned i = 0; i < answer->changes->len; i++)
        mail->held |=
            ((const MilterChange *)g_ptr_array_index (answer->changes, i))->kind == 'q';
}

/* Whether the guard lets it in; without one, anything gets in. */
static bool
ask_guard (MilterClient *guard, SinkMail *mail, const char *queue_id)
{
    if (!guard || mail->accepted == 0)
        return true;
    for (unsigned i = 0; i < mail->commands->len; i++) {
        const char *command = g_ptr_array_index (mail->commands, i);
        bool refused = strstr (command, "<rejected") || strstr (command, "<busy");
        g_autofree char *path = strchr (command, '<') ? path_of (command) : NULL;
        if (g_str_has_prefix (command, "MAIL"))
            milter_client_mail (guard, path, NULL);
        else if (g_str_has_prefix (command, "RCPT") && !refused)
            milter_client_rcpt (guard, path, NULL);
    }
    milter_client_message (guard, mail->data->str, mail->data->len);
    milter_client_macros (guard, 'E', "i", queue_id, NULL);
    g_autoptr (MilterAnswer) answer = milter_client_end (guard);
    if (answer->verdict == 'a')
        take_answer (mail, answer);
    return answer->verdict == 'a';
}

/* False when the connection is to be dropped. Takes mail. */
static bool
finish (SmtpSink *sink, FILE *peer, MilterClient *guard, SinkMail *mail)
{
    int mode = g_atomic_int_get (&sink->mode);
    g_autofree char *queue_id =
        g_strdup_printf ("SINK%d", g_atomic_int_add (&sink->queued, 1) + 1);
    bool complete = read_data (peer, mail->data);

    g_string_append_len (mail->wire, mail->data->str, (gssize)mail->data->len);
    if (mode == SINK_CHANGES_DATA)
        g_string_append (mail->data, "Sent by my phone\r\n");
    bool takes = complete && mode != SINK_REFUSES_DATA;
    bool kept = takes && ask_guard (guard, mail, queue_id);
    if (kept)
        keep (sink, mail);
    else
        mail_free (mail);
    if (mode == SINK_DROPS_AFTER_DATA)
        return false;
    if (kept)
        fprintf (peer, "250 2.0.0 Ok: queued as %s\r\n", queue_id);
    else
        fputs (takes ? "451 4.7.1 the guard says no\r\n" : "451 4.3.0 try again\r\n", peer);
    return complete;
}

static const char *
reply_to (const char *line, SinkMail *mail)
{
    if (!g_str_has_prefix (line, "QUIT"))
        g_ptr_array_add (mail->commands, g_strdup (line));
    if (g_str_has_prefix (line, "EHLO"))
        return "250-sink\r\n250-PIPELINING\r\n250-SIZE 100000000\r\n250-DSN\r\n250-8BITMIME\r\n"
               "250-SMTPUTF8\r\n250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n";
    if (g_str_has_prefix (line, "QUIT"))
        return "221 2.0.0 Bye\r\n";
    if (g_str_has_prefix (line, "RCPT TO:<rejected"))
        return "550 5.1.1 no such user\r\n";
    if (g_str_has_prefix (line, "RCPT TO:<busy"))
        return "450 4.2.1 mailbox busy\r\n";
    return "250 2.0.0 Ok\r\n";
}

static void
serve (SmtpSink *sink, FILE *peer)
{
    char line[8192];
    SinkMail *mail = mail_new ();
    g_autoptr (MilterClient) guard = meet_guard (sink, fileno (peer));
    bool nonsense = g_atomic_int_get (&sink->mode) == SINK_SAYS_NONSENSE;

    fputs (nonsense ? "SSH-2.0-sink\r\n" : "220 sink ESMTP\r\n", peer);
    while (read_line (peer, line, sizeof line)) {
        if (strcmp (line, "DATA") != 0) {
            const char *reply = reply_to (line, mail);
            mail->accepted += reply[0] == '2' && g_str_has_prefix (line, "RCPT");
            fputs (reply, peer);
            continue;
        }
        /* Also when no RCPT was accepted: RFC 2920 3.1 allows it. */
        fputs ("354 go\r\n", peer);
        bool stay = finish (sink, peer, guard, mail);
        mail = mail_new ();
        if (!stay)
            break;
    }
    mail_free (mail);
}

static void *
run (void *data)
{
    SmtpSink *sink = data;
    struct pollfd item = { .fd = sink->listener, .events = POLLIN };

    while (!g_atomic_int_get (&sink->stopping)) {
        if (poll (&item, 1, 20) <= 0)
            continue;
        int fd = accept4 (sink->listener, NULL, NULL, SOCK_CLOEXEC);
        FILE *peer = fd >= 0 ? fdopen (fd, "r+") : NULL;
        if (!peer)
            continue;
        setvbuf (peer, NULL, _IONBF, 0);
        serve (sink, peer);
        fclose (peer);
    }
    return NULL;
}

void
smtp_sink_set_open (SmtpSink *sink, bool open)
{
    if (open) {
        sink->listener = open_port (&sink->port);
        sink->stopping = 0;
        sink->thread = g_thread_new ("sink", run, sink);
        return;
    }
    g_atomic_int_set (&sink->stopping, 1);
    g_thread_join (g_steal_pointer (&sink->thread));
    close (sink->listener);
}

SmtpSink *
smtp_sink_new (void)
{
    SmtpSink *sink = g_new0 (SmtpSink, 1);

    g_mutex_init (&sink->lock);
    sink->mails = g_ptr_array_new_with_free_func ((GDestroyNotify)mail_free);
    smtp_sink_set_open (sink, true);
    return sink;
}

void
smtp_sink_free (SmtpSink *sink)
{
    if (sink->thread)
        smtp_sink_set_open (sink, false);
    g_ptr_array_unref (sink->mails);
    g_mutex_clear (&sink->lock);
    g_free (sink->guard);
    g_free (sink);
}

unsigned
smtp_sink_port (const SmtpSink *sink)
{
    return sink->port;
}

void
smtp_sink_set_guard (SmtpSink *sink, const char *path)
{
    sink->guard = g_strdup (path);
}

void
smtp_sink_set_mode (SmtpSink *sink, SinkMode mode)
{
    g_atomic_int_set (&sink->mode, (int)mode);
}

GPtrArray *
smtp_sink_take (SmtpSink *sink)
{
    g_mutex_lock (&sink->lock);
    GPtrArray *mails = sink->mails;
    sink->mails = g_ptr_array_new_with_free_func ((GDestroyNotify)mail_free);
    g_mutex_unlock (&sink->lock);
    return mails;
}
