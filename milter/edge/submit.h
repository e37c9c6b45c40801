/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_EDGE_SUBMIT_H
#define LICET_EDGE_SUBMIT_H

#include <glib.h>
#include <stdbool.h>

#include "guard.h"
#include "net.h"

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
    Guard *guard;              /* must know the connection before it gets anything */
    const char *mark;          /* goes before the bytes as GUARD_FIELD */
    /* Who must not wait for Postfix to the end is shown the stream once it is connected, to
     * net_stream_wake it, and NULL before it is closed. May be NULL. */
    void (*watch) (NetStream *stream, void *data);
    void *watch_data;
} SubmitJob;

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
 * needs; SETTINGS when the guard does not see the connection; MALFORMED when the copy or a path may not stand in an SMTP session.
 */
Submission *submit_copy (const SubmitJob *job, GError **error);

#endif
