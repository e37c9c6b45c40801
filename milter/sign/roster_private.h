/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_ROSTER_PRIVATE_H
#define SIGN_ROSTER_PRIVATE_H

#include "roster.h"
#include "tables.h"

/* What roster_read.c reads and roster.c searches. */
struct Roster {
    GPtrArray *keys;     /* of Key, those of licet.cfg first */
    SigningTable *table; /* or NULL */
    bool all_rows;       /* all that match sign, not the first alone */
    bool with_pem;
    uid_t keeper; /* of SignerOptions */
};

/* RFC 6376 3.5: i= is d= or a subdomain of it. */
bool roster_is_identity_of (const char *identity, const char *domain);

#endif
