/* SPDX-License-Identifier: BSD-2-Clause */

/* Kind "contact-window": the hours in which the law lets a person be contacted, in the local time
 * of the recipient. */

#include <string.h>

#include "holidays.h"
#include "licet/clock.h"
#include "rules.h"

enum { DAY_MINUTES = 24 * 60, MOST_DAYS_AHEAD = 60 };

typedef struct {
    bool days[8]; /* 1 Monday to 7 Sunday, as GDateTime counts */
    int from, to; /* minutes of the day, [from, to) */
} Window;

typedef struct {
    GTimeZone *zone;
    GArray *windows; /* of Window */
    char *calendar;  /* country code, or NULL */
    char **extra;    /* dates "2026-12-24" */
    char **unless;   /* bases of a consent to be contacted at any hour */
} Parameters;

static const char *const day_words[] = {
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL
};

static const ConfField fields[] = {
    { "time_zone", CONF_STRING, true, 0, 0, NULL },
    { "windows", CONF_GROUPS, true, 0, 0, NULL },
    { "closed_on_holidays", CONF_STRING, false, 0, 0, NULL },
    { "extra_holidays", CONF_STRINGS, false, 0, 0, NULL },
    { "unless", CONF_STRINGS, false, 0, 0, consent_bases },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static const ConfField window_fields[] = {
    { "days", CONF_STRINGS, true, 0, 0, day_words },
    { "from", CONF_STRING, true, 0, 0, NULL },
    { "to", CONF_STRING, true, 0, 0, NULL },
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

/* "07:00" as minutes, "24:00" allowed; -1 when it is no time. */
static int
parse_minutes (const char *text)
{
    static const char shape[] = "00:00";

    for (unsigned i = 0; i < sizeof shape; i++)
        if (shape[i] == '0' ? !g_ascii_isdigit (text[i]) : text[i] != shape[i])
            return -1;
    int hour = (text[0] - '0') * 10 + text[1] - '0';
    int minute = (text[3] - '0') * 10 + text[4] - '0';
    return minute < 60 && hour * 60 + minute <= DAY_MINUTES ? hour * 60 + minute : -1;
}

static void
load_window (Parameters *parameters, const ConfNode *node, GPtrArray *problems)
{
    Window window = { 0 };

    if (!conf_check (node, window_fields, problems))
        return;
    window.from = parse_minutes (conf_string (node, "from", ""));
    window.to = parse_minutes (conf_string (node, "to", ""));
    if (window.from < 0 || window.to < 0 || window.from >= window.to) {
        conf_problem (problems, node,
                      "from and to must be times of one day, from before to; right would be "
                      "from = \"07:00\"; to = \"19:00\", and over midnight one window to "
                      "\"24:00\" and one from \"00:00\"");
        return;
    }
    g_auto (GStrv) days = conf_strings (node, "days");
    if (!days[0])
        conf_problem (problems, conf_child (node, "days"),
                      "days is empty; right would be days = [ \"mon\" ]");
    for (char **day = days; *day; day++)
        for (unsigned i = 0; day_words[i]; i++)
            if (strcmp (day_words[i], *day) == 0)
                window.days[i + 1] = true;
    g_array_append_val (parameters->windows, window);
}

static void
load_holidays (Parameters *parameters, const ConfNode *node, GPtrArray *problems)
{
    const char *calendar = conf_string (node, "closed_on_holidays", NULL);

    if (calendar && !g_strv_contains (holiday_calendars (), calendar)) {
        g_autofree char *known = g_strjoinv (", ", (char **)holiday_calendars ());
        conf_problem (problems, conf_child (node, "closed_on_holidays"),
                      "no calendar of public holidays for \"%s\"; known: %s", calendar, known);
        calendar = NULL;
    }
    parameters->calendar = g_strdup (calendar);
    parameters->extra = conf_strings (node, "extra_holidays");
    for (char **date = parameters->extra; *date; date++) {
        int64_t time = 0;
        if (strlen (*date) != 10 || !clock_parse (*date, &time, NULL))
            conf_problem (problems, conf_child (node, "extra_holidays"),
                          "\"%s\" is no date; right would be \"2026-12-24\"", *date);
    }
}

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    Parameters *parameters = g_new0 (Parameters, 1);
    const char *zone = conf_string (node, "time_zone", "");
    const ConfNode *windows = conf_child (node, "windows");

    parameters->windows = g_array_new (FALSE, TRUE, sizeof (Window));
    /* GLib takes an empty name for the zone of this host. */
    parameters->zone = *zone ? g_time_zone_new_identifier (zone) : NULL;
    if (!parameters->zone)
        conf_problem (problems, conf_child (node, "time_zone"),
                      "unknown time zone \"%s\"; right would be a name such as America/Bogota",
                      zone);
    for (unsigned i = 0; i < conf_count (windows); i++)
        load_window (parameters, conf_item (windows, i), problems);
    if (conf_count (windows) == 0)
        conf_problem (problems, node, "windows is empty: nobody could ever be contacted");
    load_holidays (parameters, node, problems);
    parameters->unless = conf_strings (node, "unless");
    return parameters;
}

static void
free_parameters (void *data)
{
    Parameters *parameters = data;

    g_clear_pointer (&parameters->zone, g_time_zone_unref);
    g_array_unref (parameters->windows);
    g_free (parameters->calendar);
    g_strfreev (parameters->extra);
    g_strfreev (parameters->unless);
    g_free (parameters);
}

static bool
is_closed_day (const Parameters *parameters, GDateTime *day)
{
    g_autofree char *date = g_date_time_format (day, "%Y-%m-%d");

    if (g_strv_contains ((const char *const *)parameters->extra, date))
        return true;
    return parameters->calendar &&
           holiday_is (parameters->calendar, g_date_time_get_year (day),
                       g_date_time_get_month (day), g_date_time_get_day_of_month (day));
}

/* The earliest minute of the day, not before `minute`, at which a window is open; -1 for none. */
static int
open_minute (const Parameters *parameters, GDateTime *day, int minute)
{
    int best = -1;

    if (is_closed_day (parameters, day))
        return -1;
    for (unsigned i = 0; i < parameters->windows->len; i++) {
        const Window *window = &g_array_index (parameters->windows, Window, i);
        int start = MAX (window->from, minute);
        if (window->days[g_date_time_get_day_of_week (day)] && start < window->to &&
            (best < 0 || start < best))
            best = start;
    }
    return best;
}

static bool
is_open (const Parameters *parameters, GDateTime *local)
{
    int minute = g_date_time_get_hour (local) * 60 + g_date_time_get_minute (local);

    return open_minute (parameters, local, minute) == minute;
}

/* The earlier of the two instants that a local time means when the clocks go back, unless it
 * has passed; GLib gives the later one. */
static int64_t
earliest_instant (GDateTime *local, int64_t now)
{
    g_autoptr (GDateTime) before = g_date_time_add_hours (local, -1);
    bool twice = before && g_date_time_get_hour (before) == g_date_time_get_hour (local);
    int64_t earlier = twice ? g_date_time_to_unix (before) : 0;

    return twice && earlier > now ? earlier : g_date_time_to_unix (local);
}

/* When the window is open next: now when it is open, 0 when it never opens again. A time that
 * the clocks skip in spring becomes the one after; it may be past the window of that day. */
static int64_t
next_opening (const Parameters *parameters, int64_t now)
{
    g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now);
    g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, parameters->zone);
    int minute = g_date_time_get_hour (local) * 60 + g_date_time_get_minute (local);

    if (is_open (parameters, local))
        return now;
    for (int ahead = 0; ahead <= MOST_DAYS_AHEAD; ahead++) {
        g_autoptr (GDateTime) day = g_date_time_add_days (local, ahead);
        if (!day) /* past the year 9999 */
            break;
        int open = open_minute (parameters, day, ahead ? 0 : minute);
        if (open < 0)
            continue;
        g_autoptr (GDateTime) opening = g_date_time_new (
            parameters->zone, g_date_time_get_year (day), g_date_time_get_month (day),
            g_date_time_get_day_of_month (day), open / 60, open % 60, 0);
        if (opening && is_open (parameters, opening))
            return earliest_instant (opening, now);
    }
    return 0;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const Parameters *parameters = data;

    if (parameters->unless && *parameters->unless && consent_holds (view, parameters->unless)) {
        result->verdict = VERDICT_NOT_APPLICABLE;
        result->evidence = g_strdup ("the recipient agreed to be contacted at any hour");
        return;
    }
    int64_t opening = next_opening (parameters, view->now);
    g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (view->now);
    g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, parameters->zone);
    /* English names whatever the locale: the text goes into an SMTP reply. */
    const char *day = day_words[g_date_time_get_day_of_week (local) - 1];
    g_autofree char *time = g_date_time_format (local, "%Y-%m-%d %H:%M");
    bool holiday = is_closed_day (parameters, local);

    result->evidence = g_strdup_printf ("%s %s in %s%s", day, time,
                                        g_time_zone_get_identifier (parameters->zone),
                                        holiday ? ", a public holiday" : "");
    result->verdict = opening == view->now ? VERDICT_SATISFIED : VERDICT_VIOLATED;
    if (result->verdict == VERDICT_SATISFIED)
        return;
    g_autofree char *text =
        opening ? clock_format (opening) : g_strdup ("a time at which a window is open");
    result->until = opening;
    result->remedy = g_strdup (text);
}

const RuleKind kind_contact_window = {
    .name = "contact-window",
    .summary = "it is an hour at which the recipient may be contacted",
    .sentence = { "promotional mail may not be sent to the recipient at this hour",
                  "a esta hora no puede enviarse correo promocional al destinatario" },
    .fields = fields,
    .cannot_tell = ACTION_DEFER,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
