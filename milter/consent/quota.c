/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/quota.h"

#include <string.h>

#include "licet/error.h"
#include "sqlite_util.h"

enum {
    DAY_MINUTES = 24 * 60,
    KEPT_MINUTES = 2 * DAY_MINUTES,
    SAVE_SECONDS = 1,
    MOST_KEYS = 100000, /* past it, new keys share one: a sender may be any text */
};

static const int64_t spans[QUOTA_WINDOWS] = { 1, 60, DAY_MINUTES };

static const char schema[] = "PRAGMA application_id = 1818456114;\n"
                             "PRAGMA user_version = 1;\n"
                             "CREATE TABLE counts (\n"
                             "  key TEXT NOT NULL,\n"
                             "  minute INTEGER NOT NULL, -- since 1970\n"
                             "  n INTEGER NOT NULL,\n"
                             "  PRIMARY KEY (key, minute)\n"
                             ") WITHOUT ROWID;\n";

static const DatabaseKind kind = { 0x6c637032 /* "lcp2" */, 1, schema };

typedef enum { LIST_ROWS, PUT_ROW, EXPIRE_ROWS, STATEMENTS } Statement;

static const char *const statements[STATEMENTS] = {
    [LIST_ROWS] = "SELECT key, minute, n FROM counts WHERE minute > ?1 ORDER BY key, minute",
    [PUT_ROW] = "INSERT INTO counts (key, minute, n) VALUES (?1, ?2, ?3) "
                "ON CONFLICT (key, minute) DO UPDATE SET n = ?3",
    [EXPIRE_ROWS] = "DELETE FROM counts WHERE minute < ?1",
};

typedef struct {
    int64_t minute, n;
    bool changed; /* since it was saved */
} Bucket;

/* By key: buckets in the order of their minutes. */
typedef struct {
    char *key;
    GArray *buckets;
} Count;

struct Quotas {
    GMutex lock; /* counts */
    GMutex file; /* one save at a time */
    GHashTable *counts;
    sqlite3 *database;
    sqlite3_stmt *prepared[STATEMENTS];
    int64_t saved;  /* monotonic microseconds */
    int64_t newest; /* minute of the last message of all */
    bool changed;
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

static void
count_free (Count *count)
{
    g_array_unref (count->buckets);
    g_free (count->key);
    g_free (count);
}

static Count *
find_count (Quotas *quotas, const char *key)
{
    Count *count = g_hash_table_lookup (quotas->counts, key);

    if (count)
        return count;
    if (g_hash_table_size (quotas->counts) >= MOST_KEYS && strcmp (key, "*") != 0)
        return find_count (quotas, "*");
    count = g_new0 (Count, 1);
    count->key = g_strdup (key);
    count->buckets = g_array_new (FALSE, FALSE, sizeof (Bucket));
    g_hash_table_insert (quotas->counts, count->key, count);
    return count;
}

static void
add (Count *count, int64_t minute, int64_t n, bool changed)
{
    unsigned i = count->buckets->len;

    while (i > 0 && g_array_index (count->buckets, Bucket, i - 1).minute > minute)
        i--;
    if (i > 0 && g_array_index (count->buckets, Bucket, i - 1).minute == minute) {
        Bucket *bucket = &g_array_index (count->buckets, Bucket, i - 1);
        bucket->n = MAX (bucket->n + n, 0);
        bucket->changed = bucket->changed || changed;
        return;
    }
    Bucket bucket = { minute, MAX (n, 0), changed };
    g_array_insert_val (count->buckets, i, bucket);
}

/* Of the last `span` minutes; what a clock that was set back left in the future counts too. */
static int64_t
sum (const Count *count, int64_t minute, int64_t span)
{
    int64_t total = 0;

    for (unsigned i = count->buckets->len; i-- > 0;) {
        const Bucket *bucket = &g_array_index (count->buckets, Bucket, i);
        if (bucket->minute <= minute - span)
            break;
        total += bucket->n;
    }
    return total;
}

/* When so much is old enough that one more fits. */
static int64_t
free_at (const Count *count, int64_t minute, int64_t span, int64_t used, int64_t most)
{
    for (unsigned i = 0; most > 0 && i < count->buckets->len; i++) {
        const Bucket *bucket = &g_array_index (count->buckets, Bucket, i);
        if (bucket->minute <= minute - span)
            continue;
        used -= bucket->n;
        if (used < most)
            return (bucket->minute + span) * 60;
    }
    return 0;
}

void
quotas_free (Quotas *quotas)
{
    if (!quotas)
        return;
    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize (quotas->prepared[i]);
    sqlite3_close (quotas->database);
    g_hash_table_unref (quotas->counts);
    g_mutex_clear (&quotas->lock);
    g_mutex_clear (&quotas->file);
    g_free (quotas);
}

static bool
load (Quotas *quotas, int64_t now, GError **error)
{
    sqlite3_stmt *statement = quotas->prepared[LIST_ROWS];
    int status;

    sqlite3_bind_int64 (statement, 1, now / 60 - DAY_MINUTES);
    while ((status = sqlite3_step (statement)) == SQLITE_ROW)
        add (find_count (quotas, (const char *)sqlite3_column_text (statement, 0)),
             sqlite3_column_int64 (statement, 1), sqlite3_column_int64 (statement, 2), false);
    bool whole = status == SQLITE_DONE || database_fail (quotas->database, error);
    database_reset (statement);
    return whole;
}

Quotas *
quotas_open (const char *path, int64_t now, GError **error)
{
    sqlite3 *database = database_open (path, &kind, false, error);

    if (!database)
        return NULL;
    g_autoptr (Quotas) quotas = g_new0 (Quotas, 1);
    g_mutex_init (&quotas->lock);
    g_mutex_init (&quotas->file);
    quotas->database = database;
    quotas->counts =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)count_free);
    for (unsigned i = 0; i < STATEMENTS; i++) {
        quotas->prepared[i] = database_prepare (database, statements[i], error);
        if (!quotas->prepared[i])
            return NULL;
    }
    return load (quotas, now, error) ? g_steal_pointer (&quotas) : NULL;
}

typedef struct {
    char *key;
    int64_t minute, n;
} Row;

/* Forgets what no window needs. Returns the newest minute. */
static int64_t
trim (GArray *buckets)
{
    int64_t newest =
        buckets->len ? g_array_index (buckets, Bucket, buckets->len - 1).minute : 0;
    unsigned old = 0;

    while (old < buckets->len &&
           g_array_index (buckets, Bucket, old).minute < newest - DAY_MINUTES)
        old++;
    g_array_remove_range (buckets, 0, old);
    return newest;
}

static void
collect_changed (const Count *count, GArray *rows)
{
    for (unsigned i = 0; i < count->buckets->len; i++) {
        Bucket *bucket = &g_array_index (count->buckets, Bucket, i);
        if (!bucket->changed)
            continue;
        bucket->changed = false;
        Row row = { g_strdup (count->key), bucket->minute, bucket->n };
        g_array_append_val (rows, row);
    }
}

/* What has to be written, so that nobody waits for the disk while it is. */
static GArray *
collect (Quotas *quotas)
{
    GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
    GHashTableIter iterator;
    gpointer value;

    g_mutex_lock (&quotas->lock);
    g_hash_table_iter_init (&iterator, quotas->counts);
    while (g_hash_table_iter_next (&iterator, NULL, &value)) {
        const Count *count = value;
        collect_changed (count, rows);
        int64_t newest = trim (count->buckets);
        quotas->newest = MAX (quotas->newest, newest);
        if (newest < quotas->newest - KEPT_MINUTES)
            g_hash_table_iter_remove (&iterator);
    }
    quotas->changed = false;
    quotas->saved = g_get_monotonic_time ();
    g_mutex_unlock (&quotas->lock);
    return rows;
}

static bool
write_rows (Quotas *quotas, const GArray *rows, GError **error)
{
    int64_t newest = 0;
    bool ok = database_run (quotas->database, "BEGIN IMMEDIATE", error);

    if (!ok)
        return false;
    for (unsigned i = 0; i < rows->len && ok; i++) {
        const Row *row = &g_array_index (rows, Row, i);
        sqlite3_stmt *statement = quotas->prepared[PUT_ROW];
        database_bind_text (statement, 1, row->key);
        sqlite3_bind_int64 (statement, 2, row->minute);
        sqlite3_bind_int64 (statement, 3, row->n);
        ok = database_finish (quotas->database, statement, error);
        newest = MAX (newest, row->minute);
    }
    if (ok) {
        sqlite3_bind_int64 (quotas->prepared[EXPIRE_ROWS], 1, newest - KEPT_MINUTES);
        ok = database_finish (quotas->database, quotas->prepared[EXPIRE_ROWS], error);
    }
    return database_end (quotas->database, ok, error);
}

/* What could not be written is to be written the next time. */
static void
mark_changed (Quotas *quotas, const GArray *rows)
{
    g_mutex_lock (&quotas->lock);
    for (unsigned i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index (rows, Row, i);
        add (find_count (quotas, row->key), row->minute, 0, true);
    }
    quotas->changed = true;
    g_mutex_unlock (&quotas->lock);
}

bool
quotas_save (Quotas *quotas, GError **error)
{
    g_mutex_lock (&quotas->file);
    g_autoptr (GArray) rows = collect (quotas);
    bool ok = rows->len == 0 || write_rows (quotas, rows, error);
    if (!ok)
        mark_changed (quotas, rows);
    g_mutex_unlock (&quotas->file);
    for (unsigned i = 0; i < rows->len; i++)
        g_free (g_array_index (rows, Row, i).key);
    return ok;
}

static void
use_free (QuotaUse *use)
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
quotas_list (Quotas *quotas, int64_t now)
{
    GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)use_free);
    GHashTableIter iterator;
    gpointer value;

    g_mutex_lock (&quotas->lock);
    g_hash_table_iter_init (&iterator, quotas->counts);
    while (g_hash_table_iter_next (&iterator, NULL, &value)) {
        const Count *count = value;
        QuotaUse *use = g_new0 (QuotaUse, 1);
        use->key = g_strdup (count->key);
        for (unsigned i = 0; i < QUOTA_WINDOWS; i++)
            use->used[i] = sum (count, now / 60, spans[i]);
        if (use->used[QUOTA_DAY] > 0)
            g_ptr_array_add (list, use);
        else
            use_free (use);
    }
    g_mutex_unlock (&quotas->lock);
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

/* Saved here, after the message, so that a restart finds the counts. An error is told by the next
 * quotas_save of who asks for one. */
static void
save_now_and_then (Quotas *quotas)
{
    g_mutex_lock (&quotas->lock);
    bool due = quotas->changed &&
               g_get_monotonic_time () - quotas->saved > SAVE_SECONDS * G_USEC_PER_SEC;
    if (due)
        quotas->saved = g_get_monotonic_time (); /* the others need not */
    g_mutex_unlock (&quotas->lock);
    if (due)
        quotas_save (quotas, NULL);
}

void
quota_hold_free (QuotaHold *hold)
{
    if (!hold)
        return;
    g_mutex_lock (&hold->quotas->lock);
    for (unsigned i = 0; i < hold->taken->len; i++) {
        Taken *taken = &g_array_index (hold->taken, Taken, i);
        if (!taken->committed) {
            add (find_count (hold->quotas, taken->key), hold->minute, -1, true);
            hold->quotas->changed = true;
        }
        g_free (taken->key);
    }
    g_mutex_unlock (&hold->quotas->lock);
    save_now_and_then (hold->quotas);
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

static bool
fits (QuotaHold *hold, const QuotaLimit *limit, QuotaFull *full)
{
    const Count *count = find_count (hold->quotas, limit->key);

    for (unsigned window = 0; window < QUOTA_WINDOWS; window++) {
        if (limit->most[window] < 0)
            continue;
        int64_t used = sum (count, hold->minute, spans[window]);
        if (used < limit->most[window])
            continue;
        int64_t until = free_at (count, hold->minute, spans[window], used, limit->most[window]);
        /* Of several that are used up, the one that lasts longest says when. */
        if (full->used < 0 || (full->until && (!until || until > full->until))) {
            full->window = window;
            full->used = used;
            full->until = until;
        }
    }
    return full->used < 0;
}

bool
quota_hold_take (QuotaHold *hold, const QuotaLimit *limits, unsigned count, unsigned recipient,
                 QuotaFull *ret_full)
{
    QuotaFull full = { .used = -1 };
    bool room = true;

    g_mutex_lock (&hold->quotas->lock);
    for (unsigned i = 0; i < count && room; i++) {
        full.limit = i;
        room = is_taken (hold, &limits[i]) || fits (hold, &limits[i], &full);
    }
    for (unsigned i = 0; i < count && room; i++) {
        if (is_taken (hold, &limits[i]))
            continue;
        Taken taken = { g_strdup (limits[i].key), limits[i].per_message ? UINT_MAX : recipient,
                        false };
        g_array_append_val (hold->taken, taken);
        add (find_count (hold->quotas, taken.key), hold->minute, 1, true);
        hold->quotas->changed = true;
    }
    g_mutex_unlock (&hold->quotas->lock);
    if (!room)
        *ret_full = full;
    return room;
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
