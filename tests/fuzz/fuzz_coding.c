/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as quoted-printable, as base64, as text of each character set, as encoded words. */

#include <stdint.h>
#include <string.h>

#include "licet/message.h"

#include "../../milter/message/charset.h"
#include "../../milter/message/coding.h"
#include "../../milter/message/witness.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const char *const charsets[] = {
    NULL,           "utf-8",     "us-ascii",     "iso-8859-1",  "iso-8859-15",
    "iso-8859-8-i", "koi8-r",    "windows-1251", "windows-874", "macintosh",
    "euc-jp",       "euc-kr",    "gb2312",       "gbk",         "gb18030",
    "big5",         "shift_jis", "iso-2022-jp",  "utf-16",      "utf-16le",
    "utf-32",       "utf-7",     "iso-2022-kr",  "hz-gb-2312",  "unknown",
};

/* The pieces cover every byte once and say how much each gives. */
static void
check_quoted (GBytes *bytes)
{
    size_t length = 0, at = 0, decoded = 0;
    const char *data = g_bytes_get_data (bytes, &length);
    CodingVerdict verdict = CODING_STRICT;
    QpPiece piece;
    g_autoptr (GBytes) out =
        coding_decode (ENCODING_QUOTED_PRINTABLE, bytes, 0, length, &verdict);

    for (; coding_qp_next (data, length, at, &piece); at = piece.end) {
        g_assert_cmpuint (piece.start, ==, at);
        g_assert_cmpuint (piece.end, >, at);
        decoded += piece.decoded;
        g_assert_true (piece.kind != QP_BROKEN || verdict == CODING_BROKEN);
    }
    g_assert_cmpuint (at, ==, length);
    g_assert_cmpuint (decoded, ==, g_bytes_get_size (out));
}

static bool
is_blank (char c)
{
    return c == '\r' || c == '\n' || c == ' ' || c == '\t';
}

/* What is strict is what an encoder would have written, but for its line ends. */
static void
check_base64 (GBytes *bytes)
{
    size_t length = 0, size = 0, digit = 0;
    const char *data = g_bytes_get_data (bytes, &length);
    CodingVerdict verdict = CODING_STRICT;
    g_autoptr (GBytes) out = coding_decode (ENCODING_BASE64, bytes, 0, length, &verdict);
    const guchar *decoded = g_bytes_get_data (out, &size);

    g_assert_cmpuint (size, <=, length / 4 * 3 + 3);
    if (verdict != CODING_STRICT)
        return;
    g_autofree char *digits = size > 0 ? g_base64_encode (decoded, size) : g_strdup ("");
    for (size_t i = 0; i < length; i++)
        if (!is_blank (data[i]))
            g_assert_cmpint (data[i], ==, digits[digit++]);
    g_assert_cmpint (digits[digit], ==, '\0');
}

static GString *
decode (const char *charset, const char *data, size_t length)
{
    g_auto (CharsetDecoder) decoder = { 0 };
    GString *out = g_string_new (NULL);

    charset_decoder_init (&decoder, charset);
    charset_decode (&decoder, data, length, out);
    g_assert_true (g_utf8_validate (out->str, (gssize)out->len, NULL));
    return out;
}

/* What makes editing safe: the signs of markup, blanks and line ends are themselves wherever
 * their bytes stand, so text can be taken apart there and put together again. */
static void
check_charset (const char *charset, const char *data, size_t length)
{
    g_autoptr (GString) whole = decode (charset, data, length);
    g_autoptr (GString) pieces = g_string_new (NULL);
    g_auto (CharsetDecoder) decoder = { 0 };
    size_t from = 0;

    charset_decoder_init (&decoder, charset);
    if (charset_lock_reason (charset, data, length))
        return;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && (data[i] == '\0' || !strchr ("<>\"'=&;/!- \t\r\n", data[i])))
            continue;
        charset_decode (&decoder, data + from, i - from, pieces);
        if (i < length)
            g_string_append_c (pieces, data[i]);
        from = i + 1;
    }
    g_assert_true (g_string_equal (whole, pieces));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    g_autoptr (GBytes) bytes = g_bytes_new (data, size);
    g_autofree char *line = g_strndup ((const char *)data, size);

    check_quoted (bytes);
    check_base64 (bytes);
    for (unsigned i = 0; i < G_N_ELEMENTS (charsets); i++)
        check_charset (charsets[i], (const char *)data, size);
    g_autofree char *words = witness_decode (line);
    g_assert_true (g_utf8_validate (words, -1, NULL));
    return 0;
}
