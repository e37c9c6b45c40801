/* SPDX-License-Identifier: BSD-2-Clause */

/* What a cut does to a page in the eyes of Outlook. */

#include "conditionals.h"

#include <string.h>

#include "elements.h"
#include "html.h"

#define IF    "[if"
#define ENDIF "<![endif"

typedef enum {
    HALF_NONE,
    HALF_BEGIN, /* what comes after it is seen by all but Outlook, or by all */
    HALF_END,
    HALF_BOTH, /* a comment with its content, seen by Outlook alone */
} Half;

/* An element that is open in Outlook alone, or a condition, whose name is empty. */
typedef struct {
    size_t start;
    const char *name;
    size_t length;
} Open;

typedef struct {
    const char *data;
    GArray *open; /* of Open */
    bool split;
    size_t split_offset;
} Pairing;

static bool
begins_with (const char *text, size_t length, const char *prefix)
{
    return length >= strlen (prefix) &&
           g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0;
}

static size_t
skip_blanks (const char *text, size_t length)
{
    size_t at = 0;

    while (at < length && g_ascii_isspace (text[at]))
        at++;
    return at;
}

/* Where the end of a condition stands in a comment, or its length. */
static size_t
find_endif (const char *text, size_t length)
{
    for (size_t at = 0; at < length; at++)
        if (text[at] == '<' && begins_with (text + at, length - at, ENDIF))
            return at;
    return length;
}

static Half
read_comment (const char *text, size_t length)
{
    size_t blanks = skip_blanks (text, length);

    if (begins_with (text + blanks, length - blanks, ENDIF))
        return HALF_END;
    if (!begins_with (text + blanks, length - blanks, IF))
        return HALF_NONE;
    return find_endif (text, length) < length ? HALF_BOTH : HALF_BEGIN;
}

static Half
read_half (const char *data, const HtmlToken *token)
{
    const char *text = data + token->start;
    size_t length = token->end - token->start;

    if (token->kind == HTML_COMMENT)
        return read_comment (text + 4, length - 4);
    if (token->kind != HTML_OTHER)
        return HALF_NONE;
    if (begins_with (text, length, ENDIF))
        return HALF_END;
    return begins_with (text, length, "<!" IF) ? HALF_BEGIN : HALF_NONE;
}

static void
note_split (Pairing *pairing, size_t offset)
{
    if (!pairing->split)
        pairing->split_offset = offset;
    pairing->split = true;
}

static void
begin (Pairing *pairing, size_t start, const char *name, size_t length)
{
    Open open = { start, name, length };

    g_array_append_val (pairing->open, open);
}

static void
end (Pairing *pairing, size_t start, const char *name, size_t length)
{
    for (unsigned i = pairing->open->len; i-- > 0;) {
        const Open *open = &g_array_index (pairing->open, Open, i);
        if (open->length == length && g_ascii_strncasecmp (open->name, name, length) == 0) {
            g_array_set_size (pairing->open, i);
            return;
        }
        if (open->length == 0) /* no tag reaches out of a condition */
            break;
    }
    note_split (pairing, start);
}

/* VML is XML, where "/>" ends an element. */
static bool
has_no_end (const char *data, const HtmlToken *token)
{
    return (element_find (data, token)->flags & ELEMENT_VOID) || data[token->end - 2] == '/';
}

/* The tags that Outlook alone sees. */
static void
take_content (Pairing *pairing, const HtmlToken *comment)
{
    const char *text = pairing->data + comment->start;
    size_t length = comment->end - comment->start, stop = find_endif (text, length);
    const char *condition = memmem (text, stop, "]>", 2);
    size_t from = condition ? (size_t)(condition - text) + 2 : stop;
    HtmlScanner scanner;
    HtmlToken token;

    html_scanner_init (&scanner, text + from, stop - from);
    while (html_next (&scanner, &token)) {
        const char *name = text + from + token.name;
        if (token.kind == HTML_START && !has_no_end (text + from, &token))
            begin (pairing, comment->start, name, token.name_length);
        else if (token.kind == HTML_END)
            end (pairing, comment->start, name, token.name_length);
    }
}

static void
take (Pairing *pairing, const HtmlToken *token)
{
    switch (read_half (pairing->data, token)) {
    case HALF_BEGIN:
        begin (pairing, token->start, "", 0);
        break;
    case HALF_END:
        end (pairing, token->start, "", 0);
        break;
    case HALF_BOTH:
        take_content (pairing, token);
        break;
    case HALF_NONE:
        break;
    }
}

/* These end without their tag. */
static bool
ends_by_itself (const Open *open)
{
    return (open->length == 1 && g_ascii_strncasecmp (open->name, "p", 1) == 0) ||
           (open->length == 2 && g_ascii_strncasecmp (open->name, "li", 2) == 0);
}

static void
finish_range (Pairing *pairing)
{
    for (unsigned i = 0; i < pairing->open->len; i++) {
        const Open *open = &g_array_index (pairing->open, Open, i);
        if (!ends_by_itself (open))
            note_split (pairing, open->start);
    }
    g_array_set_size (pairing->open, 0);
}

/* Whether something begins with "<!" in what is cut. */
static bool
may_hold_half (const char *data, size_t length, const GArray *ranges)
{
    for (unsigned i = 0; i < ranges->len; i++) {
        const CutRange *range = &g_array_index (ranges, CutRange, i);
        size_t end = MIN (length, range->end + 1);
        if (!range->with && end > range->start &&
            memmem (data + range->start, end - range->start, "<!", 2))
            return true;
    }
    return false;
}

bool
conditionals_are_split (GBytes *page, const GArray *ranges, size_t *ret_offset)
{
    g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (Open));
    size_t length = 0;
    Pairing pairing = { .data = g_bytes_get_data (page, &length), .open = open };
    HtmlScanner scanner;
    HtmlToken token;
    unsigned next = 0;

    if (!may_hold_half (pairing.data, length, ranges))
        return false;
    html_scanner_init (&scanner, pairing.data, length);
    while (next < ranges->len && !pairing.split && html_next (&scanner, &token)) {
        while (next < ranges->len &&
               g_array_index (ranges, CutRange, next).end <= token.start) {
            finish_range (&pairing);
            next++;
        }
        const CutRange *range =
            next < ranges->len ? &g_array_index (ranges, CutRange, next) : NULL;
        if (range && !range->with && range->start <= token.start)
            take (&pairing, &token);
    }
    finish_range (&pairing);
    *ret_offset = pairing.split ? pairing.split_offset : *ret_offset;
    return pairing.split;
}
