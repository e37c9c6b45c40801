/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What is known about elements, and the bounded stack of open ones. gumbo is quadratic in depth
 * and opens formatting elements again that were closed out of order; both are bounded here by
 * an estimate that is never too low.
 */

#include "elements.h"

#include <string.h>

/* A real mail stays below 10,000; each costs gumbo about 200 bytes. */
#define MOST_CLONES 100000

/* Beyond what any real mail needs, if gumbo should search like we do. */
#define MOST_SEARCHED 4000000

#define LONGEST_NAME 10

enum {
    LI = 1 << 0,
    P = 1 << 1,
    DT = 1 << 2, /* and dd */
    OPTION = 1 << 3,
    OPTGROUP = 1 << 4,
    TD = 1 << 5, /* and th */
    TR = 1 << 6,
    TBODY = 1 << 7, /* and thead, tfoot */
    RT = 1 << 8,    /* and rp */
    IN_ROW = TD | P | LI | DT | OPTION | RT,
};

/* Sorted by name. */
static const Element elements[] = {
    { "address", ELEMENT_BLOCK, 0, P },
    { "area", ELEMENT_VOID, 0, 0 },
    { "article", ELEMENT_BLOCK, 0, P },
    { "aside", ELEMENT_BLOCK, 0, P },
    { "base", ELEMENT_VOID, 0, 0 },
    { "basefont", ELEMENT_VOID, 0, 0 },
    { "bgsound", ELEMENT_VOID, 0, 0 },
    { "blockquote", ELEMENT_BLOCK, 0, P },
    { "br", ELEMENT_VOID | ELEMENT_BLOCK, 0, 0 },
    { "caption", ELEMENT_BLOCK | ELEMENT_CELL | ELEMENT_TABLE, 0, P },
    { "center", ELEMENT_BLOCK, 0, P },
    { "col", ELEMENT_VOID, 0, 0 },
    { "dd", ELEMENT_BLOCK | ELEMENT_OPEN, DT, DT | P },
    { "details", ELEMENT_BLOCK, 0, P },
    { "dialog", ELEMENT_BLOCK, 0, P },
    { "dir", ELEMENT_BLOCK, 0, P },
    { "div", ELEMENT_BLOCK, 0, P },
    { "dl", ELEMENT_BLOCK, 0, P },
    { "dt", ELEMENT_BLOCK | ELEMENT_OPEN, DT, DT | P },
    { "embed", ELEMENT_VOID, 0, 0 },
    { "fieldset", ELEMENT_BLOCK, 0, P },
    { "figcaption", ELEMENT_BLOCK, 0, P },
    { "figure", ELEMENT_BLOCK, 0, P },
    { "footer", ELEMENT_BLOCK, 0, P },
    { "form", ELEMENT_BLOCK, 0, P },
    { "frame", ELEMENT_VOID, 0, 0 },
    { "h1", ELEMENT_BLOCK, 0, P },
    { "h2", ELEMENT_BLOCK, 0, P },
    { "h3", ELEMENT_BLOCK, 0, P },
    { "h4", ELEMENT_BLOCK, 0, P },
    { "h5", ELEMENT_BLOCK, 0, P },
    { "h6", ELEMENT_BLOCK, 0, P },
    { "head", ELEMENT_BLOCK, 0, 0 },
    { "header", ELEMENT_BLOCK, 0, P },
    { "hgroup", ELEMENT_BLOCK, 0, P },
    { "hr", ELEMENT_VOID | ELEMENT_BLOCK, 0, 0 },
    { "iframe", ELEMENT_HIDDEN, 0, 0 },
    { "img", ELEMENT_VOID, 0, 0 },
    { "input", ELEMENT_VOID, 0, 0 },
    { "keygen", ELEMENT_VOID, 0, 0 },
    { "legend", ELEMENT_BLOCK, 0, 0 },
    { "li", ELEMENT_BLOCK | ELEMENT_OPEN, LI, LI | P },
    { "link", ELEMENT_VOID, 0, 0 },
    { "listing", ELEMENT_BLOCK, 0, P },
    { "main", ELEMENT_BLOCK, 0, P },
    { "marquee", ELEMENT_CELL, 0, 0 },
    { "menu", ELEMENT_BLOCK, 0, P },
    { "meta", ELEMENT_VOID, 0, 0 },
    { "nav", ELEMENT_BLOCK, 0, P },
    { "noembed", ELEMENT_HIDDEN, 0, 0 },
    { "noframes", ELEMENT_HIDDEN, 0, 0 },
    { "object", ELEMENT_CELL, 0, 0 },
    { "ol", ELEMENT_BLOCK, 0, P },
    { "optgroup", ELEMENT_BLOCK | ELEMENT_OPEN, OPTGROUP, OPTION | OPTGROUP },
    { "option", ELEMENT_BLOCK | ELEMENT_OPEN, OPTION, OPTION },
    { "p", ELEMENT_BLOCK | ELEMENT_OPEN, P, P },
    { "param", ELEMENT_VOID, 0, 0 },
    { "pre", ELEMENT_BLOCK, 0, P },
    { "rp", ELEMENT_HIDDEN | ELEMENT_OPEN, RT, RT },
    { "rt", ELEMENT_HIDDEN | ELEMENT_OPEN, RT, RT },
    { "script", ELEMENT_HIDDEN | ELEMENT_PROGRAM, 0, 0 },
    { "search", ELEMENT_BLOCK, 0, P },
    { "section", ELEMENT_BLOCK, 0, P },
    { "select", ELEMENT_CELL, 0, 0 },
    { "source", ELEMENT_VOID, 0, 0 },
    { "style", ELEMENT_HIDDEN | ELEMENT_PROGRAM, 0, 0 },
    { "summary", ELEMENT_BLOCK, 0, P },
    { "table", ELEMENT_BLOCK | ELEMENT_CELL | ELEMENT_TABLE, 0, P },
    { "tbody", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_TABLE, TBODY, TBODY | TR | IN_ROW },
    { "td", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_CELL | ELEMENT_TABLE, TD, IN_ROW },
    { "template", ELEMENT_HIDDEN | ELEMENT_CELL, 0, 0 },
    { "tfoot", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_TABLE, TBODY, TBODY | TR | IN_ROW },
    { "th", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_CELL | ELEMENT_TABLE, TD, IN_ROW },
    { "thead", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_TABLE, TBODY, TBODY | TR | IN_ROW },
    { "title", ELEMENT_HIDDEN | ELEMENT_PROGRAM, 0, 0 },
    { "tr", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_TABLE, TR, TR | IN_ROW },
    { "track", ELEMENT_VOID, 0, 0 },
    { "ul", ELEMENT_BLOCK, 0, P },
    { "wbr", ELEMENT_VOID, 0, 0 },
    { "xmp", ELEMENT_BLOCK, 0, P },
};

static const Element unknown = { "", 0, 0, 0 };

static char
lower (char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Called for every tag, so without calls. */
static bool
is_name (const char *name, size_t length, const char *row)
{
    size_t i = 0;

    while (i < length && row[i] && lower (name[i]) == row[i])
        i++;
    return i == length && !row[i];
}

/* The first two letters of a name, or of a row, as a number. */
static unsigned
key_of (const char *name, size_t length)
{
    return (unsigned)(unsigned char)lower (name[0]) << 8 |
           (length > 1 ? (unsigned char)lower (name[1]) : 0);
}

static unsigned
row_key (unsigned row)
{
    const unsigned char *name = (const unsigned char *)elements[row].name;

    return (unsigned)name[0] << 8 | name[1];
}

/* Rows by their first letter, and by the second one or none. */
enum { SECONDS = 'z' - 'a' + 2, PLACES = 26 * SECONDS };

static unsigned
place_of (unsigned key)
{
    unsigned first = (key >> 8) - 'a', second = (key & 0xff) - 'a';

    return first < 26 ? first * SECONDS + (second < 26 ? second + 1 : 0) : PLACES;
}

/* Where the rows of each place begin. */
static const unsigned *
first_rows (void)
{
    static unsigned first[PLACES + 1];
    static gsize made = 0;

    if (g_once_init_enter (&made)) {
        for (unsigned place = 0, row = 0; place <= PLACES; place++) {
            while (row < G_N_ELEMENTS (elements) && place_of (row_key (row)) < place)
                row++;
            first[place] = row;
        }
        g_once_init_leave (&made, 1);
    }
    return first;
}

const Element *
element_find (const char *data, const HtmlToken *token)
{
    const char *name = data + token->name;
    unsigned place = place_of (key_of (name, token->name_length));

    if (token->name_length > LONGEST_NAME || place == PLACES)
        return &unknown;
    const unsigned *first = first_rows ();
    for (unsigned row = first[place]; row < first[place + 1]; row++)
        if (is_name (name, token->name_length, elements[row].name))
            return &elements[row];
    return &unknown;
}

void
elements_init (ElementStack *stack, const char *data)
{
    stack->data = data;
    stack->depth = stack->slack = 0;
    stack->clones = stack->searched = 0;
    stack->count = 0;
    stack->exceeded = false;
}

const OpenElement *
elements_top (const ElementStack *stack)
{
    return stack->depth > 0 ? &stack->open[stack->depth - 1] : NULL;
}

void
elements_imply (ElementStack *stack, const Element *element)
{
    while (!stack->exceeded && stack->depth > 0 &&
           (elements_top (stack)->element->kind & element->closes))
        stack->depth--;
}

void
elements_push (ElementStack *stack, const HtmlToken *token, const Element *element,
               const Look *look)
{
    stack->clones += stack->slack;
    if (stack->depth + stack->slack >= LIMIT_HTML_DEPTH || stack->clones > MOST_CLONES ||
        ++stack->count > LIMIT_HTML_ELEMENTS)
        stack->exceeded = true;
    if (stack->exceeded || (element->flags & ELEMENT_VOID))
        return;
    stack->open[stack->depth++] = (OpenElement){
        .element = element,
        .name = token->name,
        .name_length = token->name_length,
        .look = look ? *look : (Look){ 0 },
    };
}

static bool
is_same_name (const ElementStack *stack, const OpenElement *open, const HtmlToken *token)
{
    return open->name_length == token->name_length &&
           g_ascii_strncasecmp (stack->data + open->name, stack->data + token->name,
                                token->name_length) == 0;
}

/* Structure may close elements whose own end tags were left out; formatting may not. */
static bool
may_skip (const Element *closing, const OpenElement *open)
{
    bool structural = (closing->flags & (ELEMENT_BLOCK | ELEMENT_CELL)) != 0;
    bool barrier = (open->element->flags & ELEMENT_CELL) && !(closing->flags & ELEMENT_TABLE);

    return structural && (open->element->flags & ELEMENT_OPEN) && !barrier;
}

EndResult
elements_end (ElementStack *stack, const HtmlToken *token, const Element *element)
{
    bool in_order = true;

    if (stack->exceeded || stack->searched > MOST_SEARCHED) {
        stack->exceeded = true;
        return END_IGNORED;
    }
    for (unsigned i = stack->depth; i-- > 0; stack->searched++) {
        const OpenElement *open = &stack->open[i];
        if (is_same_name (stack, open, token)) {
            if (!in_order)
                stack->slack += stack->depth - i;
            stack->depth = i;
            return in_order ? END_NESTED : END_MISNESTED;
        }
        if ((open->element->flags & ELEMENT_CELL) &&
            (!(element->flags & ELEMENT_TABLE) || strcmp (open->element->name, "table") == 0))
            return END_IGNORED;
        in_order = in_order && may_skip (element, open);
    }
    return END_IGNORED;
}
