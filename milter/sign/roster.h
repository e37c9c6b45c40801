/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_ROSTER_H
#define SIGN_ROSTER_H

#include "engine.h"
#include "licet/signer.h"

/*
 * All keys and which of them sign for whom. The first of these groups with a key that is within
 * its dates decides: keys of licet.cfg whose senders name the From address, rows of the
 * SigningTable, keys of licet.cfg for the From domain or its closest parent within the same
 * organisational domain. So a key signs for a domain of somebody else only where a row says so. Keys
 * that name the envelope's sender come on top.
 */
typedef struct Roster Roster;

/* Errors as of signer_open. */
Roster *roster_new (const SignerOptions *options, GError **error);
void roster_free (Roster *roster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Roster, roster_free)

/* Array of Signing for a copy; empty, with the reason in *ret_why (to be freed), when there is
 * none. */
GPtrArray *roster_choose (const Roster *roster, const SignerCopy *copy, char **ret_why);

/* As signer_keys_for and signer_domains. */
GPtrArray *roster_keys_for (const Roster *roster, const char *domain, int64_t now);
char **roster_domains (const Roster *roster);

/* The key of that name, or NULL. One with the domain "%" has that of any From. */
const Key *roster_find (const Roster *roster, const char *domain, const char *selector);

#endif
