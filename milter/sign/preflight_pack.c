/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Questions and reports as bytes between our own processes. The helper has read a stranger's DNS,
 * so what it says is checked: GVariant knows its type and its bounds.
 */

#include <string.h>

#include "licet/error.h"
#include "preflight_parts.h"

#define REQUEST_TYPE "(xssssbmsasa(sssux))"
#define REPORT_TYPE  "(ssxa(us)a(usssms))"

static GBytes *
pack (GVariant *floating)
{
    g_autoptr (GVariant) value = g_variant_ref_sink (floating);

    return g_variant_get_data_as_bytes (value);
}

/* NULL when the bytes are no value of the type. */
static GVariant *
unpack (GBytes *bytes, const char *type, GError **error)
{
    g_autoptr (GVariant) value =
        g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE));

    if (g_variant_is_normal_form (value))
        return g_steal_pointer (&value);
    g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL,
                 "preflight: the helper's answer cannot be read");
    return NULL;
}

GBytes *
preflight_request_pack (const PreflightRequest *request, int64_t now)
{
    GVariantBuilder keys;

    g_variant_builder_init (&keys, G_VARIANT_TYPE ("a(sssux)"));
    for (unsigned i = 0; i < request->keys->len; i++) {
        const SignerKeyUse *key = g_ptr_array_index (request->keys, i);
        g_variant_builder_add (&keys, "(sssux)", key->domain, key->selector, key->record,
                               key->use, key->from);
    }
    return pack (g_variant_new ("(xssssbms^asa(sssux))", now, request->domain,
                                request->envelope, request->helo, request->resolver,
                                request->keys_only, request->no_key, request->egress, &keys));
}

PreflightRequest *
preflight_request_unpack (GBytes *bytes, int64_t *ret_now, GError **error)
{
    g_autoptr (GVariant) value = unpack (bytes, REQUEST_TYPE, error);
    g_autoptr (GVariantIter) keys = NULL;
    gboolean keys_only = FALSE;
    char *domain, *selector, *record;
    unsigned use;
    int64_t from;

    if (!value)
        return NULL;
    PreflightRequest *request = preflight_request_empty ();
    g_clear_pointer (&request->helo, g_free);
    g_clear_pointer (&request->resolver, g_free);
    g_clear_pointer (&request->egress, g_strfreev);
    g_variant_get (value, "(xssssbms^asa(sssux))", ret_now, &request->domain,
                   &request->envelope, &request->helo, &request->resolver, &keys_only,
                   &request->no_key, &request->egress, &keys);
    request->keys_only = keys_only;
    while (g_variant_iter_next (keys, "(sssux)", &domain, &selector, &record, &use, &from)) {
        SignerKeyUse *key = g_new0 (SignerKeyUse, 1);
        *key = (SignerKeyUse){ domain, selector, record, (KeyUse)use, from };
        g_ptr_array_add (request->keys, key);
    }
    return request;
}

GBytes *
preflight_report_pack (const PreflightReport *report)
{
    const Authentication *authentication = report->authentication;
    GVariantBuilder facts, findings;

    g_variant_builder_init (&facts, G_VARIANT_TYPE ("a(us)"));
    for (unsigned i = 0; i < AUTH_FACTS; i++)
        g_variant_builder_add (&facts, "(us)", authentication->answers[i],
                               authentication->reasons[i] ? authentication->reasons[i] : "");
    g_variant_builder_init (&findings, G_VARIANT_TYPE ("a(usssms)"));
    for (unsigned i = 0; i < report->findings->len; i++) {
        const PreflightFinding *finding = g_ptr_array_index (report->findings, i);
        g_variant_builder_add (&findings, "(usssms)", finding->grade, finding->check,
                               finding->place, finding->what, finding->publish);
    }
    return pack (g_variant_new ("(ssxa(us)a(usssms))", authentication->domain,
                                authentication->envelope, authentication->at, &facts,
                                &findings));
}

static bool
read_facts (Authentication *authentication, GVariantIter *facts)
{
    unsigned index = 0, answer;
    const char *reason;

    for (; g_variant_iter_next (facts, "(u&s)", &answer, &reason); index++) {
        if (index >= AUTH_FACTS || answer > AUTH_YES)
            return false;
        authentication_settle (authentication, index, (AuthAnswer)answer,
                               *reason ? reason : NULL);
    }
    return index == AUTH_FACTS;
}

static bool
read_findings (GPtrArray *findings, GVariantIter *list)
{
    unsigned grade;
    const char *check;
    char *place, *what, *publish;

    while (g_variant_iter_next (list, "(u&sssms)", &grade, &check, &place, &what, &publish)) {
        PreflightFinding *finding = g_new0 (PreflightFinding, 1);
        *finding = (PreflightFinding){ (PreflightGrade)grade, g_intern_string (check), place,
                                       what, publish };
        g_ptr_array_add (findings, finding);
        if (grade > PREFLIGHT_PROBLEM)
            return false;
    }
    return true;
}

PreflightReport *
preflight_report_unpack (GBytes *bytes, GError **error)
{
    g_autoptr (GVariant) value = unpack (bytes, REPORT_TYPE, error);
    g_autoptr (GVariantIter) facts = NULL, findings = NULL;
    const char *domain, *envelope;
    int64_t at;

    if (!value)
        return NULL;
    g_variant_get (value, "(&s&sxa(us)a(usssms))", &domain, &envelope, &at, &facts, &findings);
    g_autoptr (PreflightReport) report = preflight_report_empty (domain, envelope, at);
    if (read_facts (report->authentication, facts) &&
        read_findings (report->findings, findings))
        return g_steal_pointer (&report);
    g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL,
                 "preflight: the helper's answer makes no sense");
    return NULL;
}
