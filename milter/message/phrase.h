/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_PHRASE_H
#define MESSAGE_PHRASE_H

#include <glib.h>
#include <stdbool.h>

/* Where 8-bit text may become encoded words in a structured field (RFC 2047 5): in comments, and
 * depending on the field in names. */
typedef enum {
    PHRASE_NONE,      /* comments only */
    PHRASE_ADDRESSES, /* names before an address in angle brackets, names of groups */
    PHRASE_LIST,      /* whatever is no address in angle brackets */
} PhraseKind;

/* Appends an unfolded value (UTF-8) with that text encoded. False, and nothing to be used, when
 * 8-bit bytes stand anywhere else. */
bool phrase_append (GString *out, const char *value, size_t length, PhraseKind kind,
                    size_t used);

#endif
