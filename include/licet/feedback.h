/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_FEEDBACK_H
#define LICET_FEEDBACK_H

#include <glib.h>
#include <stdbool.h>

#include "licet/message.h"
#include "licet/token.h"

/*
 * What a mail to an address for feedback asks for: a request to unsubscribe (RFC 2369 3.2), a
 * complaint (ARF, RFC 5965; so also CFBL, RFC 9477), or a notice that a copy could not be delivered
 * (RFC 3464, RFC 6533).
 *
 * What is believed. Anybody can write such a mail, and a forged one must not stop a stranger's
 * mail. So the person is who a token of ours in it names: of a request in its subject or in the
 * address it came to, of a report anywhere in it, as a rule in List-Unsubscribe of the mail that it
 * returns. Who has the token has the mail, and could press its link as well. Neither From nor an
 * address that a report names proves anything; they are believed only of notices, and only when the
 * caller knows that they can come from nobody but our own Postfix.
 *
 * Pure.
 */
typedef enum {
    FEEDBACK_REQUEST,
    FEEDBACK_COMPLAINT,
    FEEDBACK_BOUNCE,
    FEEDBACK_NOTHING, /* understood, and there is nothing to do: not-spam, a delay, … */
    FEEDBACK_UNKNOWN, /* for a person to read */
} FeedbackKind;

typedef struct {
    FeedbackKind kind;
    char *why; /* what was seen, or what is missing; no address */
    GPtrArray
        *bearers; /* of TokenBearer: whose advertising stops, and of which purpose; those that
                           a notice named have no key. Empty but for the first three kinds. */
} Feedback;

typedef struct {
    const char *extension; /* what stood after "+" in the address it came to; or NULL */
    bool trusts_notices;   /* Original-Recipient and Final-Recipient are believed */
} FeedbackOptions;

Feedback *feedback_read (const Message *message, const Tokens *tokens,
                         const FeedbackOptions *options);
void feedback_free (Feedback *feedback);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Feedback, feedback_free)

const char *feedback_kind_word (FeedbackKind kind); /* "request", "complaint", "bounce", … */

#endif
