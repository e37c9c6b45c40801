/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Signs with OpenSSL: libopendkim parses the key again for every message and canonicalises once
 * per signature. Here the header and the body of a message are canonicalised and hashed once for
 * all its signatures.
 */

#include "engine.h"

#include <string.h>

#include "canon.h"
#include "value.h"

#define HASH_BYTES 32 /* SHA-256 */

void
subject_clear (Subject *subject)
{
    g_clear_pointer (&subject->header, EVP_MD_CTX_free);
    g_clear_pointer (&subject->body_hash, g_free);
}

static void
hash_bytes (const char *bytes, size_t length, void *data)
{
    EVP_MD_CTX **hash = data;

    /* After a failure the context is gone, and finish_hash says so. */
    if (*hash && EVP_DigestUpdate (*hash, bytes, length) != 1)
        g_clear_pointer (hash, EVP_MD_CTX_free);
}

static EVP_MD_CTX *
begin_hash (const Subject *subject)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new ();

    if (hash && EVP_DigestInit_ex2 (hash, subject->sha256, NULL) != 1)
        g_clear_pointer (&hash, EVP_MD_CTX_free);
    return hash;
}

static bool
finish_hash (EVP_MD_CTX *hash, unsigned char digest[static HASH_BYTES], GError **error)
{
    if (hash && EVP_DigestFinal_ex (hash, digest, NULL) == 1)
        return true;
    return keys_fail (error, "SHA-256");
}

/* Most bodies are canonical as they stand, and then their hash is known: nothing is hashed as long as
 * what canon_body gives is what stands there. */
typedef struct {
    const Subject *subject;
    size_t same;      /* so many bytes were given as they stand there */
    bool differs;     /* what followed them did not */
    EVP_MD_CTX *hash; /* of all that was given, once it differs */
} Canonical;

static void
take_canonical (const char *bytes, size_t length, void *data)
{
    Canonical *canonical = data;
    const Subject *subject = canonical->subject;
    const char *there = subject->body + canonical->same;

    if (!canonical->differs && length <= subject->body_length - canonical->same &&
        (bytes == there || memcmp (bytes, there, length) == 0)) {
        canonical->same += length;
        return;
    }
    if (!canonical->differs) {
        canonical->differs = true;
        canonical->hash = begin_hash (subject);
        hash_bytes (subject->body, canonical->same, &canonical->hash);
    }
    hash_bytes (bytes, length, &canonical->hash);
}

/* "4f0a…" as bytes; false when it is no SHA-256. */
static bool
read_hex (const char *hex, unsigned char digest[static HASH_BYTES])
{
    if (strspn (hex, "0123456789abcdef") != (size_t)2 * HASH_BYTES || hex[2 * HASH_BYTES])
        return false;
    for (unsigned i = 0; i < HASH_BYTES; i++)
        digest[i] = (unsigned char)(16 * g_ascii_xdigit_value (hex[2 * i]) +
                                    g_ascii_xdigit_value (hex[2 * i + 1]));
    return true;
}

static bool
hash_body (const Subject *subject, unsigned char digest[static HASH_BYTES], GError **error)
{
    Canonical canonical = { .subject = subject };

    canon_body (subject->body, subject->body_length, take_canonical, &canonical);
    if (!canonical.differs) {
        if (canonical.same == subject->body_length && subject->body_sha256 &&
            read_hex (subject->body_sha256, digest))
            return true;
        canonical.hash = begin_hash (subject);
        hash_bytes (subject->body, canonical.same, &canonical.hash);
    }
    bool done = finish_hash (canonical.hash, digest, error);
    EVP_MD_CTX_free (canonical.hash);
    return done;
}

static bool
prepare (Subject *subject, GError **error)
{
    unsigned char digest[HASH_BYTES];

    if (subject->header)
        return true;
    if (!hash_body (subject, digest, error))
        return false;
    subject->body_hash = g_base64_encode (digest, sizeof digest);
    subject->header = begin_hash (subject);
    hash_bytes (subject->choice->canonical->str, subject->choice->canonical->len,
                &subject->header);
    return subject->header || keys_fail (error, "SHA-256");
}

static bool
sign_rsa (const Key *key, const unsigned char *digest, unsigned char *bytes, size_t *length)
{
    g_autoptr (EVP_PKEY_CTX) context = EVP_PKEY_CTX_dup (key->ready);

    return context && EVP_PKEY_sign (context, bytes, length, digest, HASH_BYTES) == 1;
}

/* RFC 8463 3: PureEdDSA over the SHA-256 hash. */
static bool
sign_ed25519 (EVP_PKEY *key, const unsigned char *digest, unsigned char *bytes, size_t *length)
{
    g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();

    return context && EVP_DigestSignInit (context, NULL, NULL, NULL, key) == 1 &&
           EVP_DigestSign (context, bytes, length, digest, HASH_BYTES) == 1;
}

static char *
sign_digest (const Key *key, const unsigned char *digest, GError **error)
{
    size_t length = (size_t)EVP_PKEY_get_size (key->pkey);
    g_autofree unsigned char *bytes = g_malloc (length);
    bool done = key->ready ? sign_rsa (key, digest, bytes, &length)
                           : sign_ed25519 (key->pkey, digest, bytes, &length);

    if (!done) {
        keys_fail (error, "signature");
        return NULL;
    }
    return g_base64_encode (bytes, length);
}

/* RFC 6376 3.7: the signed fields, then the signature's own field with an empty b= and without
 * a final CRLF. */
static bool
hash_header (const Subject *subject, const char *value, unsigned char digest[static HASH_BYTES],
             GError **error)
{
    g_autofree char *field = g_strconcat (VALUE_FIELD, value, NULL);
    g_autoptr (GString) canonical = g_string_sized_new (strlen (field));
    EVP_MD_CTX *hash = EVP_MD_CTX_new ();

    if (hash && EVP_MD_CTX_copy_ex (hash, subject->header) != 1)
        g_clear_pointer (&hash, EVP_MD_CTX_free);
    canon_header (field, strlen (field), canonical);
    hash_bytes (canonical->str, canonical->len, &hash);
    bool done = finish_hash (hash, digest, error);
    EVP_MD_CTX_free (hash);
    return done;
}

char *
openssl_sign (Subject *subject, const Signing *signing, GError **error)
{
    const Key *key = signing->key;
    unsigned char digest[HASH_BYTES];

    if (!prepare (subject, error))
        return NULL;
    ValueTags tags = { keys_algorithm (key->pkey), signing->domain,       key->selector,
                       signing->identity,          subject->now,          key->lifetime,
                       subject->body_hash,         subject->choice->names };
    g_autoptr (GString) value = value_begin (&tags);
    if (!hash_header (subject, value->str, digest, error))
        return NULL;
    g_autofree char *b = sign_digest (key, digest, error);
    if (!b)
        return NULL;
    value_finish (value, b);
    return g_string_free (g_steal_pointer (&value), FALSE);
}
