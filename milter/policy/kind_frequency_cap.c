/* SPDX-License-Identifier: BSD-2-Clause */

/* Kind "frequency-cap": at most so many promotional mails to one person in a period, or of some
 * purposes, of which one in a period is a shortest interval. */

#include <string.h>

#include "licet/clock.h"
#include "rules.h"

typedef struct {
    int64_t most, hours;
    char *purposes;  /* " survey event ": no others are judged or counted; NULL: all */
    GTimeZone *zone; /* with one, days are calendar days there; or NULL */
} Parameters;

static const ConfField fields[] = {
    { "most", CONF_INT, true, 1, 1000, NULL },
    { "hours", CONF_INT, true, 1, 24 * CONTACT_DAYS, NULL },
    { "purposes", CONF_STRINGS, false, 0, 0, NULL },
    { "time_zone", CONF_STRING, false, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static bool
is_promotional_purpose (const char *word)
{
    Purpose purpose = PURPOSE_NONE;

    return purpose_parse (word, &purpose) && purpose_is_promotional (purpose) &&
           strcmp (word, purpose_word (purpose)) == 0;
}

/* Caller frees; NULL when none are named. */
static char *
load_purposes (const ConfNode *node, GPtrArray *problems)
{
    g_auto (GStrv) words = conf_strings (node, "purposes");

    for (char **word = words; *word; word++)
        if (!is_promotional_purpose (*word))
            conf_problem (
                problems, conf_child (node, "purposes"),
                "unknown purpose \"%s\"; right would be newsletter, offer, cross-sell, "
                "reactivation, cart-reminder, survey, event, referral or welcome",
                *word);
    g_autofree char *joined = g_strjoinv (" ", words);
    return *words ? g_strdup_printf (" %s ", joined) : NULL;
}

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);
    const char *zone = conf_string (node, "time_zone", NULL);

    parameters->most = conf_int (node, "most", 1);
    parameters->hours = conf_int (node, "hours", 24);
    parameters->purposes = load_purposes (node, problems);
    parameters->zone = zone && *zone ? g_time_zone_new_identifier (zone) : NULL;
    if (zone && !parameters->zone)
        conf_problem (problems, conf_child (node, "time_zone"),
                      "unknown time zone \"%s\"; right would be a name such as America/Bogota",
                      zone);
    if (zone && parameters->hours % 24 != 0)
        conf_problem (problems, conf_child (node, "hours"),
                      "with a time zone whole days are counted; right would be hours = 24");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_clear_pointer (&parameters->zone, g_time_zone_unref);
    g_free (parameters->purposes);
    g_free (parameters);
}

/* Midnight of the day in the zone, so many days on. */
static int64_t
midnight (const Parameters *parameters, int64_t time, int days)
{
    g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time);
    g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, parameters->zone);
    g_autoptr (GDateTime) day = g_date_time_new (parameters->zone, g_date_time_get_year (local),
                                                 g_date_time_get_month (local),
                                                 g_date_time_get_day_of_month (local), 0, 0, 0);
    g_autoptr (GDateTime) other = g_date_time_add_days (day, days);

    return g_date_time_to_unix (other);
}

/* From when mails count. */
static int64_t
period_start (const Parameters *parameters, int64_t now)
{
    if (!parameters->zone)
        return now - parameters->hours * 3600 + 1;
    return midnight (parameters, now, 1 - (int)(parameters->hours / 24));
}

/* When a mail of that time no longer counts. */
static int64_t
period_end (const Parameters *parameters, int64_t time)
{
    return parameters->zone ? midnight (parameters, time, (int)(parameters->hours / 24))
                            : time + parameters->hours * 3600;
}

static bool
is_about (const Parameters *parameters, Purpose purpose)
{
    g_autofree char *word = g_strdup_printf (" %s ", purpose_word (purpose));

    return !parameters->purposes || strstr (parameters->purposes, word);
}

/* How many of the contacts count; *ret_until: when one more is free. They are in order. */
static unsigned
count_contacts (const Parameters *parameters, const GArray *contacts, int64_t now,
                int64_t *ret_until)
{
    int64_t from = period_start (parameters, now);
    unsigned count = 0;

    for (unsigned i = contacts->len; i-- > 0;) {
        const Contact *contact = &g_array_index (contacts, Contact, i);
        if (contact->at < from)
            break;
        if (is_about (parameters, contact->purpose) && ++count == parameters->most)
            *ret_until = period_end (parameters, contact->at);
    }
    return count;
}

static void
cannot_count (const RuleView *view, RuleResult *result)
{
    const char *failure = view->facts->contacts_failure;

    result->verdict = VERDICT_CANNOT_TELL;
    result->not_set_up = !failure;
    result->passing = failure != NULL;
    result->evidence = failure ? g_strdup_printf ("the record of earlier mails: %s", failure)
                               : g_strdup ("no record of earlier mails at hand");
    result->remedy = g_strdup ("the daemon's record of promotional mails");
}

/* "2 promotional mails (survey event) in 24 hours, by calendar days" */
static char *
tell_count (const Parameters *parameters, unsigned count)
{
    g_autofree char *which =
        g_strstrip (g_strdup (parameters->purposes ? parameters->purposes : ""));

    return g_strdup_printf ("%u promotional mails%s%s%s in %" G_GINT64_FORMAT " hours%s", count,
                            *which ? " (" : "", which, *which ? ")" : "", parameters->hours,
                            parameters->zone ? ", by calendar days" : "");
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;
    Purpose purpose = view->classification->promo_purpose;
    int64_t until = 0;

    if (!is_about (parameters, purpose)) {
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence = g_strdup_printf ("a mail for %s", purpose_word (purpose));
        return;
    }
    result->counted_since = period_start (parameters, view->now);
    result->most = (unsigned)parameters->most;
    result->counted = g_strdup (parameters->purposes);
    if (!view->facts->contacts) {
        cannot_count (view, result);
        return;
    }
    unsigned count = count_contacts (parameters, view->facts->contacts, view->now, &until);
    bool fits = count < parameters->most;
    result->verdict = fits ? VERDICT_SATISFIED : VERDICT_VIOLATED;
    result->evidence = tell_count (parameters, count);
    if (fits)
        return;
    result->until = until;
    result->remedy = clock_format (until);
}

const RuleKind kind_frequency_cap = {
    .name = "frequency-cap",
    .summary = "the recipient has not had too many promotional mails lately",
    .sentence = { "the recipient has had as many promotional mails as the law allows",
                  "el destinatario ya ha recibido tantos correos promocionales como permite la ley" },
    .fields = fields,
    .cannot_tell = ACTION_DEFER,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
