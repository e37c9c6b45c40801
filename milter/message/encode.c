/* SPDX-License-Identifier: BSD-2-Clause */

/* Writers of quoted-printable and base64. */

#include "encode.h"

#include <string.h>

#include "coding.h"
#include "licet/limits.h"

/* RFC 2045 6.7 (5): 76 characters, the last of which may have to be the "=" of a soft break. */
#define QUOTED_WIDTH 75

/* RFC 2045 6.8: 76 characters, 57 bytes. */
#define BASE64_BYTES 57

static bool
is_line_end (const char *data, size_t length, size_t i)
{
    return i + 1 < length && data[i] == '\r' && data[i + 1] == '\n';
}

/* Blanks at the end of a line get lost on the way, a dot alone ends a message, and mailbox files
 * mark lines that begin with "From " (RFC 2049 3). */
static bool
is_at_risk (const char *data, size_t length, size_t i, size_t column)
{
    bool last = i + 1 == length || is_line_end (data, length, i + 1);

    if (data[i] == ' ' || data[i] == '\t' || (data[i] == '.' && column == 0))
        return last;
    return data[i] == 'F' && column == 0 && length - i >= 5 &&
           memcmp (data + i, "From ", 5) == 0;
}

static bool
is_plain (unsigned char byte)
{
    return byte == '\t' || (byte >= ' ' && byte < 0x7f && byte != '=');
}

static void
append_token (GString *out, unsigned char byte, bool escape, size_t *column)
{
    static const char digits[] = "0123456789ABCDEF";
    const char token[] = { '=', digits[byte >> 4], digits[byte & 15] };
    size_t width = escape ? sizeof token : 1;

    if (*column + width > QUOTED_WIDTH) {
        g_string_append_len (out, "=\r\n", 3);
        *column = 0;
    }
    if (escape)
        g_string_append_len (out, token, sizeof token);
    else
        g_string_append_c (out, (char)byte);
    *column += width;
}

void
encode_quoted (const char *data, size_t length, GString *out)
{
    size_t column = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)data[i];
        if (is_line_end (data, length, i)) {
            g_string_append (out, "\r\n");
            column = 0;
            i++;
        } else {
            append_token (out, byte, !is_plain (byte) || is_at_risk (data, length, i, column),
                          &column);
        }
    }
}

static bool
is_allowed (unsigned char byte, bool eightbit)
{
    return byte != '\r' && byte != '\0' && (!eightbit || byte < 0x80);
}

/* Whether the line that begins here has to be written anew. */
static bool
is_bad_line (const char *line, size_t left, bool eightbit)
{
    const char *newline = memchr (line, '\n', left);
    size_t length = newline ? (size_t)(newline - line) : left;
    bool crlf = newline && length > 0 && line[length - 1] == '\r';

    length -= crlf;
    if (length > LIMIT_LINE || (newline && !crlf))
        return true;
    for (size_t i = 0; i < length; i++)
        if (!is_allowed ((unsigned char)line[i], eightbit))
            return true;
    return false;
}

static void
mend_piece (const char *data, const QpPiece *piece, bool eightbit, GString *out, size_t *column)
{
    switch (piece->kind) {
    case QP_LITERAL:
    case QP_BROKEN:
        for (size_t i = piece->start; i < piece->end; i++)
            append_token (out, (unsigned char)data[i],
                          !is_allowed ((unsigned char)data[i], eightbit), column);
        return;
    case QP_ESCAPE:
        append_token (out, piece->byte, true, column);
        return;
    case QP_SOFT:
        g_string_append (out, "=\r\n");
        return;
    case QP_BREAK:
        if (piece->decoded == 1)
            append_token (out, '\n', true, column);
        else
            g_string_append (out, "\r\n");
        return;
    }
    g_assert_not_reached ();
}

void
encode_mend_quoted (const char *data, size_t length, bool eightbit, GString *out)
{
    bool bad = false;
    size_t column = 0;
    QpPiece piece;

    for (size_t at = 0; coding_qp_next (data, length, at, &piece); at = piece.end) {
        if (at == 0 || data[at - 1] == '\n') {
            /* A bare LF that became an escape goes on in the line it stands in. */
            column = out->len == 0 || out->str[out->len - 1] == '\n' ? 0 : column;
            bad = is_bad_line (data + at, length - at, eightbit) || column > 0;
        }
        if (bad)
            mend_piece (data, &piece, eightbit, out, &column);
        else
            g_string_append_len (out, data + at, (gssize)(piece.end - at));
    }
}

void
encode_base64 (const char *data, size_t length, GString *out)
{
    for (size_t at = 0; at < length; at += BASE64_BYTES) {
        size_t n = MIN (length - at, (size_t)BASE64_BYTES);
        g_autofree char *line = g_base64_encode ((const guchar *)data + at, n);
        g_string_append (out, at > 0 ? "\r\n" : "");
        g_string_append (out, line);
    }
}
