/* SPDX-License-Identifier: BSD-2-Clause */

/* Contact windows: over midnight, holidays and the two days of the year when clocks are set. */

#include <string.h>

#include "licet/clock.h"
#include "../../milter/policy/holidays.h"
#include "../../milter/policy/rules.h"

#define ALL_DAYS               "\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\""
#define ZONE(zone, windows)    "time_zone = \"" zone "\"; windows = ( " windows " ); "
#define WINDOW(days, from, to) "{ days = [ " days " ]; from = \"" from "\"; to = \"" to "\"; }"
#define DAILY(zone, from, to)  ZONE (zone, WINDOW (ALL_DAYS, from, to))
/* Ley 2300 de 2023 art. 3. */
#define COLOMBIA                                                                               \
    ZONE ("America/Bogota", WINDOW ("\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"", "07:00",    \
                                    "19:00") ", " WINDOW ("\"sat\"", "08:00", "15:00"))        \
    "closed_on_holidays = \"CO\"; "
#define NIGHT                                                                                  \
    ZONE ("Europe/Berlin",                                                                     \
          WINDOW (ALL_DAYS, "20:00", "24:00") ", " WINDOW (ALL_DAYS, "00:00", "06:00"))

/* The rule of these parameters; NULL when there is a problem. */
static Rule *
load (const char *parameters, GPtrArray *problems)
{
    g_autofree char *text = g_strdup_printf (
        "id = \"W\"; kind = \"contact-window\"; applies_to = [ \"promotional\" ]; otherwise = "
        "\"defer\"; source = \"S\"; provenance = \"verify: x\";\n%s",
        parameters);
    g_autoptr (GError) error = NULL;
    g_autoptr (Conffile) file = conffile_parse (text, "W.cfg", &error);

    g_assert_no_error (error);
    Rule *rule = rule_load (conffile_root (file), problems);
    if (problems->len == 0)
        return rule;
    rule_free (rule);
    return NULL;
}

/* 0 when the window is open, else the next opening; -1 when it never opens. */
static int64_t
wait_of (const Rule *rule, int64_t now)
{
    RuleView view = { .now = now };
    g_autoptr (RuleResult) result = rule_result_new ();

    rule->kind->judge (rule->parameters, &view, result);
    g_assert_nonnull (result->evidence);
    g_assert_cmpint (result->remedy != NULL, ==, result->verdict == VERDICT_VIOLATED);
    if (result->verdict == VERDICT_SATISFIED)
        return 0;
    g_assert_cmpint (result->verdict, ==, VERDICT_VIOLATED);
    return result->until ? result->until : -1;
}

static int64_t
time_of (const char *text)
{
    int64_t time = 0;
    g_autoptr (GError) error = NULL;

    clock_parse (text, &time, &error);
    g_assert_no_error (error);
    return time;
}

typedef struct {
    const char *name, *parameters, *now;
    const char *until; /* NULL: open; "": never */
} OpeningRow;

static const OpeningRow openings[] = {
    { "noon of a working day", COLOMBIA, "2026-11-24T12:00:00-05:00", NULL },
    { "the first second", COLOMBIA, "2026-11-24T07:00:00-05:00", NULL },
    { "the second before", COLOMBIA, "2026-11-24T06:59:59-05:00", "2026-11-24T12:00:00Z" },
    { "the last second", COLOMBIA, "2026-11-24T18:59:59-05:00", NULL },
    { "the end is out", COLOMBIA, "2026-11-24T19:00:00-05:00", "2026-11-25T12:00:00Z" },
    { "midnight belongs to the next day", COLOMBIA, "2026-11-25T00:00:00-05:00",
      "2026-11-25T12:00:00Z" },
    { "Saturday has hours of its own", COLOMBIA, "2026-11-28T07:30:00-05:00",
      "2026-11-28T13:00:00Z" },
    { "Saturday afternoon waits for Monday", COLOMBIA, "2026-11-28T15:00:00-05:00",
      "2026-11-30T12:00:00Z" },
    { "Sunday waits for Monday", COLOMBIA, "2026-11-22T10:00:00-05:00",
      "2026-11-23T12:00:00Z" },
    { "a Monday that is a holiday is skipped", COLOMBIA, "2026-11-15T10:00:00-05:00",
      "2026-11-17T12:00:00Z" },
    { "a holiday is closed at noon", COLOMBIA, "2026-12-08T12:00:00-05:00",
      "2026-12-09T12:00:00Z" },
    { "Christmas Eve waits for the Saturday", COLOMBIA, "2026-12-24T19:00:00-05:00",
      "2026-12-26T13:00:00Z" },
    { "Holy Week of 2027", COLOMBIA, "2027-03-24T19:30:00-05:00", "2027-03-27T13:00:00Z" },
    { "New Year: Friday is a holiday, Saturday is open", COLOMBIA, "2026-12-31T20:00:00-05:00",
      "2027-01-02T13:00:00Z" },
    { "a date of the policy is closed too", COLOMBIA "extra_holidays = [ \"2026-11-24\" ];",
      "2026-11-24T12:00:00-05:00", "2026-11-25T12:00:00Z" },
    { "it is Monday there though it is Sunday in UTC",
      ZONE ("Pacific/Auckland", WINDOW ("\"mon\"", "00:00", "24:00")), "2026-11-22T11:30:00Z",
      NULL },
    { "it is still Sunday there though it is Monday in UTC",
      ZONE ("America/Los_Angeles", WINDOW ("\"mon\"", "00:00", "24:00")),
      "2026-11-23T07:59:59Z", "2026-11-23T08:00:00Z" },
    { "over midnight, before it", NIGHT, "2026-11-24T23:59:59+01:00", NULL },
    { "over midnight, after it", NIGHT, "2026-11-25T00:00:00+01:00", NULL },
    { "over midnight, by day", NIGHT, "2026-11-25T06:00:00+01:00", "2026-11-25T19:00:00Z" },
    { "two windows of one day, between them",
      ZONE ("UTC",
            WINDOW (ALL_DAYS, "14:00", "16:00") ", " WINDOW (ALL_DAYS, "09:00", "12:00")),
      "2026-11-24T12:00:00Z", "2026-11-24T14:00:00Z" },
    { "two windows of one day, the earlier one opens first",
      ZONE ("UTC",
            WINDOW (ALL_DAYS, "14:00", "16:00") ", " WINDOW (ALL_DAYS, "09:00", "12:00")),
      "2026-11-24T17:00:00Z", "2026-11-25T09:00:00Z" },
    { "clocks go forward in the night", DAILY ("Europe/Berlin", "08:00", "20:00"),
      "2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z" },
    { "clocks go back in the night", DAILY ("Europe/Berlin", "08:00", "20:00"),
      "2026-10-24T19:00:00Z", "2026-10-25T07:00:00Z" },
    { "the hour that comes twice is open twice, first",
      DAILY ("Europe/Berlin", "02:00", "03:00"), "2026-10-25T00:30:00Z", NULL },
    { "the hour that comes twice is open twice, second",
      DAILY ("Europe/Berlin", "02:00", "03:00"), "2026-10-25T01:30:00Z", NULL },
    { "a window that the clocks skip opens the day after",
      DAILY ("Europe/Berlin", "02:00", "03:00"), "2026-03-29T00:30:00Z",
      "2026-03-30T00:00:00Z" },
    { "a day that begins at one o'clock", DAILY ("America/Havana", "00:00", "06:00"),
      "2026-03-07T15:00:00Z", "2026-03-08T05:00:00Z" },
    { "the end of time", ZONE ("UTC", WINDOW ("\"mon\"", "09:00", "10:00")),
      "9999-12-31T12:00:00Z", "" },
};

static void
test_opening (gconstpointer data)
{
    const OpeningRow *row = data;
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    Rule *rule = load (row->parameters, problems);
    int64_t now = time_of (row->now);

    g_assert_cmpuint (problems->len, ==, 0);
    int64_t wait = wait_of (rule, now);
    g_autofree char *until = wait > 0 ? clock_format (wait) : g_strdup (wait ? "" : NULL);
    g_assert_cmpstr (until, ==, row->until);
    if (wait > 0)
        g_assert_cmpint (wait_of (rule, wait), ==, 0);
    rule_free (rule);
}

/* Two years in steps of a quarter of an hour, from the end: what the rule says must be the next
 * step at which it is open. All windows here begin and end on such a step. */
static void
test_sweep (gconstpointer data)
{
    const int64_t begin = time_of ("2026-01-01"), step = 15 * 60;
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    Rule *rule = load (data, problems);
    int64_t next = 0;
    unsigned wrong = 0;

    g_assert_cmpuint (problems->len, ==, 0);
    for (int64_t now = time_of ("2028-01-01"); now >= begin; now -= step) {
        int64_t wait = wait_of (rule, now);
        if (wait == 0)
            next = now;
        wrong += next > 0 && wait > 0 && wait != next;
    }
    g_assert_cmpint (next, >, 0);
    g_assert_cmpuint (wrong, ==, 0);
    rule_free (rule);
}

typedef struct {
    const char *name, *parameters, *want;
} ProblemRow;

#define TIMES(from, to) DAILY ("UTC", from, to)
#define ORDER           "from and to must be times of one day, from before to; right would be from"

static const ProblemRow problem_rows[] = {
    { "a zone that nobody knows", DAILY ("America/Bogotá", "07:00", "19:00"),
      "W.cfg:2: unknown time zone \"America/Bogotá\"; right would be a name such as "
      "America/Bogota" },
    { "no zone", DAILY ("", "07:00", "19:00"), "unknown time zone \"\"" },
    { "no windows", ZONE ("UTC", ""), "nobody could ever be contacted" },
    { "no days", ZONE ("UTC", WINDOW ("", "07:00", "19:00")),
      "days is empty; right would be days = [ \"mon\" ]" },
    { "a day that is none", ZONE ("UTC", WINDOW ("\"monday\"", "07:00", "19:00")),
      "days: unknown word \"monday\"; right would be one of: mon, tue" },
    { "an hour of one digit", TIMES ("7:00", "19:00"), ORDER },
    { "a blank for a digit", TIMES (" 7:00", "19:00"), ORDER },
    { "a sign for a digit", TIMES ("+7:00", "19:00"), ORDER },
    { "sixty minutes", TIMES ("07:60", "19:00"), ORDER },
    { "past the end of the day", TIMES ("07:00", "24:15"), ORDER },
    { "seconds", TIMES ("07:00:00", "19:00"), ORDER },
    { "no length", TIMES ("07:00", "07:00"), ORDER },
    { "over midnight in one", TIMES ("22:00", "06:00"),
      "over midnight one window to \"24:00\" and one from \"00:00\"" },
    { "a window with an unknown setting",
      ZONE ("UTC", "{ days = [ \"mon\" ]; from = \"07:00\"; until = \"19:00\"; }"),
      "unknown setting \"until\"; known here: days, from, to" },
    { "a calendar that is not known", TIMES ("07:00", "19:00") "closed_on_holidays = \"QQ\";",
      "no calendar of public holidays for \"QQ\"; known: CO, ZA" },
    { "a date that does not exist",
      TIMES ("07:00", "19:00") "extra_holidays = [ \"2026-02-30\" ];",
      "\"2026-02-30\" is no date; right would be \"2026-12-24\"" },
    { "a time for a date",
      TIMES ("07:00", "19:00") "extra_holidays = [ \"2026-02-03T00:00:00Z\" ];", "is no date" },
};

static void
test_problem (gconstpointer data)
{
    const ProblemRow *row = data;
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    Rule *rule = load (row->parameters, problems);

    g_assert_null (rule);
    g_assert_cmpuint (problems->len, >, 0);
    const char *problem = problems->len ? g_ptr_array_index (problems, 0) : "";
    g_test_message ("%s", problem);
    g_assert_nonnull (strstr (problem, row->want));
}

/* The Colombian calendar moves with Easter: the earliest and the latest of the Gregorian calendar,
 * and some between. */
static const struct {
    const char *name;
    int year, month, day;
} good_fridays[] = {
    { "the earliest, 1818", 1818, 3, 20 },
    { "2008", 2008, 3, 21 },
    { "2024, a leap year", 2024, 3, 29 },
    { "2025", 2025, 4, 18 },
    { "2026", 2026, 4, 3 },
    { "2028, a leap year", 2028, 4, 14 },
    { "the latest, 2038", 2038, 4, 23 },
    { "the earliest again, 2285", 2285, 3, 20 },
};

static void
test_good_fridays (void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (good_fridays); i++) {
        g_test_message ("%s", good_fridays[i].name);
        g_assert_true (holiday_is ("CO", good_fridays[i].year, good_fridays[i].month,
                                   good_fridays[i].day));
    }
}

#define ADD_ROWS(prefix, rows, function)                                                       \
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {                                       \
        g_autofree char *path = g_strdup_printf (prefix "/%s", rows[i].name);                  \
        g_test_add_data_func (path, &rows[i], function);                                       \
    }

int
main (int argc, char **argv)
{
    g_test_init (&argc, &argv, NULL);
    g_test_set_nonfatal_assertions ();
    ADD_ROWS ("/window/opening", openings, test_opening)
    ADD_ROWS ("/window/problem", problem_rows, test_problem)
    g_test_add_data_func ("/window/sweep/Colombia", COLOMBIA, test_sweep);
    g_test_add_data_func ("/window/sweep/Berlin by night", NIGHT, test_sweep);
    g_test_add_data_func ("/window/sweep/Havana", DAILY ("America/Havana", "00:00", "06:00"),
                          test_sweep);
    g_test_add_data_func ("/window/sweep/Auckland",
                          DAILY ("Pacific/Auckland", "02:15", "03:30"), test_sweep);
    g_test_add_func ("/window/Good Friday", test_good_fridays);
    return g_test_run ();
}
