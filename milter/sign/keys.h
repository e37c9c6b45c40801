/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_KEYS_H
#define SIGN_KEYS_H

#include <glib.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)

/* A key with what it may sign. */
typedef struct {
    char *domain;   /* d=, A-labels in lower case; NULL: that of the From field */
    char *selector; /* s= */
    EVP_PKEY *pkey;
    /* Of RSA, to be duplicated: signs a SHA-256 hash. NULL for others. */
    EVP_PKEY_CTX *ready;
    GBytes *pem; /* the same, ended by NUL, for libopendkim; NULL when it is not in use. Cleared
                     when it is freed */
    char *record;     /* the DNS record of its public half */
    char *identity;   /* i=; "%" stands for the From domain; or NULL */
    int64_t lifetime; /* seconds, 0: its signatures have no end */
    int64_t from, to; /* it signs from the first on and before the second; 0: no bound */
    char **senders;   /* From addresses, as patterns; NULL: those of the domain */
    char **envelope_senders; /* the envelope's, as patterns; NULL: none */
    bool subdomains;  /* and of its subdomains */
    char *name;       /* in the KeyTable, or NULL */
    char *only;       /* the one From domain that a row with "%" was read for, or NULL */
} Key;

/* Takes the key. INTERNAL when OpenSSL refuses. */
Key *keys_new (EVP_PKEY *pkey, const char *domain, const char *selector, bool with_pem,
               GError **error);
void keys_free (Key *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Key, keys_free)

/* A private key that a table holds itself: base64 of DER, or PEM in one line. Errors as of
 * signer_new; place stands for the file in them. */
EVP_PKEY *keys_parse (const char *place, const char *text, GError **error);

/* Whether the file is one that only its owner may read: root, ourselves or the keeper (see
 * SignerOptions). Errors as of signer_new. */
bool keys_check_file (const char *file, uid_t keeper, GError **error);

/* The private key of a PEM file that only its owner, as above, may read. Errors as of signer_new. */
EVP_PKEY *keys_load (const char *file, uid_t keeper, GError **error);

/* Whether an open file is a regular one of root, ourselves or the keeper that nobody else may touch
 * but by the allowed bits of its mode; SETTINGS with what would be right. */
bool keys_check_owner (const char *file, int fd, uid_t keeper, mode_t allowed, GError **error);

/* UNAVAILABLE with what errno says of a file that could not be opened, for whom, and what would be
 * right. allowed: as of keys_check_owner. */
void keys_fail_open (const char *file, mode_t allowed, GError **error);

/* "rsa-sha256" or "ed25519-sha256" (RFC 6376 3.3.1, RFC 8463 3). Static string. */
const char *keys_algorithm (const EVP_PKEY *key);

/* INTERNAL with what OpenSSL says, and clears its queue of errors. Returns false. */
bool keys_fail (GError **error, const char *what);

#endif
