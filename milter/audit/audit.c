/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Group commit: whoever comes first writes for all who came meanwhile, with one sync. Records get
 * their place in the chain only then, so a batch that fails leaves no trace in it.
 */

#include "licet/audit.h"

#include "licet/error.h"
#include "record.h"
#include "writer.h"

/* Records that share a write, and what became of them. Freed by the last who waits. */
typedef struct {
    GPtrArray *records;
    int64_t now;
    unsigned waiting;
    bool done;
    GError *error;
} Batch;

struct Audit {
    RecordOptions options;
    GMutex lock;
    GCond changed;
    Batch *open;  /* takes records; NULL when there are none */
    bool writing; /* somebody has the writer, without the lock */
    int is_full;  /* atomic: what the disk had to say last */
    Writer *writer;
};

Audit *
audit_open (const AuditOptions *options, int64_t now, GError **error)
{
    Writer *writer = writer_open (options, now, error);

    if (!writer)
        return NULL;
    Audit *audit = g_new0 (Audit, 1);
    g_mutex_init (&audit->lock);
    g_cond_init (&audit->changed);
    audit->writer = writer;
    audit->is_full = !writer_has_room (writer);
    audit->options = (RecordOptions){ .without_evidence = options->without_evidence,
                                      .without_facts = options->without_facts };
    return audit;
}

/* The writer, for one thread at a time. */
static Writer *
take_writer (Audit *audit)
{
    g_mutex_lock (&audit->lock);
    while (audit->writing)
        g_cond_wait (&audit->changed, &audit->lock);
    audit->writing = true;
    g_mutex_unlock (&audit->lock);
    return audit->writer;
}

static void
give_writer (Audit *audit)
{
    g_atomic_int_set (&audit->is_full, !writer_has_room (audit->writer));
    g_mutex_lock (&audit->lock);
    audit->writing = false;
    g_cond_broadcast (&audit->changed);
    g_mutex_unlock (&audit->lock);
}

bool
audit_reopen (Audit *audit, int64_t now, GError **error)
{
    bool ok = writer_reopen (take_writer (audit), now, error);

    give_writer (audit);
    return ok;
}

bool
audit_tick (Audit *audit, int64_t now, GError **error)
{
    bool ok = writer_tick (take_writer (audit), now, error);

    give_writer (audit);
    return ok;
}

AuditStatus
audit_status (Audit *audit)
{
    AuditStatus status = writer_status (take_writer (audit));

    give_writer (audit);
    return status;
}

void
audit_close (Audit *audit, int64_t now)
{
    if (!audit)
        return;
    writer_close (audit->writer, now);
    g_mutex_clear (&audit->lock);
    g_cond_clear (&audit->changed);
    g_free (audit);
}

static Batch *
join_batch (Audit *audit, GPtrArray *records, int64_t now)
{
    if (!audit->open) {
        audit->open = g_new0 (Batch, 1);
        audit->open->records = g_ptr_array_new_with_free_func (g_free);
    }
    g_ptr_array_extend_and_steal (audit->open->records, records);
    audit->open->now = MAX (audit->open->now, now);
    audit->open->waiting++;
    return audit->open;
}

static bool
leave_batch (Batch *batch, GError **error)
{
    bool ok = !batch->error;

    if (!ok)
        g_propagate_error (error, g_error_copy (batch->error));
    if (--batch->waiting == 0) {
        g_ptr_array_unref (batch->records);
        g_clear_error (&batch->error);
        g_free (batch);
    }
    return ok;
}

/* With the lock, which is let go of while the disk works. */
static void
write_open_batch (Audit *audit)
{
    Batch *batch = g_steal_pointer (&audit->open);

    audit->writing = true;
    g_mutex_unlock (&audit->lock);
    writer_append (audit->writer, batch->records, batch->now, &batch->error);
    g_atomic_int_set (&audit->is_full, !writer_has_room (audit->writer));
    g_mutex_lock (&audit->lock);
    audit->writing = false;
    batch->done = true;
    g_cond_broadcast (&audit->changed);
}

/* Takes records. */
static bool
commit (Audit *audit, GPtrArray *records, int64_t now, GError **error)
{
    if (records->len == 0) {
        g_ptr_array_unref (records);
        return true;
    }
    g_mutex_lock (&audit->lock);
    Batch *batch = join_batch (audit, records, now);
    while (!batch->done)
        if (audit->writing)
            g_cond_wait (&audit->changed, &audit->lock);
        else
            write_open_batch (audit);
    bool ok = leave_batch (batch, error);
    g_mutex_unlock (&audit->lock);
    return ok;
}

/* The recipients of a message that are to be recorded, each with its pseudonym. */
typedef struct {
    GArray *numbers;
    char **subjects;
} Subjects;

static void
subjects_clear (Subjects *subjects)
{
    g_clear_pointer (&subjects->numbers, g_array_unref);
    g_strfreev (subjects->subjects);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subjects, subjects_clear)

static bool
find_subjects (Ledger *ledger, const Envelope *envelope, const GArray *only,
               Subjects *ret_subjects, GError **error)
{
    g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);

    ret_subjects->numbers = g_array_new (FALSE, FALSE, sizeof (unsigned));
    for (unsigned i = 0; i < envelope->recipients->len; i++)
        if (plan_is_among (only, i)) {
            g_array_append_val (ret_subjects->numbers, i);
            g_ptr_array_add (addresses, record_recipient (envelope, i));
        }
    g_ptr_array_add (addresses, NULL);
    ret_subjects->subjects =
        ledger_subjects (ledger, (const char *const *)addresses->pdata, error);
    return ret_subjects->subjects != NULL;
}

/* What would not fit any more must not be begun: outcomes have the rest of the disk. */
static bool
has_room (Audit *audit, GError **error)
{
    if (!g_atomic_int_get (&audit->is_full))
        return true;
    take_writer (audit);
    give_writer (audit); /* which asks the disk again */
    if (!g_atomic_int_get (&audit->is_full))
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "the disk of the log is nearly full");
    return false;
}

bool
audit_decisions (Audit *audit, Ledger *ledger, const Envelope *envelope, const Plan *plan,
                 const char *edge, const GArray *only, int64_t now, GError **error)
{
    g_auto (Subjects) subjects = { 0 };

    if (!has_room (audit, error) || !find_subjects (ledger, envelope, only, &subjects, error))
        return false;
    GPtrArray *records = g_ptr_array_new_with_free_func (g_free);
    for (unsigned i = 0; i < subjects.numbers->len; i++)
        g_ptr_array_add (records,
                         record_decision_with (&audit->options, envelope, plan,
                                               g_array_index (subjects.numbers, unsigned, i),
                                               subjects.subjects[i], edge, now));
    return commit (audit, records, now, error);
}

bool
audit_outcome (Audit *audit, Ledger *ledger, const Envelope *envelope, unsigned recipient,
               const char *outcome, const char *reply, const char *submitted_queue_id,
               int64_t now, GError **error)
{
    g_autofree char *address = record_recipient (envelope, recipient);
    g_autofree char *subject = ledger_subject (ledger, address, error);

    if (!subject)
        return false;
    GPtrArray *records = g_ptr_array_new_with_free_func (g_free);
    g_ptr_array_add (
        records, record_outcome (envelope, subject, outcome, reply, submitted_queue_id, now));
    return commit (audit, records, now, error);
}

bool
audit_failure (Audit *audit, Ledger *ledger, const Envelope *envelope,
               const AuditFailure *failure, const GArray *only, int64_t now, GError **error)
{
    g_auto (Subjects) subjects = { 0 };

    if (!has_room (audit, error) || !find_subjects (ledger, envelope, only, &subjects, error))
        return false;
    GPtrArray *records = g_ptr_array_new_with_free_func (g_free);
    for (unsigned i = 0; i < subjects.numbers->len; i++)
        g_ptr_array_add (records,
                         record_failure (envelope, subjects.subjects[i], failure, now));
    if (envelope->recipients->len == 0)
        g_ptr_array_add (records, record_failure (envelope, NULL, failure, now));
    return commit (audit, records, now, error);
}

bool
audit_policies (Audit *audit, const char *policy_version, const char *hash, int64_t now,
                GError **error)
{
    GPtrArray *records = g_ptr_array_new_with_free_func (g_free);
    g_autofree char *members = g_strdup_printf (
        "\"policy_version\":\"%s\",\"files_sha256\":\"%s\"", policy_version, hash);

    g_ptr_array_add (records, record_event ("policies", members, now));
    return commit (audit, records, now, error);
}
