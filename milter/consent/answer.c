/* SPDX-License-Identifier: BSD-2-Clause */

/* The values of the store, and the one function that turns events into an answer. */

#include <string.h>

#include "backend.h"

ConsentAnswer *
consent_answer_new (ConsentState state)
{
    ConsentAnswer *answer = g_new0 (ConsentAnswer, 1);

    answer->state = state;
    return answer;
}

void
consent_answer_free (ConsentAnswer *answer)
{
    if (!answer)
        return;
    g_free (answer->basis);
    g_free (answer->purpose);
    g_free (answer->source);
    g_free (answer->wording);
    g_free (answer->evidence);
    g_free (answer->event);
    g_free (answer);
}

ConsentAnswer *
consent_answer_copy (const ConsentAnswer *answer)
{
    ConsentAnswer *copy = g_memdup2 (answer, sizeof *answer);

    copy->basis = g_strdup (answer->basis);
    copy->purpose = g_strdup (answer->purpose);
    copy->source = g_strdup (answer->source);
    copy->wording = g_strdup (answer->wording);
    copy->evidence = g_strdup (answer->evidence);
    copy->event = g_strdup (answer->event);
    return copy;
}

void
consent_record_free (ConsentRecord *record)
{
    if (!record)
        return;
    g_free (record->address);
    g_free (record->person);
    g_free (record->country);
    g_free (record->subdivision);
    g_free (record->recipient_class);
    g_free (record->language);
    consent_answer_free (record->promotion);
    g_free (record);
}

void
consent_event_free (ConsentEvent *event)
{
    if (!event)
        return;
    g_free (event->address);
    g_free (event->purpose);
    g_free (event->state);
    g_free (event->basis);
    g_free (event->source);
    g_free (event->wording);
    g_free (event->evidence);
    g_free (event->country);
    g_free (event->subdivision);
    g_free (event->recipient_class);
    g_free (event->language);
    g_free (event->person);
    g_free (event);
}

ConsentEvent *
consent_event_copy (const ConsentEvent *event)
{
    ConsentEvent *copy = g_memdup2 (event, sizeof *event);

    copy->address = g_strdup (event->address);
    copy->purpose = g_strdup (event->purpose);
    copy->state = g_strdup (event->state);
    copy->basis = g_strdup (event->basis);
    copy->source = g_strdup (event->source);
    copy->wording = g_strdup (event->wording);
    copy->evidence = g_strdup (event->evidence);
    copy->country = g_strdup (event->country);
    copy->subdivision = g_strdup (event->subdivision);
    copy->recipient_class = g_strdup (event->recipient_class);
    copy->language = g_strdup (event->language);
    copy->person = g_strdup (event->person);
    return copy;
}

const char *
consent_state_word (ConsentState state)
{
    switch (state) {
    case CONSENT_UNKNOWN:
        return "unknown";
    case CONSENT_GRANTED:
        return "granted";
    case CONSENT_REFUSED:
        return "refused";
    case CONSENT_UNAVAILABLE:
        return "unavailable";
    }
    g_assert_not_reached ();
}

static bool
is_about (const ConsentEvent *event, Purpose purpose)
{
    return strcmp (event->purpose, "*") == 0 ||
           strcmp (event->purpose, purpose_word (purpose)) == 0;
}

static bool
is_pending (const ConsentEvent *event)
{
    return strcmp (event->state, "pending") == 0;
}

static bool
is_withdrawal (const ConsentEvent *event)
{
    return strcmp (event->state, "withdrawn") == 0;
}

/* The newer act, and at the same second the withdrawal: a doubt never reads as consent. */
static bool
beats (const ConsentEvent *event, const ConsentEvent *best)
{
    if (!best || event->at != best->at)
        return !best || event->at > best->at;
    return is_withdrawal (event) >= is_withdrawal (best);
}

/* A request that was never confirmed changes nothing: neither a grant nor a withdrawal. */
static ConsentAnswer *
answer_from (const GPtrArray *events, Purpose purpose, int64_t now)
{
    const ConsentEvent *best = NULL, *pending = NULL;

    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        if (!is_about (event, purpose) || event->at > now)
            continue;
        if (is_pending (event))
            pending = event;
        else if (beats (event, best))
            best = event;
    }
    const ConsentEvent *decisive = best ? best : pending;
    ConsentAnswer *answer = consent_answer_new (!best                  ? CONSENT_UNKNOWN
                                                : is_withdrawal (best) ? CONSENT_REFUSED
                                                                       : CONSENT_GRANTED);
    if (!decisive)
        return answer;
    g_autofree char *key = g_strdup_printf ("%s|%s|%s|%" G_GINT64_FORMAT, decisive->address,
                                            decisive->purpose, decisive->state, decisive->at);
    answer->pending = !best;
    answer->basis = g_strdup (decisive->basis);
    answer->at = decisive->at;
    answer->expires = decisive->expires;
    answer->purpose = g_strdup (decisive->purpose);
    answer->source = g_strdup (decisive->source);
    answer->wording = g_strdup (decisive->wording);
    answer->evidence = g_strdup (decisive->evidence);
    /* Names the event in the log without naming the address. */
    g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
    answer->event = g_strndup (digest, 16);
    return answer;
}

static void
take_newest (char **value, const char *text)
{
    if (!text || !*text)
        return;
    g_free (*value);
    *value = g_strdup (text);
}

/* What is known of the person: the newest statement, one of the address itself before others. */
static void
take_person (ConsentRecord *record, const GPtrArray *events, bool own)
{
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        if ((strcmp (event->address, record->address) == 0) != own)
            continue;
        take_newest (&record->country, event->country);
        take_newest (&record->subdivision, event->subdivision);
        take_newest (&record->recipient_class, event->recipient_class);
        take_newest (&record->language, event->language);
        take_newest (&record->person, event->person);
    }
}

static int
compare_times (const void *a, const void *b)
{
    const ConsentEvent *first = *(ConsentEvent *const *)a, *second = *(ConsentEvent *const *)b;

    return (first->at > second->at) - (first->at < second->at);
}

ConsentRecord *
consent_resolve (const char *address, const GPtrArray *events, Purpose purpose, int64_t now)
{
    ConsentRecord *record = g_new0 (ConsentRecord, 1);
    g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

    for (unsigned i = 0; i < events->len; i++)
        g_ptr_array_add (sorted, g_ptr_array_index (events, i));
    g_ptr_array_sort (sorted, compare_times);
    record->address = g_strdup (address);
    record->promotion = answer_from (events, purpose, now);
    take_person (record, sorted, false);
    take_person (record, sorted, true);
    return record;
}

ConsentRecord *
consent_unavailable (const char *address)
{
    ConsentRecord *record = g_new0 (ConsentRecord, 1);

    record->address = g_strdup (address);
    record->promotion = consent_answer_new (CONSENT_UNAVAILABLE);
    return record;
}
