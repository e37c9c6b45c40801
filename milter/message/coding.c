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

/* What is decoded lives as long as the message: room that is not used is given back. */
static GBytes *
take_bytes (void *data, size_t used, size_t room)
{
    return g_bytes_new_take (used < room / 2 ? g_realloc (data, used) : data, used);
}

static GBytes *
decode_qp (const char *data, size_t length, CodingVerdict *ret_verdict)
{
    char *out = g_malloc (length);
    CodingVerdict verdict = CODING_STRICT;
    size_t used = 0;
    QpPiece piece;

    for (size_t at = 0; coding_qp_next (data, length, at, &piece); at = piece.end) {
        if (piece.kind == QP_BROKEN)
            verdict = CODING_BROKEN;
        else if (piece.sloppy)
            verdict = MAX (verdict, CODING_SLOPPY);
        if (piece.kind == QP_ESCAPE)
            out[used] = (char)piece.byte;
        else
            memcpy (out + used, data + piece.start, piece.decoded);
        used += piece.decoded;
    }
    *ret_verdict = verdict;
    return take_bytes (out, used, length);
}

/* The value of a digit of RFC 2045 table 1, plus one. */
static const signed char digit_values[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,
    ['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
    ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
    ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
    ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
    ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
    ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
    ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
    ['/'] = 64,
};

/* Or -1. */
static int
digit_value (char c)
{
    return digit_values[(unsigned char)c] - 1;
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

/* Whole groups as they stand in nearly all of a leaf; where the first one that is none begins. */
static size_t
take_groups (const char *data, size_t length, size_t at, guint8 *out, size_t *used)
{
    for (; length - at >= 4; at += 4) {
        int first = digit_value (data[at]), second = digit_value (data[at + 1]);
        int third = digit_value (data[at + 2]), fourth = digit_value (data[at + 3]);
        if ((first | second | third | fourth) < 0)
            break;
        out[(*used)++] = (guint8)(first << 2 | second >> 4);
        out[(*used)++] = (guint8)(second << 4 | third >> 2);
        out[(*used)++] = (guint8)(third << 6 | fourth);
    }
    return at;
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
    size_t room = length / 4 * 3 + 4, used = 0;
    guint8 *out = g_malloc (room);
    Base64 state = { 0 };

    for (size_t i = 0; i < length; i++) {
        if (state.digits == 0 && state.pads == 0)
            i = take_groups (data, length, i, out, &used);
        if (i == length)
            break;
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
    return take_bytes (out, used, room);
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
