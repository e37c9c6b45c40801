/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "suppression": promotion stops after a withdrawal, at the latest by the statute's deadline in
 * days or business days of the recipient's country.
 */

#include <string.h>

#include "holidays.h"
#include "licet/clock.h"
#include "rules.h"

typedef struct {
    int64_t days, business_days;
    char *calendar; /* country code, or NULL: Monday to Friday */
    GTimeZone *zone;
    bool grace;
} Parameters;

static const ConfField fields[] = {
    { "days", CONF_INT, false, 0, 366, NULL },
    { "business_days", CONF_INT, false, 0, 366, NULL },
    { "holidays", CONF_STRING, false, 0, 0, NULL },
    { "time_zone", CONF_STRING, false, 0, 0, NULL },
    { "grace", CONF_BOOL, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void
check_parameters (const Parameters *parameters, const ConfNode *node, GPtrArray *problems)
{
    if (conf_has (node, "days") == conf_has (node, "business_days"))
        conf_problem (problems, node,
                      "one of days and business_days is needed; right would be business_days = "
                      "10");
    if (parameters->calendar && !g_strv_contains (holiday_calendars (), parameters->calendar))
        conf_problem (problems, conf_child (node, "holidays"),
                      "no calendar of public holidays for \"%s\"", parameters->calendar);
    if (!parameters->zone)
        conf_problem (problems, conf_child (node, "time_zone"), "unknown time zone \"%s\"",
                      conf_string (node, "time_zone", ""));
}

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);
    const char *zone = conf_string (node, "time_zone", "UTC");

    parameters->days = conf_int (node, "days", -1);
    parameters->business_days = conf_int (node, "business_days", -1);
    parameters->calendar = g_strdup (conf_string (node, "holidays", NULL));
    parameters->zone = *zone ? g_time_zone_new_identifier (zone) : NULL;
    parameters->grace = conf_bool (node, "grace", false);
    check_parameters (parameters, node, problems);
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_clear_pointer (&parameters->zone, g_time_zone_unref);
    g_free (parameters->calendar);
    g_free (parameters);
}

/* The end of the last day. */
static int64_t
deadline_of (const Parameters *parameters, int64_t at)
{
    if (parameters->days >= 0)
        return at + parameters->days * 86400;
    return business_days_after (parameters->calendar, parameters->zone, at,
                                (unsigned)parameters->business_days);
}

static void
judge_withdrawal (const Parameters *parameters, int64_t at, int64_t now, RuleResult *result)
{
    int64_t deadline = deadline_of (parameters, at);
    bool past = now >= deadline;
    g_autofree char *when = at ? clock_format (at) : g_strdup ("a time not on record");
    g_autofree char *limit = clock_format (deadline);

    result->verdict = past || !parameters->grace ? VERDICT_VIOLATED : VERDICT_SATISFIED;
    result->evidence = g_strdup_printf ("withdrawn at %s; the deadline to stop %s %s", when,
                                        past ? "was" : "is", limit);
    if (result->verdict == VERDICT_VIOLATED)
        result->remedy = g_strdup ("a consent after the withdrawal");
}

/* A complaint or a dead mailbox has no period of grace. */
static void
judge_suppressed (const ConsentAnswer *answer, RuleResult *result)
{
    g_autofree char *when = clock_format (answer->at);

    result->verdict = VERDICT_VIOLATED;
    result->evidence = g_strdup_printf ("suppressed at %s: %s", when, answer->suppression);
    result->remedy = g_strdup ("a release of the address (licet consent release)");
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const ConsentAnswer *answer = view->facts->promotion;

    switch (answer->state) {
    case CONSENT_REFUSED:
        if (answer->suppression) {
            judge_suppressed (answer, result);
            return;
        }
        judge_withdrawal (data, answer->at, view->now, result);
        return;
    case CONSENT_UNAVAILABLE:
        rule_no_answer (result);
        return;
    case CONSENT_UNKNOWN:
    case CONSENT_GRANTED:
        result->verdict = VERDICT_SATISFIED;
        result->evidence = g_strdup ("no withdrawal on record");
        return;
    }
    g_assert_not_reached ();
}

const RuleKind kind_suppression = {
    .name = "suppression",
    .summary = "promotion stops after a withdrawal, by the deadline of the law",
    .sentence = { "the recipient has withdrawn from promotional mail",
                  "el destinatario se ha dado de baja del correo promocional" },
    .fields = fields,
    .cannot_tell = ACTION_DEFER,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
