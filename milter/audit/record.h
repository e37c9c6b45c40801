/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_RECORD_H
#define LICET_AUDIT_RECORD_H

#include <stdint.h>

#include "licet/envelope.h"
#include "licet/plan.h"

/* Records as one-line JSON with a fixed order of keys. Pure. Caller frees. */
char *record_decision (const Envelope *envelope, const Plan *plan, unsigned recipient,
                       const char *subject, const char *edge, int64_t now);
char *record_outcome (const Envelope *envelope, const char *subject, const char *outcome,
                      const char *reply, const char *submitted_queue_id, int64_t now);

/* The address under which a recipient of the envelope is known: normalised where possible. */
char *record_recipient (const Envelope *envelope, unsigned recipient);

#endif
