/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A range of bytes as a range of characters. In the sets that are edited at all, markup and line
 * ends stand for themselves, but a cut may be asked for at any byte: the second half of a
 * character would be read with what comes before it.
 */

#include "cut_charset.h"

#include <string.h>

#include "licet/utf8.h"

#include "charset.h"

static void
decode_kept (const Part *part, const GArray *ranges, GString *ret_pieces, GString *ret_kept)
{
    g_auto (CharsetDecoder) decoder = { 0 };
    size_t length = 0, from = 0, start = 0;
    const char *data = g_bytes_get_data (part->leaf.content, &length);

    charset_decoder_init (&decoder, part->leaf.charset);
    for (unsigned i = 0; i <= ranges->len; i++) {
        CutRange last = { length, length, NULL };
        const CutRange *range = i < ranges->len ? &g_array_index (ranges, CutRange, i) : &last;
        start = ret_pieces->len;
        charset_decode (&decoder, data + from, range->start - from, ret_pieces);
        g_string_append_len (ret_kept, ret_pieces->str + start,
                             (gssize)(ret_pieces->len - start));
        if (range->with)
            charset_decode (&decoder, range->with, strlen (range->with), ret_kept);
        charset_decode (&decoder, data + range->start, range->end - range->start, ret_pieces);
        from = range->end;
    }
}

static bool
decodes_to (const Part *part, GBytes *bytes, const GString *want)
{
    g_auto (CharsetDecoder) decoder = { 0 };
    g_autoptr (GString) text = g_string_sized_new (want->len);
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);

    charset_decoder_init (&decoder, part->leaf.charset);
    charset_decode (&decoder, data ? data : "", length, text);
    return g_string_equal (text, want);
}

static bool
begins_letter (const char *text)
{
    return ((unsigned char)*text & 0xc0) != 0x80;
}

/* Whether in UTF-8, or what is read like it, each piece begins with no byte that continues a letter: what
 * is before it then ends alike with it and without it. */
static bool
begin_letters (const Part *part, const GArray *ranges)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (part->leaf.content, &length);

    for (unsigned i = 0; i < ranges->len; i++) {
        const CutRange *range = &g_array_index (ranges, CutRange, i);
        if ((range->start < length && !begins_letter (data + range->start)) ||
            (range->end < length && !begins_letter (data + range->end)) ||
            (range->with && !begins_letter (range->with)))
            return false;
    }
    return true;
}

static bool
is_ascii (const Part *part, const GArray *ranges)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (part->leaf.content, &length);

    for (unsigned i = 0; i < ranges->len; i++) {
        const char *with = g_array_index (ranges, CutRange, i).with;
        if (with && utf8_ascii_length (with, strlen (with)) < strlen (with))
            return false;
    }
    return length == 0 || utf8_ascii_length (data, length) == length;
}

/* Where no byte can be read in two ways, nothing need be read at all. */
static bool
is_plain (const Part *part, const GArray *ranges)
{
    const char *charset = part->leaf.charset;

    if (charset_is_ascii (charset) || charset_is_utf8 (charset))
        return begin_letters (part, ranges);
    return charset_is_known (charset) && !charset_hides_markup (charset) &&
           is_ascii (part, ranges);
}

bool
cut_keeps_characters (const Part *part, const GArray *ranges)
{
    if (is_plain (part, ranges))
        return true;
    g_autoptr (GBytes) rest = cut_decoded (part->leaf.content, ranges);
    g_autoptr (GString) pieces = g_string_new (NULL);
    g_autoptr (GString) kept = g_string_new (NULL);

    decode_kept (part, ranges, pieces, kept);
    return decodes_to (part, part->leaf.content, pieces) && decodes_to (part, rest, kept);
}
