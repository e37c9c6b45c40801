/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_SHA256_H
#define SIGN_SHA256_H

#include <openssl/evp.h>

/* SHA-256 as OpenSSL's providers have it, looked up once for the process: EVP_sha256 is looked up at
 * each use, which takes longer than to hash a header. NULL when no provider has it. Any thread. */
const EVP_MD *sha256_method (void);

#endif
