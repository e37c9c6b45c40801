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
 * The reject log: one JSON object per line, recipient and decision, synced to disk before Postfix
 * gets its answer; one more per hand-over with its outcome. Recipients appear as pseudonyms
 * (ledger.h), never as addresses. An Audit may be used from several threads.
 */
typedef struct Audit Audit;

/* Opens for appending, mode 0640. UNAVAILABLE when it cannot be. */
Audit *audit_open (const char *path, GError **error);
/* Opens the path again (after a rotation); the old file stays in use when that fails. */
bool audit_reopen (Audit *audit, GError **error);
void audit_free (Audit *audit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Audit, audit_free)

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

/* One decision as the JSON object that the log and the tools share (no address, no newline).
 * Caller frees. */
char *audit_decision_json (const Plan *plan, unsigned recipient);

#endif
