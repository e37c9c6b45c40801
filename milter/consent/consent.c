/* SPDX-License-Identifier: BSD-2-Clause */

/* The store as the rest of licet sees it: an engine chosen by URI behind one set of rules. */

#include "licet/consent.h"

#include <string.h>

#include "backend.h"
#include "licet/address.h"
#include "licet/error.h"

/* RFC 6761 6.4: no host is ever called so. */
#define ERASED_DOMAIN "@erased.invalid"

struct ConsentStore {
    const ConsentBackend *backend;
    void *handle;
    gatomicrefcount references;
    bool fold_tags;
    GMutex lock; /* has_key */
    bool has_key;
    unsigned char key[CONSENT_KEY_BYTES];
};

static const ConsentBackend *const backends[] = { &consent_sqlite, &consent_postgres,
                                                  &consent_memory, &consent_csv,
                                                  &consent_absent };

static bool
may_be_bare (const ConsentBackend *backend)
{
    return backend == &consent_memory || backend == &consent_absent;
}

/* A scheme of its own, else the name of a CSV file. */
static const ConsentBackend *
backend_for (const char *uri, const char **ret_location)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (backends); i++)
        if (g_str_has_prefix (uri, backends[i]->scheme)) {
            *ret_location = uri + strlen (backends[i]->scheme);
            if (!**ret_location && !may_be_bare (backends[i]))
                return NULL;
            if (backends[i] == &consent_postgres)
                *ret_location = uri;
            return backends[i];
        }
    *ret_location = uri;
    if (g_str_has_prefix (uri, "postgres://")) /* libpq's other spelling */
        return &consent_postgres;
    return g_str_has_suffix (uri, ".csv") ? &consent_csv : NULL;
}

ConsentStore *
consent_open_with (const char *uri, const ConsentOptions *options, GError **error)
{
    const char *location = NULL;
    const ConsentBackend *backend = backend_for (uri, &location);

    if (!backend) {
        /* Not the whole text: what follows the scheme may hold a password. */
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "consent store \"%.*s\": right would be sqlite:PATH, "
                     "postgresql://HOST/DATABASE or FILE.csv",
                     (int)strcspn (uri, ":"), uri);
        return NULL;
    }
    void *handle = backend->open (location, options, error);
    if (!handle)
        return NULL;
    ConsentStore *store = g_new0 (ConsentStore, 1);
    store->backend = backend;
    store->handle = handle;
    store->fold_tags = options->fold_tags;
    g_mutex_init (&store->lock);
    g_atomic_ref_count_init (&store->references);
    return store;
}

ConsentStore *
consent_open (const char *uri, GError **error)
{
    static const ConsentOptions defaults = { 0 };

    return consent_open_with (uri, &defaults, error);
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
    g_mutex_clear (&store->lock);
    g_free (store);
}

void
consent_health (ConsentStore *store, ConsentHealth *ret_health)
{
    *ret_health = (ConsentHealth){ 0 };
    if (store->backend->health)
        store->backend->health (store->handle, ret_health);
}

static GPtrArray *
all_unavailable (const char *const *addresses)
{
    GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_record_free);

    for (unsigned i = 0; addresses[i]; i++)
        g_ptr_array_add (records, consent_unavailable (addresses[i]));
    return records;
}

static bool
has_key (ConsentStore *store)
{
    g_mutex_lock (&store->lock);
    bool has = store->has_key;
    g_mutex_unlock (&store->lock);
    return has;
}

/* The secret is read once, or by all who come meanwhile: it never changes, and nobody waits for the wait
 * of another. *ret_has is false where a store keeps none. */
static bool
read_key (ConsentStore *store, bool *ret_has, GError **error)
{
    unsigned char key[CONSENT_KEY_BYTES];

    *ret_has = store->backend->key != NULL;
    if (!*ret_has || has_key (store))
        return true;
    if (!store->backend->key (store->handle, key, error))
        return false;
    g_mutex_lock (&store->lock);
    if (!store->has_key)
        memcpy (store->key, key, sizeof key);
    store->has_key = true;
    g_mutex_unlock (&store->lock);
    explicit_bzero (key, sizeof key);
    return true;
}

/* Under what name an erased address stays: a keyed hash in a domain that can never have mail. */
static char *
alias_of (const ConsentStore *store, const char *address)
{
    g_autofree char *hash =
        g_compute_hmac_for_data (G_CHECKSUM_SHA256, store->key, CONSENT_KEY_BYTES,
                                 (const guchar *)address, strlen (address));

    return g_strconcat (hash, ERASED_DOMAIN, NULL);
}

bool
consent_is_erased (const char *address)
{
    return strlen (address) == 64 + strlen (ERASED_DOMAIN) &&
           g_str_has_suffix (address, ERASED_DOMAIN) &&
           strspn (address, "0123456789abcdef") == 64;
}

/* What is kept of an erased address is told as its own. */
static void
rename_aliases (GPtrArray *events, GHashTable *names)
{
    for (unsigned i = 0; i < events->len; i++) {
        ConsentEvent *event = g_ptr_array_index (events, i);
        const char *name = g_hash_table_lookup (names, event->address);
        if (!name)
            continue;
        g_free (event->address);
        event->address = g_strdup (name);
    }
}

char *
consent_own_name (const ConsentStore *store, const char *address)
{
    return store->fold_tags ? address_without_tag (address) : g_strdup (address);
}

/* The names under which there may be events of an address: its own, the one it had before tags were
 * folded, and what stays of both when they are erased. All lead to its own. */
static void
add_names (const ConsentStore *store, bool has_key, const char *address, GHashTable *names)
{
    g_autofree char *own = consent_own_name (store, address);
    const char *const spellings[] = { own, address };

    for (unsigned i = 0; i < G_N_ELEMENTS (spellings); i++) {
        if (g_hash_table_contains (names, spellings[i]))
            continue;
        g_hash_table_insert (names, g_strdup (spellings[i]), g_strdup (own));
        if (has_key)
            g_hash_table_insert (names, alias_of (store, spellings[i]), g_strdup (own));
    }
}

GPtrArray *
consent_find (ConsentStore *store, const char *const *addresses, GError **error)
{
    g_autoptr (GHashTable) names =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    bool has_key = false;

    if (!read_key (store, &has_key, error))
        return NULL;
    for (unsigned i = 0; addresses[i]; i++)
        add_names (store, has_key, addresses[i], names);
    g_autofree char **wanted = (char **)g_hash_table_get_keys_as_array (names, NULL);
    GPtrArray *events =
        store->backend->find (store->handle, (const char *const *)wanted, error);
    if (events)
        rename_aliases (events, names);
    return events;
}

/* Before tags were folded contacts stood under it. */
static void
add_spelling (ConsentRecord *record, const char *address)
{
    unsigned count = g_strv_length (record->names);

    if (g_strv_contains ((const char *const *)record->names, address))
        return;
    record->names = g_renew (char *, record->names, count + 2);
    record->names[count] = g_strdup (address);
    record->names[count + 1] = NULL;
}

/* As asked, and one person under the name that the store has for them all. */
static void
restore_names (GPtrArray *records, const char *const *addresses)
{
    for (unsigned i = 0; i < records->len; i++) {
        ConsentRecord *record = g_ptr_array_index (records, i);
        if (strcmp (record->address, addresses[i]) == 0)
            continue;
        if (!record->person)
            record->person = g_strdup (record->address);
        add_spelling (record, addresses[i]);
        g_free (record->address);
        record->address = g_strdup (addresses[i]);
    }
}

static char **
own_names (const ConsentStore *store, const char *const *addresses)
{
    unsigned count = g_strv_length ((char **)addresses);
    char **own = g_new0 (char *, count + 1);

    for (unsigned i = 0; i < count; i++)
        own[i] = consent_own_name (store, addresses[i]);
    return own;
}

GPtrArray *
consent_ask (ConsentStore *store, const char *const *addresses, Purpose purpose, int64_t now,
             char **ret_failure)
{
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) events = consent_find (store, addresses, &error);
    g_auto (GStrv) own = own_names (store, addresses);

    if (ret_failure)
        *ret_failure = events ? NULL : g_strdup (error->message);
    if (!events)
        return all_unavailable (addresses);
    GPtrArray *records = consent_resolve ((const char *const *)own, events, purpose, now);
    restore_names (records, addresses);
    return records;
}

ConsentRecord *
consent_ask_one (ConsentStore *store, const char *address, Purpose purpose, int64_t now,
                 GError **error)
{
    const char *const addresses[] = { address, NULL };
    g_autofree char *failure = NULL;
    g_autoptr (GPtrArray) records = consent_ask (store, addresses, purpose, now, &failure);

    if (!failure)
        return g_ptr_array_steal_index (records, 0);
    g_set_error_literal (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, failure);
    return NULL;
}

/* As the store keeps it. */
static bool
check_one (const ConsentStore *store, ConsentEvent *event, GError **error)
{
    if (!consent_event_check (event, error))
        return false;
    char *own = consent_own_name (store, event->address);
    g_free (event->address);
    event->address = own;
    return true;
}

static GPtrArray *
check_all (const ConsentStore *store, const GPtrArray *events, GError **error)
{
    g_autoptr (GPtrArray) checked = consent_events_new ();

    for (unsigned i = 0; i < events->len; i++) {
        ConsentEvent *event = consent_event_copy (g_ptr_array_index (events, i));
        g_ptr_array_add (checked, event);
        if (!check_one (store, event, error))
            return NULL;
    }
    return g_steal_pointer (&checked);
}

bool
consent_append (ConsentStore *store, const GPtrArray *events, GError **error)
{
    g_autoptr (GPtrArray) checked = check_all (store, events, error);

    return checked && store->backend->append (store->handle, checked, error);
}

typedef struct {
    const ConsentStore *store;
    ConsentSupply supply;
    void *data;
} CheckedSupply;

static GPtrArray *
supply_checked (void *data, GError **error)
{
    const CheckedSupply *checked = data;
    g_autoptr (GPtrArray) events = checked->supply (checked->data, error);

    for (unsigned i = 0; events && i < events->len; i++)
        if (!check_one (checked->store, g_ptr_array_index (events, i), error))
            return NULL;
    return g_steal_pointer (&events);
}

bool
consent_load (ConsentStore *store, ConsentSupply supply, void *data, GError **error)
{
    CheckedSupply checked = { store, supply, data };

    return store->backend->load (store->handle, supply_checked, &checked, error);
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
    g_autoptr (GPtrArray) found = consent_find (store, addresses, error);

    if (!found)
        return NULL;
    g_autofree char *name = consent_own_name (store, address);
    g_autoptr (GPtrArray) own = consent_of_person (name, found);
    GPtrArray *events = consent_events_new ();
    for (unsigned i = 0; i < own->len; i++)
        g_ptr_array_add (events, consent_event_copy (g_ptr_array_index (own, i)));
    g_ptr_array_sort (events, compare_events);
    return events;
}

bool
consent_each (ConsentStore *store, ConsentVisit visit, void *data, GError **error)
{
    return store->backend->each (store->handle, visit, data, error);
}

static bool
collect (ConsentEvent *event, void *data, GError **error G_GNUC_UNUSED)
{
    g_ptr_array_add (data, event);
    return true;
}

GPtrArray *
consent_all (ConsentStore *store, GError **error)
{
    g_autoptr (GPtrArray) events = consent_events_new ();

    return consent_each (store, collect, events, error) ? g_steal_pointer (&events) : NULL;
}

GPtrArray *
consent_addresses (ConsentStore *store, const char *after, unsigned limit, GError **error)
{
    return store->backend->addresses (store->handle, after, limit, error);
}

static bool
is_kept_act (const ConsentEvent *event)
{
    static const char *const acts[] = { "granted", "withdrawn", "pending", NULL };

    return g_strv_contains (acts, event->state);
}

/* The act without what else is known of the person. */
static ConsentEvent *
without_person (const ConsentEvent *event, const char *alias)
{
    ConsentEvent *act = consent_event_copy (event);

    g_free (act->address);
    act->address = g_strdup (alias);
    g_clear_pointer (&act->country, g_free);
    g_clear_pointer (&act->subdivision, g_free);
    g_clear_pointer (&act->recipient_class, g_free);
    g_clear_pointer (&act->language, g_free);
    g_clear_pointer (&act->person, g_free);
    return act;
}

static ConsentEvent *
erasure (const char *alias, int64_t now)
{
    ConsentEvent *event = g_new0 (ConsentEvent, 1);

    event->address = g_strdup (alias);
    event->purpose = g_strdup ("*");
    event->state = g_strdup ("suppressed");
    event->basis = g_strdup ("erased");
    event->at = now;
    return event;
}

/* The acts among the events, as they stay under the alias. */
static GPtrArray *
list_kept (const GPtrArray *events, const char *const *names, const char *alias)
{
    GPtrArray *kept = consent_events_new ();

    for (unsigned i = 0; i < events->len; i++) {
        const ConsentEvent *event = g_ptr_array_index (events, i);
        if (g_strv_contains (names, event->address) && is_kept_act (event))
            g_ptr_array_add (kept, without_person (event, alias));
    }
    return kept;
}

static unsigned
count_of (const GPtrArray *events, const char *address)
{
    unsigned count = 0;

    for (unsigned i = 0; i < events->len; i++)
        count +=
            strcmp (((ConsentEvent *)g_ptr_array_index (events, i))->address, address) == 0;
    return count;
}

bool
consent_erase (ConsentStore *store, const char *address, bool keep_acts, int64_t now,
               unsigned *ret_erased, unsigned *ret_kept, GError **error)
{
    bool has_key = false;

    if (!read_key (store, &has_key, error))
        return false;
    if (!has_key) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "nothing can be erased from a CSV file; right would be a store such as "
                     "sqlite:PATH");
        return false;
    }
    g_autofree char *own = consent_own_name (store, address);
    g_autofree char *alias = alias_of (store, own), *other_alias = alias_of (store, address);
    /* Also what was stored before tags were folded. */
    bool is_folded = strcmp (own, address) != 0;
    const char *const names[] = { own, alias, is_folded ? address : NULL, other_alias, NULL };
    g_autoptr (GPtrArray) events = store->backend->find (store->handle, names, error);
    if (!events)
        return false;
    g_autoptr (GPtrArray) kept =
        keep_acts ? list_kept (events, names, alias) : consent_events_new ();
    *ret_kept = kept->len;
    *ret_erased = count_of (events, own) + (is_folded ? count_of (events, address) : 0);
    g_ptr_array_add (kept, erasure (alias, now));
    return store->backend->erase (store->handle, names, kept, error);
}
