/* SPDX-License-Identifier: BSD-2-Clause */

/* Public holidays by country, computed for any year. */

#include "holidays.h"

#include <string.h>

static const char *const calendars[] = { "CO", "ZA", NULL };

typedef struct {
    int month, day;
} Date;

/* Colombia, Ley 51 de 1983 (Ley Emiliani): these stay on their date. */
static const Date fixed[] = { { 1, 1 }, { 5, 1 }, { 7, 20 }, { 8, 7 }, { 12, 8 }, { 12, 25 } };

/* Move to the next Monday unless they fall on one. */
static const Date moved[] = { { 1, 6 },   { 3, 19 }, { 6, 29 }, { 8, 15 },
                              { 10, 12 }, { 11, 1 }, { 11, 11 } };

/* Days after Easter Sunday: Maundy Thursday, Good Friday; and, moved to their Mondays, Ascension,
 * Corpus Christi, Sacred Heart. */
static const int after_easter[] = { -3, -2, 43, 64, 71 };

const char *const *
holiday_calendars (void)
{
    return calendars;
}

/* The Gregorian Easter by the algorithm of Meeus, Jones and Butcher. */
static guint32
easter (int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int d = b / 4, e = b % 4, g = (8 * b + 13) / 25;
    int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
    int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
    int month = (h + l - 7 * m + 114) / 31, day = (h + l - 7 * m + 114) % 31 + 1;
    GDate date;

    g_date_clear (&date, 1);
    g_date_set_dmy (&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return g_date_get_julian (&date);
}

static guint32
julian_of (int year, int month, int day)
{
    GDate date;

    g_date_clear (&date, 1);
    g_date_set_dmy (&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return g_date_get_julian (&date);
}

static guint32
next_monday (guint32 julian)
{
    GDate date;

    g_date_clear (&date, 1);
    g_date_set_julian (&date, julian);
    return julian + (guint32)((8 - (int)g_date_get_weekday (&date)) % 7);
}

static bool
is_colombian (int year, int month, int day)
{
    guint32 julian = julian_of (year, month, day);
    guint32 sunday = easter (year);

    for (unsigned i = 0; i < G_N_ELEMENTS (fixed); i++)
        if (fixed[i].month == month && fixed[i].day == day)
            return true;
    for (unsigned i = 0; i < G_N_ELEMENTS (moved); i++)
        if (next_monday (julian_of (year, moved[i].month, moved[i].day)) == julian)
            return true;
    for (unsigned i = 0; i < G_N_ELEMENTS (after_easter); i++)
        if ((guint32)((int)sunday + after_easter[i]) == julian)
            return true;
    return false;
}

/* South Africa, Public Holidays Act 36 of 1994, s. 1 and 2(1): when one of these falls on a Sunday,
 * the Monday is a holiday as well. */
static const Date south_african[] = { { 1, 1 }, { 3, 21 }, { 4, 27 },  { 5, 1 },   { 6, 16 },
                                      { 8, 9 }, { 9, 24 }, { 12, 16 }, { 12, 25 }, { 12, 26 } };

static bool
is_south_african (int year, int month, int day)
{
    guint32 julian = julian_of (year, month, day);
    guint32 sunday = easter (year);

    if (julian == sunday - 2 || julian == sunday + 1)
        return true;
    for (unsigned i = 0; i < G_N_ELEMENTS (south_african); i++) {
        guint32 date = julian_of (year, south_african[i].month, south_african[i].day);
        if (date == julian || (date + 1 == julian && next_monday (date) == julian))
            return true;
    }
    return false;
}

bool
holiday_is (const char *country, int year, int month, int day)
{
    if (strcmp (country, "CO") == 0)
        return is_colombian (year, month, day);
    return strcmp (country, "ZA") == 0 && is_south_african (year, month, day);
}
