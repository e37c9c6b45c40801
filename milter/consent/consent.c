/* SPDX-License-Identifier: BSD-2-Clause */

/* The store as the rest of licet sees it: an engine chosen by URI behind one set of rules. */

#include "licet/consent.h"

#include <string.h>

#include "backend.h"
#include "licet/address.h"
#include "licet/error.h"

struct ConsentStore {
    const ConsentBackend *backend;
    void *handle;
    gatomicrefcount references;
};

static const ConsentBackend *const backends[] = { &consent_sqlite, &consent_memory,
                                                  &consent_csv };

/* A scheme of its own, else the name of a CSV file. */
static const ConsentBackend *
backend_for (const char *uri, const char **ret_location)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (backends); i++)
        if (*backends[i]->scheme && g_str_has_prefix (uri, backends[i]->scheme)) {
            *ret_location = uri + strlen (backends[i]->scheme);
            return backends[i];
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
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "consent store \"%s\": right would be sqlite:PATH or FILE.csv", uri);
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

GPtrArray *
consent_ask (ConsentStore *store, const char *const *addresses, Purpose purpose, int64_t now,
             char **ret_failure)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) found = store->backend->find (store->handle, addresses, &error);
    GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_record_free);

    for (unsigned i = 0; addresses[i]; i++)
        g_ptr_array_add (
            records,
            found ? consent_resolve (addresses[i], g_ptr_array_index (found, i), purpose, now)
                  : consent_unavailable (addresses[i]));
    if (ret_failure)
        *ret_failure = found ? NULL : g_strdup (error->message);
    return records;
}

bool
consent_append (ConsentStore *store, const GPtrArray *events, GError **error)
{
    return store->backend->append (store->handle, events, error);
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
    g_autoptr (GPtrArray) found = store->backend->find (store->handle, addresses, error);

    if (!found)
        return NULL;
    GPtrArray *events = g_ptr_array_ref (g_ptr_array_index (found, 0));
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
is_code (const char *text, size_t least, size_t most)
{
    size_t length = text ? strlen (text) : 0;

    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isupper (text[i]) && !g_ascii_isdigit (text[i]))
            return false;
    return !text || (length >= least && length <= most);
}

static void
upper_case (char **text)
{
    char *upper = *text ? g_ascii_strup (*text, -1) : NULL;

    g_free (*text);
    *text = upper;
}

bool
consent_event_check (ConsentEvent *event, GError **error)
{
    static const char *const states[] = { "granted", "withdrawn", "pending", NULL };
    static const char *const bases[] = { "express",  "double-opt-in", "soft-opt-in",
                                         "inferred", "published",     "registry",
                                         "contract", "none",          NULL };
    Purpose purpose = PURPOSE_NONE;
    g_autoptr (GError) cause = NULL;

    char *address = address_normalise (event->address ? event->address : "", &cause);
    if (!address)
        return bad_field (error, "address", cause->message);
    g_free (event->address);
    event->address = address;
    if (!event->purpose ||
        (strcmp (event->purpose, "*") != 0 && strcmp (event->purpose, "tracking") != 0 &&
         !(purpose_parse (event->purpose, &purpose) && purpose_is_promotional (purpose))))
        return bad_field (
            error, "purpose",
            "right would be *, tracking or a promotional purpose such as newsletter");
    if (!event->state || !g_strv_contains (states, event->state))
        return bad_field (error, "state", "right would be granted, withdrawn or pending");
    if (event->basis && !g_strv_contains (bases, event->basis))
        return bad_field (error, "basis",
                          "right would be express, double-opt-in, soft-opt-in, inferred, "
                          "published, registry, contract or none");
    upper_case (&event->country);
    upper_case (&event->subdivision);
    if (!is_code (event->country, 2, 2))
        return bad_field (error, "country", "right would be an ISO 3166 code such as DE");
    if (!is_code (event->subdivision, 1, 3))
        return bad_field (error, "subdivision", "right would be an ISO 3166-2 code such as CA");
    return true;
}
