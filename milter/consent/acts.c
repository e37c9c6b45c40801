/* SPDX-License-Identifier: BSD-2-Clause */

/* Acts that follow from what is recorded already: confirming a request, linking and unlinking. */

#include <string.h>

#include "backend.h"
#include "licet/clock.h"
#include "licet/error.h"

static bool
fail (GError **error, const char *what)
{
    g_set_error_literal (error, LICET_ERROR, LICET_ERROR_MALFORMED, what);
    return false;
}

static bool
append_one (ConsentStore *store, ConsentEvent *event, GError **error)
{
    g_autoptr (GPtrArray) events = g_ptr_array_new ();

    g_ptr_array_add (events, event);
    return consent_append (store, events, error);
}

static bool
has_state (const ConsentEvent *event, const char *state)
{
    return strcmp (event->state, state) == 0;
}

/* A confirmation answers what was asked: "newsletter" does not confirm a request for "*". */
static const ConsentEvent *
find_request (const GPtrArray *events, const char *address, const char *purpose)
{
    const ConsentEvent *found = NULL;

    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        if (has_state (event, "pending") && strcmp (event->address, address) == 0 &&
            strcmp (event->purpose, purpose) == 0)
            found = event;
    }
    return found;
}

/* Who said no after asking has to ask again. */
static bool
is_withdrawn_since (const GPtrArray *events, const ConsentEvent *request)
{
    bool promotional = strcmp (request->purpose, "tracking") != 0;

    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        bool about = strcmp (event->purpose, request->purpose) == 0 ||
                     (promotional && strcmp (event->purpose, "*") == 0);
        if (about && has_state (event, "withdrawn") && event->at >= request->at)
            return true;
    }
    return false;
}

static char *
both_evidences (const ConsentEvent *request, const char *confirmation)
{
    g_autofree char *at = request->at ? clock_format (request->at) : g_strdup ("no time");
    g_autoptr (GString) text = g_string_new (NULL);

    g_string_append_printf (text, "request of %s", at);
    if (request->source)
        g_string_append_printf (text, " at %s", request->source);
    if (request->evidence)
        g_string_append_printf (text, " (%s)", request->evidence);
    g_string_append (text, "; confirmed");
    if (confirmation)
        g_string_append_printf (text, " (%s)", confirmation);
    return g_string_free (g_steal_pointer (&text), FALSE);
}

bool
consent_confirm (ConsentStore *store, const char *address, const char *purpose,
                 const char *source, const char *evidence, int64_t now, GError **error)
{
    g_autofree char *own = consent_own_name (store, address);
    g_autoptr (GPtrArray) events = consent_history (store, own, error);
    const ConsentEvent *request = events ? find_request (events, own, purpose) : NULL;

    if (!events)
        return false;
    if (!request)
        return fail (error, "nobody has asked to be confirmed for this purpose; right would be "
                            "a pending event first");
    if (is_withdrawn_since (events, request))
        return fail (error, "the request was withdrawn before it was confirmed");
    g_autoptr (ConsentEvent) grant = consent_event_copy (request);
    g_free (grant->state);
    g_free (grant->basis);
    g_free (grant->source);
    g_free (grant->evidence);
    grant->state = g_strdup ("granted");
    grant->basis = g_strdup ("double-opt-in");
    grant->source = g_strdup (source);
    grant->evidence = both_evidences (request, evidence);
    grant->at = MAX (now, request->at);
    grant->arrived = 0;
    return append_one (store, grant, error);
}

/* The source tells two links of one second apart, which to the store would be the same statement. */
static ConsentEvent *
link_event (const char *address, const char *state, const char *person, int64_t now)
{
    ConsentEvent *event = g_new0 (ConsentEvent, 1);

    event->source = g_strdup (person);
    event->address = g_strdup (address);
    event->purpose = g_strdup ("*");
    event->state = g_strdup (state);
    event->at = now;
    event->person = g_strdup (person);
    return event;
}

/* The id says nothing of the person. */
static char *
new_person (void)
{
    g_autofree char *id = g_uuid_string_random ();

    return g_strconcat ("p-", id, NULL);
}

/* Both get the id that one of them has. With two ids the one event joins all their addresses. */
bool
consent_link (ConsentStore *store, const char *address, const char *other, int64_t now,
              GError **error)
{
    g_autofree char *own = consent_own_name (store, address);
    g_autofree char *own_other = consent_own_name (store, other);
    const char *const addresses[] = { own, own_other, NULL };
    g_autofree char *failure = NULL;
    g_autoptr (GPtrArray) records =
        consent_ask (store, addresses, PURPOSE_NEWSLETTER, now, &failure);
    g_autoptr (GPtrArray) events = consent_events_new ();

    if (strcmp (own, own_other) == 0)
        return fail (error, "both are the same address");
    if (failure) {
        g_set_error_literal (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, failure);
        return false;
    }
    const char *first = ((ConsentRecord *)g_ptr_array_index (records, 0))->person;
    const char *second = ((ConsentRecord *)g_ptr_array_index (records, 1))->person;
    if (first && g_strcmp0 (first, second) == 0)
        return true;
    g_autofree char *fresh = first || second ? NULL : new_person ();
    const char *person = first ? first : second ? second : fresh;
    if (!first)
        g_ptr_array_add (events, link_event (own, "linked", person, now));
    if (g_strcmp0 (second, person) != 0)
        g_ptr_array_add (events, link_event (own_other, "linked", person, now));
    return consent_append (store, events, error);
}

/* A refusal that came by another address, as one of this address. */
static ConsentEvent *
own_refusal (const char *address, const ConsentEvent *event)
{
    ConsentEvent *own = consent_event_copy (event);

    g_free (own->address);
    g_free (own->evidence);
    g_clear_pointer (&own->person, g_free);
    own->arrived = 0;
    own->address = g_strdup (address);
    own->evidence =
        g_strdup_printf ("said by a linked address, event %" G_GINT64_FORMAT, event->number);
    return own;
}

static bool
is_refusal_for_all (const ConsentEvent *event)
{
    return has_state (event, "withdrawn") ||
           (has_state (event, "suppressed") && g_strcmp0 (event->basis, "bounce") != 0 &&
            g_strcmp0 (event->basis, "erased") != 0);
}

/* While two addresses were one person, a "no" of one was a "no" of both, and stays one. */
bool
consent_unlink (ConsentStore *store, const char *address, int64_t now, GError **error)
{
    g_autofree char *name = consent_own_name (store, address);
    g_autoptr (GPtrArray) events = consent_history (store, name, error);
    g_autoptr (GPtrArray) added = consent_events_new ();
    bool linked = false;

    if (!events)
        return false;
    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        bool own = strcmp (event->address, name) == 0;
        linked = linked || (own && event->person);
        if (!own && is_refusal_for_all (event))
            g_ptr_array_add (added, own_refusal (name, event));
    }
    if (!linked)
        return fail (error, "the address is linked with no other");
    g_ptr_array_add (added, link_event (name, "unlinked", NULL, now));
    return consent_append (store, added, error);
}
