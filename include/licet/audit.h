/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_H
#define LICET_AUDIT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/envelope.h"
#include "licet/ledger.h"
#include "licet/plan.h"

/*
 * The log of decisions: one JSON object per line, recipient and decision, synced to disk before
 * Postfix gets its answer; one more per hand-over with its outcome, and one per recipient of a
 * message that the pipeline itself turned away. Recipients appear as pseudonyms (ledger.h), never
 * as addresses.
 *
 * Each record holds the hash of the one before it. Checkpoints signed with an Ed25519 key stand
 * among them and are handed outside: every 1,000 records and every minute in which there were
 * any, at start and stop, and at both ends of every file. Files close at a size or with the UTC
 * day, and may be removed from the oldest on. A last line that a crash tore is removed at the next
 * start, kept in a file beside the log, and the repair is a record.
 *
 * Records of messages that come at the same time share one sync. An Audit may be used from several
 * threads; one process writes a log.
 */
typedef struct Audit Audit;

/* Called with each checkpoint once it is on disk, from the thread that wrote it: one line of JSON
 * without newline. */
typedef void (*AuditWitness) (const char *checkpoint, void *data);

typedef struct {
    const char *path; /* "…/audit.jsonl"; closed files "…/audit-000000000001.jsonl" */
    const char *key;  /* PEM of the Ed25519 key; made when there is none */
    const char *checkpoints; /* file to which checkpoints are appended as well; "" for none */
    uint64_t segment_bytes;  /* a file is closed past this */
    unsigned days;           /* closed files older than that are removed; 0 keeps them */
    uint64_t reserve_bytes;  /* free space below which nothing new is decided */
    bool without_evidence;   /* leave out what the rules found */
    bool without_facts;      /* leave out what `licet audit replay` needs besides */
    bool without_sync;       /* for measuring only */
    AuditWitness witness;    /* may be NULL */
    void *witness_data;
} AuditOptions;

/* Opens for appending, mode 0640, repairs a torn end, and writes a checkpoint. The options'
 * strings are copied. UNAVAILABLE when it cannot be; errors of seal_open. */
Audit *audit_open (const AuditOptions *options, int64_t now, GError **error);
/* Looks at the path again: goes on in a new file when the old one was moved away. */
bool audit_reopen (Audit *audit, int64_t now, GError **error);
/* Writes the last checkpoint and closes. */
void audit_close (Audit *audit, int64_t now);

/* To be called every minute: a checkpoint when one is due, and retention. */
bool audit_tick (Audit *audit, int64_t now, GError **error);

/*
 * One "decision" record per recipient. edge is "milter" or "lmtp"; only the recipients of `only`
 * (array of unsigned) when it is not NULL. False with UNAVAILABLE: the caller must not let the
 * message go.
 */
bool audit_decisions (Audit *audit, Ledger *ledger, const Envelope *envelope, const Plan *plan,
                      const char *edge, const GArray *only, int64_t now, GError **error);

/* One "outcome" record of the LMTP edge: "submitted", "held", "already-submitted", "refused",
 * "deferred", with the reply given to Postfix and the queue id of the copy (or NULL). */
bool audit_outcome (Audit *audit, Ledger *ledger, const Envelope *envelope, unsigned recipient,
                    const char *outcome, const char *reply, const char *submitted_queue_id,
                    int64_t now, GError **error);

/* What stood in the way of a decision, or of carrying one out. */
typedef struct {
    const char *edge;    /* "milter" or "lmtp" */
    const char *stage;   /* "receive", "pipeline", "deadline", "sign", "audit", "apply", … */
    const GError *cause; /* or NULL */
    const char *reply;   /* that the sender or Postfix gets */
} AuditFailure;

/* One "failure" record per recipient (of `only`, as above); one without a subject for a message
 * without recipients. */
bool audit_failure (Audit *audit, Ledger *ledger, const Envelope *envelope,
                    const AuditFailure *failure, const GArray *only, int64_t now,
                    GError **error);

/*
 * Keeps the .cfg files of the directory of policies beside the log, each set once, and returns its
 * hash; audit_archive_path is where a set stands, below "policies/" beside the log. Callers free.
 * UNAVAILABLE when files cannot be read or written.
 */
char *audit_archive (const char *log, const char *policies, GError **error);
char *audit_archive_path (const char *log, const char *hash);
/* One "policies" record: from here on decisions are by this set. */
bool audit_policies (Audit *audit, const char *policy_version, const char *hash, int64_t now,
                     GError **error);

/* What the log did so far. */
typedef struct {
    uint64_t records, bytes; /* written by this process */
    uint64_t syncs, checkpoints, failures;
    uint64_t sync_microseconds; /* in all */
    uint64_t size;              /* number of the last record */
    uint64_t room;              /* bytes free on its file system */
    int64_t checkpoint_time;    /* of the last one */
} AuditStatus;
AuditStatus audit_status (Audit *audit);

/* One decision as the JSON object that the log and the tools share (no address, no newline).
 * Caller frees. */
char *audit_decision_json (const Plan *plan, unsigned recipient);

#endif
