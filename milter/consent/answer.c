/* SPDX-License-Identifier: BSD-2-Clause */

/* The values of the store, and the pure step from events to what is known of a recipient. */

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
    consent_answer_free (record->tracking);
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

GPtrArray *
consent_events_new (void)
{
    return g_ptr_array_new_with_free_func ((GDestroyNotify)consent_event_free);
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

static ConsentAnswer *
answer_with (ConsentState state, const ConsentEvent *event)
{
    ConsentAnswer *answer = consent_answer_new (state);

    answer->basis = g_strdup (event->basis);
    answer->at = event->at;
    answer->expires = event->expires;
    answer->purpose = g_strdup (event->purpose);
    answer->source = g_strdup (event->source);
    answer->wording = g_strdup (event->wording);
    answer->evidence = g_strdup (event->evidence);
    answer->event = g_strdup_printf ("%" G_GINT64_FORMAT, event->number);
    return answer;
}

/* Events in the order of time that name the purpose, or the wildcard when there is one. */
static ConsentAnswer *
answer_from (const GPtrArray *events, const char *purpose, const char *wildcard)
{
    const ConsentEvent *best = NULL, *pending = NULL;

    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        if (strcmp (event->purpose, purpose) != 0 && g_strcmp0 (event->purpose, wildcard) != 0)
            continue;
        if (strcmp (event->state, "pending") == 0)
            pending = event;
        else if (beats (event, best))
            best = event;
    }
    if (best)
        return answer_with (is_withdrawal (best) ? CONSENT_REFUSED : CONSENT_GRANTED, best);
    ConsentAnswer *answer =
        pending ? answer_with (CONSENT_UNKNOWN, pending) : consent_answer_new (CONSENT_UNKNOWN);
    answer->pending = pending != NULL;
    return answer;
}

static void
take (char **value, const char *text)
{
    if (!text)
        return;
    g_free (*value);
    *value = g_strdup (text);
}

/* California says nothing about someone who has moved to Germany. */
static void
take_country (ConsentRecord *record, const ConsentEvent *event)
{
    if (event->country && g_strcmp0 (event->country, record->country) != 0)
        g_clear_pointer (&record->subdivision, g_free);
    take (&record->country, event->country);
    take (&record->subdivision, event->subdivision);
}

/* From events in the order of time, those of the address itself or those of the others. */
static void
take_person (ConsentRecord *record, const GPtrArray *events, bool own)
{
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        if ((strcmp (event->address, record->address) == 0) != own)
            continue;
        take_country (record, event);
        take (&record->recipient_class, event->recipient_class);
        take (&record->language, event->language);
        take (&record->person, event->person);
    }
}

static ConsentRecord *
resolve_one (const char *address, const GPtrArray *events, Purpose purpose)
{
    ConsentRecord *record = g_new0 (ConsentRecord, 1);

    record->address = g_strdup (address);
    record->promotion = answer_from (events, purpose_word (purpose), "*");
    record->tracking = answer_from (events, "tracking", NULL);
    take_person (record, events, false);
    take_person (record, events, true);
    return record;
}

/* An address or a person's id; those that belong together have one leader (union-find). */
typedef struct Member {
    struct Member *leader;
    GPtrArray *events; /* of a leader, borrowed */
} Member;

static void
member_free (Member *member)
{
    g_ptr_array_unref (member->events);
    g_free (member);
}

static Member *
leader_of (Member *member)
{
    while (member->leader != member)
        member = member->leader = member->leader->leader;
    return member;
}

static Member *
find_member (GHashTable *members, const char *name)
{
    Member *member = g_hash_table_lookup (members, name);

    if (member)
        return member;
    member = g_new0 (Member, 1);
    member->leader = member;
    member->events = g_ptr_array_new ();
    g_hash_table_insert (members, (char *)name, member);
    return member;
}

static GHashTable *
members_new (void)
{
    return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)member_free);
}

/* Gives every leader the events of its addresses, in the order of the argument. */
static void
group_events (const GPtrArray *events, GHashTable *addresses, GHashTable *persons)
{
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        Member *member = find_member (addresses, event->address);
        if (event->person)
            leader_of (member)->leader = leader_of (find_member (persons, event->person));
    }
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        Member *leader = leader_of (find_member (addresses, event->address));
        g_ptr_array_add (leader->events, (void *)event);
    }
}

static int
compare_times (const void *a, const void *b)
{
    const ConsentEvent *first = *(ConsentEvent *const *)a, *second = *(ConsentEvent *const *)b;

    return (first->at > second->at) - (first->at < second->at);
}

enum { CLOCKS_DIFFER = 86400 };

/* A withdrawal by a clock that runs ahead, or in a local time that calls itself UTC, counts at
 * once: a doubt never reads as consent. */
static bool
counts_by (const ConsentEvent *event, int64_t now)
{
    return event->at <= now || (is_withdrawal (event) && event->at <= now + CLOCKS_DIFFER);
}

/* The sort is stable: of two rows of one second the one stored later comes later. */
static GPtrArray *
until (const GPtrArray *events, int64_t now)
{
    GPtrArray *sorted = g_ptr_array_new ();

    for (unsigned i = 0; i < events->len; i++)
        if (counts_by (g_ptr_array_index (events, i), now))
            g_ptr_array_add (sorted, g_ptr_array_index (events, i));
    g_ptr_array_sort (sorted, compare_times);
    return sorted;
}

GPtrArray *
consent_resolve (const char *const *addresses, const GPtrArray *events, Purpose purpose,
                 int64_t now)
{
    g_autoptr (GHashTable) by_address = members_new (), by_person = members_new ();
    g_autoptr (GPtrArray) past = until (events, now);
    GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_record_free);

    group_events (past, by_address, by_person);
    for (unsigned i = 0; addresses[i]; i++) {
        const Member *leader = leader_of (find_member (by_address, addresses[i]));
        g_ptr_array_add (records, resolve_one (addresses[i], leader->events, purpose));
    }
    return records;
}

ConsentRecord *
consent_unavailable (const char *address)
{
    ConsentRecord *record = g_new0 (ConsentRecord, 1);

    record->address = g_strdup (address);
    record->promotion = consent_answer_new (CONSENT_UNAVAILABLE);
    record->tracking = consent_answer_new (CONSENT_UNAVAILABLE);
    return record;
}
