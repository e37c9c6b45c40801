/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The process that asks for MX. A question is "RESOLVER\nDOMAIN"; an answer is "DOMAIN\nSECONDS\n"
 * and a host a line, or "DOMAIN\n!WHY". Names have no line ends (dns_is_name).
 */

#include "licet/mail_resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "dns_channel.h"
#include "licet/error.h"

enum {
    MOST_WAITING = 256, /* questions at once; others stay in the socket */
    MOST_HOSTS = 8,     /* of one preference */
    MOST_BYTES = 4096,  /* of a packet */
    NONE_SECONDS = 300, /* for how long there is no such record */
};

#ifndef __SANITIZE_ADDRESS__ /* which takes terabytes of addresses */
static const rlim_t most_memory = 256u << 20;
#endif

struct MailResolver {
    Child child;
};

/* Within the process. */
typedef struct {
    int fd;
    char *dns; /* whom the channel asks */
    ares_channel channel;
    unsigned waiting;
} Asker;

typedef struct {
    Asker *asker;
    char *domain;
} Question;

/* An answer that the daemon does not fetch is asked for again. */
static void
send_answer (const Asker *asker, const GString *text)
{
    if (send (asker->fd, text->str, text->len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return;
}

/* RFC 5321 5.1: of least preference; RFC 7505: "." takes no mail. */
static void
add_best (GString *text, const DnsAnswer *answer)
{
    unsigned best = G_MAXUINT, added = 0;

    for (unsigned i = 0; i < answer->records->len; i++)
        best = MIN (best, g_array_index (answer->preferences, unsigned, i));
    for (unsigned i = 0; i < answer->records->len && added < MOST_HOSTS; i++) {
        const char *host = g_ptr_array_index (answer->records, i);
        if (g_array_index (answer->preferences, unsigned, i) != best || !dns_is_name (host))
            continue;
        g_string_append_printf (text, "\n%s", host);
        added++;
    }
}

static void
tell (const Asker *asker, const char *domain, const DnsAnswer *answer)
{
    g_autoptr (GString) text = g_string_new (domain);

    switch (answer->status) {
    case DNS_FOUND:
        g_string_append_printf (text, "\n%u", answer->ttl);
        add_best (text, answer);
        break;
    case DNS_NONE:
        g_string_append_printf (text, "\n%d", NONE_SECONDS);
        if (!answer->no_name)
            g_string_append_printf (text, "\n%s", domain); /* its own address is the mail's */
        break;
    case DNS_TEMPORARY:
    case DNS_MALFORMED:
        g_string_append_printf (text, "\n!%s", answer->why ? answer->why : "");
        break;
    }
    send_answer (asker, text);
}

static void
take_answer (void *data, int status, int timeouts G_GNUC_UNUSED, unsigned char *bytes,
             int length)
{
    Question *question = data;
    g_autoptr (DnsAnswer) answer =
        dns_channel_answer (status, bytes, length, question->domain, DNS_MX);

    question->asker->waiting--;
    tell (question->asker, question->domain, answer);
    g_free (question->domain);
    g_free (question);
}

static void
tell_failure (const Asker *asker, const char *domain, const char *why)
{
    g_autoptr (DnsAnswer) answer = dns_answer_new (DNS_TEMPORARY, why);

    tell (asker, domain, answer);
}

/* The setting may change with a reload. */
static bool
use_resolver (Asker *asker, const char *dns, GError **error)
{
    if (asker->channel && strcmp (asker->dns, dns) == 0)
        return true;
    if (asker->channel)
        ares_destroy (asker->channel); /* who still waits is told so */
    g_free (asker->dns);
    asker->dns = g_strdup (dns);
    asker->channel = dns_channel_open (dns, error);
    return asker->channel != NULL;
}

static void
ask (Asker *asker, const char *dns, const char *domain)
{
    g_autoptr (GError) error = NULL;

    if (!dns_is_name (domain)) {
        tell_failure (asker, domain, "no domain name");
        return;
    }
    if (!use_resolver (asker, dns, &error)) {
        tell_failure (asker, domain, error->message);
        return;
    }
    Question *question = g_new0 (Question, 1);
    question->asker = asker;
    question->domain = g_strdup (domain);
    asker->waiting++;
    ares_query (asker->channel, domain, 1 /* IN */, DNS_MX, take_answer, question);
}

/* False when the daemon is gone. */
static bool
take_question (Asker *asker)
{
    char packet[MOST_BYTES + 1];
    ssize_t n = recv (asker->fd, packet, MOST_BYTES, MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    packet[n] = '\0';
    char *domain = strchr (packet, '\n');
    if (n == 0 || !domain)
        return false;
    *domain++ = '\0';
    ask (asker, packet, domain);
    return true;
}

static bool
serve_once (Asker *asker)
{
    fd_set readers, writers;
    struct timeval next;
    int count = 0;

    FD_ZERO (&readers);
    FD_ZERO (&writers);
    if (asker->channel)
        count = ares_fds (asker->channel, &readers, &writers);
    if (asker->waiting < MOST_WAITING) {
        FD_SET (asker->fd, &readers);
        count = MAX (count, asker->fd + 1);
    }
    struct timeval *wait =
        asker->channel && asker->waiting ? ares_timeout (asker->channel, NULL, &next) : NULL;
    if (select (count, &readers, &writers, NULL, wait) < 0)
        return errno == EINTR;
    if (asker->channel)
        ares_process (asker->channel, &readers, &writers);
    return !FD_ISSET (asker->fd, &readers) || take_question (asker);
}

static void
bound_process (void)
{
    setrlimit (RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    setrlimit (RLIMIT_FSIZE, &(struct rlimit){ 0, 0 });
#ifndef __SANITIZE_ADDRESS__
    setrlimit (RLIMIT_AS, &(struct rlimit){ most_memory, most_memory });
#endif
}

static void
serve (int fd, pid_t parent)
{
    Asker asker = { .fd = fd };

    bound_process ();
    while (getppid () == parent && serve_once (&asker))
        ;
}

MailResolver *
mail_resolver_start (GError **error)
{
    Child child = { 0 };

    if (!child_start ("licetd-mx", SOCK_SEQPACKET, serve, "DNS for mailbox providers", &child,
                      error))
        return NULL;
    MailResolver *resolver = g_new0 (MailResolver, 1);
    resolver->child = child;
    return resolver;
}

bool
mail_resolver_ask (MailResolver *resolver, const char *dns, const char *domain)
{
    g_autofree char *packet = g_strdup_printf ("%s\n%s", dns, domain);
    size_t length = strlen (packet);

    return length <= MOST_BYTES && dns_is_name (domain) &&
           send (resolver->child.fd, packet, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)length;
}

/* NULL for what no honest process sends. */
static MailHosts *
read_packet (char *packet, int64_t at, uint32_t *ret_seconds)
{
    g_auto (GStrv) lines = g_strsplit (packet, "\n", MOST_HOSTS + 3);
    unsigned count = g_strv_length (lines);

    if (count < 2 || !dns_is_name (lines[0]))
        return NULL;
    if (lines[1][0] == '!')
        return mail_hosts_new (lines[0], NULL, lines[1] + 1, at);
    for (unsigned i = 2; i < count; i++)
        if (!dns_is_name (lines[i]))
            return NULL;
    *ret_seconds = (uint32_t)g_ascii_strtoull (lines[1], NULL, 10);
    return mail_hosts_new (lines[0], g_strdupv (lines + 2), NULL, at);
}

MailHosts *
mail_resolver_next (MailResolver *resolver, int64_t (*now) (void *), void *data,
                    uint32_t *ret_seconds)
{
    char packet[MOST_BYTES + 1];

    for (;;) {
        ssize_t n = recv (resolver->child.fd, packet, MOST_BYTES, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return NULL;
        packet[n] = '\0';
        MailHosts *hosts = read_packet (packet, now (data), ret_seconds);
        if (hosts)
            return hosts;
    }
}

void
mail_resolver_stop (MailResolver *resolver)
{
    if (resolver->child.pid == 0)
        return;
    child_stop (&resolver->child);
    shutdown (resolver->child.fd, SHUT_RDWR);
}

void
mail_resolver_free (MailResolver *resolver)
{
    if (!resolver)
        return;
    mail_resolver_stop (resolver);
    close (resolver->child.fd);
    g_free (resolver);
}
