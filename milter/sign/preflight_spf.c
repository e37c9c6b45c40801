/* SPDX-License-Identifier: BSD-2-Clause */

/* SPF of the envelope's domain for each of our egress addresses. */

#include <string.h>

#include "licet/address.h"
#include "preflight_parts.h"
#include "spf.h"

enum { LOOKUPS_NEAR = 9, LONG_RECORD = 450 };

typedef struct {
    const Preflight *preflight;
    const char *domain;
    char *place;
    const char *record; /* the one SPF record, or NULL */
    GString *failing;   /* mechanisms for the addresses that do not pass: "ip4:192.0.2.1 " */
    GString *answers;   /* "fail for 192.0.2.1" */
    unsigned wrong, unsure;
} Spf;

static char *
mechanism_for (const char *address)
{
    return g_strdup_printf ("%s:%s", strchr (address, ':') ? "ip6" : "ip4", address);
}

/* The record with more mechanisms in front, where receivers look first. Caller frees. */
static char *
record_with (const Spf *spf, const char *mechanisms)
{
    g_autofree char *value = spf->record
                                 ? g_strdup_printf ("v=spf1 %s%s", mechanisms,
                                                    spf->record + MIN (strlen (spf->record), 7))
                                 : g_strdup_printf ("v=spf1 %s-all", mechanisms);

    return preflight_txt (spf->domain, value);
}

/* For all egress addresses. */
static char *
first_record (const Spf *spf)
{
    g_autoptr (GString) mechanisms = g_string_new (NULL);

    for (char **address = spf->preflight->request->egress; *address; address++) {
        g_autofree char *mechanism = mechanism_for (*address);
        g_string_append_printf (mechanisms, "%s ", mechanism);
    }
    if (mechanisms->len == 0)
        g_string_append (mechanisms, "ip4:ADDRESS-OF-YOUR-SERVER ");
    return record_with (spf, mechanisms->str);
}

/* Records that were meant as SPF: with quotes, a blank in front, or the version of Sender ID. */
static void
find_strays (const Spf *spf, const DnsAnswer *answer)
{
    for (unsigned i = 0; i < answer->records->len; i++) {
        const char *text = g_ptr_array_index (answer->records, i);
        const char *version = strstr (text, "v=spf1");
        if (spf_is_record (text) || !version || version > text + 3)
            continue;
        preflight_find (spf->preflight, PREFLIGHT_PROBLEM, "spf-stray", spf->place,
                        preflight_txt (spf->domain, version),
                        "a TXT record that looks like SPF does not begin with \"v=spf1 \"");
    }
}

/* Sets the one record. False when there is none or several, which is a finding. */
static bool
find_record (Spf *spf, const DnsAnswer *answer)
{
    unsigned count = 0;

    for (unsigned i = 0; i < answer->records->len; i++) {
        const char *text = g_ptr_array_index (answer->records, i);
        if (spf_is_record (text)) {
            spf->record = text;
            count++;
        }
    }
    find_strays (spf, answer);
    if (count == 1)
        return true;
    spf->record = NULL;
    if (count == 0)
        preflight_find (spf->preflight, PREFLIGHT_PROBLEM, "spf-missing", spf->place,
                        first_record (spf), "there is no SPF record%s%s",
                        answer->alias ? " where the CNAME leads to: " : "",
                        answer->alias ? answer->alias : "");
    else
        preflight_find (spf->preflight, PREFLIGHT_PROBLEM, "spf-multiple", spf->place,
                        g_strdup ("one record with the mechanisms of all; delete the others"),
                        "there are %u SPF records, so receivers take none of them", count);
    preflight_settle (spf->preflight, AUTH_SPF, AUTH_NO, "%s has %s", spf->domain,
                      count ? "several SPF records" : "no SPF record");
    return false;
}

static void
report_costs (const Spf *spf, const SpfWalk *walk)
{
    const Preflight *preflight = spf->preflight;
    const char *least = walk->incomplete ? " at least" : "";

    if (walk->lookups > SPF_MOST_LOOKUPS)
        preflight_find (preflight, PREFLIGHT_PROBLEM, "spf-lookups", spf->place,
                        g_strdup ("fewer include, a, mx, exists and redirect: name addresses "
                                  "with ip4 and ip6"),
                        "the record takes%s %u look-ups of at most %d (RFC 7208 4.6.4)", least,
                        walk->lookups, SPF_MOST_LOOKUPS);
    else if (walk->lookups >= LOOKUPS_NEAR)
        preflight_find (preflight, PREFLIGHT_NOTE, "spf-lookups", spf->place, NULL,
                        "the record takes%s %u look-ups of at most %d; one more in a record "
                        "that it includes may break it",
                        least, walk->lookups, SPF_MOST_LOOKUPS);
    if (walk->voids > SPF_MOST_VOIDS)
        preflight_find (preflight, PREFLIGHT_PROBLEM, "spf-voids", spf->place,
                        g_strdup ("without the mechanisms that find nothing"),
                        "the record has %u look-ups that find nothing, of at most %d",
                        walk->voids, SPF_MOST_VOIDS);
    if (walk->missing)
        preflight_find (preflight, PREFLIGHT_UNKNOWN, "spf-dns", spf->place, NULL, "%s",
                        walk->missing);
}

static void
report_all (const Spf *spf, const SpfWalk *walk)
{
    const char *all = walk->all ? walk->all : "";

    if (strcmp (all, "+all") == 0)
        preflight_find (spf->preflight, PREFLIGHT_PROBLEM, "spf-all", spf->place,
                        g_strdup ("-all or ~all in the place of +all"),
                        "+all lets every host of the world send in the domain's name");
    if (strcmp (all, "?all") == 0)
        preflight_find (spf->preflight, PREFLIGHT_NOTE, "spf-all", spf->place,
                        g_strdup ("-all or ~all in the place of ?all"),
                        "?all says nothing about other hosts");
}

/* False when receivers may see an error for one of these reasons. */
static bool
report_walk (const Spf *spf, const SpfWalk *walk)
{
    for (unsigned i = 0; i < walk->problems->len; i++)
        preflight_find (spf->preflight, PREFLIGHT_PROBLEM, "spf-error", spf->place, NULL, "%s",
                        (const char *)g_ptr_array_index (walk->problems, i));
    for (unsigned i = 0; i < walk->remarks->len; i++)
        preflight_find (spf->preflight, PREFLIGHT_NOTE, "spf-remark", spf->place, NULL, "%s",
                        (const char *)g_ptr_array_index (walk->remarks, i));
    report_costs (spf, walk);
    report_all (spf, walk);
    return walk->problems->len == 0 && walk->lookups <= SPF_MOST_LOOKUPS &&
           walk->voids <= SPF_MOST_VOIDS;
}

/* Exim and others decide by libspf2, whatever the RFC says. */
static void
compare (const Spf *spf, const SpfQuestion *question, SpfAnswer ours)
{
    g_autofree char *why = NULL;
    SpfAnswer theirs = spf_evaluate (&spf->preflight->source, question, &why);

    if (theirs == SPF_ANSWER_UNKNOWN)
        preflight_find (spf->preflight, PREFLIGHT_NOTE, "spf-libspf2", spf->place, NULL,
                        "%s: no second opinion: %s", question->address, why);
    else if (ours == SPF_ANSWER_PASS && theirs != ours && theirs != SPF_ANSWER_TEMPERROR)
        preflight_find (spf->preflight, PREFLIGHT_NOTE, "spf-libspf2", spf->place, NULL,
                        "%s: receivers with libspf2 (Exim) read the record as %s",
                        question->address, spf_answer_word (theirs));
}

static void
note_answer (Spf *spf, const char *address, SpfAnswer answer)
{
    g_autofree char *mechanism = mechanism_for (address);

    switch (answer) {
    case SPF_ANSWER_PASS:
        return;
    case SPF_ANSWER_TEMPERROR:
    case SPF_ANSWER_UNKNOWN:
        spf->unsure++;
        preflight_find (spf->preflight, PREFLIGHT_UNKNOWN, "spf-dns", spf->place, NULL,
                        "%s: DNS did not say whether SPF passes", address);
        return;
    case SPF_ANSWER_PERMERROR: /* the walk has said why */
    case SPF_ANSWER_NONE:
        spf->wrong++;
        return;
    case SPF_ANSWER_NEUTRAL:
    case SPF_ANSWER_FAIL:
    case SPF_ANSWER_SOFTFAIL:
        spf->wrong++;
        g_string_append_printf (spf->failing, "%s ", mechanism);
        g_string_append_printf (spf->answers, "%s%s for our address %s",
                                spf->answers->len ? ", " : "", spf_answer_word (answer),
                                address);
        return;
    }
    g_assert_not_reached ();
}

static void
report_failing (const Spf *spf)
{
    if (spf->failing->len > 0)
        preflight_find (spf->preflight, PREFLIGHT_PROBLEM, "spf-fail", spf->place,
                        record_with (spf, spf->failing->str), "SPF gives %s",
                        spf->answers->str);
}

/* Whether the walk over the record found it sound. */
static bool
check_address (Spf *spf, const char *address)
{
    const Preflight *preflight = spf->preflight;
    g_autofree char *sender = g_strdup_printf ("postmaster@%s", spf->domain);
    SpfQuestion question = { address, preflight->request->helo, sender };
    SpfAnswer answer = spf_check (&preflight->source, &question);
    g_autoptr (SpfWalk) walk = spf_walk (&preflight->source, &question);

    note_answer (spf, address, answer);
    compare (spf, &question, answer);
    return report_walk (spf, walk);
}

/* A record can be read without an address of ours; whether it passes cannot. */
static bool
check_record_alone (Spf *spf)
{
    g_autofree char *sender = g_strdup_printf ("postmaster@%s", spf->domain);
    SpfQuestion question = { "192.0.2.1", spf->preflight->request->helo, sender };
    g_autoptr (SpfWalk) walk = spf_walk (&spf->preflight->source, &question);

    return report_walk (spf, walk);
}

static void
settle (const Spf *spf, bool sound)
{
    const Preflight *preflight = spf->preflight;
    unsigned count = g_strv_length (preflight->request->egress);

    if (spf->wrong > 0)
        preflight_settle (preflight, AUTH_SPF, AUTH_NO,
                          "SPF does not pass from %u of our %u %s", spf->wrong, count,
                          count == 1 ? "address" : "addresses");
    else if (!sound)
        preflight_settle (preflight, AUTH_SPF, AUTH_NO, "the SPF record has an error");
    else if (spf->unsure > 0)
        preflight_settle (preflight, AUTH_SPF, AUTH_UNKNOWN, "DNS did not say");
    else if (count == 0)
        preflight_settle (preflight, AUTH_SPF, AUTH_UNKNOWN, "no egress address is configured");
    else
        preflight_settle (preflight, AUTH_SPF, AUTH_YES, "SPF passes from our %u %s", count,
                          count == 1 ? "address" : "addresses");
}

static void
check_record (Spf *spf)
{
    char **egress = spf->preflight->request->egress;
    bool sound = *egress || check_record_alone (spf);

    for (char **address = egress; *address; address++)
        sound = check_address (spf, *address) && sound;
    report_failing (spf);
    if (!*egress)
        preflight_find (spf->preflight, PREFLIGHT_UNKNOWN, "spf-egress", spf->place, NULL,
                        "no egress address is configured, so whether SPF passes is not known");
    if (strlen (spf->record) > LONG_RECORD)
        preflight_find (spf->preflight, PREFLIGHT_NOTE, "spf-long", spf->place, NULL,
                        "the record has %zu bytes; past 450 some answers do not fit a packet "
                        "(RFC 7208 3.4)",
                        strlen (spf->record));
    settle (spf, sound);
}

static void
settle_alignment (const Preflight *preflight)
{
    const char *envelope = preflight->request->envelope;
    g_autofree char *organisation = address_organisational_domain (envelope);
    bool aligned = strcmp (organisation, preflight->organisation) == 0;

    preflight_settle (preflight, AUTH_SPF_ALIGNED, aligned ? AUTH_YES : AUTH_NO,
                      aligned ? "%s is of the same organisation as From"
                              : "%s is of another organisation than From",
                      envelope);
}

void
preflight_spf (const Preflight *preflight)
{
    const char *domain = preflight->request->envelope;
    g_autofree char *place = g_strdup_printf ("%s TXT", domain);
    g_autoptr (GString) failing = g_string_new (NULL), answers = g_string_new (NULL);
    Spf spf = { preflight, domain, place, NULL, failing, answers, 0, 0 };
    const DnsAnswer *answer = preflight_ask (preflight, "spf-dns", domain, DNS_TXT);

    settle_alignment (preflight);
    if (!answer)
        preflight_settle (preflight, AUTH_SPF, AUTH_UNKNOWN, "DNS did not say");
    else if (find_record (&spf, answer))
        check_record (&spf);
}
