/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/import.h"

#include <string.h>

#include "backend.h"
#include "csv.h"
#include "foreign.h"
#include "licet/error.h"

/* A batch is one question and one statement; a resumable one is kept at a time. */
enum { BATCH = 1000, KEPT_BATCH = 10000, PAGE = 10000, MOST_COLUMNS = 1000 };

typedef struct {
    ConsentStore *store;
    const ImportOptions *options;
    ImportSummary *summary;
    CsvReader *reader;
    ConsentCsv *csv; /* one of the two */
    Foreign *foreign;
    GHashTable *changed;  /* set of hashes of addresses */
    GHashTable *granted;  /* the same */
    GHashTable *left_out; /* set of lines about erased people */
    unsigned pass;
} Import;

static bool
begin_pass (Import *import, unsigned pass, GError **error)
{
    import->pass = pass;
    g_clear_pointer (&import->csv, consent_csv_free);
    g_clear_pointer (&import->foreign, foreign_free);
    if (!csv_reader_rewind (import->reader, error))
        return false;
    if (import->options->format)
        import->foreign = foreign_new (import->reader, import->options, error);
    else
        import->csv = consent_csv_new (import->reader, error);
    return import->csv || import->foreign;
}

static void
clear_import (Import *import)
{
    g_clear_pointer (&import->csv, consent_csv_free);
    g_clear_pointer (&import->foreign, foreign_free);
    g_clear_pointer (&import->reader, csv_reader_free);
    g_hash_table_unref (import->changed);
    g_hash_table_unref (import->granted);
    g_hash_table_unref (import->left_out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, clear_import)

/* What a spreadsheet would run when someone opens an export of ours. */
static bool
is_plain_text (const Import *import, const char *name, const char *text, GError **error)
{
    for (const char *c = text; c && *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return csv_reader_fail (import->reader, error, "%s: a control character at byte %d",
                                    name, (int)(c - text) + 1);
    return !text || !strchr ("=+-@", *text) || !*text ||
           csv_reader_fail (import->reader, error,
                            "%s: begins with a formula character (=, +, - or @)", name);
}

static bool
is_allowed (const Import *import, const ConsentEvent *event, GError **error)
{
    if (import->options->restore)
        return true;
    if (strcmp (event->state, "released") == 0)
        return csv_reader_fail (import->reader, error,
                                "state: an import lifts no suppression; right would be licet "
                                "consent release, or --restore for the export of a store");
    if (event->at > import->options->now + CLOCKS_DIFFER)
        return csv_reader_fail (import->reader, error,
                                "at: a time to come; right would be when the person said so, in "
                                "UTC, such as 2026-02-03T10:15:00Z");
    return is_plain_text (import, "source", event->source, error) &&
           is_plain_text (import, "wording", event->wording, error) &&
           is_plain_text (import, "evidence", event->evidence, error) &&
           is_plain_text (import, "recipient_class", event->recipient_class, error) &&
           is_plain_text (import, "person", event->person, error);
}

/* The event of one row; NULL in *ret_event when it states nothing. */
static bool
event_of (Import *import, const GPtrArray *row, ConsentEvent **ret_event, GError **error)
{
    g_autoptr (ConsentEvent) event = NULL;

    if (import->foreign) {
        if (!foreign_event (import->foreign, row, &event, error))
            return false;
    } else {
        event = consent_csv_event (import->csv, row, error);
        if (!event)
            return false;
    }
    if (event && !is_allowed (import, event, error))
        return false;
    if (event) {
        char *own = consent_own_name (import->store, event->address);
        g_free (event->address);
        event->address = own;
    }
    *ret_event = g_steal_pointer (&event);
    return true;
}

/* A dry run tells what is wrong and goes on. */
static bool
may_go_on (Import *import, GError *cause, GError **error)
{
    import->summary->refused++;
    if (!import->options->dry_run) {
        g_propagate_error (error, cause);
        return false;
    }
    if (import->options->problem)
        import->options->problem (cause->message, import->options->data);
    g_error_free (cause);
    return true;
}

static void
tell_progress (const Import *import)
{
    uint64_t size = csv_reader_size (import->reader);
    unsigned passes = import->options->dry_run ? 1 : 2;

    if (import->options->progress)
        import->options->progress ((import->pass - 1) * size +
                                       csv_reader_offset (import->reader),
                                   passes * size, import->options->data);
}

/* A statement, and where it stands. */
typedef struct {
    GPtrArray *events;
    GArray *lines; /* of unsigned */
} Batch;

/* The next rows that state something; none at the end. */
static bool
next_batch (Import *import, unsigned most, Batch *batch, GError **error)
{
    unsigned columns = import->foreign ? MOST_COLUMNS : consent_csv_columns ();

    g_ptr_array_set_size (batch->events, 0);
    g_array_set_size (batch->lines, 0);
    while (batch->events->len < most) {
        GError *cause = NULL;
        ConsentEvent *event = NULL;
        const GPtrArray *row = csv_reader_next (import->reader, columns, &cause);
        if (!row && cause)
            g_propagate_error (error, cause);
        if (!row)
            return cause == NULL;
        unsigned line = csv_reader_line (import->reader);
        if (!event_of (import, row, &event, &cause)) {
            if (!may_go_on (import, cause, error))
                return false;
        } else if (event) {
            g_ptr_array_add (batch->events, event);
            g_array_append_val (batch->lines, line);
        } else if (import->pass == 1) {
            import->summary->silent++;
        }
    }
    return true;
}

static void
clear_batch (Batch *batch)
{
    g_ptr_array_unref (batch->events);
    g_array_unref (batch->lines);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, clear_batch)

static Batch
new_batch (void)
{
    return (Batch){ consent_events_new (), g_array_new (FALSE, FALSE, sizeof (unsigned)) };
}

static const ConsentEvent *
event_at (const GPtrArray *events, unsigned i)
{
    return g_ptr_array_index (events, i);
}

/* What makes two events the same. Caller frees. */
static char *
identity_of (const ConsentEvent *event)
{
    return g_strdup_printf ("%s\n%s\n%s\n%" G_GINT64_FORMAT "\n%s", event->address,
                            event->purpose, event->state, event->at,
                            event->source ? event->source : "");
}

/* What the store knows of the addresses of a batch. */
typedef struct {
    GPtrArray *addresses;   /* char *, each once, borrowed, ended by NULL */
    GPtrArray *before;      /* events */
    GHashTable *known;      /* set of addresses with events, borrowed */
    GHashTable *identities; /* set */
} Past;

static void
clear_past (Past *past)
{
    g_clear_pointer (&past->addresses, g_ptr_array_unref);
    g_clear_pointer (&past->known, g_hash_table_unref);
    g_clear_pointer (&past->identities, g_hash_table_unref);
    g_clear_pointer (&past->before, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Past, clear_past)

static bool
look_back (Import *import, const Batch *batch, Past *past, GError **error)
{
    g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

    past->addresses = g_ptr_array_new ();
    past->known = g_hash_table_new (g_str_hash, g_str_equal);
    past->identities = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    for (unsigned i = 0; i < batch->events->len; i++) {
        char *address = event_at (batch->events, i)->address;
        if (g_hash_table_add (seen, address))
            g_ptr_array_add (past->addresses, address);
    }
    g_ptr_array_add (past->addresses, NULL);
    past->before =
        consent_find (import->store, (const char *const *)past->addresses->pdata, error);
    for (unsigned i = 0; past->before && i < past->before->len; i++) {
        g_hash_table_add (past->known, event_at (past->before, i)->address);
        g_hash_table_add (past->identities, identity_of (event_at (past->before, i)));
    }
    return past->before != NULL;
}

static bool
is_erased (const ConsentRecord *record)
{
    return g_strcmp0 (record->promotion->suppression, "erased") == 0;
}

/* Counts the rows, and notes which are about erased people. */
static void
count_rows (Import *import, const Batch *batch, const Past *past, const GPtrArray *records)
{
    g_autoptr (GHashTable) by_address = g_hash_table_new (g_str_hash, g_str_equal);
    ImportSummary *summary = import->summary;

    for (unsigned i = 0; i < records->len; i++) {
        ConsentRecord *record = g_ptr_array_index (records, i);
        g_hash_table_insert (by_address, record->address, record);
    }
    for (unsigned i = 0; i < batch->events->len; i++) {
        const ConsentEvent *event = event_at (batch->events, i);
        const ConsentRecord *record = g_hash_table_lookup (by_address, event->address);
        g_autofree char *identity = identity_of (event);
        unsigned line = g_array_index (batch->lines, unsigned, i);
        summary->rows++;
        summary->grants += strcmp (event->state, "granted") == 0;
        summary->refusals += strcmp (event->state, "withdrawn") == 0 ||
                             strcmp (event->state, "suppressed") == 0;
        if (is_erased (record) && !import->options->restore) {
            summary->passed_over++;
            g_hash_table_add (import->left_out, GUINT_TO_POINTER (line));
            continue;
        }
        summary->fresh += !g_hash_table_contains (past->known, event->address);
        summary->same += g_hash_table_contains (past->identities, identity);
        summary->without_effect +=
            record->promotion->suppression && strcmp (event->state, "granted") == 0;
    }
}

static bool
is_left_out (const Import *import, unsigned line)
{
    return g_hash_table_contains (import->left_out, GUINT_TO_POINTER (line));
}

/* Which purposes can have another answer after this: those that are named, and one for the rest. */
static GPtrArray *
purposes_of (const Batch *batch, const GPtrArray *before)
{
    static const char rest[] = "welcome";
    GPtrArray *purposes = g_ptr_array_new ();

    g_ptr_array_add (purposes, (char *)rest);
    for (unsigned i = 0; i < batch->events->len + before->len; i++) {
        const ConsentEvent *event =
            i < before->len ? event_at (before, i) : event_at (batch->events, i - before->len);
        bool plain =
            strcmp (event->purpose, "*") != 0 && strcmp (event->purpose, "tracking") != 0;
        if (plain &&
            !g_ptr_array_find_with_equal_func (purposes, event->purpose, g_str_equal, NULL))
            g_ptr_array_add (purposes, event->purpose);
    }
    return purposes;
}

/* 64 bits of the address: two that share them are counted once, among more people than there
 * are. */
static void
remember (GHashTable *set, const char *address)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */

    for (const char *c = address; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    g_hash_table_add (set, GSIZE_TO_POINTER (hash));
}

static void
compare_records (Import *import, const Past *past, const GPtrArray *before,
                 const GPtrArray *after)
{
    for (unsigned i = 0; i < before->len; i++) {
        const ConsentRecord *old = g_ptr_array_index (before, i);
        const ConsentRecord *new = g_ptr_array_index (after, i);
        bool changed = old->promotion->state != new->promotion->state ||
                       old->tracking->state != new->tracking->state;
        bool granted = (old->promotion->state !=
                        new->promotion->state &&new->promotion->state == CONSENT_GRANTED) ||
                       (old->tracking->state != new->tracking->state &&new->tracking->state ==
                        CONSENT_GRANTED);
        if (changed && g_hash_table_contains (past->known, old->address)) {
            remember (import->changed, old->address);
            if (granted)
                remember (import->granted, old->address);
        }
    }
}

static void
count_changes (Import *import, const Batch *batch, const Past *past)
{
    const char *const *addresses = (const char *const *)past->addresses->pdata;
    g_autoptr (GPtrArray) all = g_ptr_array_new ();
    g_autoptr (GPtrArray) purposes = purposes_of (batch, past->before);

    for (unsigned i = 0; i < past->before->len; i++)
        g_ptr_array_add (all, g_ptr_array_index (past->before, i));
    for (unsigned i = 0; i < batch->events->len; i++)
        if (!is_left_out (import, g_array_index (batch->lines, unsigned, i)))
            g_ptr_array_add (all, g_ptr_array_index (batch->events, i));
    for (unsigned i = 0; i < purposes->len; i++) {
        Purpose purpose = PURPOSE_NONE;
        purpose_parse (g_ptr_array_index (purposes, i), &purpose);
        g_autoptr (GPtrArray) before =
            consent_resolve (addresses, past->before, purpose, import->options->now);
        g_autoptr (GPtrArray) after =
            consent_resolve (addresses, all, purpose, import->options->now);
        if (i == 0)
            count_rows (import, batch, past, before);
        compare_records (import, past, before, after);
    }
}

static bool
count_known (Import *import, GError **error)
{
    g_autofree char *last = g_strdup ("");

    for (;;) {
        g_autoptr (GPtrArray) page = consent_addresses (import->store, last, PAGE, error);
        if (!page)
            return false;
        for (unsigned i = 0; i < page->len; i++)
            import->summary->known += !consent_is_erased (g_ptr_array_index (page, i));
        if (page->len < PAGE)
            return true;
        g_free (last);
        last = g_strdup (g_ptr_array_index (page, page->len - 1));
    }
}

static bool
look_first (Import *import, GError **error)
{
    g_auto (Batch) batch = new_batch ();

    if (!begin_pass (import, 1, error) || !count_known (import, error))
        return false;
    for (;;) {
        g_auto (Past) past = { 0 };
        if (!next_batch (import, BATCH, &batch, error) ||
            !look_back (import, &batch, &past, error))
            return false;
        if (batch.events->len == 0)
            break;
        count_changes (import, &batch, &past);
        tell_progress (import);
    }
    import->summary->changed = g_hash_table_size (import->changed);
    import->summary->to_granted = g_hash_table_size (import->granted);
    return true;
}

static bool
is_mass_change (const ImportSummary *summary)
{
    return summary->changed * 100 > summary->known * IMPORT_MASS_PERCENT;
}

static bool
check_mass (const Import *import, GError **error)
{
    if (!is_mass_change (import->summary) || import->options->allow_mass_change)
        return true;
    g_set_error (
        error, LICET_ERROR, LICET_ERROR_LIMIT,
        "%s: changes what %" G_GUINT64_FORMAT " of the %" G_GUINT64_FORMAT
        " known addresses have said, more than %d %%; nothing was imported. Look at it "
        "with --dry-run; --allow-mass-change does it",
        import->options->path, import->summary->changed, import->summary->known,
        IMPORT_MASS_PERCENT);
    return false;
}

static GPtrArray *
take_wanted (const Import *import, Batch *batch)
{
    GPtrArray *events = consent_events_new ();

    for (unsigned i = 0; i < batch->events->len; i++)
        if (!is_left_out (import, g_array_index (batch->lines, unsigned, i)))
            g_ptr_array_add (events, g_steal_pointer (&batch->events->pdata[i]));
    return events;
}

/* For consent_load. A file that someone writes to meanwhile is not the one that was looked at. */
static GPtrArray *
supply (void *data, GError **error)
{
    Import *import = data;
    g_auto (Batch) batch = new_batch ();

    if (!next_batch (import, BATCH, &batch, error))
        return NULL;
    tell_progress (import);
    if (batch.events->len > 0)
        return take_wanted (import, &batch);
    csv_reader_is_unchanged (import->reader, error);
    return NULL;
}

/* The one batch, once. */
static GPtrArray *
supply_once (void *data, GError **error G_GNUC_UNUSED)
{
    return g_steal_pointer ((GPtrArray **)data);
}

/* Loaded, not appended: so many rows take longer than a question may. */
static bool
load_batches (Import *import, GError **error)
{
    g_auto (Batch) batch = new_batch ();

    for (;;) {
        if (!next_batch (import, KEPT_BATCH, &batch, error))
            return false;
        if (batch.events->len == 0)
            return csv_reader_is_unchanged (import->reader, error);
        g_autoptr (GPtrArray) events = take_wanted (import, &batch);
        if (!consent_load (import->store, supply_once, &events, error))
            return false;
        tell_progress (import);
    }
}

bool
consent_import (ConsentStore *store, const ImportOptions *options, ImportSummary *ret_summary,
                GError **error)
{
    g_auto (Import) import = {
        .store = store,
        .options = options,
        .summary = ret_summary,
        .changed = g_hash_table_new (NULL, NULL),
        .granted = g_hash_table_new (NULL, NULL),
        .left_out = g_hash_table_new (NULL, NULL),
    };

    *ret_summary = (ImportSummary){ 0 };
    import.reader = csv_reader_open (options->path, error);
    if (!import.reader || !look_first (&import, error))
        return false;
    if (options->dry_run)
        return true;
    if (!check_mass (&import, error) || !begin_pass (&import, 2, error))
        return false;
    return options->resume ? load_batches (&import, error)
                           : consent_load (store, supply, &import, error);
}
