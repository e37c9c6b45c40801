/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CODING_H
#define MESSAGE_CODING_H

#include "licet/message.h"

/*
 * Transfer encodings (RFC 2045 6) with the question that a library does not answer: would
 * every decoder get the same bytes out of it?
 */
typedef enum {
    CODING_STRICT, /* by the letter */
    CODING_SLOPPY, /* decoders may differ in blanks or bytes that carry no text */
    CODING_BROKEN, /* decoders get different text */
} CodingVerdict;

/* Decodes all it can. */
GBytes *coding_decode (LeafEncoding encoding, GBytes *bytes, size_t start, size_t end,
                       CodingVerdict *ret_verdict);

typedef enum {
    QP_LITERAL, /* bytes for themselves */
    QP_ESCAPE,  /* =XX */
    QP_SOFT,    /* a line break that is no text */
    QP_BREAK,   /* a line break that is text */
    QP_BROKEN,  /* "=" before something else: stands for itself */
} QpKind;

/* One piece of quoted-printable and how many bytes it decodes to. */
typedef struct {
    QpKind kind;
    size_t start, end;
    size_t decoded;
    unsigned char byte; /* of an escape */
    bool sloppy;
} QpPiece;

/* The piece at position; false at the end. Literal pieces end at line ends and "=". */
bool coding_qp_next (const char *data, size_t length, size_t position, QpPiece *ret_piece);

#endif
