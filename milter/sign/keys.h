/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_KEYS_H
#define SIGN_KEYS_H

#include <glib.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <sys/types.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)

/* The private key of a PEM file that only its owner, root or ourselves, may read. Errors as of
 * signer_new. */
EVP_PKEY *keys_load (const char *file, GError **error);

/* Whether an open file is a regular one of root or ourselves that nobody else may touch but by the
 * allowed bits of its mode; SETTINGS with what would be right. */
bool keys_check_owner (const char *file, int fd, mode_t allowed, GError **error);

/* "rsa-sha256" or "ed25519-sha256" (RFC 6376 3.3.1, RFC 8463 3). Static string. */
const char *keys_algorithm (const EVP_PKEY *key);

/* INTERNAL with what OpenSSL says, and clears its queue of errors. Returns false. */
bool keys_fail (GError **error, const char *what);

#endif
