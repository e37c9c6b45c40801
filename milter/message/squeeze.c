/* SPDX-License-Identifier: BSD-2-Clause */

#include "squeeze.h"

#include <string.h>

#include "html.h"

/* LONGEST: in bytes; the names of references, which have 32, are within KEPT_HEAD. */
enum { LONGEST = 16 * 1024, KEPT_HEAD = 1024, KEPT_TAIL = 64 };

/* Names of references, and words that a parser knows as values, are no longer. */
enum { KNOWN_WORD = 33 };

/* What is shorter is not worth its mark. */
enum { LEAST_MIDDLE = 24, LEAST_BLANKS = 5 };

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
    GHashTable *middles; /* GBytes to the number of its mark */
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

static void
find_words (Search *search, size_t from, size_t length)
{
    for (size_t at = from, end; at < length; at = end + 1) {
        end = word_end (search->data, length, at);
        if (end - at > LONGEST && !is_touched (search, at, end))
            drop_word (search, at, end);
    }
}

/* Of bytes, beginning with 1; the same for the same. */
static unsigned
number_of (GHashTable *numbers, const char *data, size_t length)
{
    GBytes *bytes = g_bytes_new_static (data, length);
    unsigned number = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, bytes));

    if (number > 0) {
        g_bytes_unref (bytes);
        return number;
    }
    number = g_hash_table_size (numbers) + 1;
    g_hash_table_insert (numbers, bytes, GUINT_TO_POINTER (number));
    return number;
}

static void
drop_middle (Search *search, size_t start, size_t end, bool value)
{
    Drop drop = { .start = start, .end = end };
    unsigned number = number_of (search->middles, search->data + start, end - start);

    g_snprintf (drop.with, sizeof drop.with, SQUEEZE_MARK "%ux", number);
    size_t place = search->squeezed->drops->len;
    if (value)
        g_array_append_val (search->squeezed->values, place);
    else
        search->squeezed->texts++;
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

/* A stretch without any sign that means something to a parser. */
static void
take_stretch (Search *search, size_t start, size_t end, bool value)
{
    size_t from = start + (!value && begins_text (search, start) ? 0 : KNOWN_WORD - 1);

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
        drop_middle (search, from, end - 1, value);
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
    unsigned number = number_of (search->runs, search->data + start, end - start), digit = 1;

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
find_stretches (Search *search, size_t start, size_t end, bool value)
{
    for (size_t at = start, stop; at < end; at = stop + 1) {
        stop = at;
        while (stop < end && !is_stop (search->data[stop], value))
            stop++;
        if (stop - at < LEAST_BLANKS)
            continue;
        if (count_blanks (search, at, stop) == stop - at && !value)
            take_blanks (search, at, stop);
        else if (stop - at > LEAST_MIDDLE)
            take_stretch (search, at, stop, value);
    }
}

static void
find_values (Search *search, const HtmlToken *token)
{
    size_t position = token->name + token->name_length;
    HtmlAttribute attribute;

    while (html_next_attribute (search->data, token->end, &position, &attribute)) {
        size_t end = attribute.value + attribute.value_length;
        if (attribute.value_length < KNOWN_WORD + LEAST_MIDDLE || end >= token->end)
            continue;
        char quote = search->data[attribute.value - 1];
        if ((quote == '"' || quote == '\'') && search->data[end] == quote)
            find_stretches (search, attribute.value, end, true);
    }
}

static void
find_texts (Search *search)
{
    HtmlScanner scanner;
    HtmlToken token;

    html_scanner_init (&scanner, search->data, search->length);
    while (html_next (&scanner, &token))
        if (token.kind == HTML_TEXT)
            find_stretches (search, token.start, token.end, false);
        else if (token.end - token.start > LONGEST)
            find_words (search, token.start, token.end);
        else if (token.kind == HTML_START &&
                 token.end - token.start > KNOWN_WORD + LEAST_MIDDLE)
            find_values (search, &token);
}

static void
find_drops (Search *search, SqueezeDepth depth)
{
    if (depth == SQUEEZE_TEXTS &&
        !memmem (search->data, search->length, SQUEEZE_MARK, strlen (SQUEEZE_MARK)))
        find_texts (search);
    else
        find_words (search, 0, search->length);
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

Squeezed *
squeeze_new (GBytes *before, const GArray *ranges, GBytes *after, SqueezeDepth depth)
{
    g_autoptr (GHashTable) middles = g_hash_table_new_full (
        g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    g_autoptr (GHashTable) runs = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                                         (GDestroyNotify)g_bytes_unref, NULL);
    Squeezed *squeezed = g_new0 (Squeezed, 1);
    Search search = { .ranges = ranges, .squeezed = squeezed, .middles = middles };

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
