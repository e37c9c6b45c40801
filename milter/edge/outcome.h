/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_OUTCOME_H
#define LICET_EDGE_OUTCOME_H

#include <glib.h>
#include <stdbool.h>

#include "licet/plan.h"

/*
 * What Postfix is told. A reply is one line "451 4.3.0 text": code, enhanced status, text in
 * printable US-ASCII, within LIMIT_REPLY.
 */

/* Replies without an error behind them. */
#define REPLY_TOO_LATE    "451 4.3.0 licet: took too long; try again later"
#define REPLY_CROWDED     "451 4.3.1 licet: too much mail at once; try again later"
#define REPLY_UNSIGNED    "451 4.7.5 licet: no DKIM key for the domain of the From field"
#define REPLY_UNREACHABLE "451 4.4.1 licet: the second port of Postfix does not answer"
#define REPLY_CAP_REACHED "450 4.7.1 licet: another message took the last place under a cap"
#define REPLY_UNGUARDED                                                                        \
    "451 4.3.5 licet: the second port of Postfix is not guarded by this daemon"
#define REPLY_NOT_OURS                                                                         \
    "451 4.7.1 licet: this port takes finished copies from licetd and nothing else"
#define REPLY_IN_DOUBT "451 4.4.2 licet: the second port of Postfix did not confirm the copy"
#define REPLY_PARKED                                                                           \
    "451 4.4.2 licet: the copy may have left before a crash; see IN DOUBT in licetd(8)"
#define REPLY_NO_UNDERSTAND "451 4.3.0 licet: the second port of Postfix gave no valid reply"

/* The reply for an error: the one table. Static. */
const char *outcome_reply (const GError *error);

/* The one reply for a message of which no recipient gets a copy now: that of the first with
 * this outcome, and how many different ones there are. Caller frees. */
char *outcome_reply_for_all (const Plan *plan, Outcome outcome);

/* For the daemon's messages, ' unsigned="why"' when a copy goes out without a signature, else "". Caller
 * frees. */
char *outcome_unsigned (const Plan *plan);

/* A reply from elsewhere as one that may be passed on; fallback when it is none with 4xx or 5xx
 * (or 2xx). Caller frees. */
char *outcome_clean (const char *reply, const char *fallback);

/* The reply for the record, which names no address: Postfix likes to quote them. Caller frees. */
char *outcome_without_addresses (const char *reply);

bool outcome_is_temporary (const char *reply);
bool outcome_is_positive (const char *reply);

/* Splits "550 5.7.1 text". *ret_status is the enhanced status, made up from the class when the
 * reply has none (RFC 3463). Caller frees. */
void outcome_split (const char *reply, char **ret_code, char **ret_status, char **ret_text);

/* Text of a reply or an error for the daemon's messages: "…" with ' for ", and without addresses.
 * Caller frees. */
char *outcome_quoted (const char *text);

/* " deliver=2 strip=1 rules=DE-CONSENT": how many recipients got which decision and by which rules,
 * for the daemon's messages. Caller frees. */
char *outcome_summary (const Plan *plan);

#endif
