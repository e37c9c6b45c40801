/* SPDX-License-Identifier: BSD-2-Clause */

/* Plain text with its links, and the visible text of any range of a leaf. */

#include "text.h"

#include <string.h>

#include "charset.h"
#include "html.h"

/* A newsletter has some hundred links; each carries the line it stands in. */
#define MOST_LINKS      10000
#define LONGEST_CONTEXT 300

GBytes *
text_source (const Part *part)
{
    g_auto (CharsetDecoder) decoder = { 0 };
    size_t length = 0;
    const char *data = g_bytes_get_data (part->leaf.content, &length);

    charset_decoder_init (&decoder, part->leaf.charset);
    if (decoder.ascii || length == 0)
        return g_bytes_ref (part->leaf.content);
    GString *text = g_string_new (NULL);
    charset_decode (&decoder, data, length, text);
    return g_string_free_to_bytes (text);
}

bool
text_is_transcoded (const Part *part)
{
    return part->source != part->leaf.content;
}

/* The length of the blank character at text, or 0. */
static size_t
blank_length (const char *text)
{
    if ((unsigned char)*text < 0x80)
        return *text == ' ' || (*text >= '\t' && *text <= '\r') ? 1 : 0;
    return g_unichar_isspace (g_utf8_get_char (text)) ? (size_t)g_utf8_skip[(guchar)*text] : 0;
}

/* A letter of ASCII, or the one blank between two. */
static bool
is_plain_at (const char *text, const char *end)
{
    if (text >= end || *text < ' ' || *text == 0x7f)
        return false;
    return *text > ' ' || (text + 1 < end && text[1] > ' ' && text[1] < 0x7f);
}

/* Of a text that does not end within a letter. */
static char *
collapse (const char *text, size_t length)
{
    const char *end = text + length;
    char *collapsed = g_malloc (length + 1), *to = collapsed;
    bool apart = false;

    while (text < end) {
        size_t blank = blank_length (text);
        apart = apart || blank > 0;
        text += blank;
        if (blank > 0)
            continue;
        if (apart && to > collapsed)
            *to++ = ' ';
        apart = false;
        const char *next = MIN (text + g_utf8_skip[(guchar)*text], end);
        while (text < next || is_plain_at (text, end))
            *to++ = *text++;
    }
    *to = '\0';
    return collapsed;
}

char *
text_collapse (const char *text)
{
    return collapse (text, strlen (text));
}

static void
append_source (const Part *part, size_t start, size_t end, GString *out)
{
    if (start >= end)
        return;
    g_auto (CharsetDecoder) decoder = { 0 };
    const char *data = g_bytes_get_data (part->source, NULL);

    charset_decoder_init (&decoder, text_is_transcoded (part) ? NULL : part->leaf.charset);
    if (part->leaf.kind == LEAF_PLAIN) {
        charset_decode (&decoder, data + start, end - start, out);
        return;
    }
    g_autoptr (GString) raw = g_string_new (NULL);
    charset_decode (&decoder, data + start, end - start, raw);
    html_append_unescaped (out, raw->str, raw->len);
}

/* The first run that ends after an offset. */
static unsigned
find_run (const GArray *runs, size_t offset)
{
    unsigned low = 0, high = runs->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (g_array_index (runs, TextRun, middle).end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether a range holds whole runs only, and all that became of them. */
static bool
find_whole (const Part *part, size_t start, size_t end, TextRun *ret_whole)
{
    const GArray *runs = part->runs;
    unsigned first = find_run (runs, start), last = find_run (runs, end);

    while (last > first &&
           (last == runs->len || g_array_index (runs, TextRun, last).start >= end))
        last--;
    if (last == runs->len || last < first)
        return false;
    *ret_whole = (TextRun){ .start = g_array_index (runs, TextRun, first).start,
                            .end = g_array_index (runs, TextRun, last).end,
                            .text_start = g_array_index (runs, TextRun, first).text_start,
                            .text_end = g_array_index (runs, TextRun, last).text_end };
    return ret_whole->start >= start && ret_whole->end <= end;
}

/* Visible text of a range, with its blanks: of the leaf, or put together in `made`. Runs within the
 * range are taken with the line breaks between them; a run that is only partly inside is decoded
 * again. */
static const char *
find_visible (const Part *part, size_t start, size_t end, GString *made, size_t *ret_length)
{
    size_t last = 0;
    TextRun whole;

    *ret_length = 0;
    if (!part->source)
        return "";
    if (text_is_transcoded (part)) {
        bool all = start == 0 && end >= g_bytes_get_size (part->leaf.content);
        *ret_length = all ? strlen (part->leaf.text) : 0;
        return part->leaf.text;
    }
    if (find_whole (part, start, end, &whole)) {
        *ret_length = whole.text_end - whole.text_start;
        return part->leaf.text + whole.text_start;
    }
    for (unsigned i = find_run (part->runs, start); i < part->runs->len; i++) {
        const TextRun *run = &g_array_index (part->runs, TextRun, i);
        if (run->start >= end)
            break;
        if (made->len > 0)
            g_string_append_len (made, part->leaf.text + last,
                                 (gssize)(run->text_start - last));
        if (run->start >= start && run->end <= end)
            g_string_append_len (made, part->leaf.text + run->text_start,
                                 (gssize)(run->text_end - run->text_start));
        else
            append_source (part, MAX (run->start, start), MIN (run->end, end), made);
        last = run->text_end;
    }
    *ret_length = strlen (made->str);
    return made->str;
}

char *
text_visible (const Part *part, size_t start, size_t end)
{
    g_autoptr (GString) made = g_string_new (NULL);
    size_t length = 0;
    const char *text = find_visible (part, start, end, made, &length);

    return collapse (text, length);
}

void
text_append_letters (const Part *part, size_t start, size_t end, GString *out)
{
    g_autoptr (GString) made = g_string_new (NULL);
    size_t length = 0, at = out->len;
    const char *text = find_visible (part, start, end, made, &length);

    g_string_set_size (out, at + length);
    for (const char *stop = text + length; text < stop;) {
        size_t blank = blank_length (text);
        const char *next = blank > 0 ? text : text + g_utf8_skip[(guchar)*text];
        text += blank;
        while (text < MIN (next, stop) || (text < stop && g_ascii_isgraph (*text)))
            out->str[at++] = *text++;
    }
    g_string_truncate (out, at);
}

/* The length of the scheme or name that a link in plain text begins with, or 0. */
static size_t
link_prefix (const char *text, size_t length)
{
    static const char *const prefixes[] = { "http://", "https://", "mailto:", "www." };

    for (unsigned i = 0; i < G_N_ELEMENTS (prefixes); i++) {
        size_t prefix = strlen (prefixes[i]);
        if (length > prefix && g_ascii_strncasecmp (text, prefixes[i], prefix) == 0)
            return prefix;
    }
    return 0;
}

/* RFC 3986 appendix C: up to a blank or an angle bracket, without the punctuation of the
 * sentence around it. */
static size_t
link_length (const char *text, size_t length)
{
    size_t i = 0;

    while (i < length && (unsigned char)text[i] > ' ' && !strchr ("<>\"", text[i]))
        i++;
    while (i > 0 && strchr (".,;:!?)]}'*", text[i - 1]))
        i--;
    return i;
}

/* Where the line before the one at offset begins, but not too far away. */
static size_t
context_start (const char *data, size_t offset)
{
    size_t limit = offset > LONGEST_CONTEXT ? offset - LONGEST_CONTEXT : 0;
    unsigned lines = 0;

    while (offset > limit) {
        if (data[offset - 1] == '\n' && ++lines == 2)
            break;
        offset--;
    }
    return offset;
}

static size_t
context_end (const char *data, size_t length, size_t offset)
{
    size_t limit = MIN (length, offset + LONGEST_CONTEXT);

    while (offset < limit && data[offset] != '\n')
        offset++;
    return offset;
}

static void
add_link (Part *part, const char *data, size_t length, size_t start, size_t used)
{
    g_autoptr (GString) target = g_string_new (NULL);
    g_autoptr (GString) context = g_string_new (NULL);
    Link *link = g_new0 (Link, 1);
    size_t from = context_start (data, start);

    append_source (part, start, start + used, target);
    append_source (part, from, context_end (data, length, start + used), context);
    link->target = g_strdup (target->str);
    link->text = text_collapse (context->str);
    link->start = start;
    link->visible = true;
    g_ptr_array_add (part->leaf.links, link);
}

static bool
may_begin_link (char c)
{
    switch (c) {
    case 'h':
    case 'H':
    case 'm':
    case 'M':
    case 'w':
    case 'W':
        return true;
    default:
        return false;
    }
}

static void
find_links (Part *part, const char *data, size_t length)
{
    for (size_t i = 0; i < length && part->leaf.links->len < MOST_LINKS; i++) {
        if (!may_begin_link (data[i]) || (i > 0 && g_ascii_isalnum (data[i - 1])))
            continue;
        size_t prefix = link_prefix (data + i, length - i);
        size_t used = prefix > 0 ? link_length (data + i, length - i) : 0;
        if (used > prefix) {
            add_link (part, data, length, i, used);
            i += used - 1;
        } else if (used > 0) {
            i += used - 1;
        }
    }
}

void
text_read_plain (Part *part)
{
    size_t length = 0;

    part->source = text_source (part);
    const char *data = g_bytes_get_data (part->source, &length);
    GString *text = g_string_sized_new (length + 1);
    append_source (part, 0, length, text);
    TextRun run = { .start = 0, .end = length, .text_start = 0, .text_end = text->len };
    g_array_append_val (part->runs, run);
    part->leaf.text = g_string_free (text, FALSE);
    find_links (part, data, length);
}
