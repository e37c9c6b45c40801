/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_ADDRESS_H
#define LICET_ADDRESS_H

#include <glib.h>
#include <stdbool.h>

/*
 * One mailbox address (RFC 5321 4.1.2, RFC 6531) in the one form under which consent, log and
 * journal know it. The domain becomes A-labels in lower case without a trailing dot (IDNA 2008,
 * UTS 46 non-transitional); the local part becomes NFC and lower case, quotes are dropped where
 * they are not needed; "+tags" and dots stay, since only the owner of a domain knows what they
 * mean. All functions are pure and thread-safe.
 */

/* Accepts "a@b" and "<a@b>". MALFORMED when there is no local part or domain, a control
 * character, or a domain that is no host name; LIMIT past LIMIT_ADDRESS. Caller frees. */
char *address_normalise (const char *mailbox, GError **error);

/* The address without the "+tag" of its local part (RFC 5233), for who knows that it leads to the
 * same mailbox; the same text when there is none, or nothing would be left. Takes a normalised
 * address. Caller frees. */
char *address_without_tag (const char *address);

/* The same, or for what is no such address the text itself as valid UTF-8: the key under which a
 * recipient is known in any case. Caller frees. */
char *address_key (const char *path);

/* The part after the last "@", borrowed from the argument; "" when there is none. */
const char *address_domain (const char *address);

/* A domain as lower-case A-labels, or NULL with MALFORMED. Caller frees. */
char *address_domain_ascii (const char *domain, GError **error);

/* The organisational domain by the public suffix list ("mail.shop.co.uk" gives
 * "shop.co.uk"); the domain itself when it is a public suffix. Caller frees. */
char *address_organisational_domain (const char *domain);

/* ISO 3166 code in upper case of a country-code top-level domain ("GB" for uk), or NULL when
 * the domain ends in a generic one. Static string or interned. */
const char *address_country (const char *address);

/* For people and logs: first letter and domain, "a***@example.org". Caller frees. */
char *address_masked (const char *address);

/* Whether the text may stand in an SMTP command line: no control character, no space outside
 * quotes, no "<" or ">", within LIMIT_ADDRESS. The null address "" is safe. */
bool address_is_safe (const char *address);

#endif
