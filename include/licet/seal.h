/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SEAL_H
#define LICET_SEAL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What makes a log evident to tamper with: SHA-256 (FIPS 180-4) over its lines, and Ed25519
 * (RFC 8032) over its checkpoints. A Seal is one private key; it is immutable and may be used
 * from several threads. Key bytes never appear in an error.
 */
typedef struct Seal Seal;

#define SEAL_HEX (64 + 1)

/* Lower-case hex with its NUL. */
void seal_hash (const void *data, size_t length, char ret_hex[SEAL_HEX]);

/* The key of a PEM file that only its owner may read; made there, mode 0600, when there is none.
 * SETTINGS when the file holds another kind of key or others may read it, UNAVAILABLE when it
 * can be neither read nor made. */
Seal *seal_open (const char *file, GError **error);
void seal_free (Seal *seal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Seal, seal_free)

/* The public half: base64 of its 32 bytes. Borrowed. */
const char *seal_public (const Seal *seal);
/* Base64 of the 64 bytes. Caller frees. INTERNAL when OpenSSL refuses. */
char *seal_sign (const Seal *seal, const char *text, GError **error);
/* Whether the text can be a public key of seal_public: base64 of 32 bytes. */
bool seal_is_public (const char *text);
/* False as well when key or signature are no base64 of the right length. */
bool seal_verify (const char *public_key, const char *text, const char *signature);

#endif
