/* SPDX-License-Identifier: BSD-2-Clause */

/* The counts of several hosts, beside their consent. */

#include <string.h>

#include "pg.h"
#include "quota_backend.h"

typedef enum { TAKE, RETURN, LIST, EXPIRE, STATEMENTS } Statement;

static const char *const statements[STATEMENTS] = {
    /* One round trip, and atomic on the server: see contrib/schema-postgresql.sql. A host whose clock
     * is ahead counts under the server's minute: under its own, what it takes would fill windows that
     * have not begun, and it would not see what the others have taken. */
    [TAKE] = "SELECT taken.*, at.minute FROM (SELECT least($4::bigint, "
             "floor(extract(epoch FROM now()))::bigint / 60) AS minute) AS at, "
             "licet.take($1, $2, $3::bigint[], at.minute, $5::integer) AS taken",
    [RETURN] = "SELECT licet.give_back($1, $2::bigint[], $3::bigint)",
    [LIST] = "SELECT key, coalesce(sum(n) FILTER (WHERE minute > $1::bigint - 1), 0), "
             "coalesce(sum(n) FILTER (WHERE minute > $1::bigint - 60), 0), sum(n) "
             "FROM licet.sent WHERE minute > $1::bigint - 1440 GROUP BY key HAVING sum(n) > 0",
    /* Two days by the server's clock too: a host whose own is ahead must not forget what the others
     * have sent. */
    [EXPIRE] = "DELETE FROM licet.sent WHERE minute < least($1::bigint, "
               "extract(epoch FROM now())::bigint / 60 - 2880)",
};

/* In minutes. */
enum { EXPIRE_EVERY = 60 };

typedef struct {
    PgPool *pool;
    GMutex lock;
    int64_t newest, expired; /* minutes */
} Counts;

static void
close_counts (void *store)
{
    Counts *counts = store;

    pg_pool_free (counts->pool);
    g_mutex_clear (&counts->lock);
    g_free (counts);
}

static void *
open_counts (const char *location, const ConsentOptions *options, int64_t now, GError **error)
{
    PgPool *pool = pg_pool_new (location, options, statements, STATEMENTS, error);

    if (!pool)
        return NULL;
    Counts *counts = g_new0 (Counts, 1);
    counts->pool = pool;
    counts->newest = now / 60;
    g_mutex_init (&counts->lock);
    return counts;
}

static void
add_number (GString *array, int64_t number)
{
    char text[24];

    g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, number);
    pg_array_add (array, text);
}

static char *
text_of (int64_t number)
{
    return g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

static int64_t
number_at (const PGresult *result, int row, int column)
{
    return g_ascii_strtoll (PQgetvalue (result, row, column), NULL, 10);
}

/* What no window needs is forgotten once an hour. */
static bool
save_counts (void *store, GError **error)
{
    Counts *counts = store;

    g_mutex_lock (&counts->lock);
    int64_t newest = counts->newest;
    bool due = newest >= counts->expired + EXPIRE_EVERY;
    if (due)
        counts->expired = newest;
    g_mutex_unlock (&counts->lock);
    if (!due)
        return true;
    g_autofree char *before = text_of (newest - QUOTA_KEPT_MINUTES);
    const char *const values[] = { before };
    g_autoptr (PGresult) result =
        pg_run (counts->pool, &(PgCall){ EXPIRE, G_N_ELEMENTS (values), values }, error);
    return result != NULL;
}

static GPtrArray *
list_counts (void *store, int64_t minute, GError **error)
{
    Counts *counts = store;
    g_autofree char *now = text_of (minute);
    const char *const values[] = { now };
    g_autoptr (PGresult) result =
        pg_run (counts->pool, &(PgCall){ LIST, G_N_ELEMENTS (values), values }, error);

    if (!result)
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)quota_use_free);
    for (int i = 0; i < PQntuples (result); i++) {
        QuotaUse *use = quota_use_new (PQgetvalue (result, i, 0));
        for (int window = 0; window < QUOTA_WINDOWS; window++)
            use->used[window] = number_at (result, i, window + 1);
        g_ptr_array_add (list, use);
    }
    return list;
}

static PGresult *
run_take (Counts *counts, const QuotaWish *wish, GError **error)
{
    GString *keys = g_string_new (NULL), *once = g_string_new (NULL),
            *most = g_string_new (NULL);

    for (unsigned i = 0; i < wish->count; i++) {
        pg_array_add (keys, wish->limits[i].key);
        pg_array_add (once, wish->limits[i].per_message ? "t" : "f");
        for (unsigned window = 0; window < QUOTA_WINDOWS; window++)
            add_number (most, wish->limits[i].most[window]);
    }
    g_autofree char *all_keys = pg_array_end (keys), *all_once = pg_array_end (once);
    g_autofree char *all_most = pg_array_end (most);
    g_autofree char *minute = text_of (wish->minute), *wanted = text_of (wish->recipients);
    const char *const values[] = { all_keys, all_once, all_most, minute, wanted };
    return pg_run (counts->pool, &(PgCall){ TAKE, G_N_ELEMENTS (values), values }, error);
}

static bool
take_counts (void *store, QuotaWish *wish, QuotaAnswer *ret_answer, GError **error)
{
    Counts *counts = store;
    g_autoptr (PGresult) result = run_take (counts, wish, error);

    if (!result)
        return false;
    wish->minute = number_at (result, 0, 5);
    g_mutex_lock (&counts->lock);
    counts->newest = MAX (counts->newest, wish->minute);
    g_mutex_unlock (&counts->lock);
    *ret_answer = (QuotaAnswer){
        .taken = (unsigned)number_at (result, 0, 0),
        .limit = (unsigned)number_at (result, 0, 1),
        .window = (unsigned)number_at (result, 0, 2),
        .used = number_at (result, 0, 3),
        .until = number_at (result, 0, 4),
    };
    return true;
}

/* Given back twice would be sent too often; what is not given back only waits for its window to end. */
static void
settle_counts (void *store, int64_t minute, GHashTable *unused)
{
    Counts *counts = store;
    GString *keys = g_string_new (NULL), *numbers = g_string_new (NULL);
    GHashTableIter iterator;
    gpointer key, n;

    g_hash_table_iter_init (&iterator, unused);
    while (g_hash_table_iter_next (&iterator, &key, &n)) {
        pg_array_add (keys, key);
        add_number (numbers, GPOINTER_TO_UINT (n));
    }
    bool any = keys->len > 0;
    g_autofree char *all_keys = pg_array_end (keys), *all_numbers = pg_array_end (numbers);
    g_autofree char *at = text_of (minute);
    const char *const values[] = { all_keys, all_numbers, at };
    g_autoptr (PGresult) result =
        any ? pg_run_once (counts->pool, &(PgCall){ RETURN, G_N_ELEMENTS (values), values },
                           NULL)
            : NULL;
}

const QuotaBackend quota_postgres = {
    .open = open_counts,
    .close = close_counts,
    .save = save_counts,
    .list = list_counts,
    .take = take_counts,
    .settle = settle_counts,
};
