/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The store in memory: from a CSV file, then read-only, or empty for tests. Events are indexed by
 * address and by person.
 */

#include <string.h>

#include "backend.h"
#include "licet/error.h"

typedef struct {
    GMutex lock;
    GPtrArray *events;                  /* of ConsentEvent */
    GHashTable *by_address, *by_person; /* text -> GPtrArray of ConsentEvent, borrowed */
    char *path;                         /* of the CSV; NULL: may be written */
} MemoryStore;

static void
index_event (GHashTable *index, const char *key, ConsentEvent *event)
{
    GPtrArray *list = g_hash_table_lookup (index, key);

    if (!list) {
        list = g_ptr_array_new ();
        g_hash_table_insert (index, g_strdup (key), list);
    }
    g_ptr_array_add (list, event);
}

static void
add_event (MemoryStore *store, ConsentEvent *event)
{
    g_ptr_array_add (store->events, event);
    index_event (store->by_address, event->address, event);
    if (event->person)
        index_event (store->by_person, event->person, event);
}

static MemoryStore *
store_new (const char *path)
{
    MemoryStore *store = g_new0 (MemoryStore, 1);

    g_mutex_init (&store->lock);
    store->events = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_event_free);
    store->by_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                               (GDestroyNotify)g_ptr_array_unref);
    store->by_person = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                              (GDestroyNotify)g_ptr_array_unref);
    store->path = g_strdup (path);
    return store;
}

static void *
open_memory (const char *location G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return store_new (NULL);
}

static void *
open_csv (const char *location, GError **error)
{
    g_autoptr (GPtrArray) events = consent_csv_load (location, error);

    if (!events)
        return NULL;
    MemoryStore *store = store_new (location);
    for (unsigned i = 0; i < events->len; i++)
        add_event (store, consent_event_copy (g_ptr_array_index (events, i)));
    return store;
}

static void
close_memory (void *handle)
{
    MemoryStore *store = handle;

    g_hash_table_unref (store->by_address);
    g_hash_table_unref (store->by_person);
    g_ptr_array_unref (store->events);
    g_mutex_clear (&store->lock);
    g_free (store->path);
    g_free (store);
}

static void
add_copies (GPtrArray *found, const GPtrArray *events, GHashTable *seen)
{
    for (unsigned i = 0; events && i < events->len; i++)
        if (g_hash_table_add (seen, g_ptr_array_index (events, i)))
            g_ptr_array_add (found, consent_event_copy (g_ptr_array_index (events, i)));
}

/* Everyone who shares a person with the address: persons of the address's own events, and all
 * addresses that carry one of them. */
static GPtrArray *
find_one (MemoryStore *store, const char *address)
{
    GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_event_free);
    g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
    const GPtrArray *own = g_hash_table_lookup (store->by_address, address);

    add_copies (found, own, seen);
    for (unsigned i = 0; own && i < own->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (own, i);
        const GPtrArray *linked =
            event->person ? g_hash_table_lookup (store->by_person, event->person) : NULL;
        for (unsigned j = 0; linked && j < linked->len; j++) {
            const ConsentEvent *other = g_ptr_array_index (linked, j);
            add_copies (found, g_hash_table_lookup (store->by_address, other->address), seen);
        }
    }
    return found;
}

static GPtrArray *
find_memory (void *handle, const char *const *addresses, GError **error G_GNUC_UNUSED)
{
    MemoryStore *store = handle;
    GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);

    g_mutex_lock (&store->lock);
    for (unsigned i = 0; addresses[i]; i++)
        g_ptr_array_add (all, find_one (store, addresses[i]));
    g_mutex_unlock (&store->lock);
    return all;
}

static GPtrArray *
all_memory (void *handle, GError **error G_GNUC_UNUSED)
{
    MemoryStore *store = handle;
    GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_event_free);

    g_mutex_lock (&store->lock);
    for (unsigned i = 0; i < store->events->len; i++)
        g_ptr_array_add (all, consent_event_copy (g_ptr_array_index (store->events, i)));
    g_mutex_unlock (&store->lock);
    return all;
}

static bool
is_stored (MemoryStore *store, const ConsentEvent *event)
{
    const GPtrArray *own = g_hash_table_lookup (store->by_address, event->address);

    for (unsigned i = 0; own && i < own->len; i++) {
        const ConsentEvent *other = g_ptr_array_index (own, i);
        if (other->at == event->at && strcmp (other->purpose, event->purpose) == 0 &&
            strcmp (other->state, event->state) == 0 &&
            g_strcmp0 (other->source, event->source) == 0)
            return true;
    }
    return false;
}

static bool
append_memory (void *handle, const GPtrArray *events, GError **error)
{
    MemoryStore *store = handle;

    if (store->path) {
        g_set_error (
            error, LICET_ERROR, LICET_ERROR_SETTINGS,
            "%s: a CSV file is read, not written; right would be --consent sqlite:PATH",
            store->path);
        return false;
    }
    g_mutex_lock (&store->lock);
    for (unsigned i = 0; i < events->len; i++)
        if (!is_stored (store, g_ptr_array_index (events, i)))
            add_event (store, consent_event_copy (g_ptr_array_index (events, i)));
    g_mutex_unlock (&store->lock);
    return true;
}

const ConsentBackend consent_memory = {
    "memory:", open_memory, close_memory, find_memory, all_memory, append_memory,
};

const ConsentBackend consent_csv = {
    "csv:", open_csv, close_memory, find_memory, all_memory, append_memory,
};
