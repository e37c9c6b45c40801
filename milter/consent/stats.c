/* SPDX-License-Identifier: BSD-2-Clause */

/* The store in figures, by the same derivation as the answers for a message, a page at a time. */

#include <string.h>

#include "backend.h"

enum { PAGE = 1000 };

static bool
is_named (const GPtrArray *events, const char *purpose)
{
    for (unsigned i = 0; i < events->len; i++)
        if (strcmp (((ConsentEvent *)g_ptr_array_index (events, i))->purpose, purpose) == 0)
            return true;
    return false;
}

static void
count_suppression (ConsentStats *stats, const char *suppression)
{
    if (!suppression)
        return;
    if (strcmp (suppression, "bounce") == 0)
        stats->bounced++;
    else if (strcmp (suppression, "complaint") == 0)
        stats->complained++;
    else
        stats->manual++;
}

static void
count_answer (ConsentCounts *counts, const ConsentAnswer *answer)
{
    switch (answer->state) {
    case CONSENT_GRANTED:
        counts->granted++;
        return;
    case CONSENT_REFUSED:
        counts->refused++;
        return;
    case CONSENT_UNKNOWN:
    case CONSENT_UNAVAILABLE:
        counts->pending += answer->pending;
        counts->unknown += !answer->pending;
        return;
    }
    g_assert_not_reached ();
}

static void
add_counts (ConsentCounts *counts, const ConsentCounts *more)
{
    counts->granted += more->granted;
    counts->refused += more->refused;
    counts->pending += more->pending;
    counts->unknown += more->unknown;
}

static ConsentCounts
count_records (const GPtrArray *records)
{
    ConsentCounts counts = { 0 };

    for (unsigned i = 0; i < records->len; i++)
        count_answer (&counts, ((ConsentRecord *)g_ptr_array_index (records, i))->promotion);
    return counts;
}

/* Purposes that nobody names have one answer in common. */
static void
count_purposes (ConsentStats *stats, const char *const *addresses, const GPtrArray *events,
                int64_t now)
{
    ConsentCounts common = { 0 };
    bool has_common = false;

    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++) {
        bool named = is_named (events, purpose_word (purpose));
        ConsentCounts counts = common;
        if (named || !has_common) {
            g_autoptr (GPtrArray) records = consent_resolve (addresses, events, purpose, now);
            counts = count_records (records);
        }
        if (!named && !has_common) {
            common = counts;
            has_common = true;
        }
        add_counts (&stats->purposes[purpose - PURPOSE_NEWSLETTER], &counts);
    }
}

static void
count_people (ConsentStats *stats, const char *const *addresses, const GPtrArray *events,
              int64_t now)
{
    g_autoptr (GPtrArray) records =
        consent_resolve (addresses, events, PURPOSE_NEWSLETTER, now);

    stats->addresses += records->len;
    for (unsigned i = 0; i < records->len; i++) {
        const ConsentRecord *record = g_ptr_array_index (records, i);
        stats->linked += record->person != NULL;
        count_answer (&stats->tracking, record->tracking);
        count_suppression (stats, record->promotion->suppression);
    }
}

static bool
count_page (ConsentStore *store, const GPtrArray *page, int64_t now, ConsentStats *stats,
            GError **error)
{
    g_autoptr (GPtrArray) people = g_ptr_array_new ();

    for (unsigned i = 0; i < page->len; i++) {
        bool erased = consent_is_erased (g_ptr_array_index (page, i));
        stats->erased += erased;
        if (!erased)
            g_ptr_array_add (people, g_ptr_array_index (page, i));
    }
    g_ptr_array_add (people, NULL);
    const char *const *addresses = (const char *const *)people->pdata;
    g_autoptr (GPtrArray) events = consent_find (store, addresses, error);
    if (!events)
        return false;
    count_people (stats, addresses, events, now);
    count_purposes (stats, addresses, events, now);
    return true;
}

bool
consent_stats (ConsentStore *store, int64_t now, ConsentStats *ret_stats, GError **error)
{
    g_autofree char *last = g_strdup ("");
    ConsentStats stats = { 0 };

    for (;;) {
        g_autoptr (GPtrArray) page = consent_addresses (store, last, PAGE, error);
        if (!page || !count_page (store, page, now, &stats, error))
            return false;
        if (page->len < PAGE)
            break;
        g_free (last);
        last = g_strdup (g_ptr_array_index (page, page->len - 1));
    }
    *ret_stats = stats;
    return true;
}
