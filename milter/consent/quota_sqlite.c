/* SPDX-License-Identifier: BSD-2-Clause */

/* The counts of one host. */

#include <string.h>

#include "licet/error.h"
#include "quota_backend.h"
#include "sqlite_util.h"

enum {
    DAY_MINUTES = 24 * 60,
    SAVE_SECONDS = 1,
    MOST_KEYS = 100000, /* past it, new keys share one: a sender may be any text */
};

static const char schema[] = "PRAGMA application_id = 1818456114;\n"
                             "PRAGMA user_version = 1;\n"
                             "CREATE TABLE counts (\n"
                             "  key TEXT NOT NULL,\n"
                             "  minute INTEGER NOT NULL, -- since 1970\n"
                             "  n INTEGER NOT NULL,\n"
                             "  PRIMARY KEY (key, minute)\n"
                             ") WITHOUT ROWID;\n";

static const DatabaseKind kind = { 0x6c637032 /* "lcp2" */, 1, schema, false };

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

typedef struct {
    GMutex lock; /* counts */
    GMutex file; /* one save at a time */
    GHashTable *by_key;
    sqlite3 *database; /* NULL: in memory alone */
    sqlite3_stmt *prepared[STATEMENTS];
    int64_t saved;  /* monotonic microseconds */
    int64_t newest; /* minute of the last message of all */
    bool changed;
} Counts;

static void close_counts (void *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Counts, close_counts)

static void
count_free (Count *count)
{
    g_array_unref (count->buckets);
    g_free (count->key);
    g_free (count);
}

static Count *
find_count (Counts *counts, const char *key)
{
    Count *count = g_hash_table_lookup (counts->by_key, key);

    if (count)
        return count;
    if (g_hash_table_size (counts->by_key) >= MOST_KEYS && strcmp (key, "*") != 0)
        return find_count (counts, "*");
    count = g_new0 (Count, 1);
    count->key = g_strdup (key);
    count->buckets = g_array_new (FALSE, FALSE, sizeof (Bucket));
    g_hash_table_insert (counts->by_key, count->key, count);
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

static void
close_counts (void *store)
{
    Counts *counts = store;

    if (!counts)
        return;
    for (unsigned i = 0; i < STATEMENTS; i++)
        sqlite3_finalize (counts->prepared[i]);
    sqlite3_close (counts->database);
    g_hash_table_unref (counts->by_key);
    g_mutex_clear (&counts->lock);
    g_mutex_clear (&counts->file);
    g_free (counts);
}

static bool
load (Counts *counts, int64_t now, GError **error)
{
    sqlite3_stmt *statement = counts->prepared[LIST_ROWS];
    int status;

    sqlite3_bind_int64 (statement, 1, now / 60 - DAY_MINUTES);
    while ((status = sqlite3_step (statement)) == SQLITE_ROW)
        add (find_count (counts, (const char *)sqlite3_column_text (statement, 0)),
             sqlite3_column_int64 (statement, 1), sqlite3_column_int64 (statement, 2), false);
    bool whole = status == SQLITE_DONE || database_fail (counts->database, error);
    database_reset (statement);
    return whole;
}

void *
quota_sqlite_open_memory (void)
{
    Counts *counts = g_new0 (Counts, 1);

    g_mutex_init (&counts->lock);
    g_mutex_init (&counts->file);
    counts->by_key =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)count_free);
    return counts;
}

static void *
open_counts (const char *path, const ConsentOptions *options G_GNUC_UNUSED, int64_t now,
             GError **error)
{
    sqlite3 *database = database_open (path, &kind, false, error);

    if (!database)
        return NULL;
    g_autoptr (Counts) counts = quota_sqlite_open_memory ();
    counts->database = database;
    for (unsigned i = 0; i < STATEMENTS; i++) {
        counts->prepared[i] = database_prepare (database, statements[i], error);
        if (!counts->prepared[i])
            return NULL;
    }
    return load (counts, now, error) ? g_steal_pointer (&counts) : NULL;
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
collect (Counts *counts)
{
    GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
    GHashTableIter iterator;
    gpointer value;

    g_mutex_lock (&counts->lock);
    g_hash_table_iter_init (&iterator, counts->by_key);
    while (g_hash_table_iter_next (&iterator, NULL, &value)) {
        const Count *count = value;
        collect_changed (count, rows);
        int64_t newest = trim (count->buckets);
        counts->newest = MAX (counts->newest, newest);
        if (newest < counts->newest - QUOTA_KEPT_MINUTES)
            g_hash_table_iter_remove (&iterator);
    }
    counts->changed = false;
    counts->saved = g_get_monotonic_time ();
    g_mutex_unlock (&counts->lock);
    return rows;
}

static bool
write_rows (Counts *counts, const GArray *rows, GError **error)
{
    int64_t newest = 0;
    bool ok = database_run (counts->database, "BEGIN IMMEDIATE", error);

    if (!ok)
        return false;
    for (unsigned i = 0; i < rows->len && ok; i++) {
        const Row *row = &g_array_index (rows, Row, i);
        sqlite3_stmt *statement = counts->prepared[PUT_ROW];
        database_bind_text (statement, 1, row->key);
        sqlite3_bind_int64 (statement, 2, row->minute);
        sqlite3_bind_int64 (statement, 3, row->n);
        ok = database_finish (counts->database, statement, error);
        newest = MAX (newest, row->minute);
    }
    if (ok) {
        sqlite3_bind_int64 (counts->prepared[EXPIRE_ROWS], 1, newest - QUOTA_KEPT_MINUTES);
        ok = database_finish (counts->database, counts->prepared[EXPIRE_ROWS], error);
    }
    return database_end (counts->database, ok, error);
}

/* What could not be written is to be written the next time. */
static void
mark_changed (Counts *counts, const GArray *rows)
{
    g_mutex_lock (&counts->lock);
    for (unsigned i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index (rows, Row, i);
        add (find_count (counts, row->key), row->minute, 0, true);
    }
    counts->changed = true;
    g_mutex_unlock (&counts->lock);
}

static bool
save_counts (void *store, GError **error)
{
    Counts *counts = store;

    if (!counts->database)
        return true;
    g_mutex_lock (&counts->file);
    g_autoptr (GArray) rows = collect (counts);
    bool ok = rows->len == 0 || write_rows (counts, rows, error);
    if (!ok)
        mark_changed (counts, rows);
    g_mutex_unlock (&counts->file);
    for (unsigned i = 0; i < rows->len; i++)
        g_free (g_array_index (rows, Row, i).key);
    return ok;
}

static GPtrArray *
list_counts (void *store, int64_t minute, GError **error G_GNUC_UNUSED)
{
    GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)quota_use_free);
    Counts *counts = store;
    GHashTableIter iterator;
    gpointer value;

    g_mutex_lock (&counts->lock);
    g_hash_table_iter_init (&iterator, counts->by_key);
    while (g_hash_table_iter_next (&iterator, NULL, &value)) {
        const Count *count = value;
        if (sum (count, minute, quota_spans[QUOTA_DAY]) == 0)
            continue;
        QuotaUse *use = quota_use_new (count->key);
        for (unsigned i = 0; i < QUOTA_WINDOWS; i++)
            use->used[i] = sum (count, minute, quota_spans[i]);
        g_ptr_array_add (list, use);
    }
    g_mutex_unlock (&counts->lock);
    return list;
}

/* Saved here, after the message, so that a restart finds the counts. An error is told by the next
 * quotas_save of who asks for one. */
static void
save_now_and_then (Counts *counts)
{
    g_mutex_lock (&counts->lock);
    bool due = counts->changed &&
               g_get_monotonic_time () - counts->saved > SAVE_SECONDS * G_USEC_PER_SEC;
    if (due)
        counts->saved = g_get_monotonic_time (); /* the others need not */
    g_mutex_unlock (&counts->lock);
    if (due)
        save_counts (counts, NULL);
}

static void
settle_counts (void *store, int64_t minute, GHashTable *unused)
{
    Counts *counts = store;
    GHashTableIter iterator;
    gpointer key, n;

    g_mutex_lock (&counts->lock);
    g_hash_table_iter_init (&iterator, unused);
    while (g_hash_table_iter_next (&iterator, &key, &n)) {
        add (find_count (counts, key), minute, -(int64_t)GPOINTER_TO_UINT (n), true);
        counts->changed = true;
    }
    g_mutex_unlock (&counts->lock);
    save_now_and_then (counts);
}

/* How many recipients have room under the limit. */
static unsigned
room_under (Counts *counts, const QuotaWish *wish, const QuotaLimit *limit)
{
    const Count *count = find_count (counts, limit->key);
    int64_t room = wish->recipients;

    for (unsigned window = 0; window < QUOTA_WINDOWS; window++) {
        int64_t most = limit->most[window];
        if (most < 0)
            continue;
        int64_t left = most - sum (count, wish->minute, quota_spans[window]);
        if (!limit->per_message)
            room = MIN (room, MAX (left, 0));
        else if (left <= 0)
            room = 0;
    }
    return (unsigned)room;
}

/* Whether the limit is used up. Of several windows that are, the one that lasts longest says when. */
static bool
find_full (Counts *counts, int64_t minute, const QuotaLimit *limit, QuotaAnswer *answer)
{
    const Count *count = find_count (counts, limit->key);
    bool full = false;

    for (unsigned window = 0; window < QUOTA_WINDOWS; window++) {
        int64_t most = limit->most[window], span = quota_spans[window];
        int64_t used = sum (count, minute, span);
        if (most < 0 || used < most)
            continue;
        int64_t until = free_at (count, minute, span, used, most);
        if (!full || (answer->until && (!until || until > answer->until))) {
            answer->window = window;
            answer->used = used;
            answer->until = until;
        }
        full = true;
    }
    return full;
}

static void
take_room (Counts *counts, const QuotaWish *wish, QuotaAnswer *answer)
{
    for (unsigned i = 0; i < wish->count; i++)
        answer->taken = MIN (answer->taken, room_under (counts, wish, &wish->limits[i]));
    for (unsigned i = 0; i < wish->count && answer->taken > 0; i++)
        add (find_count (counts, wish->limits[i].key), wish->minute,
             wish->limits[i].per_message ? 1 : answer->taken, true);
    counts->changed = counts->changed || answer->taken > 0;
    for (unsigned i = 0; i < wish->count && answer->taken < wish->recipients; i++) {
        /* The message itself is what used this one up. */
        if (wish->limits[i].per_message && answer->taken > 0)
            continue;
        answer->limit = i;
        if (find_full (counts, wish->minute, &wish->limits[i], answer))
            return;
    }
}

static bool
take_counts (void *store, QuotaWish *wish, QuotaAnswer *ret_answer,
             GError **error G_GNUC_UNUSED)
{
    QuotaAnswer answer = { .taken = wish->recipients };
    Counts *counts = store;

    g_mutex_lock (&counts->lock);
    take_room (counts, wish, &answer);
    g_mutex_unlock (&counts->lock);
    *ret_answer = answer;
    return true;
}

void
quota_sqlite_put (void *store, const char *key, int64_t minute, int64_t n)
{
    add (find_count (store, key), minute, n, false);
}

const QuotaBackend quota_sqlite = {
    .open = open_counts,
    .close = close_counts,
    .save = save_counts,
    .list = list_counts,
    .take = take_counts,
    .settle = settle_counts,
};
