/* SPDX-License-Identifier: BSD-2-Clause */

/* The log's hash and signature, with OpenSSL. */

#include "licet/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "keys.h"
#include "licet/error.h"
#include "licet/signer.h"
#include "sha256.h"

enum { PUBLIC_BYTES = 32, SIGNATURE_BYTES = 64 };

struct Seal {
    EVP_PKEY *key;
    char *public_key;
};

void
seal_hash (const void *data, size_t length, char ret_hex[SEAL_HEX])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[32] = { 0 };

    EVP_Digest (data, length, digest, NULL, sha256_method (), NULL);
    for (unsigned i = 0; i < sizeof digest; i++) {
        ret_hex[2 * i] = digits[digest[i] >> 4];
        ret_hex[2 * i + 1] = digits[digest[i] & 15];
    }
    ret_hex[SEAL_HEX - 1] = '\0';
}

static bool
write_pem (const char *file, const char *pem, GError **error)
{
    int fd = open (file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t length = strlen (pem);
    bool ok = fd >= 0 && write (fd, pem, length) == (ssize_t)length && fsync (fd) == 0;

    if (!ok)
        g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE, "%s: %s", file,
                     g_strerror (errno));
    if (fd >= 0)
        close (fd);
    return ok;
}

/* A key that is there is never written over. */
static bool
make_file (const char *file, GError **error)
{
    char *pem = NULL;
    g_autofree char *record = NULL;

    if (access (file, F_OK) == 0)
        return true;
    if (!signer_key_new ("ed25519", &pem, &record, error))
        return false;
    bool ok = write_pem (file, pem, error);
    explicit_bzero (pem, strlen (pem));
    g_free (pem);
    return ok;
}

Seal *
seal_open (const char *file, GError **error)
{
    unsigned char raw[PUBLIC_BYTES];
    size_t length = sizeof raw;

    if (!make_file (file, error))
        return NULL;
    g_autoptr (EVP_PKEY) key = keys_load (file, 0, error);
    if (!key)
        return NULL;
    if (!EVP_PKEY_is_a (key, "ED25519") ||
        EVP_PKEY_get_raw_public_key (key, raw, &length) != 1) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "%s: the log is sealed with Ed25519; right would be a new file", file);
        return NULL;
    }
    Seal *seal = g_new0 (Seal, 1);
    seal->key = g_steal_pointer (&key);
    seal->public_key = g_base64_encode (raw, length);
    return seal;
}

void
seal_free (Seal *seal)
{
    if (!seal)
        return;
    EVP_PKEY_free (seal->key);
    g_free (seal->public_key);
    g_free (seal);
}

const char *
seal_public (const Seal *seal)
{
    return seal->public_key;
}

char *
seal_sign (const Seal *seal, const char *text, GError **error)
{
    g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
    unsigned char signature[SIGNATURE_BYTES];
    size_t length = sizeof signature;

    if (context && EVP_DigestSignInit (context, NULL, NULL, NULL, seal->key) == 1 &&
        EVP_DigestSign (context, signature, &length, (const unsigned char *)text,
                        strlen (text)) == 1)
        return g_base64_encode (signature, length);
    keys_fail (error, "checkpoint");
    return NULL;
}

static unsigned char *
decode (const char *text, size_t length)
{
    gsize found = 0;
    g_autofree unsigned char *bytes = g_base64_decode (text, &found);
    g_autofree char *again = bytes ? g_base64_encode (bytes, found) : NULL;

    /* g_base64_decode skips what is no base64. */
    return again && found == length && strcmp (again, text) == 0 ? g_steal_pointer (&bytes)
                                                                 : NULL;
}

bool
seal_is_public (const char *text)
{
    g_autofree unsigned char *raw = decode (text, PUBLIC_BYTES);

    return raw != NULL;
}

bool
seal_verify (const char *public_key, const char *text, const char *signature)
{
    g_autofree unsigned char *raw = decode (public_key, PUBLIC_BYTES);
    g_autofree unsigned char *bytes = decode (signature, SIGNATURE_BYTES);
    g_autoptr (EVP_PKEY) key =
        raw ? EVP_PKEY_new_raw_public_key_ex (NULL, "ED25519", NULL, raw, PUBLIC_BYTES) : NULL;
    g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();

    bool valid = key && bytes && context &&
                 EVP_DigestVerifyInit (context, NULL, NULL, NULL, key) == 1 &&
                 EVP_DigestVerify (context, bytes, SIGNATURE_BYTES, (const unsigned char *)text,
                                   strlen (text)) == 1;
    if (!valid)
        keys_fail (NULL, "checkpoint");
    return valid;
}
