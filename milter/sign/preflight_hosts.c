/* SPDX-License-Identifier: BSD-2-Clause */

/* The names of our egress addresses (RFC 1912 2.1, FCrDNS), and where answers would go. */

#include <arpa/inet.h>
#include <string.h>

#include "preflight_parts.h"
#include "spf_client.h"

typedef struct {
    const Preflight *preflight;
    unsigned wrong, unsure;
} Hosts;

/* A host that receivers see from outside cannot have such an address. */
static const char *
find_range (const SpfClient *client)
{
    static const struct {
        const char *address;
        int prefix;
        const char *what;
    } ranges[] = {
        { "127.0.0.0", 8, "a loopback address" },
        { "10.0.0.0", 8, "a private address" },
        { "172.16.0.0", 12, "a private address" },
        { "192.168.0.0", 16, "a private address" },
        { "100.64.0.0", 10, "a shared address" },
        { "169.254.0.0", 16, "a link-local address" },
        { "::1", 128, "a loopback address" },
        { "fc00::", 7, "a private address" },
        { "fe80::", 10, "a link-local address" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (ranges); i++)
        if (spf_client_has (client, ranges[i].address, ranges[i].prefix))
            return ranges[i].what;
    return NULL;
}

/* "mail-192-0-2-1.pool.example": the name that a provider gives to a customer's line. */
static bool
is_generic (const char *name, const char *address)
{
    g_auto (GStrv) parts = g_strsplit (address, ".", -1);

    if (g_strv_length (parts) != 4)
        return false;
    g_autofree char *dashes = g_strjoinv ("-", parts);
    g_autofree char *back =
        g_strdup_printf ("%s-%s-%s-%s", parts[3], parts[2], parts[1], parts[0]);
    g_autofree char *back_dots =
        g_strdup_printf ("%s.%s.%s.%s", parts[3], parts[2], parts[1], parts[0]);
    return strstr (name, dashes) || strstr (name, address) || strstr (name, back) ||
           strstr (name, back_dots);
}

static bool
has_address (const Preflight *preflight, const SpfClient *client, const char *name,
             bool *ret_unsure)
{
    const DnsAnswer *answer =
        dns_lookup (&preflight->source, name, client->ipv6 ? DNS_AAAA : DNS_A);

    *ret_unsure = *ret_unsure || (answer->status != DNS_FOUND && answer->status != DNS_NONE);
    for (unsigned i = 0; i < answer->records->len; i++)
        if (spf_client_has (client, g_ptr_array_index (answer->records, i), -1))
            return true;
    return false;
}

static void
report_names (Hosts *hosts, const SpfClient *client, const char *address,
              const DnsAnswer *answer, const char *place)
{
    const Preflight *preflight = hosts->preflight;
    const char *good = NULL;
    bool unsure = false;

    for (unsigned i = 0; i < answer->records->len && !good; i++)
        if (has_address (preflight, client, g_ptr_array_index (answer->records, i), &unsure))
            good = g_ptr_array_index (answer->records, i);
    if (!good && unsure) {
        hosts->unsure++;
        preflight_find (preflight, PREFLIGHT_UNKNOWN, "ptr-dns", place, NULL,
                        "DNS did not say whether the name leads back to %s", address);
    } else if (!good) {
        const char *name = g_ptr_array_index (answer->records, 0);
        hosts->wrong++;
        preflight_find (
            preflight, PREFLIGHT_PROBLEM, "ptr-unconfirmed", place,
            g_strdup_printf ("%s. IN %s %s", name, client->ipv6 ? "AAAA" : "A", address),
            "%s is named %s, which does not lead back to it", address, name);
    } else if (is_generic (good, address)) {
        preflight_find (preflight, PREFLIGHT_NOTE, "ptr-generic", place, NULL,
                        "%s looks like a provider's name for any customer; right would be a "
                        "name of your own, such as %s",
                        good, preflight->request->helo);
    }
}

static void
check_egress (Hosts *hosts, const char *address)
{
    const Preflight *preflight = hosts->preflight;
    SpfClient client = { 0 };
    SpfQuestion question = { address, preflight->request->helo, "" };

    if (!spf_client_init (&client, &preflight->source, &question)) {
        spf_client_clear (&client);
        return;
    }
    g_autofree char *name = spf_client_reverse (&client);
    g_autofree char *place = g_strdup_printf ("%s PTR", name);
    const char *range = find_range (&client);
    const DnsAnswer *answer = preflight_ask (preflight, "ptr-dns", name, DNS_PTR);
    if (range)
        preflight_find (preflight, PREFLIGHT_PROBLEM, "egress-address", place, NULL,
                        "%s is %s: receivers see another one; right would be the address after "
                        "translation",
                        address, range);
    if (!answer) {
        hosts->unsure++;
    } else if (answer->status == DNS_NONE) {
        hosts->wrong++;
        preflight_find (preflight, PREFLIGHT_PROBLEM, "ptr-missing", place,
                        g_strdup_printf ("%s. IN PTR %s.", name, preflight->request->helo),
                        "%s has no name (PTR); who gave you the address can set one", address);
    } else {
        report_names (hosts, &client, address, answer, place);
    }
    spf_client_clear (&client);
}

static void
settle_ptr (const Hosts *hosts, unsigned count)
{
    if (hosts->wrong > 0)
        preflight_settle (hosts->preflight, AUTH_PTR, AUTH_NO,
                          "%u of our %u addresses have no name that leads back", hosts->wrong,
                          count);
    else if (hosts->unsure > 0 || count == 0)
        preflight_settle (hosts->preflight, AUTH_PTR, AUTH_UNKNOWN,
                          count ? "DNS did not say" : "no egress address is configured");
    else
        preflight_settle (hosts->preflight, AUTH_PTR, AUTH_YES, "names lead to our %u %s",
                          count, count == 1 ? "address" : "addresses");
}

/* Whether mail can go to the host; what keeps it away is a finding. */
static AuthAnswer
check_exchange (const Preflight *preflight, const char *host, const char *place)
{
    const DnsAnswer *one = dns_lookup (&preflight->source, host, DNS_A);
    const DnsAnswer *other = dns_lookup (&preflight->source, host, DNS_AAAA);

    if (one->alias || other->alias)
        preflight_find (preflight, PREFLIGHT_NOTE, "mx-alias", place, NULL,
                        "%s is a CNAME, which an MX must not name (RFC 2181 10.3)", host);
    if (one->status == DNS_FOUND || other->status == DNS_FOUND)
        return AUTH_YES;
    if (one->status != DNS_NONE || other->status != DNS_NONE)
        return AUTH_UNKNOWN;
    preflight_find (preflight, PREFLIGHT_PROBLEM, "mx-no-address", place, NULL,
                    "%s has no address", host);
    return AUTH_NO;
}

static AuthAnswer
check_exchanges (const Preflight *preflight, const DnsAnswer *answer, const char *place)
{
    AuthAnswer best = AUTH_NO;

    for (unsigned i = 0; i < answer->records->len; i++) {
        const char *host = g_ptr_array_index (answer->records, i);
        AuthAnswer one =
            strcmp (host, ".") == 0 ? AUTH_NO : check_exchange (preflight, host, place);
        best = best == AUTH_YES || one == AUTH_YES ? AUTH_YES
               : one == AUTH_UNKNOWN               ? one
                                                   : best;
    }
    return best;
}

/* Without MX the address takes mail (RFC 5321 5.1). */
static AuthAnswer
check_no_exchange (const Preflight *preflight, const char *domain, const char *place,
                   bool no_name)
{
    const DnsAnswer *one = dns_lookup (&preflight->source, domain, DNS_A);
    const DnsAnswer *other = dns_lookup (&preflight->source, domain, DNS_AAAA);

    if (one->status == DNS_FOUND || other->status == DNS_FOUND) {
        preflight_find (preflight, PREFLIGHT_NOTE, "mx-missing", place, NULL,
                        "there is no MX; mail goes to the address of %s itself", domain);
        return AUTH_YES;
    }
    if (one->status != DNS_NONE || other->status != DNS_NONE)
        return AUTH_UNKNOWN;
    preflight_find (preflight, PREFLIGHT_PROBLEM, no_name ? "domain-missing" : "mx-missing",
                    place, g_strdup_printf ("%s. IN MX 10 HOST-THAT-TAKES-MAIL.", domain),
                    no_name ? "the domain does not exist"
                            : "there is neither MX nor address: nobody can answer, and some "
                              "receivers refuse such senders");
    return AUTH_NO;
}

static AuthAnswer
check_domain (const Preflight *preflight, const char *domain)
{
    g_autofree char *place = g_strdup_printf ("%s MX", domain);
    const DnsAnswer *answer = preflight_ask (preflight, "mx-dns", domain, DNS_MX);

    if (!answer)
        return AUTH_UNKNOWN;
    if (answer->status == DNS_NONE)
        return check_no_exchange (preflight, domain, place, answer->no_name);
    if (answer->records->len == 1 &&
        strcmp (g_ptr_array_index (answer->records, 0), ".") == 0) {
        preflight_find (preflight, PREFLIGHT_PROBLEM, "mx-null", place, NULL,
                        "the domain says that it takes no mail (RFC 7505), so nobody can "
                        "answer and notices are lost");
        return AUTH_NO;
    }
    return check_exchanges (preflight, answer, place);
}

void
preflight_hosts (const Preflight *preflight)
{
    const PreflightRequest *request = preflight->request;
    Hosts hosts = { .preflight = preflight };

    for (char **address = request->egress; *address; address++)
        check_egress (&hosts, *address);
    settle_ptr (&hosts, g_strv_length (request->egress));
    AuthAnswer answer = check_domain (preflight, request->domain);
    preflight_settle (preflight, AUTH_MX, answer,
                      answer == AUTH_YES  ? "%s takes mail"
                      : answer == AUTH_NO ? "%s takes no mail"
                                          : "%s: DNS did not say",
                      request->domain);
    if (strcmp (request->envelope, request->domain) != 0)
        check_domain (preflight, request->envelope);
}
