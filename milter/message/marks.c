/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The blocks that a sender marked as promotional. A mark without its other half is reported and
 * never repaired: nobody can know where the sender wanted the block to end.
 */

#include "marks.h"

#include <string.h>

#include "elements.h"
#include "headers.h"
#include "html.h"
#include "slips.h"

typedef enum { MARK_NONE, MARK_BEGIN, MARK_END, MARK_UNKNOWN } Mark;

/* An element with the attribute that is still open. */
typedef struct {
    unsigned depth; /* of the stack below it */
    size_t start;
} OpenMark;

typedef struct {
    const Part *part;
    unsigned leaf;
    const char *data;
    size_t length;
    GArray *found; /* of MarkedBlock */
    char *problem;
    unsigned comments; /* comment marks that are open */
    size_t begin, begin_end;
    ElementStack stack;
    GArray *open; /* of OpenMark */
} Finder;

static void
complain (Finder *finder, size_t offset, const char *what)
{
    if (!finder->problem)
        finder->problem =
            g_strdup_printf ("part %s, byte %zu: %s", finder->part->leaf.path, offset, what);
}

static void
add_block (Finder *finder, const char *how, size_t start, size_t inner_start, size_t inner_end,
           size_t end)
{
    MarkedBlock block = { .leaf = finder->leaf,
                          .start = start,
                          .end = end,
                          .inner_start = inner_start,
                          .inner_end = inner_end,
                          .how = how };

    g_array_append_val (finder->found, block);
}

/* Whether text is word when blanks and case do not count. */
static bool
is_word (const char *text, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++) {
        if (g_ascii_isspace (text[i]))
            continue;
        if (g_ascii_tolower (text[i]) != *word || *word == '\0')
            return false;
        word++;
    }
    return *word == '\0';
}

static Mark
read_mark (const char *text, size_t length)
{
    if (is_word (text, length, "licet:promotional"))
        return MARK_BEGIN;
    if (is_word (text, length, "/licet:promotional"))
        return MARK_END;
    while (length > 0 && (g_ascii_isspace (*text) || *text == '/')) {
        text++;
        length--;
    }
    bool ours = length >= 6 && g_ascii_strncasecmp (text, "licet:", 6) == 0;
    return ours ? MARK_UNKNOWN : MARK_NONE;
}

/* Begin marks inside a marked block add nothing, but each wants its own end. */
static void
take_mark (Finder *finder, const char *how, Mark mark, size_t start, size_t end)
{
    if (mark == MARK_UNKNOWN) {
        complain (finder, start,
                  strcmp (how, "text-lines") == 0
                      ? "a mark that is not known; in a text it stands alone on its line"
                      : "a mark that is not known");
    } else if (mark == MARK_BEGIN) {
        if (finder->comments++ > 0)
            return;
        finder->begin = start;
        finder->begin_end = end;
    } else if (mark == MARK_END && finder->comments == 0) {
        complain (finder, start, "the end of a marked block that does not begin");
    } else if (mark == MARK_END && --finder->comments == 0) {
        add_block (finder, how, finder->begin, finder->begin_end, start, end);
    }
}

static void
take_comment (Finder *finder, const HtmlToken *token)
{
    const char *text = finder->data + token->start + 4;
    size_t length = token->end - token->start - 7;

    if (token->end - token->start < 7 || memcmp (finder->data + token->end - 3, "-->", 3) != 0)
        return;
    Mark mark = read_mark (text, length);
    if (mark == MARK_NONE && slips_is_comment (text, length))
        mark = MARK_UNKNOWN;
    take_mark (finder, "comment", mark, token->start, token->end);
}

static bool
is_named (const Finder *finder, const HtmlAttribute *attribute, const char *name)
{
    return attribute->name_length == strlen (name) &&
           g_ascii_strncasecmp (finder->data + attribute->name, name, strlen (name)) == 0;
}

/* What looks like a mark to the sender. */
static void
check_attribute (Finder *finder, const HtmlToken *token, const HtmlAttribute *attribute)
{
    if (slips_is_attribute (finder->data + attribute->name, attribute->name_length))
        complain (finder, token->start, "an attribute that is nearly data-licet");
    else if (is_named (finder, attribute, "class") &&
             slips_is_classes (finder->data + attribute->value, attribute->value_length))
        complain (
            finder, token->start,
            "a class that begins with licet-, which marks nothing: the mark is data-licet");
}

static bool
has_attribute (Finder *finder, const HtmlToken *token)
{
    size_t position = token->name + token->name_length;
    HtmlAttribute attribute;

    while (html_next_attribute (finder->data, token->end, &position, &attribute)) {
        if (!is_named (finder, &attribute, "data-licet")) {
            check_attribute (finder, token, &attribute);
            continue;
        }
        if (is_word (finder->data + attribute.value, attribute.value_length, "promotional"))
            return true;
        complain (finder, token->start, "a data-licet attribute that is not known");
        return false;
    }
    return false;
}

/* Closes the marked elements that are no longer open. Only an element's own end tag, in order,
 * says where it ends. */
static void
settle_elements (Finder *finder, const HtmlToken *token, EndResult result)
{
    while (finder->open->len > 0) {
        OpenMark *mark = &g_array_index (finder->open, OpenMark, finder->open->len - 1);
        if (finder->stack.depth > mark->depth)
            return;
        if (result == END_NESTED && finder->stack.depth == mark->depth)
            add_block (finder, "attribute", mark->start, mark->start, token->end, token->end);
        else
            complain (finder, mark->start, "a marked element without its end tag");
        g_array_set_size (finder->open, finder->open->len - 1);
    }
}

/* A void element that shows nothing: a sender who marks it means what comes after it. */
static bool
shows_something (const char *name)
{
    static const char *const shown[] = { "img", "input", "hr", "embed" };

    for (unsigned i = 0; i < G_N_ELEMENTS (shown); i++)
        if (strcmp (name, shown[i]) == 0)
            return true;
    return false;
}

static void
take_void (Finder *finder, const HtmlToken *token, const Element *element)
{
    if (shows_something (element->name))
        add_block (finder, "attribute", token->start, token->start, token->end, token->end);
    else
        complain (finder, token->start, "a marked element that shows nothing");
}

static void
take_start (Finder *finder, const HtmlToken *token)
{
    const Element *element = element_find (finder->data, token);
    OpenMark mark = { .start = token->start };

    elements_imply (&finder->stack, element);
    settle_elements (finder, token, END_IGNORED);
    mark.depth = finder->stack.depth;
    elements_push (&finder->stack, token, element, NULL);
    if (!has_attribute (finder, token))
        return;
    if (element->flags & ELEMENT_VOID)
        take_void (finder, token, element);
    else if (finder->stack.exceeded)
        complain (finder, token->start, "a marked element that is nested too deep");
    else
        g_array_append_val (finder->open, mark);
}

static void
find_in_html (Finder *finder)
{
    HtmlScanner scanner;
    HtmlToken token;

    html_scanner_init (&scanner, finder->data, finder->length);
    while (html_next (&scanner, &token)) {
        switch (token.kind) {
        case HTML_START:
            take_start (finder, &token);
            break;
        case HTML_END: {
            EndResult result =
                elements_end (&finder->stack, &token, element_find (finder->data, &token));
            settle_elements (finder, &token, result);
            break;
        }
        case HTML_COMMENT:
            take_comment (finder, &token);
            break;
        case HTML_TEXT:
        case HTML_OTHER:
            break;
        }
    }
    for (unsigned i = 0; i < finder->open->len; i++)
        complain (finder, g_array_index (finder->open, OpenMark, i).start,
                  "a marked element without its end tag");
}

/* Text between brackets, alone on its line. */
static void
take_line (Finder *finder, size_t from, size_t to, size_t line, size_t end)
{
    Mark mark = read_mark (finder->data + from, to - from);

    if (mark == MARK_NONE && slips_is_line (finder->data + from, to - from))
        mark = MARK_UNKNOWN;
    take_mark (finder, "text-lines", mark, line, end);
}

static void
find_in_lines (Finder *finder)
{
    for (size_t line = 0, end; line < finder->length; line = end) {
        end = headers_line_end (finder->data, finder->length, line);
        size_t from = line, to = end;
        while (from < to && g_ascii_isspace (finder->data[from]))
            from++;
        while (to > from && g_ascii_isspace (finder->data[to - 1]))
            to--;
        if (to - from >= 2 && finder->data[from] == '[' && finder->data[to - 1] == ']')
            take_line (finder, from + 1, to - 1, line, end);
    }
}

static int
compare_blocks (const void *a, const void *b)
{
    const MarkedBlock *first = a, *second = b;

    if (first->start != second->start)
        return first->start < second->start ? -1 : 1;
    return first->end > second->end ? -1 : first->end < second->end;
}

static void
append_joined (GArray *found, GArray *blocks)
{
    unsigned first = blocks->len;

    g_array_sort (found, compare_blocks);
    for (unsigned i = 0; i < found->len; i++) {
        const MarkedBlock *block = &g_array_index (found, MarkedBlock, i);
        MarkedBlock *last =
            blocks->len > first ? &g_array_index (blocks, MarkedBlock, blocks->len - 1) : NULL;
        if (!last || block->start >= last->end) {
            g_array_append_val (blocks, *block);
        } else if (block->end > last->end) {
            last->end = block->end;
            last->inner_end = block->inner_end;
        }
    }
}

char *
marks_find (const Part *part, unsigned leaf, GArray *blocks)
{
    Finder finder = { .part = part, .leaf = leaf };

    finder.data = g_bytes_get_data (part->source, &finder.length);
    if (finder.length == 0)
        return NULL;
    finder.found = g_array_new (FALSE, FALSE, sizeof (MarkedBlock));
    finder.open = g_array_new (FALSE, FALSE, sizeof (OpenMark));
    elements_init (&finder.stack, finder.data);
    if (part->leaf.kind == LEAF_PLAIN)
        find_in_lines (&finder);
    else
        find_in_html (&finder);
    if (finder.comments > 0)
        complain (&finder, finder.begin, "a marked block without its end");
    append_joined (finder.found, blocks);
    g_array_unref (finder.found);
    g_array_unref (finder.open);
    return finder.problem;
}
