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
    g_free (answer->suppression);
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
    copy->suppression = g_strdup (answer->suppression);
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
    g_strfreev (record->names);
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

int64_t
consent_event_arrival (const ConsentEvent *event)
{
    return event->arrived ? event->arrived : g_get_real_time () / G_USEC_PER_SEC;
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
has_state (const ConsentEvent *event, const char *state)
{
    return strcmp (event->state, state) == 0;
}

static bool
is_withdrawal (const ConsentEvent *event)
{
    return has_state (event, "withdrawn");
}

/* A word of the person about a purpose, not about links or what became of mail. */
static bool
is_act (const ConsentEvent *event)
{
    return has_state (event, "granted") || is_withdrawal (event);
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
    answer->arrived = event->arrived;
    answer->purpose = g_strdup (event->purpose);
    answer->source = g_strdup (event->source);
    answer->wording = g_strdup (event->wording);
    answer->evidence = g_strdup (event->evidence);
    answer->event = g_strdup_printf ("%" G_GINT64_FORMAT, event->number);
    return answer;
}

/* What is asked: a purpose of an address, and the wildcard that covers it, when there is one. */
typedef struct {
    const char *address, *purpose, *wildcard;
} Question;

static bool
is_about (const ConsentEvent *event, const Question *question)
{
    return strcmp (event->purpose, question->purpose) == 0 ||
           g_strcmp0 (event->purpose, question->wildcard) == 0;
}

/* A mailbox that is gone, or a person who is, says nothing about the other addresses. */
static bool
is_of_one_address (const ConsentEvent *event)
{
    return g_strcmp0 (event->basis, "bounce") == 0 || g_strcmp0 (event->basis, "erased") == 0;
}

/* The newest suppression that nobody has lifted since, or NULL. */
static const ConsentEvent *
find_suppression (const GPtrArray *events, const Question *question)
{
    int64_t released = G_MININT64, released_here = G_MININT64;
    const ConsentEvent *found = NULL;

    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        if (!has_state (event, "released") || !is_about (event, question))
            continue;
        released = MAX (released, event->at);
        if (strcmp (event->address, question->address) == 0)
            released_here = MAX (released_here, event->at);
    }
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        bool here = strcmp (event->address, question->address) == 0;
        bool one = has_state (event, "suppressed") && is_of_one_address (event);
        if (has_state (event, "suppressed") && is_about (event, question) && (here || !one) &&
            event->at >= (one ? released_here : released))
            found = event;
    }
    return found;
}

static ConsentAnswer *
answer_suppressed (const ConsentEvent *event)
{
    ConsentAnswer *answer = answer_with (CONSENT_REFUSED, event);

    answer->suppression = g_steal_pointer (&answer->basis);
    return answer;
}

/* From events in the order of time. */
static ConsentAnswer *
answer_from (const GPtrArray *events, const Question *question)
{
    const ConsentEvent *best = NULL, *pending = NULL;
    const ConsentEvent *suppression = find_suppression (events, question);

    if (suppression)
        return answer_suppressed (suppression);
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        if (!is_about (event, question))
            continue;
        if (has_state (event, "pending"))
            pending = event;
        else if (is_act (event) && beats (event, best))
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
    }
}

/* Links that an "unlinked" event took back later, as a set of events; NULL when there are none. */
static GHashTable *
find_undone (const GPtrArray *events)
{
    GHashTable *undone = NULL;

    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *end = g_ptr_array_index (events, i);
        if (!has_state (end, "unlinked"))
            continue;
        if (!undone)
            undone = g_hash_table_new (NULL, NULL);
        for (unsigned j = 0; j <= i; j++) {
            ConsentEvent *event = g_ptr_array_index (events, j);
            if (strcmp (event->address, end->address) == 0 &&
                (!end->person || g_strcmp0 (event->person, end->person) == 0))
                g_hash_table_add (undone, event);
        }
    }
    return undone;
}

static bool
is_link (const ConsentEvent *event, GHashTable *undone)
{
    return event->person && !(undone && g_hash_table_contains (undone, event));
}

/* Of several ids that mean one person the same for each address: the caps count by it. */
static void
take_identity (ConsentRecord *record, const GPtrArray *events, GHashTable *undone)
{
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        if (is_link (event, undone) &&
            (!record->person || strcmp (event->person, record->person) < 0))
            take (&record->person, event->person);
    }
}

static void
add_name (GPtrArray *names, GHashTable *seen, const char *name)
{
    if (name && g_hash_table_add (seen, (char *)name))
        g_ptr_array_add (names, g_strdup (name));
}

/* Also ids that were taken back: contacts once stood under a person's id, and who was that person
 * then is not to have more for it. */
static void
take_names (ConsentRecord *record, const GPtrArray *events)
{
    g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
    GPtrArray *names = g_ptr_array_new ();

    add_name (names, seen, record->address);
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        add_name (names, seen, event->address);
        add_name (names, seen, event->person);
    }
    g_ptr_array_add (names, NULL);
    record->names = (char **)g_ptr_array_free (names, FALSE);
}

static ConsentRecord *
resolve_one (const char *address, const GPtrArray *events, Purpose purpose, GHashTable *undone)
{
    ConsentRecord *record = g_new0 (ConsentRecord, 1);
    Question promotion = { address, purpose_word (purpose), "*" };
    Question tracking = { address, "tracking", NULL };

    record->address = g_strdup (address);
    record->promotion = answer_from (events, &promotion);
    record->tracking = answer_from (events, &tracking);
    take_person (record, events, false);
    take_person (record, events, true);
    take_identity (record, events, undone);
    take_names (record, events);
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
group_events (const GPtrArray *events, GHashTable *undone, GHashTable *addresses,
              GHashTable *persons)
{
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        Member *member = find_member (addresses, event->address);
        if (is_link (event, undone))
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

/* A withdrawal by a clock that runs ahead, or in a local time that calls itself UTC, counts at
 * once: a doubt never reads as consent. */
static bool
counts_by (const ConsentEvent *event, int64_t now)
{
    bool refuses = is_withdrawal (event) || has_state (event, "suppressed");

    return event->at <= now || (refuses && event->at <= now + CLOCKS_DIFFER);
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
    g_autoptr (GHashTable) undone = find_undone (past);
    GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_record_free);

    group_events (past, undone, by_address, by_person);
    for (unsigned i = 0; addresses[i]; i++) {
        const Member *leader = leader_of (find_member (by_address, addresses[i]));
        g_ptr_array_add (records, resolve_one (addresses[i], leader->events, purpose, undone));
    }
    return records;
}

GPtrArray *
consent_of_person (const char *address, const GPtrArray *events)
{
    g_autoptr (GHashTable) by_address = members_new (), by_person = members_new ();
    g_autoptr (GPtrArray) all = until (events, G_MAXINT64);
    g_autoptr (GHashTable) undone = find_undone (all);

    group_events (all, undone, by_address, by_person);
    return g_ptr_array_ref (leader_of (find_member (by_address, address))->events);
}

ConsentRecord *
consent_unavailable (const char *address)
{
    ConsentRecord *record = g_new0 (ConsentRecord, 1);

    record->address = g_strdup (address);
    record->names = g_strdupv ((char *[]){ record->address, NULL });
    record->promotion = consent_answer_new (CONSENT_UNAVAILABLE);
    record->tracking = consent_answer_new (CONSENT_UNAVAILABLE);
    return record;
}
