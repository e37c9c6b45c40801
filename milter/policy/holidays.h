/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_HOLIDAYS_H
#define LICET_POLICY_HOLIDAYS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Public holidays that are computed, not listed: the calendar of a country has no last year. */

/* Country codes with a calendar; NULL-terminated. */
const char *const *holiday_calendars (void);

/* Whether the date is a public holiday of the country. */
bool holiday_is (const char *country, int year, int month, int day);

/* The end of the n-th business day after a time: Monday to Friday, without the public holidays of
 * the country (NULL: no calendar). The day of the time itself does not count. With none, the
 * time. */
int64_t business_days_after (const char *country, GTimeZone *zone, int64_t at, unsigned days);

#endif
