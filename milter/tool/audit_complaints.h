/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_AUDIT_COMPLAINTS_H
#define LICET_TOOL_AUDIT_COMPLAINTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/consent.h"

/*
 * What people, and their mailboxes, said to promotion within a period. The log of decisions does not
 * hold it: withdrawals and suppressions are events of the consent store, and are counted there.
 */

typedef enum {
    REASON_COMPLAINT, /* suppressed on a complaint: ARF or CFBL */
    REASON_ONE_CLICK, /* withdrawn by RFC 8058 */
    REASON_PAGE,      /* withdrawn on a page of licet-web */
    REASON_MAIL,      /* withdrawn by mail to the address of List-Unsubscribe */
    REASON_OTHER,     /* withdrawn otherwise: an import, the command line, another system */
    REASON_BOUNCE,    /* suppressed: the mailbox is gone */
    REASON_MANUAL,    /* suppressed otherwise */
    REASONS
} Reason;

typedef struct {
    unsigned statements[REASONS];
    GHashTable *addresses[REASONS]; /* normalised; never shown */
    char *missing; /* why nothing was counted, for the page; NULL when something was */
} Complaints;

/* Reads the store; one that is not there, or does not answer, is no failure here but `missing`.
 * uri NULL: none was named. Since and until in seconds, until excluded. */
Complaints *complaints_new (const char *uri, const ConsentOptions *options, int64_t since,
                            int64_t until);
void complaints_free (Complaints *complaints);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Complaints, complaints_free)

#endif
