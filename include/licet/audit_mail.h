/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_AUDIT_MAIL_H
#define LICET_AUDIT_MAIL_H

#include <glib.h>
#include <stdint.h>

/*
 * The mail by which a checkpoint leaves the house (audit.h): a few words on what it is, and the
 * checkpoint on a line of its own, so that the mail as it was saved serves `licet audit verify
 * --checkpoints`. US-ASCII, 7bit, lines within the 998 octets of RFC 5322 2.1.1: nothing on its way
 * has a reason to rewrite it. It names log, numbers and hashes, and nobody who got mail. Pure.
 */
typedef struct {
    const char *from;       /* a mailbox that may stand in a field as it is, US-ASCII */
    const GPtrArray *to;    /* char *, the same */
    const char *checkpoint; /* one line of JSON */
    const char *hostname;   /* of the daemon, for people */
    int64_t due;            /* when it was due: one number per mail, for the Message-ID */
    int64_t now;
} AuditMail;

/* CRLF lines. INTERNAL when the checkpoint is none with a valid signature. */
GBytes *audit_mail_write (const AuditMail *mail, GError **error);

#endif
