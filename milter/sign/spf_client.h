/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGN_SPF_CLIENT_H
#define LICET_SIGN_SPF_CLIENT_H

#include "spf.h"

/* Who asks, in the forms that the terms of a record need (RFC 7208 7). */
typedef struct {
    const DnsSource *source;
    unsigned char bytes[16];
    bool ipv6;          /* not an IPv4 address that is written as IPv6 */
    char *sender;       /* with "postmaster" for a missing local part */
    const char *domain; /* within sender */
    char *helo;
} SpfClient;

/* False when the address is none; clear it all the same. */
bool spf_client_init (SpfClient *client, const DnsSource *source, const SpfQuestion *question);
void spf_client_clear (SpfClient *client);

/* The domain that a term names, at most 253 bytes, and `domain` where value is NULL (RFC 7208
 * 7.3). Caller frees. */
char *spf_client_expand (const SpfClient *client, const char *value, const char *domain);

/* Whether the first `prefix` bits are those of the client; -1 for all of them. False for an
 * address of the other family. */
bool spf_client_has (const SpfClient *client, const char *address, int prefix);

/* "1.2.0.192.in-addr.arpa". Caller frees. */
char *spf_client_reverse (const SpfClient *client);

/* The names that lead back to the client (RFC 7208 5.5), at most 10. Caller owns. */
GPtrArray *spf_client_names (const SpfClient *client, bool *ret_found_none);

#endif
