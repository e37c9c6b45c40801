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

struct SmtpSink {
    unsigned port;
    int mode;
    int stopping;
    int queued; /* number for queue ids */
    int listener;
    GThread *thread;
    GMutex lock; /* mails */
    GPtrArray *mails;
};

static void
mail_free (SinkMail *mail)
{
    g_ptr_array_unref (mail->commands);
    g_string_free (mail->data, TRUE);
    g_free (mail);
}

static SinkMail *
mail_new (void)
{
    SinkMail *mail = g_new0 (SinkMail, 1);

    mail->commands = g_ptr_array_new_with_free_func (g_free);
    mail->data = g_string_new (NULL);
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

/* False when the connection is to be dropped. Takes mail. */
static bool
finish (SmtpSink *sink, FILE *peer, SinkMail *mail)
{
    int mode = g_atomic_int_get (&sink->mode);
    bool complete = read_data (peer, mail->data);

    if (complete && mode != SINK_REFUSES_DATA)
        keep (sink, mail);
    else
        mail_free (mail);
    if (mode == SINK_DROPS_AFTER_DATA)
        return false;
    if (mode == SINK_REFUSES_DATA)
        fprintf (peer, "451 4.3.0 try again\r\n");
    else
        fprintf (peer, "250 2.0.0 Ok: queued as SINK%d\r\n",
                 g_atomic_int_add (&sink->queued, 1) + 1);
    return complete;
}

/* Only under the HELO name that is held, as Postfix's restriction class does. */
static const char *
reply_to_probe (const SinkMail *mail, SinkMode mode)
{
    bool held = mail->commands->len > 0 &&
                strcmp (g_ptr_array_index (mail->commands, 0), "EHLO hold.licet.invalid") == 0;

    if (mode == SINK_FAILS_PROBE)
        return "554 5.7.1 <hold.licet.invalid>: Helo command rejected: go away\r\n";
    return held && mode == SINK_HOLDS
               ? "554 5.7.1 <nobody@licet.invalid>: Recipient address rejected: mail from "
                 "hold.licet.invalid is held\r\n"
               : "250 2.1.5 Ok\r\n";
}

static const char *
reply_to (const char *line, SinkMail *mail, SinkMode mode)
{
    if (!g_str_has_prefix (line, "QUIT"))
        g_ptr_array_add (mail->commands, g_strdup (line));
    if (g_str_has_prefix (line, "EHLO"))
        return "250-sink\r\n250-PIPELINING\r\n250-SIZE 100000000\r\n250-DSN\r\n250-8BITMIME\r\n"
               "250-SMTPUTF8\r\n250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n";
    if (g_str_has_prefix (line, "QUIT"))
        return "221 2.0.0 Bye\r\n";
    if (g_str_has_prefix (line, "RCPT TO:<nobody@licet.invalid>"))
        return reply_to_probe (mail, mode);
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
    bool nonsense = g_atomic_int_get (&sink->mode) == SINK_SAYS_NONSENSE;

    fputs (nonsense ? "SSH-2.0-sink\r\n" : "220 sink ESMTP\r\n", peer);
    while (read_line (peer, line, sizeof line)) {
        if (strcmp (line, "DATA") != 0) {
            fputs (reply_to (line, mail, (SinkMode)g_atomic_int_get (&sink->mode)), peer);
            continue;
        }
        /* Also when no RCPT was accepted: RFC 2920 3.1 allows it. */
        fputs ("354 go\r\n", peer);
        bool stay = finish (sink, peer, mail);
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
    g_free (sink);
}

unsigned
smtp_sink_port (const SmtpSink *sink)
{
    return sink->port;
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
