/* SPDX-License-Identifier: BSD-2-Clause */

/* Decoders for the transfer encodings of RFC 2045 that say how strict their input was. */

#include "coding.h"

#include <stdint.h>
#include <string.h>

static bool
is_line_break (const char *data, size_t length, size_t position)
{
    return position < length &&
           (data[position] == '\n' ||
            (data[position] == '\r' && position + 1 < length && data[position + 1] == '\n'));
}

static size_t
skip_line_break (const char *data, size_t position)
{
    return position + (data[position] == '\r' ? 2 : 1);
}

/* RFC 2045 6.7: printable ASCII, blanks, and nothing else stands for itself. */
static bool
is_safe_byte (unsigned char byte)
{
    return (byte >= 0x20 && byte < 0x7f) || byte == '\t';
}

static void
read_literal (const char *data, size_t length, QpPiece *piece)
{
    size_t i = piece->start;

    for (; i < length && data[i] != '='; i++) {
        if (is_safe_byte ((unsigned char)data[i]))
            continue;
        if (is_line_break (data, length, i))
            break;
        piece->sloppy = true;
    }
    /* Blanks at the end of a line are to be dropped, and not every decoder does. */
    if (i == length || data[i] != '=')
        piece->sloppy |= data[i - 1] == ' ' || data[i - 1] == '\t';
    piece->end = i;
    piece->decoded = i - piece->start;
}

static void
read_equals (const char *data, size_t length, QpPiece *piece)
{
    size_t i = piece->start + 1;

    if (i + 1 < length && g_ascii_isxdigit (data[i]) && g_ascii_isxdigit (data[i + 1])) {
        piece->kind = QP_ESCAPE;
        piece->byte = (unsigned char)(g_ascii_xdigit_value (data[i]) * 16 +
                                      g_ascii_xdigit_value (data[i + 1]));
        piece->end = i + 2;
        piece->decoded = 1;
        return;
    }
    while (i < length && (data[i] == ' ' || data[i] == '\t'))
        i++;
    piece->sloppy = i > piece->start + 1;
    if (i == length || is_line_break (data, length, i)) {
        piece->kind = QP_SOFT;
        piece->end = i == length ? i : skip_line_break (data, i);
        return;
    }
    piece->kind = QP_BROKEN;
    piece->end = piece->start + 1;
    piece->decoded = 1;
}

bool
coding_qp_next (const char *data, size_t length, size_t position, QpPiece *ret_piece)
{
    QpPiece piece = { .start = position };

    if (position >= length)
        return false;
    if (data[position] == '=') {
        read_equals (data, length, &piece);
    } else if (is_line_break (data, length, position)) {
        piece.kind = QP_BREAK;
        piece.end = skip_line_break (data, position);
        piece.decoded = piece.end - piece.start;
        piece.sloppy = piece.decoded == 1;
    } else {
        piece.kind = QP_LITERAL;
        read_literal (data, length, &piece);
    }
    *ret_piece = piece;
    return true;
}

static GBytes *
decode_qp (const char *data, size_t length, CodingVerdict *ret_verdict)
{
    GByteArray *out = g_byte_array_sized_new ((unsigned)length);
    CodingVerdict verdict = CODING_STRICT;
    QpPiece piece;

    for (size_t at = 0; coding_qp_next (data, length, at, &piece); at = piece.end) {
        if (piece.kind == QP_BROKEN)
            verdict = CODING_BROKEN;
        else if (piece.sloppy)
            verdict = MAX (verdict, CODING_SLOPPY);
        const unsigned char *from = (const unsigned char *)data + piece.start;
        if (piece.kind == QP_ESCAPE)
            from = &piece.byte;
        g_byte_array_append (out, from, (unsigned)piece.decoded);
    }
    *ret_verdict = verdict;
    return g_byte_array_free_to_bytes (out);
}

/* The value of a digit of RFC 2045 table 1, or -1. */
static int
digit_value (char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

typedef struct {
    uint32_t bits;
    unsigned digits, pads;
    CodingVerdict verdict;
} Base64;

static void
take_digit (Base64 *state, int value, guint8 *out, size_t *used)
{
    if (state->pads > 0)
        state->verdict = CODING_BROKEN; /* data after the end: seen by some, not by others */
    state->bits = state->bits << 6 | (unsigned)value;
    if (++state->digits < 4)
        return;
    out[(*used)++] = (guint8)(state->bits >> 16);
    out[(*used)++] = (guint8)(state->bits >> 8);
    out[(*used)++] = (guint8)state->bits;
    state->digits = 0;
    state->bits = 0;
}

/* The last, padded group. */
static void
finish_group (Base64 *state, guint8 *out, size_t *used)
{
    unsigned digits = state->digits;
    uint32_t bits = digits > 0 ? state->bits << (6 * (4 - digits)) : 0;

    if (digits == 1 || (digits > 0 ? digits + state->pads != 4 : state->pads != 0))
        state->verdict = CODING_BROKEN;
    if (digits >= 2)
        out[(*used)++] = (guint8)(bits >> 16);
    if (digits == 3)
        out[(*used)++] = (guint8)(bits >> 8);
    if ((digits == 2 && (bits & 0xffff)) || (digits == 3 && (bits & 0xff)))
        state->verdict = MAX (state->verdict, CODING_SLOPPY);
}

static GBytes *
decode_base64 (const char *data, size_t length, CodingVerdict *ret_verdict)
{
    guint8 *out = g_malloc (length / 4 * 3 + 4);
    Base64 state = { 0 };
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        int value = digit_value (data[i]);
        if (value >= 0)
            take_digit (&state, value, out, &used);
        else if (data[i] == '=')
            state.pads++;
        else if (data[i] == ' ' || data[i] == '\t')
            state.verdict = MAX (state.verdict, CODING_SLOPPY);
        else if (data[i] != '\r' && data[i] != '\n')
            state.verdict = CODING_BROKEN;
    }
    finish_group (&state, out, &used);
    *ret_verdict = state.verdict;
    return g_bytes_new_take (out, used);
}

GBytes *
coding_decode (LeafEncoding encoding, GBytes *bytes, size_t start, size_t end,
               CodingVerdict *ret_verdict)
{
    const char *data = g_bytes_get_data (bytes, NULL);

    *ret_verdict = CODING_STRICT;
    if (start == end)
        return g_bytes_new (NULL, 0);
    data += start;
    switch (encoding) {
    case ENCODING_QUOTED_PRINTABLE:
        return decode_qp (data, end - start, ret_verdict);
    case ENCODING_BASE64:
        return decode_base64 (data, end - start, ret_verdict);
    case ENCODING_IDENTITY:
    case ENCODING_OTHER:
        return g_bytes_new_from_bytes (bytes, start, end - start);
    }
    g_assert_not_reached ();
}
