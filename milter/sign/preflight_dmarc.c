/* SPDX-License-Identifier: BSD-2-Clause */

/* DMARC (RFC 7489): which record holds for From, and whether SPF or DKIM passes and is aligned. */

#include <string.h>

#include "licet/address.h"
#include "preflight_parts.h"
#include "tags.h"

/* What a walk up the labels asks at most (the successor of RFC 7489). */
enum { MOST_STEPS = 8 };

static const char *const policies[] = { "none", "quarantine", "reject", NULL };

typedef struct {
    const Preflight *preflight;
    char *domain; /* where the record stands */
    char *place;
    char *text; /* NULL: there is none */
    unsigned count;
    bool unknown;
} Dmarc;

static bool
is_record (const char *text)
{
    size_t length = strlen ("v=DMARC1");

    return g_ascii_strncasecmp (text, "v=DMARC1", length) == 0 &&
           (text[length] == '\0' || text[length] == ';' || text[length] == ' ');
}

static void
clear (Dmarc *dmarc)
{
    g_clear_pointer (&dmarc->domain, g_free);
    g_clear_pointer (&dmarc->place, g_free);
    g_clear_pointer (&dmarc->text, g_free);
}

/* The record at _dmarc of one domain. */
static void
read_at (Dmarc *dmarc, const char *domain)
{
    g_autofree char *name = g_strdup_printf ("_dmarc.%s", domain);
    const DnsAnswer *answer = preflight_ask (dmarc->preflight, "dmarc-dns", name, DNS_TXT);

    clear (dmarc);
    dmarc->domain = g_strdup (domain);
    dmarc->place = g_strdup_printf ("%s TXT", name);
    dmarc->count = 0;
    dmarc->unknown = !answer;
    for (unsigned i = 0; answer && i < answer->records->len; i++) {
        const char *text = g_ptr_array_index (answer->records, i);
        if (!is_record (text))
            continue;
        dmarc->count++;
        g_free (dmarc->text);
        dmarc->text = g_strdup (text);
    }
}

/* A first record for who has none: reports first, nothing is refused. */
static char *
first_record (const Preflight *preflight)
{
    g_autofree char *name = g_strdup_printf ("_dmarc.%s", preflight->organisation);
    g_autofree char *value =
        g_strdup_printf ("v=DMARC1; p=none; rua=mailto:dmarc@%s", preflight->organisation);

    return preflight_txt (name, value);
}

/* Receivers that walk up the labels may stop at another record than those with a list of public
 * suffixes. */
static void
compare_tree (const Dmarc *dmarc)
{
    const Preflight *preflight = dmarc->preflight;
    const char *domain = preflight->request->domain;

    for (unsigned steps = 0; steps < MOST_STEPS && strchr (domain, '.'); steps++) {
        Dmarc other = { .preflight = preflight };
        read_at (&other, domain);
        bool found = other.count == 1;
        if (found && strcmp (domain, dmarc->domain) != 0)
            preflight_find (preflight, PREFLIGHT_NOTE, "dmarc-tree", other.place, NULL,
                            "receivers that walk up the labels (DMARCbis) use this record, "
                            "others that of %s",
                            dmarc->domain);
        clear (&other);
        if (found)
            return;
        domain = strchr (domain, '.') + 1;
    }
}

static bool
is_strict (const TagList *tags, const char *name)
{
    const char *mode = tag_list_get (tags, name);

    return mode && g_ascii_strcasecmp (mode, "s") == 0;
}

static void
report_policy (const Dmarc *dmarc, const TagList *tags)
{
    bool below = strcmp (dmarc->domain, dmarc->preflight->request->domain) != 0;
    const char *own = tag_list_get (tags, "p"), *sub = tag_list_get (tags, "sp");
    const char *policy = below && sub ? sub : own;
    const char *percent = tag_list_get (tags, "pct");

    if (g_ascii_strcasecmp (policy, "none") == 0)
        preflight_find (dmarc->preflight, PREFLIGHT_NOTE, "dmarc-none", dmarc->place, NULL,
                        "the policy for %s is none: forged mail is delivered; right would be "
                        "quarantine or reject once the reports show no mail of yours failing",
                        dmarc->preflight->request->domain);
    if (percent && strcmp (percent, "100") != 0)
        preflight_find (dmarc->preflight, PREFLIGHT_NOTE, "dmarc-percent", dmarc->place, NULL,
                        "pct=%s: the policy holds for a part of the mail only", percent);
    if (!tag_list_get (tags, "rua"))
        preflight_find (dmarc->preflight, PREFLIGHT_NOTE, "dmarc-no-reports", dmarc->place,
                        NULL, "there is no rua=, so nobody hears of mail that fails");
}

/* Another organisation must say that it takes the reports (RFC 7489 7.1). */
static void
check_reports_to (const Dmarc *dmarc, const char *uri)
{
    const char *at = strchr (uri, '@');
    g_autofree char *host = at ? g_strndup (at + 1, strcspn (at + 1, "!,; ")) : NULL;

    if (!host || !dns_is_name (host))
        return;
    g_autofree char *organisation = address_organisational_domain (host);
    g_autofree char *home = address_organisational_domain (dmarc->domain);
    if (strcmp (organisation, home) == 0)
        return;
    g_autofree char *name = g_strdup_printf ("%s._report._dmarc.%s", dmarc->domain, host);
    g_autofree char *place = g_strdup_printf ("%s TXT", name);
    const DnsAnswer *answer = preflight_ask (dmarc->preflight, "dmarc-dns", name, DNS_TXT);
    for (unsigned i = 0; answer && i < answer->records->len; i++)
        if (is_record (g_ptr_array_index (answer->records, i)))
            return;
    if (answer)
        preflight_find (dmarc->preflight, PREFLIGHT_NOTE, "dmarc-report-refused", place,
                        preflight_txt (name, "v=DMARC1"),
                        "%s does not say that it takes reports about %s, so none are sent",
                        host, dmarc->domain);
}

static void
check_reports (const Dmarc *dmarc, const TagList *tags)
{
    const char *list = tag_list_get (tags, "rua");
    g_auto (GStrv) uris = g_strsplit (list ? list : "", ",", -1);

    for (char **uri = uris; *uri; uri++) {
        g_strstrip (*uri);
        if (g_ascii_strncasecmp (*uri, "mailto:", 7) == 0)
            check_reports_to (dmarc, *uri);
        else if (**uri)
            preflight_find (dmarc->preflight, PREFLIGHT_NOTE, "dmarc-reports", dmarc->place,
                            NULL, "rua=%s is no mailto: address", *uri);
    }
}

static const char *
find_flaw (const TagList *tags)
{
    const char *policy = tag_list_get (tags, "p"), *sub = tag_list_get (tags, "sp");

    if (tags->problem)
        return tags->problem;
    if (tags->names->len == 0 || strcmp (g_ptr_array_index (tags->names, 0), "v") != 0)
        return "v= must come first";
    if (!policy)
        return "p= is missing";
    g_autofree char *lower = g_ascii_strdown (policy, -1);
    if (!g_strv_contains (policies, lower))
        return "p= must be none, quarantine or reject";
    g_autofree char *lower_sub = g_ascii_strdown (sub ? sub : "none", -1);
    return g_strv_contains (policies, lower_sub) ? NULL
                                                 : "sp= must be none, quarantine or reject";
}

/* RFC 7489 3.1: strict is the same domain, relaxed the same organisation. */
static void
settle_strict (const Preflight *preflight, const TagList *tags)
{
    const PreflightRequest *request = preflight->request;
    bool same = false, any = false;

    for (unsigned i = 0; i < request->keys->len; i++) {
        const SignerKeyUse *key = g_ptr_array_index (request->keys, i);
        any = any || preflight_counts (preflight, key);
        same = same || (preflight_counts (preflight, key) &&
                        strcmp (key->domain, request->domain) == 0);
    }
    if (is_strict (tags, "adkim") && !same && any) {
        preflight_settle (preflight, AUTH_DKIM_ALIGNED, AUTH_NO,
                          "adkim=s, and no key is of %s itself", request->domain);
        preflight_find (preflight, PREFLIGHT_NOTE, "dmarc-unaligned", request->domain, NULL,
                        "adkim=s asks for a signature of the domain itself, and the key is of "
                        "a parent");
    }
    if (is_strict (tags, "aspf") && strcmp (request->envelope, request->domain) != 0) {
        preflight_settle (preflight, AUTH_SPF_ALIGNED, AUTH_NO,
                          "aspf=s, and the envelope is of %s", request->envelope);
        preflight_find (preflight, PREFLIGHT_NOTE, "dmarc-unaligned", request->domain, NULL,
                        "aspf=s asks for an envelope of the domain itself, not %s",
                        request->envelope);
    }
}

/* As one answer: no when one is no. */
static AuthAnswer
both (const Preflight *preflight, AuthFact one, AuthFact other)
{
    const AuthAnswer *answers = preflight->report->authentication->answers;

    if (answers[one] == AUTH_NO || answers[other] == AUTH_NO)
        return AUTH_NO;
    return answers[one] == AUTH_YES && answers[other] == AUTH_YES ? AUTH_YES : AUTH_UNKNOWN;
}

static void
settle_aligned (const Preflight *preflight)
{
    AuthAnswer spf = both (preflight, AUTH_SPF, AUTH_SPF_ALIGNED);
    AuthAnswer dkim = both (preflight, AUTH_DKIM, AUTH_DKIM_ALIGNED);

    if (spf == AUTH_YES || dkim == AUTH_YES)
        preflight_settle (preflight, AUTH_ALIGNED, AUTH_YES, "%s with From",
                          spf == dkim       ? "SPF and DKIM pass, aligned"
                          : spf == AUTH_YES ? "SPF passes, aligned"
                                            : "DKIM passes, aligned");
    else if (spf == AUTH_UNKNOWN || dkim == AUTH_UNKNOWN)
        preflight_settle (preflight, AUTH_ALIGNED, AUTH_UNKNOWN,
                          "neither SPF nor DKIM is known to pass");
    else
        preflight_settle (preflight, AUTH_ALIGNED, AUTH_NO,
                          "neither SPF nor DKIM passes and is aligned with From");
    if (preflight->report->authentication->answers[AUTH_ALIGNED] == AUTH_NO)
        preflight_find (preflight, PREFLIGHT_PROBLEM, "dmarc-fails", preflight->request->domain,
                        NULL, "DMARC fails: neither SPF nor DKIM passes and is aligned");
}

static void
check_record (const Dmarc *dmarc)
{
    const Preflight *preflight = dmarc->preflight;
    g_autoptr (TagList) tags = tag_list_parse (dmarc->text);
    const char *flaw = find_flaw (tags);

    if (flaw) {
        preflight_find (preflight, PREFLIGHT_PROBLEM, "dmarc-syntax", dmarc->place,
                        first_record (preflight), "the record is none: %s", flaw);
        preflight_settle (preflight, AUTH_DMARC, AUTH_NO, "the DMARC record has an error");
        return;
    }
    preflight_settle (preflight, AUTH_DMARC, AUTH_YES, "%s has p=%s", dmarc->domain,
                      tag_list_get (tags, "p"));
    report_policy (dmarc, tags);
    check_reports (dmarc, tags);
    settle_strict (preflight, tags);
    compare_tree (dmarc);
}

static void
report_count (const Dmarc *dmarc)
{
    const Preflight *preflight = dmarc->preflight;

    if (dmarc->unknown) {
        preflight_settle (preflight, AUTH_DMARC, AUTH_UNKNOWN, "DNS did not say");
    } else if (dmarc->count > 1) {
        preflight_find (preflight, PREFLIGHT_PROBLEM, "dmarc-multiple", dmarc->place,
                        g_strdup ("one of them; delete the others"),
                        "there are %u DMARC records, so receivers take none of them",
                        dmarc->count);
        preflight_settle (preflight, AUTH_DMARC, AUTH_NO, "%s has several DMARC records",
                          dmarc->domain);
    } else {
        preflight_find (preflight, PREFLIGHT_PROBLEM, "dmarc-missing", dmarc->place,
                        first_record (preflight), "there is no DMARC record");
        preflight_settle (preflight, AUTH_DMARC, AUTH_NO, "there is no DMARC record");
    }
}

void
preflight_dmarc (const Preflight *preflight)
{
    Dmarc dmarc = { .preflight = preflight };

    read_at (&dmarc, preflight->request->domain);
    if (dmarc.count == 0 && !dmarc.unknown &&
        strcmp (preflight->organisation, preflight->request->domain) != 0)
        read_at (&dmarc, preflight->organisation);
    if (dmarc.count == 1)
        check_record (&dmarc);
    else
        report_count (&dmarc);
    settle_aligned (preflight);
    clear (&dmarc);
}
