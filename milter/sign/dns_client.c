/* SPDX-License-Identifier: BSD-2-Clause */

/* One question at a time through c-ares, each answer kept, all of them within one time budget. */

#include <arpa/nameser.h>
#include <string.h>
#include <sys/select.h>

#include "dns_channel.h"

/* After four questions in a row without an answer the resolver counts as dead. */
enum { DEAD_AFTER = 4, MOST_QUESTIONS = 400, MOST_FOLLOWED = 8 };

struct DnsClient {
    ares_channel channel;
    GHashTable *answers; /* "TXT example.org" to DnsAnswer */
    int64_t deadline;    /* monotonic microseconds */
    unsigned questions, silences;
};

typedef struct {
    const char *name;
    DnsType type;
    DnsAnswer *answer; /* NULL: none yet */
    bool silent;
} Question;

DnsClient *
dns_client_new (const char *resolver, unsigned milliseconds, GError **error)
{
    g_autoptr (DnsClient) client = g_new0 (DnsClient, 1);

    client->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify)dns_answer_free);
    client->deadline = g_get_monotonic_time () + (int64_t)milliseconds * 1000;
    client->channel = dns_channel_open (resolver, error);
    return client->channel ? g_steal_pointer (&client) : NULL;
}

void
dns_client_free (DnsClient *client)
{
    if (!client)
        return;
    if (client->channel)
        ares_destroy (client->channel);
    g_hash_table_unref (client->answers);
    g_free (client);
}

static void
take_answer (void *data, int status, int timeouts G_GNUC_UNUSED, unsigned char *bytes,
             int length)
{
    Question *question = data;

    question->silent = dns_channel_is_silent (status);
    question->answer =
        dns_channel_answer (status, bytes, length, question->name, question->type);
}

static void
wait_for_answer (DnsClient *client, const Question *question)
{
    while (!question->answer) {
        fd_set readers, writers;
        FD_ZERO (&readers);
        FD_ZERO (&writers);
        int64_t left = client->deadline - g_get_monotonic_time ();
        int count = ares_fds (client->channel, &readers, &writers);
        if (left <= 0 || count == 0) {
            ares_cancel (client->channel);
            return;
        }
        struct timeval bound = { left / G_USEC_PER_SEC, left % G_USEC_PER_SEC }, next;
        struct timeval *wait = ares_timeout (client->channel, &bound, &next);
        select (count, &readers, &writers, NULL, wait);
        ares_process (client->channel, &readers, &writers);
    }
}

static DnsAnswer *
ask (DnsClient *client, const char *name, DnsType type)
{
    Question question = { .name = name, .type = type };

    if (client->silences >= DEAD_AFTER)
        return dns_answer_new (DNS_TEMPORARY, "the resolver does not answer");
    if (g_get_monotonic_time () >= client->deadline)
        return dns_answer_new (DNS_TEMPORARY, "no time is left");
    if (++client->questions > MOST_QUESTIONS)
        return dns_answer_new (DNS_TEMPORARY, "too many questions");
    ares_query (client->channel, name, ns_c_in, (int)type, take_answer, &question);
    wait_for_answer (client, &question);
    client->silences = question.silent ? client->silences + 1 : 0;
    return question.answer ? question.answer
                           : dns_answer_new (DNS_TEMPORARY, "no time is left");
}

/* A resolver follows aliases; one that only knows its own zones may stop at the alias. */
static DnsAnswer *
ask_and_follow (DnsClient *client, const char *name, DnsType type)
{
    DnsAnswer *answer = ask (client, name, type);

    for (unsigned hops = 0; answer->status == DNS_NONE && answer->alias && !answer->no_name;
         hops++) {
        g_autofree char *alias = g_strdup (answer->alias);
        if (hops == MOST_FOLLOWED) {
            dns_answer_free (answer);
            return dns_answer_new (DNS_MALFORMED, "a loop of CNAME records");
        }
        DnsAnswer *next = ask (client, alias, type);
        dns_answer_free (answer);
        answer = next;
        if (!answer->alias) {
            answer->alias = g_steal_pointer (&alias);
            break;
        }
    }
    return answer;
}

static const DnsAnswer *
lookup (void *data, const char *name, DnsType type)
{
    DnsClient *client = data;
    g_autofree char *lower = g_ascii_strdown (name, -1);

    if (g_str_has_suffix (lower, "."))
        lower[strlen (lower) - 1] = '\0';
    g_autofree char *key = g_strdup_printf ("%s %s", dns_type_word (type), lower);
    const DnsAnswer *known = g_hash_table_lookup (client->answers, key);
    if (known)
        return known;
    DnsAnswer *answer;
    if (dns_is_name (lower)) {
        answer = ask_and_follow (client, lower, type);
    } else {
        answer = dns_answer_new (DNS_NONE, "no domain name");
        answer->no_name = true;
    }
    g_hash_table_insert (client->answers, g_steal_pointer (&key), answer);
    return answer;
}

DnsSource
dns_client_source (DnsClient *client)
{
    return (DnsSource){ lookup, client };
}
