/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The store in memory: from a CSV file, then read-only, or empty for tests. Events are indexed by
 * address and by person, and once more by what makes them the same.
 */

#include <string.h>
#include <sys/random.h>

#include "backend.h"
#include "licet/error.h"

typedef struct {
    GMutex lock;
    GPtrArray *events;                  /* of ConsentEvent, only ever growing */
    GHashTable *by_address, *by_person; /* text -> GPtrArray of ConsentEvent, borrowed */
    GHashTable *once;                   /* set of ConsentEvent, borrowed */
    GPtrArray *sorted;                  /* the different addresses, borrowed; NULL: not made */
    int64_t last_number;
    unsigned char key[CONSENT_KEY_BYTES];
    char *path; /* of the CSV; NULL: may be written */
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
keep_event (MemoryStore *store, ConsentEvent *event)
{
    g_ptr_array_add (store->events, event);
    g_hash_table_add (store->once, event);
    index_event (store->by_address, event->address, event);
    if (event->person)
        index_event (store->by_person, event->person, event);
    g_clear_pointer (&store->sorted, g_ptr_array_unref);
}

static void
add_event (MemoryStore *store, const ConsentEvent *given)
{
    if (g_hash_table_contains (store->once, given))
        return;
    ConsentEvent *event = consent_event_copy (given);
    event->number = ++store->last_number;
    if (!store->path)
        event->arrived = consent_event_arrival (given);
    keep_event (store, event);
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

static void
close_memory (void *handle)
{
    MemoryStore *store = handle;

    g_hash_table_unref (store->by_address);
    g_hash_table_unref (store->by_person);
    g_hash_table_unref (store->once);
    g_clear_pointer (&store->sorted, g_ptr_array_unref);
    g_ptr_array_unref (store->events);
    g_mutex_clear (&store->lock);
    g_free (store->path);
    g_free (store);
}

static void *
open_memory (const char *location G_GNUC_UNUSED, const ConsentOptions *options G_GNUC_UNUSED,
             GError **error)
{
    MemoryStore *store = store_new (NULL);

    if (getrandom (store->key, sizeof store->key, 0) == sizeof store->key)
        return store;
    close_memory (store);
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "the system gives no random bytes");
    return NULL;
}

static void *
open_csv (const char *location, const ConsentOptions *options G_GNUC_UNUSED, GError **error)
{
    g_autoptr (GPtrArray) events = consent_csv_load (location, error);

    if (!events)
        return NULL;
    MemoryStore *store = store_new (location);
    for (unsigned i = 0; i < events->len; i++)
        add_event (store, g_ptr_array_index (events, i));
    return store;
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

static int
compare_times (const void *a, const void *b)
{
    const ConsentEvent *first = *(ConsentEvent *const *)a, *second = *(ConsentEvent *const *)b;

    return (first->at > second->at) - (first->at < second->at);
}

/* On a copy, so that who is called may use the store. */
static bool
each_memory (void *handle, ConsentVisit visit, void *data, GError **error)
{
    MemoryStore *store = handle;
    g_autoptr (GPtrArray) all = consent_events_new ();

    g_mutex_lock (&store->lock);
    for (unsigned i = 0; i < store->events->len; i++)
        g_ptr_array_add (all, consent_event_copy (g_ptr_array_index (store->events, i)));
    g_mutex_unlock (&store->lock);
    g_ptr_array_sort (all, compare_times);
    for (unsigned i = 0; i < all->len; i++)
        if (!visit (g_steal_pointer (&all->pdata[i]), data, error))
            return false;
    return true;
}

static bool
may_write (const MemoryStore *store, GError **error)
{
    if (store->path)
        g_set_error (
            error, LICET_ERROR, LICET_ERROR_SETTINGS,
            "%s: a CSV file is read, not written; right would be --consent sqlite:PATH",
            store->path);
    return !store->path;
}

static bool
append_memory (void *handle, const GPtrArray *events, GError **error)
{
    MemoryStore *store = handle;

    if (!may_write (store, error))
        return false;
    g_mutex_lock (&store->lock);
    for (unsigned i = 0; i < events->len; i++)
        add_event (store, g_ptr_array_index (events, i));
    g_mutex_unlock (&store->lock);
    return true;
}

static bool
load_memory (void *handle, ConsentSupply supply, void *data, GError **error)
{
    g_autoptr (GPtrArray) all = consent_events_new ();
    g_autoptr (GError) cause = NULL;
    GPtrArray *events;

    if (!may_write (handle, error))
        return false;
    while ((events = supply (data, &cause)))
        g_ptr_array_extend_and_steal (all, events);
    if (!cause)
        return append_memory (handle, all, error);
    g_propagate_error (error, g_steal_pointer (&cause));
    return false;
}

static int
compare_texts (const void *a, const void *b)
{
    return strcmp (*(char *const *)a, *(char *const *)b);
}

static void
sort_addresses (MemoryStore *store)
{
    GHashTableIter iter;
    void *address;

    if (store->sorted)
        return;
    store->sorted = g_ptr_array_new ();
    g_hash_table_iter_init (&iter, store->by_address);
    while (g_hash_table_iter_next (&iter, &address, NULL))
        g_ptr_array_add (store->sorted, address);
    g_ptr_array_sort (store->sorted, compare_texts);
}

static unsigned
first_after (const GPtrArray *sorted, const char *after)
{
    unsigned low = 0, high = sorted->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (strcmp (g_ptr_array_index (sorted, middle), after) > 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static GPtrArray *
addresses_memory (void *handle, const char *after, unsigned limit, GError **error G_GNUC_UNUSED)
{
    MemoryStore *store = handle;
    GPtrArray *found = g_ptr_array_new_with_free_func (g_free);

    g_mutex_lock (&store->lock);
    sort_addresses (store);
    unsigned first = first_after (store->sorted, after);
    for (unsigned i = first; i < store->sorted->len && i - first < limit; i++)
        g_ptr_array_add (found, g_strdup (g_ptr_array_index (store->sorted, i)));
    g_mutex_unlock (&store->lock);
    return found;
}

/* The indexes borrow from the events, so they are made anew. */
static void
forget_locked (MemoryStore *store, const char *const *addresses)
{
    g_autoptr (GPtrArray) before = g_steal_pointer (&store->events);

    g_hash_table_remove_all (store->once);
    g_hash_table_remove_all (store->by_address);
    g_hash_table_remove_all (store->by_person);
    store->events = consent_events_new ();
    for (unsigned i = 0; i < before->len; i++)
        if (!g_strv_contains (addresses,
                              ((ConsentEvent *)g_ptr_array_index (before, i))->address))
            keep_event (store, g_steal_pointer (&before->pdata[i]));
}

static bool
erase_memory (void *handle, const char *const *addresses, const GPtrArray *events,
              GError **error)
{
    MemoryStore *store = handle;

    if (!may_write (store, error))
        return false;
    g_mutex_lock (&store->lock);
    forget_locked (store, addresses);
    for (unsigned i = 0; i < events->len; i++)
        add_event (store, g_ptr_array_index (events, i));
    g_mutex_unlock (&store->lock);
    return true;
}

static bool
key_memory (void *handle, unsigned char ret_key[CONSENT_KEY_BYTES],
            GError **error G_GNUC_UNUSED)
{
    memcpy (ret_key, ((MemoryStore *)handle)->key, CONSENT_KEY_BYTES);
    return true;
}

const ConsentBackend consent_memory = {
    .scheme = "memory:",
    .open = open_memory,
    .close = close_memory,
    .find = find_memory,
    .each = each_memory,
    .append = append_memory,
    .load = load_memory,
    .addresses = addresses_memory,
    .erase = erase_memory,
    .key = key_memory,
};

const ConsentBackend consent_csv = {
    .scheme = "csv:",
    .open = open_csv,
    .close = close_memory,
    .find = find_memory,
    .each = each_memory,
    .append = append_memory,
    .load = load_memory,
    .addresses = addresses_memory,
    .erase = erase_memory,
};
