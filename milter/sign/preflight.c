/* SPDX-License-Identifier: BSD-2-Clause */

/* The question, the parts in their order, and the child process they run in. */

#include "preflight_parts.h"

#include <string.h>

#include "licet/address.h"
#include "licet/error.h"
#include "sandbox.h"

/* A resolver that hangs takes four questions of 3 seconds before it counts as dead; one that is
 * slow gets 20 seconds for all. libspf2 may take as long once more. */
enum { DNS_MILLISECONDS = 20 * 1000 };

static const SandboxLimits limits = {
    .milliseconds = 40 * 1000, .seconds = 20, .memory = 512u << 20, .answer = 1u << 20
};

static void
finding_free (PreflightFinding *finding)
{
    g_free (finding->place);
    g_free (finding->what);
    g_free (finding->publish);
    g_free (finding);
}

PreflightRequest *
preflight_request_empty (void)
{
    PreflightRequest *request = g_new0 (PreflightRequest, 1);

    request->keys = g_ptr_array_new_with_free_func ((GDestroyNotify)signer_key_use_free);
    request->egress = g_new0 (char *, 1);
    request->helo = g_strdup ("localhost");
    request->resolver = g_strdup ("");
    return request;
}

static char *
read_domain (const char *text, GError **error)
{
    g_autoptr (GError) cause = NULL;
    char *domain = address_domain_ascii (text, &cause);

    if (domain && dns_is_name (domain) && strchr (domain, '.'))
        return domain;
    g_free (domain);
    g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                 "\"%s\" is no domain; right would be shop.example", text);
    return NULL;
}

PreflightRequest *
preflight_request_new (const char *domain, const char *envelope, const Signer *signer,
                       int64_t now, GError **error)
{
    g_autoptr (PreflightRequest) request = preflight_request_empty ();

    request->domain = read_domain (domain, error);
    request->envelope =
        request->domain ? read_domain (envelope ? envelope : domain, error) : NULL;
    if (!request->envelope)
        return NULL;
    g_ptr_array_unref (request->keys);
    request->keys = signer_keys_for (signer, request->domain, now);
    request->no_key = signer_why_not (
        signer, &(SignerCopy){ .from = request->domain, .now = now });
    return g_steal_pointer (&request);
}

void
preflight_request_free (PreflightRequest *request)
{
    if (!request)
        return;
    g_free (request->domain);
    g_free (request->envelope);
    g_free (request->helo);
    g_free (request->resolver);
    g_free (request->no_key);
    g_strfreev (request->egress);
    g_ptr_array_unref (request->keys);
    g_free (request);
}

PreflightReport *
preflight_report_empty (const char *domain, const char *envelope, int64_t at)
{
    PreflightReport *report = g_new0 (PreflightReport, 1);

    report->authentication = authentication_new (domain, envelope, at);
    report->findings = g_ptr_array_new_with_free_func ((GDestroyNotify)finding_free);
    return report;
}

void
preflight_report_free (PreflightReport *report)
{
    if (!report)
        return;
    authentication_unref (report->authentication);
    g_ptr_array_unref (report->findings);
    g_free (report);
}

const char *
preflight_grade_word (PreflightGrade grade)
{
    switch (grade) {
    case PREFLIGHT_NOTE:
        return "note";
    case PREFLIGHT_UNKNOWN:
        return "cannot-tell";
    case PREFLIGHT_PROBLEM:
        return "problem";
    }
    g_assert_not_reached ();
}

unsigned
preflight_count (const PreflightReport *report, PreflightGrade grade)
{
    unsigned count = 0;

    for (unsigned i = 0; i < report->findings->len; i++)
        count += ((PreflightFinding *)g_ptr_array_index (report->findings, i))->grade == grade;
    return count;
}

/* What a stranger's DNS says goes to terminals and logs. */
static char *
printable (char *text)
{
    for (char *c = text; c && *c; c++)
        if (!g_ascii_isprint (*c))
            *c = '?';
    return text;
}

static bool
is_known (const GPtrArray *findings, const PreflightFinding *new)
{
    for (unsigned i = 0; i < findings->len; i++) {
        const PreflightFinding *old = g_ptr_array_index (findings, i);
        if (old->check == new->check && strcmp (old->place, new->place) == 0 &&
            strcmp (old->what, new->what) == 0)
            return true;
    }
    return false;
}

void
preflight_find (const Preflight *preflight, PreflightGrade grade, const char *check,
                const char *place, char *publish, const char *format, ...)
{
    PreflightFinding *finding = g_new0 (PreflightFinding, 1);
    va_list args;

    va_start (args, format);
    finding->grade = grade;
    finding->check = g_intern_string (check);
    finding->place = printable (g_strdup (place));
    finding->what = printable (g_strdup_vprintf (format, args));
    finding->publish = printable (publish);
    va_end (args);
    if (is_known (preflight->report->findings, finding))
        finding_free (finding);
    else
        g_ptr_array_add (preflight->report->findings, finding);
}

void
preflight_settle (const Preflight *preflight, AuthFact fact, AuthAnswer answer,
                  const char *format, ...)
{
    va_list args;

    va_start (args, format);
    g_autofree char *reason = printable (g_strdup_vprintf (format, args));
    va_end (args);
    authentication_settle (preflight->report->authentication, fact, answer, reason);
}

/* A key of named senders says nothing of the domain's mail, unless there is no other. */
bool
preflight_counts (const Preflight *preflight, const SignerKeyUse *key)
{
    return key->use == KEY_USE_ALL || (preflight->request->no_key && key->use == KEY_USE_SOME);
}

bool
preflight_has (const Preflight *preflight, AuthFact fact)
{
    return preflight->report->authentication->answers[fact] == AUTH_YES;
}

const DnsAnswer *
preflight_ask (const Preflight *preflight, const char *check, const char *name, DnsType type)
{
    const DnsAnswer *answer = dns_lookup (&preflight->source, name, type);
    g_autofree char *place = g_strdup_printf ("%s %s", name, dns_type_word (type));

    if (answer->status == DNS_FOUND || answer->status == DNS_NONE)
        return answer;
    preflight_find (preflight, PREFLIGHT_UNKNOWN, check, place, NULL, "%s", answer->why);
    return NULL;
}

char *
preflight_txt (const char *name, const char *value)
{
    GString *text = g_string_new (NULL);

    g_string_append_printf (text, "%s. IN TXT", name);
    for (size_t left = strlen (value); left > 0;) {
        size_t n = MIN (left, 255);
        g_string_append_printf (text, " \"%.*s\"", (int)n, value);
        value += n;
        left -= n;
    }
    return g_string_free (text, FALSE);
}

PreflightReport *
preflight_judge (const PreflightRequest *request, const DnsSource *source, int64_t now)
{
    g_autofree char *organisation = address_organisational_domain (request->domain);
    PreflightReport *report = preflight_report_empty (request->domain, request->envelope, now);
    Preflight preflight = { request, *source, organisation, report };

    preflight_dkim (&preflight);
    if (request->keys_only)
        return report;
    preflight_spf (&preflight);
    preflight_dmarc (&preflight);
    preflight_hosts (&preflight);
    preflight_transport (&preflight);
    return report;
}

typedef struct {
    const PreflightRequest *request;
    int64_t now;
} Work;

static GBytes *
work (const void *data)
{
    const Work *job = data;
    g_autoptr (DnsClient) client =
        dns_client_new (job->request->resolver, DNS_MILLISECONDS, NULL);

    if (!client)
        return g_bytes_new (NULL, 0);
    DnsSource source = dns_client_source (client);
    g_autoptr (PreflightReport) report = preflight_judge (job->request, &source, job->now);
    return preflight_report_pack (report);
}

GBytes *
preflight_fork (const PreflightRequest *request, int64_t now, GError **error)
{
    Work job = { request, now };
    GBytes *bytes = sandbox_run (work, &job, &limits, error);

    if (!bytes)
        g_prefix_error (error, "preflight of %s: ", request->domain);
    return bytes;
}

/* In the child such an error could not say what is right. */
static bool
check_resolver (const PreflightRequest *request, GError **error)
{
    g_autoptr (DnsClient) client = dns_client_new (request->resolver, 0, error);

    return client != NULL;
}

PreflightReport *
preflight_run (const PreflightRequest *request, int64_t now, GError **error)
{
    if (!check_resolver (request, error))
        return NULL;
    g_autoptr (GBytes) bytes = preflight_fork (request, now, error);
    return bytes ? preflight_report_unpack (bytes, error) : NULL;
}
