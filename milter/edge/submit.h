/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_SUBMIT_H
#define LICET_EDGE_SUBMIT_H

#include <glib.h>
#include <stdbool.h>

#include "licet/envelope.h"

/*
 * Hands one copy to Postfix's second port in one SMTP transaction (RFC 5321), with all ESMTP
 * parameters and the client's identity as they came in.
 */
typedef struct {
    const char *to;       /* net.h address */
    const char *hostname; /* for EHLO */
    const Envelope *envelope;
    const GPtrArray *xforward; /* char *, "NAME=value" as received */
    const GArray *recipients;  /* of unsigned, who gets this copy */
    GBytes *bytes;             /* CRLF lines */
    bool hold;                 /* for Postfix's hold queue */
} SubmitJob;

/*
 * A copy to be held comes under this HELO name, for which the second port is configured to hold
 * mail. One that is not would deliver it, so each time it is asked first, in the same session:
 * it must refuse SUBMIT_HOLD_PROBE with SUBMIT_HOLD_PROOF, as contrib/postfix/master.cf has it
 * beside the hold itself. RFC 2606 keeps the names out of use.
 */
#define SUBMIT_HOLD_HELO  "hold.licet.invalid"
#define SUBMIT_HOLD_PROBE "nobody@licet.invalid"
#define SUBMIT_HOLD_PROOF "mail from hold.licet.invalid is held"

/* What became of it. Replies are clean lines (outcome.h). */
typedef struct {
    GPtrArray *replies; /* char *, by position in job->recipients */
    char *queue_id;     /* of the copy, NULL when nobody got it */
    bool in_doubt;      /* all was sent and no answer came: the copy may be there or not */
} Submission;

void submission_free (Submission *submission);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Submission, submission_free)

/*
 * Every recipient has a reply in the result. NULL when the second port cannot be used:
 * UNAVAILABLE when not reached, lost before the end, or without an extension that this message
 * needs; SETTINGS when it does not prove that it holds what is to be held; MALFORMED when the copy or a path may not stand in an SMTP session.
 */
Submission *submit_copy (const SubmitJob *job, GError **error);

#endif
