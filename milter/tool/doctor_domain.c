/* SPDX-License-Identifier: BSD-2-Clause */

/* Preflight of our domains, as licet doctor --domain and licet key check print it. */

#include "doctor_domain.h"

#include <stdio.h>
#include <string.h>

#include "licet/address.h"
#include "licet/error.h"
#include "licet/policy.h"
#include "tool.h"

typedef struct {
    const DomainOptions *options;
    const Settings *settings;
    PolicySet *policies; /* NULL: none are there */
    Signer *signer;      /* with the keys of the options, or of the settings */
    int64_t now;
    unsigned problems, unknown, notes;
} Doctor;

void
domain_options_clear (DomainOptions *options)
{
    g_strfreev (options->domains);
    g_strfreev (options->egress);
    g_strfreev (options->keys);
    g_free (options->resolver);
    g_free (options->helo);
    g_free (options->policies);
}

static void
append_member (GString *text, const char *name, const char *value)
{
    g_string_append_printf (text, "%s\"%s\":", text->len > 1 ? "," : "", name);
    json_text_append (text, value);
}

static void
print_fact (const Doctor *doctor, const Authentication *authentication, AuthFact fact)
{
    const char *word = auth_answer_word (authentication->answers[fact]);
    const char *reason = authentication->reasons[fact];

    if (!reason)
        return;
    if (!doctor->options->json) {
        printf ("  %-12s %-13s %s\n", word, auth_fact_word (fact), reason);
        return;
    }
    g_autoptr (GString) text = g_string_new ("{");
    append_member (text, "domain", authentication->domain);
    append_member (text, "kind", "fact");
    append_member (text, "fact", auth_fact_word (fact));
    append_member (text, "answer", word);
    append_member (text, "because", reason);
    puts (g_string_append_c (text, '}')->str);
}

static void
print_finding (const Doctor *doctor, const char *domain, const PreflightFinding *finding)
{
    const char *grade = preflight_grade_word (finding->grade);

    if (!doctor->options->json) {
        printf ("%s: %s: %s [%s]\n", finding->place, grade, finding->what, finding->check);
        if (finding->publish)
            printf ("  publish: %s\n", finding->publish);
        return;
    }
    g_autoptr (GString) text = g_string_new ("{");
    append_member (text, "domain", domain);
    append_member (text, "kind", "finding");
    append_member (text, "place", finding->place);
    append_member (text, "grade", grade);
    append_member (text, "check", finding->check);
    append_member (text, "what", finding->what);
    append_member (text, "publish", finding->publish);
    puts (g_string_append_c (text, '}')->str);
}

static const char *
pass_word (Verdict verdict)
{
    switch (verdict) {
    case VERDICT_SATISFIED:
        return "pass";
    case VERDICT_VIOLATED:
        return "fail";
    case VERDICT_NOT_APPLICABLE:
    case VERDICT_CANNOT_TELL:
        return "cannot-tell";
    }
    g_assert_not_reached ();
}

/* One sentence: what becomes of which mail, why, and who says so. */
static void
print_provider_text (const ProviderVerdict *verdict)
{
    bool cannot_tell = strcmp (pass_word (verdict->verdict), "cannot-tell") == 0;
    bool passes = verdict->verdict == VERDICT_SATISFIED;

    printf ("%s: %s", verdict->provider, verdict->mail);
    if (verdict->volume_above >= 0)
        printf (", above %" G_GINT64_FORMAT " a day,", verdict->volume_above);
    printf (" %s, because ", cannot_tell ? "may pass or fail"
                             : passes    ? "would pass"
                                         : "would fail");
    if (passes)
        printf ("what it asks for is there: %s", verdict->asks);
    else
        printf ("%s. It asks for %s", verdict->evidence, verdict->asks);
    if (!passes && verdict->word)
        printf (", and says: \"%s\"", verdict->word);
    printf (" (%s) [%s]\n", verdict->source, verdict->rule);
}

static void
print_provider (const Doctor *doctor, const char *domain, const ProviderVerdict *verdict)
{
    if (!doctor->options->json) {
        print_provider_text (verdict);
        return;
    }
    g_autoptr (GString) text = g_string_new ("{");
    append_member (text, "domain", domain);
    append_member (text, "kind", "provider");
    append_member (text, "provider", verdict->provider);
    append_member (text, "rule", verdict->rule);
    append_member (text, "mail", verdict->mail);
    append_member (text, "verdict", pass_word (verdict->verdict));
    append_member (text, "because", verdict->evidence);
    append_member (text, "asks", verdict->asks);
    append_member (text, "word", verdict->word);
    append_member (text, "source", verdict->source);
    puts (g_string_append_c (text, '}')->str);
}

static void
print_providers (const Doctor *doctor, const Authentication *authentication)
{
    if (!doctor->policies) {
        if (!doctor->options->json)
            puts ("No policies are installed, so nothing is said of mailbox providers.");
        return;
    }
    g_autoptr (GPtrArray) verdicts =
        policy_providers_judge (doctor->policies, authentication, doctor->now);
    for (unsigned i = 0; i < verdicts->len; i++)
        print_provider (doctor, authentication->domain, g_ptr_array_index (verdicts, i));
}

static void
print_report (Doctor *doctor, const PreflightReport *report, bool keys_only)
{
    const Authentication *authentication = report->authentication;

    if (!doctor->options->json) {
        g_autofree char *time = clock_format (authentication->at);
        printf ("%s (envelope %s), asked at %s\n", authentication->domain,
                authentication->envelope, time);
    }
    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++)
        if (!keys_only || fact == AUTH_DKIM)
            print_fact (doctor, authentication, fact);
    for (unsigned i = 0; i < report->findings->len; i++)
        print_finding (doctor, authentication->domain, g_ptr_array_index (report->findings, i));
    if (!keys_only)
        print_providers (doctor, authentication);
    doctor->problems += preflight_count (report, PREFLIGHT_PROBLEM);
    doctor->unknown += preflight_count (report, PREFLIGHT_UNKNOWN);
    doctor->notes += preflight_count (report, PREFLIGHT_NOTE);
}

static void
replace (char **text, const char *value)
{
    g_free (*text);
    *text = g_strdup (value);
}

static bool
check_egress (char **egress, GError **error)
{
    for (char **address = egress; *address; address++)
        if (!g_hostname_is_ip_address (*address)) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                         "egress: \"%s\" is no IP address; right would be 192.0.2.1", *address);
            return false;
        }
    return true;
}

/* A daemon that greets as localhost says so to receivers too. */
static void
set_helo (PreflightRequest *request, const Doctor *doctor)
{
    const char *name = doctor->options->helo;

    if (!name && strcmp (doctor->settings->hostname, "localhost") != 0)
        name = doctor->settings->hostname;
    g_autofree char *usual = g_strdup_printf ("mail.%s", request->domain);
    replace (&request->helo, name ? name : usual);
}

/* "shop.example:bounce.shop.example". */
static PreflightRequest *
make_request (const Doctor *doctor, const char *domains, GError **error)
{
    const DomainOptions *options = doctor->options;
    g_auto (GStrv) parts = g_strsplit (domains, ":", 2);
    g_autoptr (PreflightRequest) request =
        preflight_request_new (parts[0] ? parts[0] : "", parts[0] ? parts[1] : NULL,
                               doctor->signer, doctor->now, error);

    if (!request)
        return NULL;
    replace (&request->resolver,
             options->resolver ? options->resolver : doctor->settings->resolver);
    g_strfreev (request->egress);
    request->egress = g_strdupv (options->egress ? options->egress : doctor->settings->egress);
    set_helo (request, doctor);
    return check_egress (request->egress, error) ? g_steal_pointer (&request) : NULL;
}

/* 0, or the status of the error, which is printed. */
static int
examine (Doctor *doctor, const char *domains, bool keys_only)
{
    GError *error = NULL;
    g_autoptr (PreflightRequest) request = make_request (doctor, domains, &error);

    if (!request)
        return tool_fail (error);
    request->keys_only = keys_only;
    g_autoptr (PreflightReport) report = preflight_run (request, doctor->now, &error);
    if (!report)
        return tool_fail (error);
    print_report (doctor, report, keys_only);
    return EX_OK;
}

static int
finish (const Doctor *doctor)
{
    if (!doctor->options->json)
        printf ("%u problem%s, %u cannot tell, %u note%s\n", doctor->problems,
                doctor->problems == 1 ? "" : "s", doctor->unknown, doctor->notes,
                doctor->notes == 1 ? "" : "s");
    if (doctor->problems > 0)
        return EX_CONFIG;
    return doctor->unknown > 0 ? EX_TEMPFAIL : EX_OK;
}

static bool
load_policies (Doctor *doctor, GError **error)
{
    const char *dir =
        doctor->options->policies ? doctor->options->policies : doctor->settings->policies;
    g_autofree char *main_file = g_build_filename (dir, "licet-policy.cfg", NULL);

    if (!doctor->options->policies && !g_file_test (main_file, G_FILE_TEST_EXISTS))
        return true;
    doctor->policies = policy_set_load (dir, error);
    return doctor->policies != NULL;
}

static Signer *
open_signer_of_options (char **keys, uid_t keeper, GError **error)
{
    g_autoptr (GPtrArray) list =
        g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_spec_free);

    for (char **text = keys; *text; text++) {
        g_auto (GStrv) parts = g_strsplit (*text, ":", 3);
        if (g_strv_length (parts) != 3) {
            g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         "--key %s: right would be DOMAIN:SELECTOR:FILE", *text);
            return NULL;
        }
        g_ptr_array_add (list, signer_key_spec_new (parts[0], parts[1], parts[2]));
    }
    return signer_open (&(SignerOptions){ .keys = list, .keeper = keeper }, error);
}

/* Keys of the options, or of the settings. */
static bool
find_keys (Doctor *doctor, GError **error)
{
    char **keys = doctor->options->keys;

    doctor->signer = keys ? open_signer_of_options (keys, doctor->settings->keeper, error)
                          : engine_signer (doctor->settings, error);
    return doctor->signer != NULL;
}

static void
clear (Doctor *doctor)
{
    g_clear_pointer (&doctor->policies, policy_set_unref);
    g_clear_pointer (&doctor->signer, signer_unref);
}

static int
examine_all (Doctor *doctor, char **domains, bool keys_only)
{
    int status = EX_OK;

    for (char **domain = domains; *domain && status == EX_OK; domain++)
        status = examine (doctor, *domain, keys_only);
    return status == EX_OK ? finish (doctor) : status;
}

int
doctor_domains (const DomainOptions *options, const Settings *settings)
{
    Doctor doctor = { .options = options, .settings = settings };
    GError *error = NULL;

    doctor.now = clock_now (&(Clock){ 0 });
    bool ready = load_policies (&doctor, &error) && find_keys (&doctor, &error);
    int status = ready ? examine_all (&doctor, options->domains, false) : tool_fail (error);
    clear (&doctor);
    return status;
}

int
doctor_keys (const DomainOptions *options, const Settings *settings)
{
    Doctor doctor = { .options = options, .settings = settings };
    GError *error = NULL;
    int status;

    doctor.now = clock_now (&(Clock){ 0 });
    g_auto (GStrv) domains =
        find_keys (&doctor, &error) ? signer_domains (doctor.signer) : NULL;
    if (!domains)
        status = tool_fail (error);
    else if (!*domains && !options->domains)
        status = tool_usage ("no key is configured; right would be keys in licet.cfg or --key");
    else
        status = examine_all (&doctor, options->domains ? options->domains : domains, true);
    clear (&doctor);
    return status;
}
