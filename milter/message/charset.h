/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CHARSET_H
#define MESSAGE_CHARSET_H

#include <glib.h>
#include <stdbool.h>

/* Turns bytes of one character set into valid UTF-8; never fails, since text that cannot be
 * read must still be looked at: bytes that mean nothing become Latin-1 letters. */
typedef struct {
    GIConv handle; /* (GIConv)-1 for UTF-8 and what is read like it */
    bool ascii;    /* ASCII bytes stand for themselves, so markup can be read undecoded */
    bool clean;    /* no byte so far was meaningless */
} CharsetDecoder;

/* charset: lower case, or NULL for none. */
void charset_decoder_init (CharsetDecoder *decoder, const char *charset);
void charset_decoder_clear (CharsetDecoder *decoder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CharsetDecoder, charset_decoder_clear)

void charset_decode (CharsetDecoder *decoder, const char *text, size_t length, GString *out);

/* Whether ASCII bytes do not stand for themselves, such as in UTF-16. */
bool charset_hides_markup (const char *charset);

bool charset_is_known (const char *charset);

/* NULL is US-ASCII (RFC 2045 5.2). */
bool charset_is_ascii (const char *charset);
bool charset_is_utf8 (const char *charset);
/* Whether each byte is a letter, in the order in which letters are read. */
bool charset_is_single (const char *charset);

/*
 * Bytes of such a set as UTF-8 and back, by the letter of the set and not by what browsers take
 * it for. NULL when one means nothing, or not the same to both, and when a letter is not in the
 * set; length -1: to its end. Caller frees.
 */
char *charset_to_utf8 (const char *charset, const char *bytes, size_t length,
                       size_t *ret_length);
char *charset_from_utf8 (const char *charset, const char *text, gssize length,
                         size_t *ret_length);

/* Why bytes cannot be cut out of text in this character set, or NULL. */
const char *charset_lock_reason (const char *charset, const char *text, size_t length);

#endif
