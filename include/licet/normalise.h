/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_NORMALISE_H
#define LICET_NORMALISE_H

#include <glib.h>
#include <stdbool.h>

#include "licet/edit.h"

/*
 * Gives a message the form in which no later hop has a reason to change it, since whoever changes
 * it breaks its signature (RFC 6376 5.3): lines of at most 998 octets (RFC 5322 2.1.1), no bare
 * CR or LF, no NUL, bodies of seven bits for servers without 8BITMIME (RFC 6152), no declared
 * transfer encoding of 8bit or binary, which alone makes Postfix convert, and a header of US-ASCII
 * in lines with text (RFC 2047).
 *
 * Only what needs it is touched, as splices; every reader gets the same content, which is proven
 * with the decoders of message/ before the result is given. Never touched: signed and encrypted
 * parts, other messages inside this one, text between parts, and a body whose structure can be
 * read in two ways. Pure, linear; memory is a small multiple of the size.
 */
typedef struct {
    bool
        eightbit; /* bytes that need 8BITMIME or SMTPUTF8 go; otherwise lines alone are mended */
    bool utf8;    /* SMTPUTF8 mail: only servers that take it as it is will be asked to */
} NormaliseOptions;

typedef struct {
    GPtrArray *edits; /* of Edit: of the header, and EDIT_ENCODE as the record of a leaf. Fields
                         and leaves are numbered as in the bytes given */
    GPtrArray *left; /* of char *: what a later hop may change all the same, and why it stays */
    GBytes *bytes;   /* the result; the bytes given when there are no edits */
} Normalised;

/* Never fails: what cannot be done is in `left`. Lines of the header end in CRLF. */
Normalised *normalise (GBytes *bytes, NormaliseOptions options);
void normalised_free (Normalised *normalised);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Normalised, normalised_free)

#endif
