/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The store in memory: from a CSV file, then read-only, or empty for tests. Events are indexed by
 * address and by person, and once more by what makes them the same.
 */

#include <string.h>

#include "backend.h"
#include "licet/error.h"

typedef struct {
    GMutex lock;
    GPtrArray *events;                  /* of ConsentEvent, only ever growing */
    GHashTable *by_address, *by_person; /* text -> GPtrArray of ConsentEvent, borrowed */
    GHashTable *once;                   /* set of ConsentEvent, borrowed */
    char *path;                         /* of the CSV; NULL: may be written */
} MemoryStore;

static unsigned
hash_event (const void *data)
{
    const ConsentEvent *event = data;

    return g_str_hash (event->address) ^ g_int64_hash (&event->at);
}

static gboolean
is_same_event (const void *a, const void *b)
{
    const ConsentEvent *first = a, *second = b;

    return first->at == second->at && strcmp (first->address, second->address) == 0 &&
           strcmp (first->purpose, second->purpose) == 0 &&
           strcmp (first->state, second->state) == 0 &&
           g_strcmp0 (first->source, second->source) == 0;
}

static void
index_event (GHashTable *index, const char *key, ConsentEvent *event)
{
    GPtrArray *list = g_hash_table_lookup (index, key);

    if (!list) {
        list = g_ptr_array_new ();
        g_hash_table_insert (index, (char *)key, list);
    }
    g_ptr_array_add (list, event);
}

static void
add_event (MemoryStore *store, const ConsentEvent *given)
{
    if (g_hash_table_contains (store->once, given))
        return;
    ConsentEvent *event = consent_event_copy (given);
    g_ptr_array_add (store->events, event);
    event->number = store->events->len;
    g_hash_table_add (store->once, event);
    index_event (store->by_address, event->address, event);
    if (event->person)
        index_event (store->by_person, event->person, event);
}

static GHashTable *
index_new (void)
{
    return g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                  (GDestroyNotify)g_ptr_array_unref);
}

static MemoryStore *
store_new (const char *path)
{
    MemoryStore *store = g_new0 (MemoryStore, 1);

    g_mutex_init (&store->lock);
    store->events = consent_events_new ();
    store->by_address = index_new ();
    store->by_person = index_new ();
    store->once = g_hash_table_new (hash_event, is_same_event);
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
        add_event (store, g_ptr_array_index (events, i));
    return store;
}

static void
close_memory (void *handle)
{
    MemoryStore *store = handle;

    g_hash_table_unref (store->by_address);
    g_hash_table_unref (store->by_person);
    g_hash_table_unref (store->once);
    g_ptr_array_unref (store->events);
    g_mutex_clear (&store->lock);
    g_free (store->path);
    g_free (store);
}

/* What has been reached from the addresses asked for. */
typedef struct {
    GHashTable *addresses, *persons; /* sets, borrowed */
    GPtrArray *queue;                /* addresses to look at, borrowed */
} Reach;

static void
reach_address (Reach *reach, const char *address)
{
    if (g_hash_table_add (reach->addresses, (char *)address))
        g_ptr_array_add (reach->queue, (char *)address);
}

static void
reach_person (const MemoryStore *store, Reach *reach, const char *person)
{
    const GPtrArray *linked = g_hash_table_lookup (store->by_person, person);

    if (!g_hash_table_add (reach->persons, (char *)person))
        return;
    for (unsigned i = 0; i < linked->len; i++)
        reach_address (reach, ((ConsentEvent *)g_ptr_array_index (linked, i))->address);
}

static int
compare_numbers (const void *a, const void *b)
{
    const ConsentEvent *first = *(ConsentEvent *const *)a, *second = *(ConsentEvent *const *)b;

    return (first->number > second->number) - (first->number < second->number);
}

static GPtrArray *
find_locked (const MemoryStore *store, Reach *reach)
{
    GPtrArray *found = consent_events_new ();

    for (unsigned i = 0; i < reach->queue->len; i++) {
        const GPtrArray *own =
            g_hash_table_lookup (store->by_address, g_ptr_array_index (reach->queue, i));
        for (unsigned j = 0; own && j < own->len; j++) {
            const ConsentEvent *event = g_ptr_array_index (own, j);
            g_ptr_array_add (found, consent_event_copy (event));
            if (event->person)
                reach_person (store, reach, event->person);
        }
    }
    g_ptr_array_sort (found, compare_numbers);
    return found;
}

static GPtrArray *
find_memory (void *handle, const char *const *addresses, GError **error G_GNUC_UNUSED)
{
    MemoryStore *store = handle;
    g_autoptr (GHashTable) seen_addresses = g_hash_table_new (g_str_hash, g_str_equal);
    g_autoptr (GHashTable) seen_persons = g_hash_table_new (g_str_hash, g_str_equal);
    g_autoptr (GPtrArray) queue = g_ptr_array_new ();
    Reach reach = { seen_addresses, seen_persons, queue };

    for (unsigned i = 0; addresses[i]; i++)
        reach_address (&reach, addresses[i]);
    g_mutex_lock (&store->lock);
    GPtrArray *found = find_locked (store, &reach);
    g_mutex_unlock (&store->lock);
    return found;
}

static GPtrArray *
all_memory (void *handle, GError **error G_GNUC_UNUSED)
{
    MemoryStore *store = handle;
    GPtrArray *all = consent_events_new ();

    g_mutex_lock (&store->lock);
    for (unsigned i = 0; i < store->events->len; i++)
        g_ptr_array_add (all, consent_event_copy (g_ptr_array_index (store->events, i)));
    g_mutex_unlock (&store->lock);
    return all;
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
        add_event (store, g_ptr_array_index (events, i));
    g_mutex_unlock (&store->lock);
    return true;
}

const ConsentBackend consent_memory = {
    "memory:", open_memory, close_memory, find_memory, all_memory, append_memory,
};

const ConsentBackend consent_csv = {
    "csv:", open_csv, close_memory, find_memory, all_memory, append_memory,
};
