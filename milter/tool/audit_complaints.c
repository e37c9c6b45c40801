/* SPDX-License-Identifier: BSD-2-Clause */

/* Withdrawals and suppressions of a period, counted by reason. */

#include "audit_complaints.h"

#include <string.h>

typedef struct {
    Complaints *complaints;
    int64_t since, until;
} Count;

/* -1 for what is no refusal. The words of sources are those of licet-web and `licet feedback`. */
static int
reason_of (const ConsentEvent *event)
{
    const char *source = event->source ? event->source : "";
    const char *basis = event->basis ? event->basis : "";

    if (strcmp (event->state, "suppressed") == 0)
        return strcmp (basis, "complaint") == 0 ? REASON_COMPLAINT
               : strcmp (basis, "bounce") == 0  ? REASON_BOUNCE
                                                : REASON_MANUAL;
    if (strcmp (event->state, "withdrawn") != 0)
        return -1;
    return strcmp (source, "one-click") == 0    ? REASON_ONE_CLICK
           : g_str_has_suffix (source, "-page") ? REASON_PAGE
           : strcmp (source, "mailto") == 0     ? REASON_MAIL
                                                : REASON_OTHER;
}

static bool
count_event (ConsentEvent *event, void *data, GError **error G_GNUC_UNUSED)
{
    g_autoptr (ConsentEvent) owned = event;
    const Count *count = data;
    int reason = reason_of (owned);

    if (reason < 0 || owned->at < count->since || owned->at >= count->until)
        return true;
    count->complaints->statements[reason]++;
    g_hash_table_add (count->complaints->addresses[reason], g_strdup (owned->address));
    return true;
}

Complaints *
complaints_new (const char *uri, const ConsentOptions *options, int64_t since, int64_t until)
{
    Complaints *complaints = g_new0 (Complaints, 1);
    Count count = { complaints, since, until };
    g_autoptr (GError) error = NULL;

    for (unsigned i = 0; i < REASONS; i++)
        complaints->addresses[i] =
            g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    if (!uri) {
        complaints->missing = g_strdup ("");
        return complaints;
    }
    g_autoptr (ConsentStore) store = consent_open_with (uri, options, &error);
    if (!store || !consent_each (store, count_event, &count, &error))
        complaints->missing = g_strdup (error->message);
    return complaints;
}

void
complaints_free (Complaints *complaints)
{
    if (!complaints)
        return;
    for (unsigned i = 0; i < REASONS; i++)
        g_hash_table_unref (complaints->addresses[i]);
    g_free (complaints->missing);
    g_free (complaints);
}
