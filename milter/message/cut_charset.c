/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A range of bytes as a range of characters. In the sets that are edited at all, markup and line
 * ends stand for themselves, but a cut may be asked for at any byte: the second half of a
 * character would be read with what comes before it.
 */

#include "cut_charset.h"

#include <string.h>

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

bool
cut_keeps_characters (const Part *part, const GArray *ranges)
{
    g_autoptr (GBytes) rest = cut_decoded (part->leaf.content, ranges);
    g_autoptr (GString) pieces = g_string_new (NULL);
    g_autoptr (GString) kept = g_string_new (NULL);

    decode_kept (part, ranges, pieces, kept);
    return decodes_to (part, part->leaf.content, pieces) && decodes_to (part, rest, kept);
}
