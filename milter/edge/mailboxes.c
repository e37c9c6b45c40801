/* SPDX-License-Identifier: BSD-2-Clause */

/* Questions for the MX of recipients' domains go out where decisions need them; the answers are put
 * on the board by a thread of its own. */

#include "licet/edge.h"

#include "licet/log.h"

struct MailboxEdge {
    Daemon *daemon;
    MailResolver *resolver;
    int stopping;
    GThread *thread;
};

static bool
ask (void *data, const char *domain)
{
    MailboxEdge *edge = data;
    g_autoptr (Engine) engine = daemon_engine (edge->daemon);

    return mail_resolver_ask (edge->resolver, engine->settings->resolver, domain);
}

static int64_t
now_of (void *daemon)
{
    return daemon_now (daemon);
}

static void *
run (void *data)
{
    MailboxEdge *edge = data;
    MailHostsBoard *board = daemon_mail_hosts (edge->daemon);
    uint32_t seconds = 0;
    MailHosts *hosts;

    while ((hosts = mail_resolver_next (edge->resolver, now_of, edge->daemon, &seconds)))
        mail_hosts_board_put (board, hosts, seconds, clock_moment ());
    mail_hosts_board_close (board);
    if (!g_atomic_int_get (&edge->stopping))
        log_error (NULL,
                   "the process that asks for MX is gone; a restart brings it back, until "
                   "then mailbox providers are known by domain only");
    return NULL;
}

MailboxEdge *
mailbox_edge_start (Daemon *daemon, MailResolver *resolver)
{
    MailboxEdge *edge = g_new0 (MailboxEdge, 1);

    edge->daemon = daemon;
    edge->resolver = resolver;
    mail_hosts_board_open (daemon_mail_hosts (daemon), ask, edge);
    edge->thread = g_thread_new ("mailboxes", run, edge);
    return edge;
}

void
mailbox_edge_stop (MailboxEdge *edge)
{
    g_atomic_int_set (&edge->stopping, 1);
    mail_hosts_board_close (daemon_mail_hosts (edge->daemon));
    mail_resolver_stop (edge->resolver);
    g_thread_join (edge->thread);
    g_free (edge);
}
