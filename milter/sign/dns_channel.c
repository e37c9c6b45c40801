/* SPDX-License-Identifier: BSD-2-Clause */

#include "dns_channel.h"

#include "licet/error.h"

/* A recursive resolver may take seconds for a name that it has to find, so a question waits 1 and
 * then 2 seconds. */
enum {
    FIRST_WAIT = 1000,
    TRIES = 2,
    UDP_BYTES = 1232, /* what passes without fragments (DNS flag day 2020) */
};

ares_channel
dns_channel_open (const char *resolver, GError **error)
{
    ares_channel channel = NULL;
    struct ares_options options = {
        .flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
        .timeout = FIRST_WAIT,
        .tries = TRIES,
        .ednspsz = UDP_BYTES,
    };
    int status = ares_init_options (&channel, &options,
                                    ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                                        ARES_OPT_EDNSPSZ);
    bool open = status == ARES_SUCCESS;

    if (open && *resolver)
        status = ares_set_servers_ports_csv (channel, resolver);
    if (status == ARES_SUCCESS)
        return channel;
    if (open)
        ares_destroy (channel);
    g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                 "resolver \"%s\": %s; right would be 127.0.0.1:53", resolver,
                 ares_strerror (status));
    return NULL;
}

bool
dns_channel_is_silent (int status)
{
    return status == ARES_ETIMEOUT || status == ARES_ECANCELLED || status == ARES_ECONNREFUSED;
}

/* c-ares turns some response codes into statuses, but leaves the message. */
DnsAnswer *
dns_channel_answer (int status, const unsigned char *bytes, int length, const char *name,
                    DnsType type)
{
    if (bytes && length > 0)
        return dns_answer_read (bytes, (size_t)length, name, type);
    return dns_answer_new (status == ARES_EBADRESP || status == ARES_EBADNAME ? DNS_MALFORMED
                                                                              : DNS_TEMPORARY,
                           dns_channel_is_silent (status) ? "the resolver does not answer"
                                                          : ares_strerror (status));
}
