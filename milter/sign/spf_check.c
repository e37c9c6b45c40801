/* SPDX-License-Identifier: BSD-2-Clause */

/* check_host of RFC 7208, section 4. */

#include <string.h>

#include "spf_client.h"

enum { MOST_MX = 10 };

typedef struct {
    SpfClient client;
    unsigned lookups, voids;
} Check;

/* What a mechanism says of the client. */
typedef enum { MATCH, NO_MATCH, MATCH_TEMPERROR, MATCH_PERMERROR } Match;

static SpfAnswer check_domain (Check *check, const char *domain, bool first);

static Match
match_of_failure (const DnsAnswer *answer)
{
    return answer->status == DNS_TEMPORARY || answer->status == DNS_MALFORMED ? MATCH_TEMPERROR
                                                                              : NO_MATCH;
}

/* Too many questions that lead nowhere are an error (RFC 7208 4.6.4). */
static Match
count_void (Check *check, bool empty)
{
    check->voids += empty;
    return check->voids > SPF_MOST_VOIDS ? MATCH_PERMERROR : NO_MATCH;
}

static Match
match_addresses (Check *check, const SpfTerm *term, const char *name)
{
    const DnsAnswer *answer =
        dns_lookup (check->client.source, name, check->client.ipv6 ? DNS_AAAA : DNS_A);
    int prefix = check->client.ipv6 ? term->prefix6 : term->prefix4;

    if (answer->status != DNS_FOUND && answer->status != DNS_NONE)
        return MATCH_TEMPERROR;
    for (unsigned i = 0; i < answer->records->len; i++)
        if (spf_client_has (&check->client, g_ptr_array_index (answer->records, i), prefix))
            return MATCH;
    return count_void (check, answer->status == DNS_NONE);
}

static Match
match_all (Check *check G_GNUC_UNUSED, const SpfTerm *term G_GNUC_UNUSED,
           const char *name G_GNUC_UNUSED)
{
    return MATCH;
}

static Match
match_mx (Check *check, const SpfTerm *term, const char *name)
{
    const DnsAnswer *answer = dns_lookup (check->client.source, name, DNS_MX);
    Match match = match_of_failure (answer);

    if (match == MATCH_TEMPERROR || answer->records->len > MOST_MX)
        return match == MATCH_TEMPERROR ? match : MATCH_PERMERROR;
    if (answer->status == DNS_NONE)
        return count_void (check, true);
    for (unsigned i = 0; i < answer->records->len && match == NO_MATCH; i++)
        match = match_addresses (check, term, g_ptr_array_index (answer->records, i));
    return match;
}

static Match
match_exists (Check *check, const SpfTerm *term G_GNUC_UNUSED, const char *name)
{
    const DnsAnswer *answer = dns_lookup (check->client.source, name, DNS_A);

    if (answer->status == DNS_FOUND)
        return MATCH;
    return answer->status == DNS_NONE ? count_void (check, true) : MATCH_TEMPERROR;
}

static bool
is_within (const char *name, const char *domain)
{
    size_t length = strlen (name), least = strlen (domain);

    return length >= least && g_ascii_strcasecmp (name + length - least, domain) == 0 &&
           (length == least || name[length - least - 1] == '.');
}

static Match
match_ptr (Check *check, const SpfTerm *term G_GNUC_UNUSED, const char *name)
{
    bool none = false;
    g_autoptr (GPtrArray) names = spf_client_names (&check->client, &none);

    for (unsigned i = 0; i < names->len; i++)
        if (is_within (g_ptr_array_index (names, i), name))
            return MATCH;
    return count_void (check, none);
}

static Match
match_address (Check *check, const SpfTerm *term, const char *name G_GNUC_UNUSED)
{
    bool ipv6 = strcmp (term->name, "ip6") == 0;

    if (ipv6 != check->client.ipv6)
        return NO_MATCH;
    return spf_client_has (&check->client, term->value, ipv6 ? term->prefix6 : term->prefix4)
               ? MATCH
               : NO_MATCH;
}

/* RFC 7208 5.2. */
static Match
match_include (Check *check, const SpfTerm *term G_GNUC_UNUSED, const char *name)
{
    switch (check_domain (check, name, false)) {
    case SPF_ANSWER_PASS:
        return MATCH;
    case SPF_ANSWER_FAIL:
    case SPF_ANSWER_SOFTFAIL:
    case SPF_ANSWER_NEUTRAL:
        return NO_MATCH;
    case SPF_ANSWER_TEMPERROR:
        return MATCH_TEMPERROR;
    case SPF_ANSWER_NONE:
    case SPF_ANSWER_PERMERROR:
    case SPF_ANSWER_UNKNOWN:
        return MATCH_PERMERROR;
    }
    g_assert_not_reached ();
}

static const struct {
    const char *name;
    Match (*match) (Check *check, const SpfTerm *term, const char *name);
    bool counted;
} matchers[] = {
    { "all", match_all, false },     { "include", match_include, true },
    { "a", match_addresses, true },  { "mx", match_mx, true },
    { "ptr", match_ptr, true },      { "exists", match_exists, true },
    { "ip4", match_address, false }, { "ip6", match_address, false },
};

static Match
match_term (Check *check, const SpfTerm *term, const char *domain)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (matchers); i++) {
        if (strcmp (matchers[i].name, term->name) != 0)
            continue;
        if (!matchers[i].counted)
            return matchers[i].match (check, term, NULL);
        if (++check->lookups > SPF_MOST_LOOKUPS)
            return MATCH_PERMERROR;
        g_autofree char *name = spf_client_expand (&check->client, term->value, domain);
        return matchers[i].match (check, term, name);
    }
    return NO_MATCH;
}

static SpfAnswer
answer_of (char qualifier)
{
    switch (qualifier) {
    case '-':
        return SPF_ANSWER_FAIL;
    case '~':
        return SPF_ANSWER_SOFTFAIL;
    case '?':
        return SPF_ANSWER_NEUTRAL;
    default:
        return SPF_ANSWER_PASS;
    }
}

static SpfAnswer
follow_redirect (Check *check, const SpfTerm *redirect, const char *domain)
{
    if (++check->lookups > SPF_MOST_LOOKUPS)
        return SPF_ANSWER_PERMERROR;
    g_autofree char *name = spf_client_expand (&check->client, redirect->value, domain);
    SpfAnswer answer = check_domain (check, name, false);
    return answer == SPF_ANSWER_NONE ? SPF_ANSWER_PERMERROR : answer;
}

static SpfAnswer
check_record (Check *check, const SpfRecord *record, const char *domain)
{
    const SpfTerm *redirect = NULL;

    for (unsigned i = 0; i < record->terms->len; i++) {
        const SpfTerm *term = g_ptr_array_index (record->terms, i);
        redirect = strcmp (term->name, "redirect") == 0 ? term : redirect;
        Match match = term->qualifier == '=' ? NO_MATCH : match_term (check, term, domain);
        if (match == MATCH)
            return answer_of (term->qualifier);
        if (match != NO_MATCH)
            return match == MATCH_TEMPERROR ? SPF_ANSWER_TEMPERROR : SPF_ANSWER_PERMERROR;
    }
    return redirect ? follow_redirect (check, redirect, domain) : SPF_ANSWER_NEUTRAL;
}

/* A name in mail that is no domain has no policy (RFC 7208 4.3). */
static SpfAnswer
check_domain (Check *check, const char *domain, bool first)
{
    const char *text = NULL;

    if (!dns_is_name (domain) || (first && !strchr (domain, '.')))
        return SPF_ANSWER_NONE;
    const DnsAnswer *answer = dns_lookup (check->client.source, domain, DNS_TXT);
    if (match_of_failure (answer) == MATCH_TEMPERROR)
        return SPF_ANSWER_TEMPERROR;
    for (unsigned i = 0; i < answer->records->len; i++) {
        const char *record = g_ptr_array_index (answer->records, i);
        if (!spf_is_record (record))
            continue;
        if (text)
            return SPF_ANSWER_PERMERROR;
        text = record;
    }
    if (!text)
        return SPF_ANSWER_NONE;
    g_autoptr (SpfRecord) record = spf_record_parse (text);
    return record->problem ? SPF_ANSWER_PERMERROR : check_record (check, record, domain);
}

SpfAnswer
spf_check (const DnsSource *source, const SpfQuestion *question)
{
    Check check = { .lookups = 0 };
    SpfAnswer answer = SPF_ANSWER_UNKNOWN;

    if (spf_client_init (&check.client, source, question))
        answer = check_domain (&check, check.client.domain, true);
    spf_client_clear (&check.client);
    return answer;
}
