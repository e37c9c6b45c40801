/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_KIT_H
#define LICET_POLICY_KIT_H

#include "licet/policy.h"
#include "rules.h"

/*
 * Mails to try policies on, made from a few words instead of kept in files. They declare and mark
 * what they are, so that no weight of a classifier decides about them.
 */
typedef struct {
    const char *mail;    /* one of kit_mails */
    const char *sender;  /* address in From; NULL: that of the kit */
    const char *subject; /* NULL: one that fits the mail */
    char **headers;      /* more fields, "Name: value" */
    char **text;         /* more paragraphs, above the footer */
    char **unsubscribe;  /* of kit_ways */
    char **identity;     /* of the fields of kind sender-identity */
    int64_t offers;      /* promotional lines of a mixed mail or a newsletter */
    bool offers_first, tracked;
} KitOrder;

extern const char *const kit_mails[]; /* "receipt", "newsletter", "mixed", "personal" */
extern const char *const kit_ways[];  /* "link", "mailto", "header" */
extern const char kit_sender[];       /* the address, of a domain that cannot exist */

/* Whether a mail has a way to unsubscribe and the sender's identity unless the case says so. */
bool kit_has_footer (const char *mail);

/* CRLF lines. Caller owns the bytes. */
GBytes *kit_make (const KitOrder *order);

/* The profile of the kit's sender and what counts as tracking in its mails; hints are the general
 * ones, borrowed. Caller frees. */
SenderProfile *kit_profile (const struct BlockSelectors *general);
void kit_profile_free (SenderProfile *profile);

#endif
