/* SPDX-License-Identifier: BSD-2-Clause */

/* Time as seconds since 1970, and its spellings in RFC 3339 and RFC 5322. */

#include "licet/clock.h"

#include <string.h>
#include <time.h>

#include "licet/error.h"

int64_t
clock_now (const Clock *clock)
{
    return (int64_t)time (NULL) + clock->offset;
}

int64_t
clock_moment (void)
{
    return g_get_monotonic_time () / G_USEC_PER_SEC;
}

static bool
is_date (const char *text)
{
    if (strlen (text) != strlen ("2026-11-25"))
        return false;
    for (unsigned i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? text[i] != '-' : !g_ascii_isdigit (text[i]))
            return false;
    return true;
}

bool
clock_parse (const char *text, int64_t *ret_time, GError **error)
{
    g_autofree char *full =
        is_date (text) ? g_strconcat (text, "T00:00:00Z", NULL) : g_strdup (text);
    /* GLib also accepts times without separators; RFC 3339 section 5.6 does not. */
    bool dashed =
        strlen (full) >= strlen ("2026-11-25T10:00:00Z") && full[4] == '-' && full[7] == '-';
    g_autoptr (GDateTime) when = dashed ? g_date_time_new_from_iso8601 (full, NULL) : NULL;

    if (!when) {
        g_set_error (
            error, LICET_ERROR, LICET_ERROR_MALFORMED,
            "\"%s\" is no RFC 3339 time; right would be 2026-11-25T10:00:00Z or 2026-11-25",
            text);
        return false;
    }
    *ret_time = g_date_time_to_unix (when);
    return true;
}

char *
clock_format (int64_t time)
{
    g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (time);

    if (!when)
        return g_strdup ("out of range");
    /* RFC 3339 wants four digits of every year; strftime gives "610". */
    return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02dZ", g_date_time_get_year (when),
                            g_date_time_get_month (when), g_date_time_get_day_of_month (when),
                            g_date_time_get_hour (when), g_date_time_get_minute (when),
                            g_date_time_get_second (when));
}

char *
clock_format_mail (int64_t time)
{
    /* The names of days and months in English whatever the locale (RFC 5322 3.3). */
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (time);

    if (!when)
        return g_strdup ("Thu, 01 Jan 1970 00:00:00 +0000");
    return g_strdup_printf (
        "%s, %02d %s %04d %02d:%02d:%02d +0000", days[g_date_time_get_day_of_week (when) - 1],
        g_date_time_get_day_of_month (when), months[g_date_time_get_month (when) - 1],
        g_date_time_get_year (when), g_date_time_get_hour (when), g_date_time_get_minute (when),
        g_date_time_get_second (when));
}
