/* SPDX-License-Identifier: BSD-2-Clause */

/* The mode "in body" (13.2.6.4.7) as far as it can be told without a tree. */

#include "blocks.h"

#include <gumbo.h>

#include "cut.h"
#include "html.h"

/* What is shorter is not worth its mark. */
enum { LEAST_INNER = 24, LEAST_RUN = 48 };

/* What a tag means to an element that it stands in. VOID: without an end tag; SOLID: and no frameset
 * comes after it; RULE: and ends a paragraph. */
enum { STRANGE, VOID, SOLID, RULE, INLINE, FORMATTING, HEADING, ITEM, LIST, PARAGRAPH, BLOCK };

static const unsigned char kinds[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_META] = VOID,         [GUMBO_TAG_LINK] = VOID,
    [GUMBO_TAG_BR] = SOLID,          [GUMBO_TAG_IMG] = SOLID,
    [GUMBO_TAG_HR] = RULE,           [GUMBO_TAG_SPAN] = INLINE,
    [GUMBO_TAG_SUB] = INLINE,        [GUMBO_TAG_SUP] = INLINE,
    [GUMBO_TAG_ABBR] = INLINE,       [GUMBO_TAG_CITE] = INLINE,
    [GUMBO_TAG_DEL] = INLINE,        [GUMBO_TAG_INS] = INLINE,
    [GUMBO_TAG_UNKNOWN] = INLINE,    [GUMBO_TAG_A] = FORMATTING,
    [GUMBO_TAG_B] = FORMATTING,      [GUMBO_TAG_BIG] = FORMATTING,
    [GUMBO_TAG_CODE] = FORMATTING,   [GUMBO_TAG_EM] = FORMATTING,
    [GUMBO_TAG_FONT] = FORMATTING,   [GUMBO_TAG_I] = FORMATTING,
    [GUMBO_TAG_S] = FORMATTING,      [GUMBO_TAG_SMALL] = FORMATTING,
    [GUMBO_TAG_STRIKE] = FORMATTING, [GUMBO_TAG_STRONG] = FORMATTING,
    [GUMBO_TAG_TT] = FORMATTING,     [GUMBO_TAG_U] = FORMATTING,
    [GUMBO_TAG_H1] = HEADING,        [GUMBO_TAG_H2] = HEADING,
    [GUMBO_TAG_H3] = HEADING,        [GUMBO_TAG_H4] = HEADING,
    [GUMBO_TAG_H5] = HEADING,        [GUMBO_TAG_H6] = HEADING,
    [GUMBO_TAG_LI] = ITEM,           [GUMBO_TAG_UL] = LIST,
    [GUMBO_TAG_OL] = LIST,           [GUMBO_TAG_P] = PARAGRAPH,
    [GUMBO_TAG_DIV] = BLOCK,         [GUMBO_TAG_BLOCKQUOTE] = BLOCK,
    [GUMBO_TAG_CENTER] = BLOCK,      [GUMBO_TAG_ADDRESS] = BLOCK,
    [GUMBO_TAG_ARTICLE] = BLOCK,     [GUMBO_TAG_ASIDE] = BLOCK,
    [GUMBO_TAG_SECTION] = BLOCK,     [GUMBO_TAG_HEADER] = BLOCK,
    [GUMBO_TAG_FOOTER] = BLOCK,      [GUMBO_TAG_MAIN] = BLOCK,
    [GUMBO_TAG_NAV] = BLOCK,         [GUMBO_TAG_FIGURE] = BLOCK,
    [GUMBO_TAG_FIGCAPTION] = BLOCK,
};

/* The newest block of those that stand directly in an element, which others may join. */
typedef struct {
    unsigned count; /* of blocks up to this one; 0 when there is none */
    GumboTag tag;
} Last;

typedef struct {
    GumboTag tag;
    size_t start, name_end;
    size_t name_length;
    bool formats, solid; /* what it holds */
    bool breaks;         /* it holds what ends a paragraph */
    Last last;
} Open;

typedef struct {
    const char *data;
    const GArray *ranges;
    GArray *open; /* of Open; empty again after what may end more than its own element */
    Last last;    /* around all that is open */
    GArray *found;
} Search;

static Open *
top_of (const Search *search)
{
    return search->open->len > 0 ? &g_array_index (search->open, Open, search->open->len - 1)
                                 : NULL;
}

static void
forget (Search *search)
{
    g_array_set_size (search->open, 0);
    search->last.count = 0;
}

static Last *
last_of (Search *search)
{
    Open *top = top_of (search);

    return top ? &top->last : &search->last;
}

static bool
is_open (const Search *search, GumboTag tag)
{
    for (unsigned i = search->open->len; i > 0; i--)
        if (g_array_index (search->open, Open, i - 1).tag == tag)
            return true;
    return false;
}

/* Whether the start tag could end an element that is open, or one that is around them all. */
static bool
ends_others (const Search *search, unsigned char kind, GumboTag tag)
{
    const Open *top = top_of (search);

    if (!top)
        return false;
    if (kind == FORMATTING)
        return is_open (search, tag); /* a link ends a link, and a parser counts those alike */
    if (kind == HEADING && kinds[top->tag] == HEADING)
        return true;
    if (kind == ITEM && kinds[top->tag] != LIST)
        return true;
    return kind >= HEADING && is_open (search, GUMBO_TAG_P);
}

static void
push (Search *search, const HtmlToken *token, GumboTag tag)
{
    Open open = { .tag = tag,
                  .start = token->start,
                  .name_end = token->name + token->name_length,
                  .name_length = token->name_length };

    open.solid = kinds[tag] == ITEM;
    g_array_append_val (search->open, open);
}

static void
mark_solid (Search *search)
{
    if (search->open->len > 0)
        top_of (search)->solid = true;
}

static void
take_start (Search *search, const HtmlToken *token, unsigned char kind, GumboTag tag)
{
    if (kind == STRANGE || (kind == RULE && is_open (search, GUMBO_TAG_P)) ||
        (kind >= INLINE && ends_others (search, kind, tag)))
        forget (search);
    if (kind == RULE && kinds[last_of (search)->tag] < HEADING)
        last_of (search)->count = 0; /* it may end a paragraph around them */
    if (kind == RULE && search->open->len > 0)
        top_of (search)->breaks = true;
    if (kind >= INLINE)
        push (search, token, tag);
    else if (kind >= SOLID)
        mark_solid (search);
}

static bool
is_touched (const Search *search, size_t start, size_t end)
{
    bool touched = false;

    cut_covers (search->ranges, start, end, &touched);
    return touched;
}

/* Links and spans are where formatting elements are, and gumbo moves many of those. They end no paragraph
 * around them, but what they hold may. */
static bool
is_block (const Open *open)
{
    return kinds[open->tag] >= HEADING ||
           (!open->formats && !open->breaks &&
            (open->tag == GUMBO_TAG_A || open->tag == GUMBO_TAG_SPAN));
}

/* A block of its own, which takes the place of those in it. */
static void
add_found (Search *search, const Open *open, const HtmlToken *token)
{
    Block block = { open->start, open->name_end, token->start, open->formats, false };
    GArray *all = search->found;
    Last *last = last_of (search);

    last->count = 0;
    if (!is_block (open) || !open->solid || is_touched (search, open->start, token->end))
        return;
    while (all->len > 0 && g_array_index (all, Block, all->len - 1).start > open->start)
        g_array_set_size (all, all->len - 1);
    g_array_append_val (all, block);
    *last = (Last){ all->len, open->tag };
}

/* Whether it or what it holds may be opened again. A link as the first ended what link was open. */
static bool
formats_after (const Open *open, const Last *last)
{
    return open->formats || (kinds[open->tag] == FORMATTING &&
                             (open->tag != GUMBO_TAG_A || last->tag != GUMBO_TAG_A));
}

/* Whether the element can have ended nothing that stands around the block before it: no paragraph
 * but one that the first of them has ended, no heading and no item. */
static bool
may_join (const Search *search, const Last *last, const Open *open)
{
    const Open *around = top_of (search);
    unsigned char kind = kinds[open->tag];

    if (last->count == 0 || (kinds[last->tag] < HEADING &&
                             (kind >= HEADING || open->breaks || formats_after (open, last))))
        return false;
    if (kind == HEADING)
        return around && kinds[around->tag] != HEADING;
    return kind != ITEM || around;
}

static bool
join (Search *search, const Open *open, const HtmlToken *token)
{
    const Last *last = last_of (search);

    if (!may_join (search, last, open))
        return false;
    Block *block = &g_array_index (search->found, Block, last->count - 1);
    if (is_touched (search, block->start, token->end))
        return false;
    g_array_set_size (search->found, last->count);
    block->end = token->end;
    block->joined = true;
    block->formats = block->formats || formats_after (open, last);
    return true;
}

/* Names that gumbo does not know are compared as they stand. */
static bool
is_end_of (const Search *search, const Open *open, const HtmlToken *token, GumboTag tag)
{
    const char *name = search->data + open->name_end - open->name_length;

    return open->tag == tag && open->name_length == token->name_length &&
           g_ascii_strncasecmp (name, search->data + token->name, token->name_length) == 0;
}

static void
take_end (Search *search, const HtmlToken *token, GumboTag tag)
{
    const Open *top = top_of (search);

    if (!top || !is_end_of (search, top, token, tag)) {
        forget (search);
        return;
    }
    Open ended = *top;
    g_array_set_size (search->open, search->open->len - 1);
    if (!join (search, &ended, token))
        add_found (search, &ended, token);
    Open *around = top_of (search);
    if (around) {
        around->formats = around->formats || ended.formats || kinds[ended.tag] == FORMATTING;
        around->solid = around->solid || ended.solid;
        around->breaks = around->breaks || ended.breaks || kinds[ended.tag] >= HEADING;
    }
}

/* A letter that is no blank in whatever way it is written. */
static bool
has_letter (const Search *search, const HtmlToken *token)
{
    size_t at = token->start;

    while (at < token->end && g_ascii_isspace (search->data[at]))
        at++;
    return at < token->end && g_ascii_isalnum (search->data[at]);
}

static void
take_token (Search *search, const HtmlToken *token)
{
    GumboTag tag = GUMBO_TAG_UNKNOWN;

    if (token->kind == HTML_START || token->kind == HTML_END)
        tag = gumbo_tagn_enum (search->data + token->name, (unsigned)token->name_length);
    if (token->kind == HTML_START)
        take_start (search, token, kinds[tag], tag);
    else if (token->kind == HTML_END)
        take_end (search, token, tag);
    else if (token->kind == HTML_OTHER)
        forget (search);
    else if (token->kind == HTML_TEXT && has_letter (search, token))
        mark_solid (search);
}

/* Without those that are too short. */
static GArray *
keep_long (const GArray *found)
{
    GArray *kept = g_array_new (FALSE, FALSE, sizeof (Block));

    for (unsigned i = 0; i < found->len; i++) {
        const Block *block = &g_array_index (found, Block, i);
        if (block->end - block->name_end >= (block->joined ? LEAST_RUN : LEAST_INNER))
            g_array_append_vals (kept, block, 1);
    }
    return kept;
}

GArray *
blocks_find (const char *data, size_t length, const GArray *ranges)
{
    g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (Open));
    g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Block));
    Search search = { .data = data, .ranges = ranges, .open = open, .found = found };
    HtmlScanner scanner;
    HtmlToken token;

    html_scanner_init (&scanner, data, length);
    while (html_next (&scanner, &token))
        take_token (&search, &token);
    return keep_long (found);
}
