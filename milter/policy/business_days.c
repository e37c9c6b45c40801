/* SPDX-License-Identifier: BSD-2-Clause */

/* Deadlines in business days. */

#include "holidays.h"

/* A deadline has at most a year of business days; no calendar closes for longer. */
enum { MOST_DAYS = 3 * 366 };

static bool
is_business_day (const char *country, GDateTime *day)
{
    return g_date_time_get_day_of_week (day) <= 5 &&
           !(country &&
             holiday_is (country, g_date_time_get_year (day), g_date_time_get_month (day),
                         g_date_time_get_day_of_month (day)));
}

int64_t
business_days_after (const char *country, GTimeZone *zone, int64_t at, unsigned days)
{
    g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (at);
    g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);
    g_autoptr (GDateTime) day =
        g_date_time_new (zone, g_date_time_get_year (local), g_date_time_get_month (local),
                         g_date_time_get_day_of_month (local), 0, 0, 0);

    if (days == 0)
        return at;
    for (unsigned passed = 0, i = 0; i < MOST_DAYS && passed < days; i++) {
        GDateTime *next = g_date_time_add_days (day, 1);
        g_date_time_unref (day);
        day = next;
        passed += is_business_day (country, day);
    }
    g_autoptr (GDateTime) end = g_date_time_add_days (day, 1);
    return g_date_time_to_unix (end);
}
