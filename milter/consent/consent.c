/* SPDX-License-Identifier: BSD-2-Clause */

/* The store as the rest of licet sees it: an engine chosen by URI behind one set of rules. */

#include "licet/consent.h"

#include <string.h>

#include "backend.h"
#include "licet/address.h"
#include "licet/error.h"
#include "licet/limits.h"

struct ConsentStore {
    const ConsentBackend *backend;
    void *handle;
    gatomicrefcount references;
};

static const ConsentBackend *const backends[] = { &consent_sqlite, &consent_memory,
                                                  &consent_csv, &consent_absent };

/* A scheme of its own, else the name of a CSV file. */
static const ConsentBackend *
backend_for (const char *uri, const char **ret_location)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (backends); i++)
        if (g_str_has_prefix (uri, backends[i]->scheme)) {
            *ret_location = uri + strlen (backends[i]->scheme);
            return **ret_location || backends[i] == &consent_memory ||
                           backends[i] == &consent_absent
                       ? backends[i]
                       : NULL;
        }
    *ret_location = uri;
    return g_str_has_suffix (uri, ".csv") ? &consent_csv : NULL;
}

ConsentStore *
consent_open (const char *uri, GError **error)
{
    const char *location = NULL;
    const ConsentBackend *backend = backend_for (uri, &location);

    if (!backend) {
        /* Not the whole text: what follows the scheme may hold a password. */
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "consent store \"%.*s\": right would be sqlite:PATH or FILE.csv",
                     (int)strcspn (uri, ":"), uri);
        return NULL;
    }
    void *handle = backend->open (location, error);
    if (!handle)
        return NULL;
    ConsentStore *store = g_new0 (ConsentStore, 1);
    store->backend = backend;
    store->handle = handle;
    g_atomic_ref_count_init (&store->references);
    return store;
}

ConsentStore *
consent_ref (ConsentStore *store)
{
    g_atomic_ref_count_inc (&store->references);
    return store;
}

void
consent_unref (ConsentStore *store)
{
    if (!store || !g_atomic_ref_count_dec (&store->references))
        return;
    store->backend->close (store->handle);
    g_free (store);
}

static GPtrArray *
all_unavailable (const char *const *addresses)
{
    GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_record_free);

    for (unsigned i = 0; addresses[i]; i++)
        g_ptr_array_add (records, consent_unavailable (addresses[i]));
    return records;
}

GPtrArray *
consent_ask (ConsentStore *store, const char *const *addresses, Purpose purpose, int64_t now,
             char **ret_failure)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) events = store->backend->find (store->handle, addresses, &error);

    if (ret_failure)
        *ret_failure = events ? NULL : g_strdup (error->message);
    return events ? consent_resolve (addresses, events, purpose, now)
                  : all_unavailable (addresses);
}

bool
consent_append (ConsentStore *store, const GPtrArray *events, GError **error)
{
    g_autoptr (GPtrArray) checked = consent_events_new ();

    for (unsigned i = 0; i < events->len; i++) {
        ConsentEvent *event = consent_event_copy (g_ptr_array_index (events, i));
        g_ptr_array_add (checked, event);
        if (!consent_event_check (event, error))
            return false;
    }
    return store->backend->append (store->handle, checked, error);
}

static int
compare_events (const void *a, const void *b)
{
    const ConsentEvent *first = *(ConsentEvent *const *)a, *second = *(ConsentEvent *const *)b;

    return (first->at > second->at) - (first->at < second->at);
}

GPtrArray *
consent_history (ConsentStore *store, const char *address, GError **error)
{
    const char *const addresses[] = { address, NULL };
    GPtrArray *events = store->backend->find (store->handle, addresses, error);

    if (events)
        g_ptr_array_sort (events, compare_events);
    return events;
}

GPtrArray *
consent_all (ConsentStore *store, GError **error)
{
    GPtrArray *events = store->backend->all (store->handle, error);

    if (events)
        g_ptr_array_sort (events, compare_events);
    return events;
}

static bool
bad_field (GError **error, const char *field, const char *problem)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED, "%s: %s", field, problem);
    return false;
}

static bool
check_address (ConsentEvent *event, GError **error)
{
    g_autoptr (GError) cause = NULL;
    char *address = address_normalise (event->address ? event->address : "", &cause);

    if (!address) {
        const char *problem = cause->message;
        if (g_str_has_prefix (problem, "address: "))
            problem += strlen ("address: ");
        return bad_field (error, "address", problem);
    }
    g_free (event->address);
    event->address = address;
    /* The normal form may be the longer one; as a CSV it must be readable again. */
    return strlen (address) <= LIMIT_ADDRESS || bad_field (error, "address", "too long");
}

/* In the one spelling by which a question finds it: a withdrawal of "Newsletter" must count. */
static bool
check_purpose (ConsentEvent *event, GError **error)
{
    const char *given = event->purpose ? event->purpose : "";
    const char *word = NULL;
    Purpose purpose = PURPOSE_NONE;

    if (strcmp (given, "*") == 0)
        word = "*";
    else if (g_ascii_strcasecmp (given, "tracking") == 0)
        word = "tracking";
    else if (purpose_parse (given, &purpose) && purpose_is_promotional (purpose))
        word = purpose_word (purpose);
    if (!word)
        return bad_field (
            error, "purpose",
            "right would be *, tracking or a promotional purpose such as newsletter");
    g_free (event->purpose);
    event->purpose = g_strdup (word);
    return true;
}

/* Valid text that a CSV can hold and give back. */
static bool
check_text (char **text, const char *field, GError **error)
{
    if (*text && !**text)
        g_clear_pointer (text, g_free);
    if (!*text)
        return true;
    if (!g_utf8_validate (*text, -1, NULL))
        return bad_field (error, field, "no valid UTF-8");
    return strlen (*text) <= LIMIT_CSV_FIELD || bad_field (error, field, "too long");
}

static bool
check_texts (ConsentEvent *event, GError **error)
{
    return check_text (&event->basis, "basis", error) &&
           check_text (&event->source, "source", error) &&
           check_text (&event->wording, "wording", error) &&
           check_text (&event->evidence, "evidence", error) &&
           check_text (&event->country, "country", error) &&
           check_text (&event->subdivision, "subdivision", error) &&
           check_text (&event->recipient_class, "recipient_class", error) &&
           check_text (&event->language, "language", error) &&
           check_text (&event->person, "person", error);
}

static bool
is_made_of (const char *text, bool (*is_allowed) (char c), size_t least, size_t most)
{
    size_t length = text ? strlen (text) : 0;

    for (size_t i = 0; i < length; i++)
        if (!is_allowed (text[i]))
            return false;
    return !text || (length >= least && length <= most);
}

static bool
is_letter (char c)
{
    return g_ascii_isupper (c);
}

static bool
is_letter_or_digit (char c)
{
    return g_ascii_isupper (c) || g_ascii_isdigit (c);
}

static bool
is_of_tag (char c)
{
    return g_ascii_isalnum (c) || c == '-';
}

static void
upper_case (char **text)
{
    char *upper = *text ? g_ascii_strup (*text, -1) : NULL;

    g_free (*text);
    *text = upper;
}

static bool
check_codes (ConsentEvent *event, GError **error)
{
    upper_case (&event->country);
    upper_case (&event->subdivision);
    if (!is_made_of (event->country, is_letter, 2, 2))
        return bad_field (error, "country", "right would be an ISO 3166 code such as DE");
    if (!is_made_of (event->subdivision, is_letter_or_digit, 1, 3))
        return bad_field (error, "subdivision", "right would be an ISO 3166-2 code such as CA");
    if (!is_made_of (event->language, is_of_tag, 2, 35))
        return bad_field (error, "language", "right would be a BCP 47 tag such as de or pt-BR");
    return true;
}

bool
consent_event_check (ConsentEvent *event, GError **error)
{
    static const char *const states[] = { "granted", "withdrawn", "pending", NULL };
    static const char *const bases[] = { "express",  "double-opt-in", "soft-opt-in",
                                         "inferred", "published",     "registry",
                                         "contract", "none",          NULL };

    if (!check_address (event, error) || !check_purpose (event, error) ||
        !check_texts (event, error))
        return false;
    if (!event->state || !g_strv_contains (states, event->state))
        return bad_field (error, "state", "right would be granted, withdrawn or pending");
    if (event->basis && !g_strv_contains (bases, event->basis))
        return bad_field (error, "basis",
                          "right would be express, double-opt-in, soft-opt-in, inferred, "
                          "published, registry, contract or none");
    return check_codes (event, error);
}
