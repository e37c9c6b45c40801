/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_DIGEST_H
#define LICET_DIGEST_H

#include <stddef.h>

/* SHA-256 of the bytes in lower case hex, by libcrypto, which takes a tenth of the time that
 * GLib's takes: a whole message is hashed for the record. Caller frees. Any thread. */
char *digest_sha256 (const void *data, size_t length);

#endif
