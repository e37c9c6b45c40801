/* SPDX-License-Identifier: BSD-2-Clause */

/* The counts as the rest of licet sees them, and what one message holds of them. */

#include "licet/quota.h"

#include <string.h>

#include "quota_backend.h"

const int64_t quota_spans[QUOTA_WINDOWS] = { 1, 60, 24 * 60 };

struct Quotas {
    const QuotaBackend *backend;
    void *store;
};

typedef struct {
    char *key;
    unsigned recipient; /* UINT_MAX: the message's */
    bool committed;
} Taken;

struct QuotaHold {
    Quotas *quotas;
    int64_t minute;
    GArray *taken;
};

const char *
quota_window_word (unsigned window)
{
    static const char *const words[QUOTA_WINDOWS] = { "minute", "hour", "day" };

    return words[window];
}

static Quotas *
make_quotas (const QuotaBackend *backend, void *store)
{
    Quotas *quotas = g_new0 (Quotas, 1);

    quotas->backend = backend;
    quotas->store = store;
    return quotas;
}

Quotas *
quotas_open_with (const char *location, const ConsentOptions *options, int64_t now,
                  GError **error)
{
    bool is_shared =
        g_str_has_prefix (location, "postgresql:") || g_str_has_prefix (location, "postgres:");
    const QuotaBackend *backend = is_shared ? &quota_postgres : &quota_sqlite;
    void *store = backend->open (location, options, now, error);

    return store ? make_quotas (backend, store) : NULL;
}

Quotas *
quotas_open (const char *location, int64_t now, GError **error)
{
    static const ConsentOptions defaults = { 0 };

    return quotas_open_with (location, &defaults, now, error);
}

/* Where it lies in time follows from when it no longer counts. */
Quotas *
quotas_recorded (const char *key, unsigned window, int64_t used, int64_t until, int64_t now)
{
    int64_t minute = until ? until / 60 - quota_spans[window] : now / 60;
    Quotas *quotas = make_quotas (&quota_sqlite, quota_sqlite_open_memory ());

    quota_sqlite_put (quotas->store, key, minute, used);
    return quotas;
}

bool
quotas_save (Quotas *quotas, GError **error)
{
    return quotas->backend->save (quotas->store, error);
}

void
quotas_free (Quotas *quotas)
{
    if (!quotas)
        return;
    quotas->backend->close (quotas->store);
    g_free (quotas);
}

QuotaUse *
quota_use_new (const char *key)
{
    QuotaUse *use = g_new0 (QuotaUse, 1);

    use->key = g_strdup (key);
    return use;
}

void
quota_use_free (QuotaUse *use)
{
    g_free (use->key);
    g_free (use);
}

static int
by_key (gconstpointer a, gconstpointer b)
{
    return strcmp ((*(QuotaUse *const *)a)->key, (*(QuotaUse *const *)b)->key);
}

GPtrArray *
quotas_list (Quotas *quotas, int64_t now, GError **error)
{
    GPtrArray *list = quotas->backend->list (quotas->store, now / 60, error);

    if (list)
        g_ptr_array_sort (list, by_key);
    return list;
}

QuotaHold *
quota_hold_new (Quotas *quotas, int64_t now)
{
    QuotaHold *hold = g_new0 (QuotaHold, 1);

    hold->quotas = quotas;
    hold->minute = now / 60;
    hold->taken = g_array_new (FALSE, FALSE, sizeof (Taken));
    return hold;
}

void
quota_hold_free (QuotaHold *hold)
{
    if (!hold)
        return;
    g_autoptr (GHashTable) unused = g_hash_table_new (g_str_hash, g_str_equal);
    for (unsigned i = 0; i < hold->taken->len; i++) {
        const Taken *taken = &g_array_index (hold->taken, Taken, i);
        unsigned n = GPOINTER_TO_UINT (g_hash_table_lookup (unused, taken->key));
        if (!taken->committed)
            g_hash_table_insert (unused, taken->key, GUINT_TO_POINTER (n + 1));
    }
    hold->quotas->backend->settle (hold->quotas->store, hold->minute, unused);
    for (unsigned i = 0; i < hold->taken->len; i++)
        g_free (g_array_index (hold->taken, Taken, i).key);
    g_array_unref (hold->taken);
    g_free (hold);
}

/* A message counts once, for the first of its recipients. */
static bool
is_taken (const QuotaHold *hold, const QuotaLimit *limit)
{
    for (unsigned i = 0; limit->per_message && i < hold->taken->len; i++) {
        const Taken *taken = &g_array_index (hold->taken, Taken, i);
        if (taken->recipient == UINT_MAX && strcmp (taken->key, limit->key) == 0)
            return true;
    }
    return false;
}

static void
note_taken (QuotaHold *hold, const QuotaLimit *limit, const GArray *recipients, unsigned taken)
{
    for (unsigned i = 0; i < (limit->per_message ? MIN (taken, 1) : taken); i++) {
        Taken one = { g_strdup (limit->key), g_array_index (recipients, unsigned, i), false };
        if (limit->per_message)
            one.recipient = UINT_MAX;
        g_array_append_val (hold->taken, one);
    }
}

bool
quota_hold_take (QuotaHold *hold, const QuotaLimit *limits, unsigned count,
                 const GArray *recipients, QuotaAnswer *ret_answer, GError **error)
{
    g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (QuotaLimit));
    g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (unsigned));
    QuotaAnswer answer = { .taken = recipients->len };

    for (unsigned i = 0; i < count; i++) {
        if (is_taken (hold, &limits[i]))
            continue;
        g_array_append_val (wanted, limits[i]);
        g_array_append_val (numbers, i);
    }
    QuotaWish wish = { hold->minute, (const QuotaLimit *)(void *)wanted->data, wanted->len,
                       recipients->len };
    if (wanted->len > 0 && recipients->len > 0 &&
        !hold->quotas->backend->take (hold->quotas->store, &wish, &answer, error))
        return false;
    /* What is given back must come from where it was counted, and no later take may move it. */
    hold->minute = wish.minute;
    for (unsigned i = 0; i < wanted->len; i++)
        note_taken (hold, &wish.limits[i], recipients, answer.taken);
    if (answer.taken < recipients->len)
        answer.limit = g_array_index (numbers, unsigned, answer.limit);
    *ret_answer = answer;
    return true;
}

void
quota_hold_commit (QuotaHold *hold, unsigned recipient)
{
    for (unsigned i = 0; hold && i < hold->taken->len; i++) {
        Taken *taken = &g_array_index (hold->taken, Taken, i);
        if (taken->recipient == recipient || taken->recipient == UINT_MAX)
            taken->committed = true;
    }
}
