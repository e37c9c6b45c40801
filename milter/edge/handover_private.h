/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_HANDOVER_PRIVATE_H
#define LICET_EDGE_HANDOVER_PRIVATE_H

#include "handover.h"

#include "licet/plan.h"

#include "doubt.h"

/* One hand-over while it is being served. */
typedef struct {
    Daemon *daemon;
    const Engine *engine;
    const Envelope *envelope;
    const GPtrArray *xforward;
    const GPtrArray *addresses; /* char *, normalised, by recipient */
    const Plan *plan;
    GPtrArray *replies; /* char *, NULL until known */
    char *doubted;      /* the copy that was looked for last, or NULL */
    DoubtVerdict doubt; /* about it */
} Handover;

/* Answers a recipient for whom an earlier hand-over has done the work, or is in doubt. */
void handover_recall (Handover *handover, unsigned recipient);

LedgerKey handover_key_of (const Handover *handover, unsigned recipient);
void handover_log_failure (const Handover *handover, const char *stage, const GError *error);
void handover_set_reply (Handover *handover, unsigned recipient, const char *reply);
/* The second record of a recipient; a failure is logged, and whether it matters is for the caller. */
bool handover_record_outcome (Handover *handover, unsigned recipient, const char *outcome,
                              const char *reply, const char *copy);
/* Why a recipient gets a reply without the copy that was decided. */
void handover_answer_one (Handover *handover, unsigned recipient, const char *stage,
                          const GError *cause, const char *reply);
/* Postfix has the copy. */
void handover_say_done (Handover *handover, unsigned recipient, const char *outcome,
                        const char *reply, const char *copy);

#endif
