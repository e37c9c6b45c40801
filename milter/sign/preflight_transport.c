/* SPDX-License-Identifier: BSD-2-Clause */

/* TLS-RPT (RFC 8460) and MTA-STS (RFC 8461) of the domain: they protect mail that comes in. */

#include <string.h>

#include "preflight_parts.h"
#include "tags.h"

typedef struct {
    AuthFact fact;
    const char *prefix, *version, *tag; /* a record has version and tag */
    const char *check, *syntax;
    const char *what; /* what its absence means */
} Announcement;

static const Announcement announcements[] = {
    { AUTH_TLS_RPT, "_smtp._tls", "TLSRPTv1", "rua", "tls-rpt-missing", "tls-rpt-syntax",
      "nobody hears when mail to the domain cannot be encrypted" },
    { AUTH_MTA_STS, "_mta-sts", "STSv1", "id", "mta-sts-missing", "mta-sts-syntax",
      "mail to the domain may be sent without encryption" },
};

static char *
first_record (const Preflight *preflight, const Announcement *announcement, const char *name)
{
    g_autofree char *value = announcement->fact == AUTH_TLS_RPT
                                 ? g_strdup_printf ("v=TLSRPTv1; rua=mailto:tls-reports@%s",
                                                    preflight->request->domain)
                                 : g_strdup ("v=STSv1; id=1");

    return preflight_txt (name, value);
}

static const char *
find_record (const DnsAnswer *answer, const char *version, unsigned *ret_count)
{
    g_autofree char *start = g_strdup_printf ("v=%s", version);
    const char *found = NULL;

    for (unsigned i = 0; i < answer->records->len; i++) {
        const char *text = g_ptr_array_index (answer->records, i);
        if (!g_str_has_prefix (text, start))
            continue;
        found = text;
        ++*ret_count;
    }
    return found;
}

/* The host with the policy, RFC 8461 3.3. */
static void
check_policy_host (const Preflight *preflight)
{
    g_autofree char *host = g_strdup_printf ("mta-sts.%s", preflight->request->domain);
    g_autofree char *place = g_strdup_printf ("%s A", host);

    if (dns_lookup (&preflight->source, host, DNS_A)->status == DNS_NONE &&
        dns_lookup (&preflight->source, host, DNS_AAAA)->status == DNS_NONE)
        preflight_find (preflight, PREFLIGHT_NOTE, "mta-sts-host", place, NULL,
                        "the MTA-STS record is there, but the host of its policy has no "
                        "address");
}

static void
check (const Preflight *preflight, const Announcement *announcement)
{
    g_autofree char *name =
        g_strdup_printf ("%s.%s", announcement->prefix, preflight->request->domain);
    g_autofree char *place = g_strdup_printf ("%s TXT", name);
    const DnsAnswer *answer = preflight_ask (preflight, "transport-dns", name, DNS_TXT);
    unsigned count = 0;

    if (!answer) {
        preflight_settle (preflight, announcement->fact, AUTH_UNKNOWN, "DNS did not say");
        return;
    }
    const char *record = find_record (answer, announcement->version, &count);
    g_autoptr (TagList) tags = tag_list_parse (record ? record : "");
    if (!record) {
        preflight_find (preflight, PREFLIGHT_NOTE, announcement->check, place,
                        first_record (preflight, announcement, name), "there is no record: %s",
                        announcement->what);
        preflight_settle (preflight, announcement->fact, AUTH_NO, "there is no record");
    } else if (count > 1 || tags->problem || !tag_list_get (tags, announcement->tag)) {
        preflight_find (preflight, PREFLIGHT_NOTE, announcement->syntax, place,
                        first_record (preflight, announcement, name), "the record is none: %s",
                        count > 1       ? "there are several"
                        : tags->problem ? tags->problem
                                        : "a tag is missing");
        preflight_settle (preflight, announcement->fact, AUTH_NO, "the record has an error");
    } else {
        preflight_settle (preflight, announcement->fact, AUTH_YES, "there is a record");
    }
}

void
preflight_transport (const Preflight *preflight)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (announcements); i++)
        check (preflight, &announcements[i]);
    if (preflight_has (preflight, AUTH_MTA_STS))
        check_policy_host (preflight);
}
