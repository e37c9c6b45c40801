/* SPDX-License-Identifier: BSD-2-Clause */

/* The modes "in table", "in table body", "in row" and "in cell" (13.2.6.4.9 to 13.2.6.4.15) as far
 * as they can be told without a tree. */

#include "enclosed.h"

#include <gumbo.h>

#include "cut.h"
#include "html.h"

/* What stands before the name of an implied row. */
#define NOWHERE G_MAXSIZE

/* What is shorter is not worth its mark. */
enum { LEAST_INNER = 24 };

/* What a tag means to a cell that it stands in. */
enum { STRANGE, PLAIN, CELL, ROW, GROUP, TABLE };

static const unsigned char kinds[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_TABLE] = TABLE,   [GUMBO_TAG_TBODY] = GROUP,      [GUMBO_TAG_THEAD] = GROUP,
    [GUMBO_TAG_TFOOT] = GROUP,   [GUMBO_TAG_TR] = ROW,           [GUMBO_TAG_TD] = CELL,
    [GUMBO_TAG_TH] = CELL,       [GUMBO_TAG_A] = PLAIN,          [GUMBO_TAG_ABBR] = PLAIN,
    [GUMBO_TAG_ADDRESS] = PLAIN, [GUMBO_TAG_ARTICLE] = PLAIN,    [GUMBO_TAG_ASIDE] = PLAIN,
    [GUMBO_TAG_B] = PLAIN,       [GUMBO_TAG_BIG] = PLAIN,        [GUMBO_TAG_BLOCKQUOTE] = PLAIN,
    [GUMBO_TAG_BR] = PLAIN,      [GUMBO_TAG_CENTER] = PLAIN,     [GUMBO_TAG_CITE] = PLAIN,
    [GUMBO_TAG_CODE] = PLAIN,    [GUMBO_TAG_DD] = PLAIN,         [GUMBO_TAG_DEL] = PLAIN,
    [GUMBO_TAG_DIV] = PLAIN,     [GUMBO_TAG_DL] = PLAIN,         [GUMBO_TAG_DT] = PLAIN,
    [GUMBO_TAG_EM] = PLAIN,      [GUMBO_TAG_FIGCAPTION] = PLAIN, [GUMBO_TAG_FIGURE] = PLAIN,
    [GUMBO_TAG_FONT] = PLAIN,    [GUMBO_TAG_FOOTER] = PLAIN,     [GUMBO_TAG_H1] = PLAIN,
    [GUMBO_TAG_H2] = PLAIN,      [GUMBO_TAG_H3] = PLAIN,         [GUMBO_TAG_H4] = PLAIN,
    [GUMBO_TAG_H5] = PLAIN,      [GUMBO_TAG_H6] = PLAIN,         [GUMBO_TAG_HEADER] = PLAIN,
    [GUMBO_TAG_HR] = PLAIN,      [GUMBO_TAG_I] = PLAIN,          [GUMBO_TAG_IMG] = PLAIN,
    [GUMBO_TAG_INS] = PLAIN,     [GUMBO_TAG_LI] = PLAIN,         [GUMBO_TAG_MAIN] = PLAIN,
    [GUMBO_TAG_NAV] = PLAIN,     [GUMBO_TAG_OL] = PLAIN,         [GUMBO_TAG_P] = PLAIN,
    [GUMBO_TAG_S] = PLAIN,       [GUMBO_TAG_SECTION] = PLAIN,    [GUMBO_TAG_SMALL] = PLAIN,
    [GUMBO_TAG_SPAN] = PLAIN,    [GUMBO_TAG_STRIKE] = PLAIN,     [GUMBO_TAG_STRONG] = PLAIN,
    [GUMBO_TAG_SUB] = PLAIN,     [GUMBO_TAG_SUP] = PLAIN,        [GUMBO_TAG_U] = PLAIN,
    [GUMBO_TAG_UL] = PLAIN,      [GUMBO_TAG_WBR] = PLAIN,        [GUMBO_TAG_UNKNOWN] = PLAIN,
};

/* A cell stands on a row, a row on a table. */
typedef struct {
    unsigned char kind;
    GumboTag tag; /* of a cell; of a table: of the group of rows that is open in it, or LAST */
    size_t start, name_end;
} Open;

typedef struct {
    const char *data;
    const GArray *ranges;
    GArray *open;     /* of Open */
    unsigned strange; /* how many of them, outermost first, hold what may reach out of them */
    GArray *found;    /* of Enclosed */
} Search;

static Open *
top_of (const Search *search)
{
    return search->open->len > 0 ? &g_array_index (search->open, Open, search->open->len - 1)
                                 : NULL;
}

static bool
is_top (const Search *search, unsigned char kind)
{
    return search->open->len > 0 && top_of (search)->kind == kind;
}

static void
push (Search *search, unsigned char kind, GumboTag tag, const HtmlToken *token)
{
    Open open = { kind, tag, token ? token->start : NOWHERE,
                  token ? token->name + token->name_length : NOWHERE };

    g_array_append_val (search->open, open);
}

static void
pop (Search *search)
{
    g_array_set_size (search->open, search->open->len - 1);
    search->strange = MIN (search->strange, search->open->len);
}

static void
pop_to (Search *search, unsigned char kind)
{
    while (search->open->len > 0 && top_of (search)->kind < kind)
        pop (search);
}

/* Whatever is open may be left in another state than it was met in. */
static void
spoil (Search *search)
{
    search->strange = search->open->len;
}

/* The newest of what is open ends with a tag of its own. */
static void
finish (Search *search, const HtmlToken *token)
{
    const Open *open = top_of (search);
    Enclosed found = { open->start, open->name_end, token->start };
    bool touched = false;

    if (search->strange < search->open->len && open->start != NOWHERE &&
        found.inner_end >= found.name_end + LEAST_INNER)
        cut_covers (search->ranges, open->start, token->end, &touched);
    else
        touched = true;
    if (!touched) {
        GArray *all = search->found;
        while (all->len > 0 && g_array_index (all, Enclosed, all->len - 1).start > found.start)
            g_array_set_size (all, all->len - 1);
        g_array_append_val (all, found);
    }
    pop (search);
}

static void
take_start (Search *search, const HtmlToken *token, unsigned char kind, GumboTag tag)
{
    if (kind == STRANGE ||
        ((kind == PLAIN || kind == TABLE) && search->open->len > 0 && !is_top (search, CELL)))
        spoil (search);
    if (kind == TABLE)
        push (search, TABLE, GUMBO_TAG_LAST, token);
    if (kind == STRANGE || kind == PLAIN || kind == TABLE || search->open->len == 0)
        return;
    pop_to (search, kind == CELL ? ROW : TABLE);
    if (kind == GROUP)
        top_of (search)->tag = tag;
    if (kind != GROUP && is_top (search, TABLE)) {
        if (top_of (search)->tag == GUMBO_TAG_LAST)
            top_of (search)->tag = GUMBO_TAG_TBODY;
        push (search, ROW, tag, kind == ROW ? token : NULL);
    }
    if (kind == CELL)
        push (search, CELL, tag, token);
}

/* The group of rows that is open in the innermost table. */
static GumboTag
group_of (const Search *search)
{
    unsigned i = search->open->len - 1;

    while (g_array_index (search->open, Open, i).kind != TABLE)
        i--;
    return g_array_index (search->open, Open, i).tag;
}

static void
take_end (Search *search, const HtmlToken *token, unsigned char kind, GumboTag tag)
{
    if (search->open->len == 0 || (kind == PLAIN && is_top (search, CELL)))
        return;
    if (kind == CELL && is_top (search, CELL) && top_of (search)->tag == tag) {
        finish (search, token);
    } else if (kind == ROW && !is_top (search, TABLE)) {
        pop_to (search, ROW);
        finish (search, token);
    } else if (kind == GROUP && group_of (search) == tag) {
        pop_to (search, TABLE);
        top_of (search)->tag = GUMBO_TAG_LAST;
    } else if (kind == TABLE) {
        pop_to (search, TABLE);
        finish (search, token);
    } else {
        spoil (search);
    }
}

static bool
is_blank (const Search *search, const HtmlToken *token)
{
    size_t at = token->start;

    while (at < token->end && g_ascii_isspace (search->data[at]))
        at++;
    return at == token->end;
}

static void
take_tag (Search *search, const HtmlToken *token)
{
    GumboTag tag = gumbo_tagn_enum (search->data + token->name, (unsigned)token->name_length);
    unsigned char kind = kinds[tag];

    if (token->kind == HTML_START)
        take_start (search, token, kind, tag);
    else
        take_end (search, token, kind, tag);
}

GArray *
enclosed_find (const char *data, size_t length, const GArray *ranges)
{
    g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (Open));
    Search search = { data, ranges, open, 0, g_array_new (FALSE, FALSE, sizeof (Enclosed)) };
    HtmlScanner scanner;
    HtmlToken token;

    html_scanner_init (&scanner, data, length);
    while (html_next (&scanner, &token))
        switch (token.kind) {
        case HTML_START:
        case HTML_END:
            take_tag (&search, &token);
            break;
        case HTML_TEXT:
            if (open->len > 0 && !is_top (&search, CELL) && !is_blank (&search, &token))
                spoil (&search);
            break;
        case HTML_OTHER:
            spoil (&search);
            break;
        case HTML_COMMENT:
            break;
        }
    return search.found;
}
