/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/digest.h"

#include <glib.h>
#include <openssl/evp.h>

#include "sha256.h"

char *
digest_sha256 (const void *data, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    /* It is not there when the provider that has it cannot be loaded. */
    if (!sha256_method () ||
        EVP_Digest (data, length, digest, &size, sha256_method (), NULL) != 1)
        return g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, length);
    GString *hex = g_string_sized_new (2 * (size_t)size + 1);
    for (unsigned i = 0; i < size; i++) {
        g_string_append_c (hex, digits[digest[i] >> 4]);
        g_string_append_c (hex, digits[digest[i] & 15]);
    }
    return g_string_free (hex, FALSE);
}
