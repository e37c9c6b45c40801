/* SPDX-License-Identifier: BSD-2-Clause */

/* From a person's no to events that are in force. */

#include "licet/withdrawal.h"

#include <string.h>

#include "licet/error.h"

void
standing_free (Standing *standing)
{
    if (!standing)
        return;
    g_free (standing->language);
    g_free (standing);
}

static void
note_record (Standing *standing, Purpose purpose, const ConsentRecord *record)
{
    standing->stopped[purpose] = record->promotion->state == CONSENT_REFUSED;
    standing->tracking_stopped = record->tracking->state == CONSENT_REFUSED;
    standing->suppressed = standing->suppressed || record->promotion->suppression != NULL;
    if (!standing->language)
        standing->language = g_strdup (record->language);
}

/* Every answer tells of tracking too, so any one will do for it alone. */
static bool
is_wanted (Purpose purpose, const char *const *purposes)
{
    bool only_tracking = purposes[0] && strcmp (purposes[0], "tracking") == 0 && !purposes[1];

    return g_strv_contains (purposes, "*") ||
           g_strv_contains (purposes, purpose_word (purpose)) ||
           (only_tracking && purpose == PURPOSE_NEWSLETTER);
}

Standing *
standing_ask (ConsentStore *store, const char *address, const char *const *purposes,
              int64_t now, GError **error)
{
    const char *const addresses[] = { address, NULL };
    g_autoptr (Standing) standing = g_new0 (Standing, 1);

    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++) {
        g_autofree char *failure = NULL;
        if (!is_wanted (purpose, purposes))
            continue;
        g_autoptr (GPtrArray) records = consent_ask (store, addresses, purpose, now, &failure);
        if (failure) {
            g_set_error_literal (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, failure);
            return NULL;
        }
        note_record (standing, purpose, g_ptr_array_index (records, 0));
    }
    return g_steal_pointer (&standing);
}

static bool
has_stopped_all (const Standing *standing)
{
    for (Purpose purpose = PURPOSE_NEWSLETTER; purpose <= PURPOSE_WELCOME; purpose++)
        if (!standing->stopped[purpose])
            return false;
    return true;
}

bool
standing_has_stopped (const Standing *standing, const char *purpose)
{
    Purpose known = PURPOSE_NONE;

    if (strcmp (purpose, "tracking") == 0)
        return standing->tracking_stopped;
    if (strcmp (purpose, "*") == 0)
        return has_stopped_all (standing);
    return purpose_parse (purpose, &known) && purpose_is_promotional (known) &&
           standing->stopped[known];
}

static ConsentEvent *
event_new (const char *address, const char *purpose, const WithdrawalProof *proof, int64_t now)
{
    ConsentEvent *event = g_new0 (ConsentEvent, 1);

    event->address = g_strdup (address);
    event->purpose = g_strdup (purpose);
    event->state = g_strdup (proof->suppression ? "suppressed" : "withdrawn");
    event->basis = g_strdup (proof->suppression);
    event->at = now;
    event->source = g_strdup (proof->source);
    event->wording = g_strdup (proof->wording);
    event->evidence = g_strdup (proof->evidence);
    return event;
}

static bool
confirm (ConsentStore *store, const char *address, const char *const *purposes, int64_t now,
         GError **error)
{
    g_autoptr (Standing) standing = standing_ask (store, address, purposes, now, error);

    for (unsigned i = 0; standing && purposes[i]; i++)
        if (!standing_has_stopped (standing, purposes[i])) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                         "the store took a withdrawal and does not know it");
            return false;
        }
    return standing != NULL;
}

static bool
is_of (const ConsentEvent *event, const char *state, const char *purpose)
{
    return strcmp (event->state, state) == 0 && strcmp (event->purpose, purpose) == 0;
}

/* Whether the person's own last word on the purpose is a no; events in the order of time. */
static bool
has_said_no (const GPtrArray *events, const char *purpose)
{
    bool promotional = strcmp (purpose, "tracking") != 0, all = strcmp (purpose, "*") == 0;
    const ConsentEvent *no = NULL;

    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        bool granted =
            strcmp (event->state, "granted") == 0 && strcmp (event->purpose, "tracking") != 0;
        if (is_of (event, "withdrawn", purpose) ||
            (promotional && is_of (event, "withdrawn", "*")))
            no = event;
        else if (no && event->at > no->at &&
                 (is_of (event, "granted", purpose) || (all && granted) ||
                  (promotional && is_of (event, "granted", "*"))))
            no = NULL;
    }
    return no != NULL;
}

/* A later grant would lift a withdrawal, and must not lift what a bounce says; nor may the end of a
 * suppression end a withdrawal that was said meanwhile. */
static bool
is_due (const Standing *before, const GPtrArray *events, const char *purpose,
        const WithdrawalProof *proof)
{
    if (proof->suppression)
        return !before->suppressed;
    return before->suppressed ? !has_said_no (events, purpose)
                              : !standing_has_stopped (before, purpose);
}

bool
withdrawal_record (ConsentStore *store, const char *address, const char *const *purposes,
                   const WithdrawalProof *proof, int64_t now, GError **error)
{
    g_autoptr (Standing) before = standing_ask (store, address, purposes, now, error);
    g_autoptr (GPtrArray) past =
        before && before->suppressed ? consent_history (store, address, error) : NULL;
    g_autoptr (GPtrArray) events =
        g_ptr_array_new_with_free_func ((GDestroyNotify)consent_event_free);

    if (!before || (before->suppressed && !past))
        return false;
    for (unsigned i = 0; purposes[i]; i++)
        if (is_due (before, past, purposes[i], proof))
            g_ptr_array_add (events, event_new (address, purposes[i], proof, now));
    return events->len == 0 || (consent_append (store, events, error) &&
                                confirm (store, address, purposes, now, error));
}
