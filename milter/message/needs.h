/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_NEEDS_H
#define MESSAGE_NEEDS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* What a later hop would change about a stretch of bytes. */
typedef struct {
    bool eightbit;  /* 8-bit bytes or NUL */
    bool long_line; /* more than LIMIT_LINE octets */
    bool bare;      /* a CR or LF without the other */
    bool declared;  /* a line like a Content-Transfer-Encoding of another kind than 7bit,
                       quoted-printable and base64: there may be something to convert */
} Needs;

Needs needs_scan (const char *data, size_t length);

/* Whether there is anything, with or without the bytes that need 8BITMIME. */
bool needs_any (Needs needs, bool eightbit);

/* In words: "8-bit bytes, a long line". Caller frees. */
char *needs_describe (Needs needs, bool eightbit);

#endif
