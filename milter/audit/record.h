/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_RECORD_H
#define LICET_AUDIT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "licet/audit.h"
#include "licet/envelope.h"
#include "licet/plan.h"

/* Records as one-line JSON with a fixed order of keys; the chain's members are the writer's to
 * add. Pure. Caller frees. */

typedef struct {
    bool without_evidence, without_facts; /* as in AuditOptions */
} RecordOptions;

char *record_decision (const Envelope *envelope, const Plan *plan, unsigned recipient,
                       const char *subject, const char *edge, int64_t now);
/* The same with what the options of the log ask for. */
char *record_decision_with (const RecordOptions *options, const Envelope *envelope,
                            const Plan *plan, unsigned recipient, const char *subject,
                            const char *edge, int64_t now);
char *record_outcome (const Envelope *envelope, const char *subject, const char *outcome,
                      const char *reply, const char *submitted_queue_id, int64_t now);
/* subject may be NULL. */
char *record_failure (const Envelope *envelope, const char *subject,
                      const AuditFailure *failure, int64_t now);
/* members: further ones as JSON text, without braces. */
char *record_event (const char *record, const char *members, int64_t now);

/* The address under which a recipient of the envelope is known: normalised where possible. */
char *record_recipient (const Envelope *envelope, unsigned recipient);

#endif
