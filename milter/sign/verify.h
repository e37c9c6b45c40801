/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGN_VERIFY_H
#define SIGN_VERIFY_H

#include <glib.h>
#include <stdbool.h>

/* The DNS record of a key that is known, or NULL. Borrowed. */
typedef const char *(*VerifyRecord) (const char *domain, const char *selector,
                                     const void *data);

/* Whether all signatures with a known key are valid and there are at least `wanted`; others are not
 * looked at. libopendkim reads the message, DNS is not asked. INTERNAL when not. */
bool verify_known (GBytes *message, VerifyRecord record, const void *data, unsigned wanted,
                   GError **error);

#endif
