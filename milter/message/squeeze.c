/* SPDX-License-Identifier: BSD-2-Clause */

#include "squeeze.h"

#include <gumbo.h>
#include <string.h>

#include "blocks.h"
#include "enclosed.h"
#include "html.h"
#include "numbering.h"

/* LONGEST: in bytes; the names of references, which have 32, are within KEPT_HEAD. */
enum { LONGEST = 16 * 1024, KEPT_HEAD = 1024, KEPT_TAIL = 64 };

/* Names of references, and words that a parser knows as values, are no longer. */
enum { KNOWN_WORD = 33 };

/* Tags have no more, but those that are made to have them. */
enum { MOST_ATTRIBUTES = 32 };

/* What is shorter is not worth its mark. */
enum { LEAST_MIDDLE = 16, LEAST_ATTRIBUTES = 20, LEAST_BLANKS = 5 };

typedef struct {
    size_t start, end; /* of the page */
    size_t at;         /* of the squeezed page, where it goes on behind what was dropped */
    char with[65];
} Drop;

typedef struct {
    const char *data;
    size_t length;
    const GArray *ranges;
    Squeezed *squeezed;
    bool blanks;         /* no form feed stands in the page */
    GHashTable *middles; /* to the numbers of their marks (numbering.h) */
    GHashTable *runs;    /* the same of runs of blanks */
} Search;

static size_t
word_end (const char *data, size_t length, size_t at)
{
    while (at < length && g_ascii_isalnum (data[at]))
        at++;
    return at;
}

static bool
is_touched (const Search *search, size_t start, size_t end)
{
    bool touched = false;

    cut_covers (search->ranges, start, end, &touched);
    return touched;
}

static void
drop_word (Search *search, size_t start, size_t end)
{
    Drop drop = { .start = start + KEPT_HEAD, .end = end - KEPT_TAIL };
    g_autofree char *hash = g_compute_checksum_for_data (
        G_CHECKSUM_SHA256, (const guchar *)search->data + drop.start, drop.end - drop.start);

    g_strlcpy (drop.with, hash, sizeof drop.with);
    g_array_append_val (search->squeezed->drops, drop);
}

/* Behind the digits, of which a reference may have any number (13.2.5.75 to 13.2.5.79): each counts. */
static size_t
number_end (const Search *search, size_t at, size_t end)
{
    bool hex = at < end && (search->data[at] == 'x' || search->data[at] == 'X');

    at += hex;
    while (at < end &&
           (hex ? g_ascii_isxdigit (search->data[at]) : g_ascii_isdigit (search->data[at])))
        at++;
    return at;
}

static void
find_words (Search *search, size_t from, size_t length)
{
    for (size_t at = from, end; at < length; at = end + 1) {
        end = word_end (search->data, length, at);
        bool number = at > 0 && search->data[at - 1] == '#';
        size_t start = number ? number_end (search, at, end) : at;
        if (end - start > LONGEST && !is_touched (search, at, end))
            drop_word (search, start, end);
    }
}

static void
drop_middle (Search *search, size_t start, size_t end, SqueezeKind kind)
{
    Drop drop = { .start = start, .end = end };
    unsigned number = numbering_find (search->middles, search->data + start, end - start);

    g_snprintf (drop.with, sizeof drop.with, "%s%c%ux", search->squeezed->mark, kind, number);
    size_t drops = search->squeezed->drops->len;
    if (kind == SQUEEZE_VALUE)
        g_array_append_val (search->squeezed->values, drops);
    else if (kind == SQUEEZE_TEXT)
        search->squeezed->texts++;
    else
        search->squeezed->comments++;
    g_array_append_val (search->squeezed->drops, drop);
}

/* After a tag that stays before it, a text begins anew; else its beginning may belong to a
 * reference or, after a cut, to anything. */
static bool
begins_text (const Search *search, size_t start)
{
    unsigned next = cut_first_after (search->ranges, start);

    return start > 0 && search->data[start - 1] == '>' &&
           (next == 0 || g_array_index (search->ranges, CutRange, next - 1).end < start);
}

/* Behind what may belong to a reference. */
static size_t
reference_end (const Search *search, size_t start, size_t end, SqueezeKind kind)
{
    if (kind == SQUEEZE_TEXT ? begins_text (search, start) : search->data[start - 1] != '&')
        return start;
    size_t number = search->data[start] == '#' ? number_end (search, start + 1, end) : start;
    return MAX (number, start + KNOWN_WORD - 1);
}

/* A stretch without any sign that means something to a parser. */
static void
take_stretch (Search *search, size_t start, size_t end, SqueezeKind kind)
{
    size_t from = reference_end (search, start, end, kind);

    if (is_touched (search, start, end)) {
        find_words (search, start, end);
        return;
    }
    while (from < end && !g_ascii_isalnum (search->data[from]))
        from++;
    from++;
    while (end > from && !g_ascii_isalnum (search->data[end - 1]))
        end--;
    if (end > from + LEAST_MIDDLE)
        drop_middle (search, from, end - 1, kind);
}

/* NUL is replaced or dropped, "<" and "&" begin something, ">" and quotes may end it. */
static bool
is_stop (char c, bool value)
{
    return c == '<' || c == '>' || c == '&' || c == '\0' ||
           (value && (c == '"' || c == '\'' || c == '`'));
}

/* Blanks that nothing else is between become a form feed, which no page has, and a number of spaces
 * and tabs: still blanks, whatever they separate, and different where they were. */
static void
drop_blanks (Search *search, size_t start, size_t end)
{
    Drop drop = { .start = start, .end = end, .with = "\f" };
    unsigned number = numbering_find (search->runs, search->data + start, end - start),
             digit = 1;

    for (; number > 0; number /= 2)
        drop.with[digit++] = number % 2 ? '\t' : ' ';
    if (digit < end - start)
        g_array_append_val (search->squeezed->drops, drop);
}

static bool
is_blank (char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Not behind a cut: after some start tags a line end is dropped. */
static void
take_blanks (Search *search, size_t start, size_t end)
{
    if (search->blanks && start > 0 && !is_touched (search, start - 1, end))
        drop_blanks (search, start, end);
}

static size_t
count_blanks (const Search *search, size_t start, size_t end)
{
    size_t at = start;

    while (at < end && is_blank (search->data[at]))
        at++;
    return at - start;
}

static void
find_stretches (Search *search, size_t start, size_t end, SqueezeKind kind)
{
    for (size_t at = start, stop; at < end; at = stop + 1) {
        stop = at;
        while (stop < end && !is_stop (search->data[stop], kind != SQUEEZE_TEXT))
            stop++;
        if (stop - at < LEAST_BLANKS)
            continue;
        if (count_blanks (search, at, stop) == stop - at && kind == SQUEEZE_TEXT)
            take_blanks (search, at, stop);
        else if (stop - at > LEAST_MIDDLE)
            take_stretch (search, at, stop, kind);
    }
}

bool
squeeze_is_known (const char *name, size_t length)
{
    return (length == 4 && g_ascii_strncasecmp (name, "type", length) == 0) ||
           (length == 8 && g_ascii_strncasecmp (name, "encoding", length) == 0);
}

/* Of two attributes of one name a parser drops the second. */
static bool
is_repeated (const Search *search, const HtmlAttribute *attributes, unsigned count)
{
    const HtmlAttribute *last = &attributes[count - 1];

    for (unsigned i = 0; i + 1 < count; i++)
        if (attributes[i].name_length == last->name_length &&
            g_ascii_strncasecmp (search->data + attributes[i].name, search->data + last->name,
                                 last->name_length) == 0)
            return true;
    return false;
}

/* Whether a parser looks at the name alone of a start tag (13.2.6). Not of an input, which may be
 * hidden, of html and body, which may be there already, and of formatting elements but links; in
 * drawings and formulas (13.2.6.5) no element of HTML comes of it. */
static bool
has_free_attributes (const Search *search, const HtmlToken *token)
{
    static const unsigned char tags[GUMBO_TAG_LAST + 1] = {
        [GUMBO_TAG_A] = 1,      [GUMBO_TAG_BLOCKQUOTE] = 1, [GUMBO_TAG_BR] = 1,
        [GUMBO_TAG_CENTER] = 1, [GUMBO_TAG_DIV] = 1,        [GUMBO_TAG_FORM] = 1,
        [GUMBO_TAG_H1] = 1,     [GUMBO_TAG_H2] = 1,         [GUMBO_TAG_H3] = 1,
        [GUMBO_TAG_H4] = 1,     [GUMBO_TAG_H5] = 1,         [GUMBO_TAG_H6] = 1,
        [GUMBO_TAG_HR] = 1,     [GUMBO_TAG_IMG] = 1,        [GUMBO_TAG_LI] = 1,
        [GUMBO_TAG_OL] = 1,     [GUMBO_TAG_P] = 1,          [GUMBO_TAG_SPAN] = 1,
        [GUMBO_TAG_TABLE] = 1,  [GUMBO_TAG_TBODY] = 1,      [GUMBO_TAG_TD] = 1,
        [GUMBO_TAG_TH] = 1,     [GUMBO_TAG_TR] = 1,         [GUMBO_TAG_UL] = 1,
    };

    return tags[gumbo_tagn_enum (search->data + token->name, (unsigned)token->name_length)];
}

/* All between the name and the end of the tag, but for the slash of one that has no content. */
static bool
drop_attributes (Search *search, const HtmlToken *token)
{
    Drop drop = { .start = token->name + token->name_length, .end = token->end - 1 };

    while (drop.end > drop.start && search->data[drop.end - 1] == '/')
        drop.end--;
    if (drop.end < drop.start + LEAST_ATTRIBUTES || !has_free_attributes (search, token) ||
        is_touched (search, token->start, token->end))
        return false;
    unsigned number =
        numbering_find (search->middles, search->data + drop.start, drop.end - drop.start);
    g_snprintf (drop.with, sizeof drop.with, " %s%c%ux", search->squeezed->mark, SQUEEZE_TAG,
                number);
    g_array_append_val (search->squeezed->drops, drop);
    search->squeezed->tags++;
    return true;
}

static void
find_values (Search *search, const HtmlToken *token)
{
    size_t position = token->name + token->name_length;
    HtmlAttribute attributes[MOST_ATTRIBUTES];

    for (unsigned count = 0;
         count < MOST_ATTRIBUTES &&
         html_next_attribute (search->data, token->end, &position, &attributes[count]);) {
        const HtmlAttribute *attribute = &attributes[count++];
        size_t end = attribute->value + attribute->value_length;
        if (attribute->value_length <= LEAST_MIDDLE || end >= token->end)
            continue;
        char quote = search->data[attribute->value - 1];
        if ((quote == '"' || quote == '\'') && search->data[end] == quote &&
            !is_repeated (search, attributes, count) &&
            !squeeze_is_known (search->data + attribute->name, attribute->name_length))
            find_stretches (search, attribute->value, end, SQUEEZE_VALUE);
    }
}

/* Of a comment with its end. No "-" is at the borders, and none that ends it can be within. */
static void
take_comment (Search *search, const HtmlToken *token)
{
    size_t start = token->start + strlen ("<!--"), end = token->end - strlen ("-->");

    if (token->end - token->start <= strlen ("<!---->") + LEAST_MIDDLE ||
        memcmp (search->data + end, "-->", strlen ("-->")) != 0 ||
        is_touched (search, token->start, token->end))
        return;
    while (start < end && !g_ascii_isalnum (search->data[start]))
        start++;
    while (end > start && !g_ascii_isalnum (search->data[end - 1]))
        end--;
    if (end > start + 1 + LEAST_MIDDLE)
        drop_middle (search, start + 1, end - 1, SQUEEZE_COMMENT);
}

/* An element that is squeezed, or several. */
typedef struct {
    size_t name_end, end; /* of what goes */
    SqueezeKind kind;
} Inner;

/* All between the name in the start tag and the end tag, or behind the last one, but for the letter
 * of a block. */
static void
drop_inner (Search *search, size_t start, const Inner *inner)
{
    Drop drop = { .start = inner->name_end, .end = inner->end };
    unsigned number =
        numbering_find (search->middles, search->data + drop.start, drop.end - drop.start);
    bool block = inner->kind != SQUEEZE_ELEMENT;
    int length = g_snprintf (drop.with, sizeof drop.with, " %s%c%ux>%s", search->squeezed->mark,
                             inner->kind, number, block ? SQUEEZE_LETTER : "");

    if (inner->kind == SQUEEZE_RUN || inner->kind == SQUEEZE_FORMATTED_RUN)
        g_snprintf (drop.with + length, sizeof drop.with - (size_t)length,
                    "</%.*s>" SQUEEZE_BEHIND, (int)(inner->name_end - start - 1),
                    search->data + start + 1);
    g_array_append_val (search->squeezed->drops, drop);
    if (block)
        search->squeezed->blocks++;
    else
        search->squeezed->enclosed++;
}

/* The elements that are squeezed, one after the other as they begin. */
typedef struct {
    const GArray *tables, *blocks; /* NULL for none */
    unsigned next_table, next_block;
} Elements;

static bool
table_at (Elements *elements, size_t place, Inner *ret_inner)
{
    while (elements->tables && elements->next_table < elements->tables->len) {
        const Enclosed *table =
            &g_array_index (elements->tables, Enclosed, elements->next_table);
        if (table->start > place)
            return false;
        elements->next_table++;
        *ret_inner = (Inner){ table->name_end, table->inner_end, SQUEEZE_ELEMENT };
        if (table->start == place)
            return true;
    }
    return false;
}

static bool
block_at (Elements *elements, size_t place, Inner *ret_inner)
{
    while (elements->blocks && elements->next_block < elements->blocks->len) {
        const Block *block = &g_array_index (elements->blocks, Block, elements->next_block);
        SqueezeKind plain = block->joined ? SQUEEZE_RUN : SQUEEZE_BLOCK;
        SqueezeKind formatted = block->joined ? SQUEEZE_FORMATTED_RUN : SQUEEZE_FORMATTED;
        if (block->start > place)
            return false;
        elements->next_block++;
        *ret_inner = (Inner){ block->name_end, block->end, block->formats ? formatted : plain };
        if (block->start == place)
            return true;
    }
    return false;
}

static void
take_token (Search *search, const HtmlToken *token)
{
    if (token->kind == HTML_TEXT)
        find_stretches (search, token->start, token->end, SQUEEZE_TEXT);
    else if (token->kind == HTML_COMMENT)
        take_comment (search, token);
    else if (token->end - token->start > LONGEST)
        find_words (search, token->start, token->end);
    else if (token->kind == HTML_START && token->end - token->start > LEAST_MIDDLE &&
             !drop_attributes (search, token))
        find_values (search, token);
}

static void
find_texts (Search *search, Elements *elements)
{
    HtmlScanner scanner;
    HtmlToken token;
    Inner inner;

    html_scanner_init (&scanner, search->data, search->length);
    while (html_next (&scanner, &token)) {
        if (token.kind == HTML_START && (block_at (elements, token.start, &inner) ||
                                         table_at (elements, token.start, &inner))) {
            drop_inner (search, token.start, &inner);
            scanner.position = inner.end;
        } else {
            take_token (search, &token);
        }
    }
}

static void
find_drops (Search *search, SqueezeDepth depth)
{
    g_autoptr (GArray) tables = NULL, blocks = NULL;
    Elements elements = { 0 };

    if (depth == SQUEEZE_WORDS) {
        find_words (search, 0, search->length);
        return;
    }
    if (depth >= SQUEEZE_ENCLOSED)
        tables = enclosed_find (search->data, search->length, search->ranges);
    if (depth >= SQUEEZE_BLOCKS)
        blocks = blocks_find (search->data, search->length, search->ranges);
    elements.tables = tables;
    elements.blocks = blocks;
    find_texts (search, &elements);
}

static GBytes *
drop_all (const Search *search)
{
    GString *out = g_string_sized_new (search->length);
    GArray *drops = search->squeezed->drops;
    size_t from = 0;

    for (unsigned i = 0; i < drops->len; i++) {
        Drop *drop = &g_array_index (drops, Drop, i);
        g_string_append_len (out, search->data + from, (gssize)(drop->start - from));
        g_string_append (out, drop->with);
        drop->at = out->len;
        from = drop->end;
    }
    g_string_append_len (out, search->data + from, (gssize)(search->length - from));
    return g_string_free_to_bytes (out);
}

static size_t
shorter_by (const Drop *drop)
{
    return drop->end - drop->start - strlen (drop->with);
}

static GArray *
move_ranges (const GArray *ranges, const GArray *drops)
{
    GArray *moved = g_array_sized_new (FALSE, FALSE, sizeof (CutRange), ranges->len);
    size_t sum = 0;

    for (unsigned i = 0, next = 0; i < ranges->len; i++) {
        CutRange range = g_array_index (ranges, CutRange, i);
        for (; next < drops->len && g_array_index (drops, Drop, next).end <= range.start;
             next++)
            sum += shorter_by (&g_array_index (drops, Drop, next));
        range.start -= sum; /* no drop stands in a range */
        range.end -= sum;
        g_array_append_val (moved, range);
    }
    return moved;
}

/* From numbers of drops to where their marks begin. */
static void
place_values (Squeezed *squeezed)
{
    for (unsigned i = 0; i < squeezed->values->len; i++) {
        size_t *value = &g_array_index (squeezed->values, size_t, i);
        const Drop *drop = &g_array_index (squeezed->drops, Drop, *value);
        *value = drop->at - strlen (drop->with);
    }
}

static bool
is_result (GBytes *before, const GArray *ranges, GBytes *after)
{
    g_autoptr (GBytes) result = cut_decoded (before, ranges);

    return g_bytes_equal (result, after);
}

/* GLib's generator begins with random bytes of the system, and what it gives here is shown to nobody. */
static void
make_mark (char *mark)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    guint64 bits = (guint64)g_random_int () << 32 | g_random_int ();

    mark[0] = 'q'; /* no digit of a reference */
    for (unsigned i = 1; i < SQUEEZE_MARK_SIZE - 1; i++, bits /= 32)
        mark[i] = letters[bits % 32];
}

Squeezed *
squeeze_new (GBytes *before, const GArray *ranges, GBytes *after, SqueezeDepth depth)
{
    g_autoptr (GHashTable) middles = numbering_new (), runs = numbering_new ();
    Squeezed *squeezed = g_new0 (Squeezed, 1);
    Search search = { .ranges = ranges, .squeezed = squeezed, .middles = middles };

    make_mark (squeezed->mark);
    search.data = g_bytes_get_data (before, &search.length);
    search.runs = runs;
    search.blanks = search.length > 0 && !memchr (search.data, '\f', search.length);
    squeezed->drops = g_array_new (FALSE, FALSE, sizeof (Drop));
    squeezed->values = g_array_new (FALSE, FALSE, sizeof (size_t));
    if (search.length > 0 && is_result (before, ranges, after))
        find_drops (&search, depth);
    if (squeezed->drops->len == 0) {
        squeezed->before = g_bytes_ref (before);
        squeezed->after = g_bytes_ref (after);
        squeezed->ranges = g_array_ref ((GArray *)ranges);
        return squeezed;
    }
    squeezed->before = drop_all (&search);
    squeezed->ranges = move_ranges (ranges, squeezed->drops);
    squeezed->after = cut_decoded (squeezed->before, squeezed->ranges);
    place_values (squeezed);
    return squeezed;
}

void
squeeze_free (Squeezed *squeezed)
{
    g_bytes_unref (squeezed->before);
    g_bytes_unref (squeezed->after);
    g_array_unref (squeezed->ranges);
    g_array_unref (squeezed->drops);
    g_array_unref (squeezed->values);
    g_free (squeezed);
}

size_t
squeeze_place (const Squeezed *squeezed, size_t offset)
{
    size_t sum = 0;

    for (unsigned i = 0; i < squeezed->drops->len; i++) {
        const Drop *drop = &g_array_index (squeezed->drops, Drop, i);
        sum += drop->at <= offset ? shorter_by (drop) : 0;
    }
    return offset + sum;
}
