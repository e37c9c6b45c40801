/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What is known about elements, and the bounded stack of open ones. gumbo is quadratic in depth
 * and opens formatting elements again that were closed out of order; both are bounded here by
 * an estimate that is never too low.
 */

#include "elements.h"

#include <stdlib.h>
#include <string.h>

/* A real mail stays below 10,000; each costs gumbo about 200 bytes. */
#define MOST_CLONES 100000

#define LONGEST_NAME 10

/* Sorted by name. */
static const Element elements[] = {
    { "address", ELEMENT_BLOCK },
    { "area", ELEMENT_VOID },
    { "article", ELEMENT_BLOCK },
    { "aside", ELEMENT_BLOCK },
    { "base", ELEMENT_VOID },
    { "basefont", ELEMENT_VOID },
    { "bgsound", ELEMENT_VOID },
    { "blockquote", ELEMENT_BLOCK },
    { "br", ELEMENT_VOID | ELEMENT_BLOCK },
    { "caption", ELEMENT_BLOCK | ELEMENT_CELL | ELEMENT_TABLE },
    { "center", ELEMENT_BLOCK },
    { "col", ELEMENT_VOID },
    { "dd", ELEMENT_BLOCK | ELEMENT_OPEN },
    { "div", ELEMENT_BLOCK },
    { "dl", ELEMENT_BLOCK },
    { "dt", ELEMENT_BLOCK | ELEMENT_OPEN },
    { "embed", ELEMENT_VOID },
    { "fieldset", ELEMENT_BLOCK },
    { "footer", ELEMENT_BLOCK },
    { "form", ELEMENT_BLOCK },
    { "frame", ELEMENT_VOID },
    { "h1", ELEMENT_BLOCK },
    { "h2", ELEMENT_BLOCK },
    { "h3", ELEMENT_BLOCK },
    { "h4", ELEMENT_BLOCK },
    { "h5", ELEMENT_BLOCK },
    { "h6", ELEMENT_BLOCK },
    { "head", ELEMENT_HIDDEN },
    { "header", ELEMENT_BLOCK },
    { "hr", ELEMENT_VOID | ELEMENT_BLOCK },
    { "iframe", ELEMENT_HIDDEN },
    { "img", ELEMENT_VOID },
    { "input", ELEMENT_VOID },
    { "keygen", ELEMENT_VOID },
    { "li", ELEMENT_BLOCK | ELEMENT_OPEN },
    { "link", ELEMENT_VOID },
    { "main", ELEMENT_BLOCK },
    { "marquee", ELEMENT_CELL },
    { "meta", ELEMENT_VOID },
    { "nav", ELEMENT_BLOCK },
    { "noembed", ELEMENT_HIDDEN },
    { "noframes", ELEMENT_HIDDEN },
    { "object", ELEMENT_CELL },
    { "ol", ELEMENT_BLOCK },
    { "optgroup", ELEMENT_BLOCK | ELEMENT_OPEN },
    { "option", ELEMENT_BLOCK | ELEMENT_OPEN },
    { "p", ELEMENT_BLOCK | ELEMENT_OPEN },
    { "param", ELEMENT_VOID },
    { "pre", ELEMENT_BLOCK },
    { "script", ELEMENT_HIDDEN },
    { "section", ELEMENT_BLOCK },
    { "select", ELEMENT_CELL },
    { "source", ELEMENT_VOID },
    { "style", ELEMENT_HIDDEN },
    { "table", ELEMENT_BLOCK | ELEMENT_CELL | ELEMENT_TABLE },
    { "tbody", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_TABLE },
    { "td", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_CELL | ELEMENT_TABLE },
    { "template", ELEMENT_HIDDEN | ELEMENT_CELL },
    { "tfoot", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_TABLE },
    { "th", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_CELL | ELEMENT_TABLE },
    { "thead", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_TABLE },
    { "title", ELEMENT_HIDDEN },
    { "tr", ELEMENT_BLOCK | ELEMENT_OPEN | ELEMENT_TABLE },
    { "track", ELEMENT_VOID },
    { "ul", ELEMENT_BLOCK },
    { "wbr", ELEMENT_VOID },
};

static const Element unknown = { "", 0 };

/* What a start tag closes by itself (13.1.2.4), when it is the innermost open element. */
static const char *const implied[][2] = {
    { "li", " li p " },
    { "dt", " dt dd p " },
    { "dd", " dt dd p " },
    { "option", " option " },
    { "optgroup", " option optgroup " },
    { "td", " td th p li dt dd option " },
    { "th", " td th p li dt dd option " },
    { "tr", " tr td th p li dt dd option " },
    { "tbody", " tbody thead tfoot tr td th p li dt dd " },
    { "thead", " tbody thead tfoot tr td th p li dt dd " },
    { "tfoot", " tbody thead tfoot tr td th p li dt dd " },
};

static int
compare_element (const void *name, const void *row)
{
    return strcmp (name, ((const Element *)row)->name);
}

const Element *
element_find (const char *data, const HtmlToken *token)
{
    char name[LONGEST_NAME + 1];

    if (token->name_length > LONGEST_NAME)
        return &unknown;
    for (size_t i = 0; i < token->name_length; i++)
        name[i] = g_ascii_tolower (data[token->name + i]);
    name[token->name_length] = '\0';
    const Element *found =
        bsearch (name, elements, G_N_ELEMENTS (elements), sizeof elements[0], compare_element);
    return found ? found : &unknown;
}

void
elements_init (ElementStack *stack, const char *data)
{
    stack->data = data;
    stack->depth = stack->slack = 0;
    stack->clones = 0;
    stack->exceeded = false;
}

const OpenElement *
elements_top (const ElementStack *stack)
{
    return stack->depth > 0 ? &stack->open[stack->depth - 1] : NULL;
}

static const char *
implied_by (const Element *element)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (implied); i++)
        if (strcmp (implied[i][0], element->name) == 0)
            return implied[i][1];
    return (element->flags & ELEMENT_BLOCK) && !(element->flags & ELEMENT_VOID) ? " p " : "";
}

static bool
is_listed (const char *list, const char *name)
{
    size_t length = strlen (name);

    for (const char *at = strstr (list, name); at && length > 0; at = strstr (at + 1, name))
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

void
elements_imply (ElementStack *stack, const Element *element)
{
    if (stack->exceeded || !(element->flags & ELEMENT_BLOCK))
        return;
    const char *closed = implied_by (element);
    while (stack->depth > 0 && is_listed (closed, elements_top (stack)->element->name))
        stack->depth--;
}

void
elements_push (ElementStack *stack, const HtmlToken *token, const Element *element,
               unsigned hidden)
{
    stack->clones += stack->slack;
    if (stack->depth + stack->slack >= LIMIT_HTML_DEPTH || stack->clones > MOST_CLONES)
        stack->exceeded = true;
    if (stack->exceeded || (element->flags & ELEMENT_VOID))
        return;
    stack->open[stack->depth++] = (OpenElement){
        .element = element,
        .name = token->name,
        .name_length = token->name_length,
        .hidden = hidden,
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

    if (stack->exceeded)
        return END_IGNORED;
    for (unsigned i = stack->depth; i-- > 0;) {
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
