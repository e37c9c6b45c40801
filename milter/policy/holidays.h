/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_HOLIDAYS_H
#define LICET_POLICY_HOLIDAYS_H

#include <glib.h>
#include <stdbool.h>

/* Public holidays that are computed, not listed: the calendar of a country has no last year. */

/* Country codes with a calendar; NULL-terminated. */
const char *const *holiday_calendars (void);

/* Whether the date is a public holiday of the country. */
bool holiday_is (const char *country, int year, int month, int day);

#endif
