/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SENDER_H
#define LICET_CLASSIFY_SENDER_H

#include "licet/classification.h"
#include "licet/message.h"

/* What the header says about who or what wrote a message. Names of fields are borrowed. */
typedef struct {
    const char *bulk;      /* a field that only mail to many has, or NULL */
    const char *automatic; /* a field that only a program's answer or notice has, or NULL */
    const char *platform;  /* a field of a sending platform, or NULL */
    const char *client;    /* the program for people's mail that it names, or NULL */
    bool thread;           /* In-Reply-To or References (RFC 5322 3.6.4) */
    bool reply;            /* its subject begins as those of answers do */
    bool discussion;       /* a list that its readers write to: List-Post (RFC 2369 3.4) */
    bool role;             /* the author's address is an office: info@, orders@ */
    bool machine;          /* its address is an account of a machine: root@, cron@ */
    bool silent;           /* nobody reads answers: no-reply@ */
    bool person;           /* two or three names, and one of them is in the address */
    bool friend;           /* the same, of one name or more that is not the domain's */
    bool house;            /* an office, a sending platform or a firm under its own name */
} Sender;

/* names: of the firm, see hints.h; NULL for none. */
Sender sender_look (const Message *message, char **names);

/* Whether somebody wrote it: an answer, a list's discussion, a program for people's mail, or a
 * person's own address. */
bool sender_corresponds (const Sender *sender);

/*
 * The kind of mail that a platform's field says this is (X-PM-Message-Stream, X-SMTPAPI, …):
 * CLASS_TRANSACTIONAL or CLASS_PROMOTIONAL, and the field's name. False when none says so, or
 * two say different things. It is the sender's claim.
 */
bool sender_declares (const Message *message, MessageClass *ret_class, const char **ret_field);

#endif
