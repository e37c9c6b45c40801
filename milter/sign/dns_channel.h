/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGN_DNS_CHANNEL_H
#define LICET_SIGN_DNS_CHANNEL_H

#include <ares.h>

#include "dns.h"

/* What all that ask through c-ares share: one channel, and answers read here. */

/* resolver as of dns_client_new. Caller destroys with ares_destroy. NULL with SETTINGS. */
ares_channel dns_channel_open (const char *resolver, GError **error);
/* Whether nobody answered. */
bool dns_channel_is_silent (int status);
/* From what c-ares hands to a callback. Caller frees. */
DnsAnswer *dns_channel_answer (int status, const unsigned char *bytes, int length,
                               const char *name, DnsType type);

#endif
