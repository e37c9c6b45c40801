/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_ENGINE_H
#define SIGN_ENGINE_H

#include <glib.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

#include "fields.h"
#include "keys.h"

/*
 * What makes the signature of one key over one message. There are two, and both must give the
 * same text for the same input: that of OpenSSL, in which keys are parsed once and all signatures
 * share one pass over the message, and that of libopendkim, which others know from OpenDKIM.
 */

/* A message that is being signed. What the first engine made of it is kept for the next key. */
typedef struct {
    const char *body;
    size_t body_length;
    const char *body_sha256; /* in hex, of the body as it stands; NULL: nobody knows */
    const Choice *choice;
    int64_t now;
    const EVP_MD *sha256;
    EVP_MD_CTX *header; /* has hashed the signed fields; NULL until somebody asks */
    char *body_hash;    /* base64, the same */
} Subject;

/* A key and what it signs as. */
typedef struct {
    const Key *key;
    char *domain;   /* d= */
    char *identity; /* i=, or NULL */
} Signing;

void subject_clear (Subject *subject);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

/* The value of the DKIM-Signature field. INTERNAL when the library refuses. */
char *openssl_sign (Subject *subject, const Signing *signing, GError **error);

/* RSA only: Debian's libopendkim leaks on Ed25519. */
char *opendkim_sign (const Subject *subject, const Signing *signing, GError **error);

#endif
