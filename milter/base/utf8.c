/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/utf8.h"

#include <stdbool.h>
#include <string.h>

/* Bytes from which on a piece may end before a blank, before any letter, and anywhere. */
enum { SHORT_PIECE = 64, LONG_PIECE = 256, LONGEST_PIECE = 512 };

static bool
may_end (const char *at, size_t length)
{
    if (length < SHORT_PIECE)
        return false;
    if (g_ascii_isspace (*at) || length >= LONGEST_PIECE)
        return true;
    gunichar letter = g_utf8_get_char (at);
    return length >= LONG_PIECE && !g_unichar_ismark (letter) &&
           !(letter >= 0x1100 && letter < 0x1200);
}

static size_t
piece_length (const char *text, bool *ret_ascii)
{
    const char *at = text;

    *ret_ascii = true;
    while (*at && !may_end (at, (size_t)(at - text))) {
        *ret_ascii = *ret_ascii && (unsigned char)*at < 0x80;
        at = g_utf8_next_char (at);
    }
    return (size_t)(at - text);
}

char *
utf8_normalise (const char *text, GNormalizeMode mode)
{
    GString *out = g_string_sized_new (strlen (text) + 1);

    while (*text) {
        bool ascii = true;
        size_t length = piece_length (text, &ascii);
        g_autofree char *piece = ascii ? NULL : g_utf8_normalize (text, (gssize)length, mode);
        if (piece)
            g_string_append (out, piece);
        else
            g_string_append_len (out, text, (gssize)length);
        text += length;
    }
    return g_string_free (out, FALSE);
}
