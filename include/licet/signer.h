/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SIGNER_H
#define LICET_SIGNER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * DKIM signatures (RFC 6376, RFC 8463) over final bytes: relaxed/relaxed, SHA-256, no l=, the
 * fields of RFC 6376 5.4.1 plus MIME and List-* fields, From, Subject, To, Date and the like
 * signed once more than they occur so that none can be added. Keys are parsed once. A Signer is immutable
 * and may be used from several threads. Key bytes never appear in an error or a log.
 */
typedef struct Signer Signer;

typedef struct {
    char *domain;   /* d=, also signs for its subdomains in From unless they have their own */
    char *selector; /* s= */
    char *file;     /* PEM: RSA of at least 2048 bits, or Ed25519 */
} SignerKey;

typedef struct {
    char *domain, *selector;
    const char *algorithm; /* "rsa-sha256" or "ed25519-sha256" */
    char *value;           /* of the DKIM-Signature field: folded with CRLF and a blank, no CRLF
                              at the end, no leading blank */
} Signature;

/*
 * keys is an array of SignerKey, in the order in which signatures are made. SETTINGS when a file
 * holds no fitting key or others than its owner may read it, UNAVAILABLE when it cannot be read.
 */
Signer *signer_new (const GPtrArray *keys, GError **error);
Signer *signer_ref (Signer *signer);
void signer_unref (Signer *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Signer, signer_unref)

/*
 * One signature per key of the From domain (exact, else its closest parent with a key), over a
 * message with CRLF lines. An empty array when no key fits: the caller decides what that means.
 * INTERNAL when OpenSSL refuses, MALFORMED when there is no single From field or the header can
 * be read in two ways, LIMIT past LIMIT_HEADER_*.
 */
GPtrArray *signer_sign (const Signer *signer, GBytes *message, const char *from_domain,
                        int64_t now, GError **error);

/*
 * Verifies every DKIM-Signature of a message with libopendkim against key records read from
 * keyring, a file of lines "selector._domainkey.domain v=DKIM1; …". Independent of the code that
 * signs. True when there is at least one signature and all are valid; else MALFORMED, or
 * UNAVAILABLE when the keyring cannot be read.
 */
bool signer_verify (GBytes *message, const char *keyring, GError **error);

/* A new private key as PEM, "rsa" (2048 bits) or "ed25519"; and its DNS TXT record
 * ("v=DKIM1; k=…; p=…"). Caller frees; *ret_pem should be cleared with g_free after
 * explicit_bzero. */
bool signer_key_new (const char *algorithm, char **ret_pem, char **ret_record, GError **error);
/* The TXT record of an existing private key file. Caller frees. Errors as of signer_new. */
char *signer_key_record (const char *file, GError **error);
/* Whether text may stand in s= and d= as it is: labels (RFC 6376 3.1, and "_" as seen in
 * practice) with dots between them. */
bool signer_is_name (const char *text);

SignerKey *signer_key_spec_new (const char *domain, const char *selector, const char *file);
void signer_key_spec_free (SignerKey *key);
void signature_free (Signature *signature);

#endif
