/* SPDX-License-Identifier: BSD-2-Clause */

#include "licet/utf8.h"

#include <string.h>

/* Bytes from which on a piece may end before a blank, before any letter, and anywhere; it ends
 * before a letter that is normal in any case. */
enum { SHORT_PIECE = 64, LONG_PIECE = 256, LONGEST_PIECE = 512 };

size_t
utf8_ascii_length (const char *text, size_t length)
{
    const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101), highs = ones * 0x80;
    size_t at = 0;

    for (guint64 eight = 0; length - at >= sizeof eight; at += sizeof eight) {
        memcpy (&eight, text + at, sizeof eight);
        if (((eight - ones) | eight) & highs)
            break;
    }
    while (at < length && (signed char)text[at] > 0)
        at++;
    return at;
}

/* A byte of ASCII is a capital when it has a high bit once "A" is moved to 0x80, and none once "Z" is
 * moved to 0x7f. */
void
utf8_lower_ascii (char *to, const char *text, size_t length)
{
    const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101), highs = ones * 0x80;
    size_t at = 0;

    for (guint64 eight = 0; length - at >= sizeof eight; at += sizeof eight) {
        memcpy (&eight, text + at, sizeof eight);
        guint64 low = eight & ~highs;
        guint64 capitals =
            (low + ones * (0x80 - 'A')) & ~(low + ones * (0x7f - 'Z')) & ~eight & highs;
        eight |= capitals >> 2;
        memcpy (to + at, &eight, sizeof eight);
    }
    for (; at < length; at++)
        to[at] = g_ascii_tolower (text[at]);
}

/* All bytes but those that continue a letter, 10xxxxxx. */
size_t
utf8_count_letters (const char *text, size_t length)
{
    const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
    size_t at = 0, count = length;

    for (guint64 eight = 0; length - at >= sizeof eight; at += sizeof eight) {
        memcpy (&eight, text + at, sizeof eight);
        guint64 continued = (eight >> 7) & ~(eight >> 6) & ones;
        count -= (size_t)((continued * ones) >> 56);
    }
    for (; at < length; at++)
        count -= ((unsigned char)text[at] & 0xc0) == 0x80;
    return count;
}

/* FNV-1a over eight bytes at a time. */
guint
utf8_hash (const char *text)
{
    size_t length = strlen (text);
    guint64 hash = length, eight = 0;

    for (; length >= sizeof eight; length -= sizeof eight, text += sizeof eight) {
        memcpy (&eight, text, sizeof eight);
        hash = (hash ^ eight) * G_GUINT64_CONSTANT (1099511628211);
        hash ^= hash >> 32;
    }
    eight = 0;
    memcpy (&eight, text, length);
    hash = (hash ^ eight) * G_GUINT64_CONSTANT (1099511628211);
    return (guint)(hash ^ hash >> 32);
}

typedef struct {
    gunichar first, last;
} Letters;

/* Letters that are composed and join nothing before them; then those of them that are compatible
 * with nothing, too. All that most texts have. Sorted. */
static const Letters composed[] = {
    { 0x00a0, 0x02ff },   { 0x0388, 0x0482 },   { 0x048a, 0x0556 }, { 0x05d0, 0x05ea },
    { 0x0621, 0x064a },   { 0x0e01, 0x0e30 },   { 0x2002, 0x2064 }, { 0x20a0, 0x20bf },
    { 0x2100, 0x2125 },   { 0x2190, 0x2328 },   { 0x2460, 0x27ff }, { 0x3000, 0x3029 },
    { 0x3041, 0x3096 },   { 0x309b, 0x30ff },   { 0x4e00, 0x9fff }, { 0xac00, 0xd7a3 },
    { 0xff01, 0xff5e },   { 0xfffd, 0xfffd },   { 0x1f300, 0x1faff },
};

static const Letters compatible[] = {
    { 0x00a1, 0x00a7 }, { 0x00a9, 0x00a9 }, { 0x00ab, 0x00ae },   { 0x00b0, 0x00b1 },
    { 0x00b6, 0x00b7 }, { 0x00bb, 0x00bb }, { 0x00bf, 0x0131 },   { 0x0134, 0x013e },
    { 0x0141, 0x0148 }, { 0x014a, 0x017e }, { 0x0388, 0x03ce },   { 0x0400, 0x0482 },
    { 0x048a, 0x0556 }, { 0x05d0, 0x05ea }, { 0x0621, 0x064a },   { 0x0e01, 0x0e30 },
    { 0x2012, 0x2016 }, { 0x2018, 0x2023 }, { 0x2030, 0x2032 },   { 0x2039, 0x203b },
    { 0x20a9, 0x20bf }, { 0x2190, 0x222b }, { 0x2231, 0x2328 },   { 0x2500, 0x27ff },
    { 0x3001, 0x3029 }, { 0x3041, 0x3096 }, { 0x30a1, 0x30fa },   { 0x4e00, 0x9fff },
    { 0xac00, 0xd7a3 }, { 0xfffd, 0xfffd }, { 0x1f300, 0x1faff },
};

static bool
is_one_of (const Letters *rows, unsigned count, gunichar letter)
{
    unsigned low = 0, high = count;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (letter > rows[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && letter >= rows[low].first;
}

/* Whether a form that composes leaves the letter alone, and what stands before it. */
static bool
is_normal (const char *at, GNormalizeMode mode)
{
    gunichar letter = g_utf8_get_char (at);

    if (letter < 0x80)
        return true;
    return mode == G_NORMALIZE_NFC
               ? is_one_of (composed, G_N_ELEMENTS (composed), letter)
               : is_one_of (compatible, G_N_ELEMENTS (compatible), letter);
}

static bool
composes (GNormalizeMode mode)
{
    return mode == G_NORMALIZE_NFC || mode == G_NORMALIZE_NFKC;
}

/* How much a text begins with that is normal already, without its last letter, which a mark may
 * follow. */
static size_t
normal_length (const char *text, size_t length, GNormalizeMode mode)
{
    size_t at = 0, last = 0;

    while (at < length) {
        size_t ascii = utf8_ascii_length (text + at, length - at);
        last = ascii > 0 ? at + ascii - 1 : last;
        at += ascii;
        if (at == length)
            return length;
        if (!composes (mode) || !is_normal (text + at, mode))
            return last;
        last = at;
        at += (size_t)g_utf8_skip[(guchar)text[at]];
    }
    return length;
}

static bool
may_end (const char *at, size_t length, GNormalizeMode mode)
{
    if (length > 0 && composes (mode) && is_normal (at, mode))
        return true;
    if (length < SHORT_PIECE)
        return false;
    if (g_ascii_isspace (*at) || length >= LONGEST_PIECE)
        return true;
    gunichar letter = g_utf8_get_char (at);
    return length >= LONG_PIECE && !g_unichar_ismark (letter) &&
           !(letter >= 0x1100 && letter < 0x1200);
}

static size_t
piece_length (const char *text, GNormalizeMode mode)
{
    const char *at = text;

    while (*at && !may_end (at, (size_t)(at - text), mode))
        at = g_utf8_next_char (at);
    return (size_t)(at - text);
}

char *
utf8_normalise (const char *text, GNormalizeMode mode)
{
    size_t left = strlen (text);
    GString *out = g_string_sized_new (left + 1);

    while (left > 0) {
        size_t length = normal_length (text, left, mode);
        if (length > 0) {
            g_string_append_len (out, text, (gssize)length);
        } else {
            length = piece_length (text, mode);
            g_autofree char *piece = g_utf8_normalize (text, (gssize)length, mode);
            g_string_append_len (out, piece ? piece : text, piece ? -1 : (gssize)length);
        }
        text += length;
        left -= length;
    }
    return g_string_free (out, FALSE);
}

bool
utf8_is_control (gunichar letter)
{
    return letter < 0x20 || (letter >= 0x7f && letter <= 0x9f) || letter == 0x061c ||
           letter == 0x200e || letter == 0x200f || (letter >= 0x2028 && letter <= 0x202e) ||
           (letter >= 0x2066 && letter <= 0x2069);
}

char *
utf8_without_controls (const char *text)
{
    g_autofree char *valid = g_utf8_make_valid (text, -1);
    g_autoptr (GString) clean = g_string_sized_new (strlen (valid));

    for (const char *c = valid; *c; c = g_utf8_next_char (c))
        g_string_append_unichar (clean, utf8_is_control (g_utf8_get_char (c)) ? 0xfffd
                                                                              : g_utf8_get_char (c));
    return g_string_free (g_steal_pointer (&clean), FALSE);
}
