/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Character sets by what matters for a cut: whether "<" and line ends can be found in the raw
 * bytes. Only sets of this table reach iconv, whose rarer modules have a history of faults.
 */

#include "charset.h"

#include <errno.h>
#include <string.h>

#include "licet/utf8.h"

typedef enum {
    SET_UTF8,
    SET_ASCII,    /* read like UTF-8 */
    SET_SINGLE,   /* one byte a character, ASCII in its lower half */
    SET_MULTIPLE, /* ASCII bytes may be second bytes, but never "<" or a line end */
    SET_OPAQUE,   /* ASCII bytes may be anything */
} SetKind;

typedef struct {
    const char *pattern; /* lower case; a "*" at its end stands for the rest */
    SetKind kind;
    const char *iconv; /* NULL for the name itself */
} CharacterSet;

/* As in browsers, ASCII and Latin-1 labels are read as windows-1252 beyond ASCII, and the
 * national multi-byte sets as their supersets in use (WHATWG Encoding 4.2). */
static const CharacterSet sets[] = {
    { "utf-8", SET_UTF8, NULL },
    { "utf8", SET_UTF8, NULL },
    { "us-ascii", SET_ASCII, NULL },
    { "ascii", SET_ASCII, NULL },
    { "ansi_x3.4-1968", SET_ASCII, NULL },
    { "iso-8859-1", SET_SINGLE, "CP1252" },
    { "iso_8859-1", SET_SINGLE, "CP1252" },
    { "latin1", SET_SINGLE, "CP1252" },
    { "iso-8859-8-*", SET_SINGLE, "ISO-8859-8" },
    { "iso-8859-*", SET_SINGLE, NULL },
    { "windows-125*", SET_SINGLE, NULL },
    { "windows-874", SET_SINGLE, "CP874" },
    { "tis-620", SET_SINGLE, NULL },
    { "cp125*", SET_SINGLE, NULL },
    { "koi8-r", SET_SINGLE, NULL },
    { "koi8-u", SET_SINGLE, NULL },
    { "macintosh", SET_SINGLE, NULL },
    { "euc-jp", SET_MULTIPLE, NULL },
    { "euc-kr", SET_MULTIPLE, "CP949" },
    { "ks_c_5601-1987", SET_MULTIPLE, "CP949" },
    { "gb2312", SET_MULTIPLE, "GBK" },
    { "gbk", SET_MULTIPLE, NULL },
    { "gb18030", SET_MULTIPLE, NULL },
    { "big5", SET_MULTIPLE, NULL },
    { "shift_jis", SET_MULTIPLE, "CP932" },
    { "shift-jis", SET_MULTIPLE, "CP932" },
    { "cp932", SET_MULTIPLE, NULL },
    { "windows-31j", SET_MULTIPLE, "CP932" },
    { "utf-16*", SET_OPAQUE, NULL },
    { "utf-32*", SET_OPAQUE, NULL },
    { "utf-7", SET_OPAQUE, NULL },
    { "iso-2022-jp", SET_OPAQUE, NULL },
    { "iso-2022-kr", SET_OPAQUE, NULL },
    { "hz-gb-2312", SET_OPAQUE, "GB2312" },
};

static bool
matches (const char *pattern, const char *charset)
{
    size_t length = strlen (pattern);

    if (pattern[length - 1] == '*')
        return strncmp (pattern, charset, length - 1) == 0;
    return strcmp (pattern, charset) == 0;
}

static const CharacterSet *
find_set (const char *charset)
{
    if (!charset)
        return &sets[0];
    for (unsigned i = 0; i < G_N_ELEMENTS (sets); i++)
        if (matches (sets[i].pattern, charset))
            return &sets[i];
    return NULL;
}

bool
charset_hides_markup (const char *charset)
{
    const CharacterSet *set = find_set (charset);

    return set && set->kind == SET_OPAQUE;
}

bool
charset_is_known (const char *charset)
{
    return find_set (charset) != NULL;
}

bool
charset_is_ascii (const char *charset)
{
    const CharacterSet *set = charset ? find_set (charset) : NULL;

    return !charset || (set && set->kind == SET_ASCII);
}

bool
charset_is_utf8 (const char *charset)
{
    const CharacterSet *set = charset ? find_set (charset) : NULL;

    return set && set->kind == SET_UTF8;
}

/* RFC 1556: ISO-8859-8 is in the order in which it is seen. */
bool
charset_is_single (const char *charset)
{
    const CharacterSet *set = charset ? find_set (charset) : NULL;

    return set && set->kind == SET_SINGLE && !g_str_has_prefix (charset, "iso-8859-8");
}

static const char *
strict_name (const char *charset)
{
    const CharacterSet *set = find_set (charset);
    bool stretched = set->iconv && strcmp (set->iconv, "CP1252") == 0;

    return stretched ? "ISO-8859-1" : set->iconv ? set->iconv : charset;
}

/* U+0080 to U+009F: controls by the set, letters in browsers. */
static bool
has_upper_controls (const char *text, size_t length)
{
    for (size_t i = 0; i + 1 < length; i++)
        if ((unsigned char)text[i] == 0xc2 && (unsigned char)text[i + 1] < 0xa0)
            return true;
    return false;
}

char *
charset_to_utf8 (const char *charset, const char *bytes, size_t length, size_t *ret_length)
{
    g_autofree char *text = g_convert (bytes, (gssize)length, "UTF-8", strict_name (charset),
                                       NULL, ret_length, NULL);

    return text && !has_upper_controls (text, *ret_length) ? g_steal_pointer (&text) : NULL;
}

char *
charset_from_utf8 (const char *charset, const char *text, gssize length, size_t *ret_length)
{
    size_t size = length < 0 ? strlen (text) : (size_t)length;

    if (has_upper_controls (text, size))
        return NULL;
    return g_convert (text, (gssize)size, strict_name (charset), "UTF-8", NULL, ret_length,
                      NULL);
}

void
charset_decoder_init (CharsetDecoder *decoder, const char *charset)
{
    const CharacterSet *set = find_set (charset);

    decoder->handle = (GIConv)-1;
    decoder->clean = true;
    decoder->ascii = !set || set->kind != SET_OPAQUE;
    if (set && set->kind != SET_UTF8 && set->kind != SET_ASCII)
        decoder->handle = g_iconv_open ("UTF-8", set->iconv ? set->iconv : charset);
}

void
charset_decoder_clear (CharsetDecoder *decoder)
{
    /* One that was never begun is all zero: an early return clears it, too. */
    if (decoder->handle && decoder->handle != (GIConv)-1)
        g_iconv_close (decoder->handle);
    decoder->handle = (GIConv)-1;
}

/* The text is a C string, so NUL becomes U+FFFD. A broken encoding can be megabytes of them. */
static size_t
append_nuls (const char *text, size_t length, GString *out)
{
    size_t count = 0, at = out->len;

    while (count < length && text[count] == '\0')
        count++;
    g_string_set_size (out, at + 3 * count);
    for (size_t i = 0; i < count; i++, at += 3)
        memcpy (out->str + at, "\xef\xbf\xbd", 3);
    return count;
}

/* Bytes without meaning, at least one. Returns how many. */
static size_t
append_stray (CharsetDecoder *decoder, const char *text, size_t length, GString *out)
{
    decoder->clean = false;
    if (*text == '\0')
        return append_nuls (text, length, out);
    g_string_append_unichar (out, (unsigned char)*text);
    return 1;
}

static void
append_utf8 (CharsetDecoder *decoder, const char *text, size_t length, GString *out)
{
    while (length > 0) {
        const char *end = NULL;
        if (g_utf8_validate_len (text, length, &end)) {
            g_string_append_len (out, text, (gssize)length);
            return;
        }
        g_string_append_len (out, text, end - text);
        length -= (size_t)(end - text);
        size_t stray = append_stray (decoder, end, length, out);
        length -= stray;
        text = end + stray;
    }
}

static void
append_converted (CharsetDecoder *decoder, const char *text, size_t length, GString *out)
{
    char *from = (char *)text;

    g_iconv (decoder->handle, NULL, NULL, NULL, NULL);
    while (length > 0) {
        char buffer[4096];
        char *to = buffer;
        size_t room = sizeof buffer;
        size_t failed = g_iconv (decoder->handle, &from, &length, &to, &room);
        int problem = failed == (size_t)-1 ? errno : 0;

        append_utf8 (decoder, buffer, sizeof buffer - room, out);
        if (length > 0 && problem != 0 && problem != E2BIG) {
            append_stray (decoder, from, 1, out);
            from++;
            length--;
        }
    }
}

void
charset_decode (CharsetDecoder *decoder, const char *text, size_t length, GString *out)
{
    if (decoder->ascii && utf8_ascii_length (text, length) == length)
        g_string_append_len (out, text, (gssize)length);
    else if (decoder->handle == (GIConv)-1)
        append_utf8 (decoder, text, length, out);
    else
        append_converted (decoder, text, length, out);
}

/* In a multi-byte set a first byte without its second one would swallow the byte that a cut
 * moves behind it. */
static bool
is_clean (const char *charset, const char *text, size_t length)
{
    g_auto (CharsetDecoder) decoder = { 0 };
    g_autoptr (GString) out = g_string_new (NULL);

    charset_decoder_init (&decoder, charset);
    charset_decode (&decoder, text, length, out);
    return decoder.clean;
}

const char *
charset_lock_reason (const char *charset, const char *text, size_t length)
{
    const CharacterSet *set = find_set (charset);

    if (!set)
        return "its character set is not known";
    switch (set->kind) {
    case SET_UTF8:
    case SET_ASCII:
    case SET_SINGLE:
        return NULL;
    case SET_MULTIPLE:
        return is_clean (charset, text, length) ? NULL
                                                : "its text does not fit its character set";
    case SET_OPAQUE:
        return "its character set hides markup";
    }
    g_assert_not_reached ();
}
