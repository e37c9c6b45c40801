/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGN_DNS_H
#define LICET_SIGN_DNS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Questions to a recursive resolver (RFC 1034, 1035, 2308), with answers that tell "there is
 * none" from "nobody could tell". c-ares carries the question (it checks the id, the question and
 * the sender of an answer, and asks again over TCP); what is in the answer is read here. Not for
 * the daemon's threads: it runs in a child process whose end bounds it (sandbox.h). No DNSSEC.
 */
typedef enum { DNS_A = 1, DNS_PTR = 12, DNS_MX = 15, DNS_TXT = 16, DNS_AAAA = 28 } DnsType;

typedef enum {
    DNS_FOUND,
    DNS_NONE,      /* the name or the type does not exist */
    DNS_TEMPORARY, /* no answer in time, or the server could not find out */
    DNS_MALFORMED, /* an answer that cannot be understood, or aliases that never end */
} DnsStatus;

typedef struct {
    DnsStatus status;
    bool no_name; /* with NONE: NXDOMAIN */
    GPtrArray
        *records; /* of char *: an address, a host name in lower case without the last dot,
                           or the joined strings of a TXT, NUL shown as "?" */
    GArray *preferences; /* of unsigned, of MX, as records */
    uint32_t ttl;        /* the least of the answer, seconds */
    char *alias;         /* where CNAMEs led to, or NULL */
    char *why;           /* with TEMPORARY and MALFORMED, for people */
} DnsAnswer;

DnsAnswer *dns_answer_new (DnsStatus status, const char *why);
void dns_answer_free (DnsAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnsAnswer, dns_answer_free)

/* Reads a DNS message that answers the question. Never fails: what cannot be read is MALFORMED. An
 * answer with an alias and NONE may only mean that the server did not follow it. Caller frees. */
DnsAnswer *dns_answer_read (const unsigned char *data, size_t length, const char *name,
                            DnsType type);

/* Whether a name may be asked for: labels of printable ASCII, at most 253 bytes. */
bool dns_is_name (const char *name);
const char *dns_type_word (DnsType type); /* "TXT" */

/* Where answers come from: a resolver, or a table of a test. The answer stays the source's. */
typedef struct {
    const DnsAnswer *(*lookup) (void *data, const char *name, DnsType type);
    void *data;
} DnsSource;

const DnsAnswer *dns_lookup (const DnsSource *source, const char *name, DnsType type);

typedef struct DnsClient DnsClient;

/*
 * resolver: "HOST:PORT", "[::1]:53", or "" for those of /etc/resolv.conf. All questions together
 * take at most `milliseconds`; what is asked later is TEMPORARY. Answers are kept. SETTINGS when
 * resolver cannot be understood.
 */
DnsClient *dns_client_new (const char *resolver, unsigned milliseconds, GError **error);
void dns_client_free (DnsClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnsClient, dns_client_free)
DnsSource dns_client_source (DnsClient *client);

#endif
