/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * How a piece looks: heading, button or small print. From tags, inline styles and class names,
 * since what mail programs show of style sheets differs.
 */

#include "layout_look.h"

#include <string.h>

#include "licet/utf8.h"

/* A heading is a line, not a paragraph. */
enum { LONGEST_HEADING = 72, LARGE_PIXELS = 17, SMALL_PIXELS = 11 };

/* Nodes above a piece that are asked for their style. */
enum { MOST_LEVELS = 8 };

static bool
is_short (const char *text)
{
    size_t length = strnlen (text, LONGEST_HEADING * 4 + 1);

    if (length <= LONGEST_HEADING)
        return length > 0;
    return length <= LONGEST_HEADING * 4
               ? utf8_count_letters (text, length) <= LONGEST_HEADING
               : g_utf8_strlen (text, LONGEST_HEADING * 4) <= LONGEST_HEADING;
}

/* The number behind a property, in pixels as mail programs draw them; 0 when there is none. */
static unsigned
font_pixels (const char *style)
{
    const char *at = strstr (style, "font-size:");

    if (!at)
        return 0;
    at += strlen ("font-size:");
    at += strspn (at, " ");
    unsigned size = (unsigned)MIN (g_ascii_strtoull (at, NULL, 10), 1000);
    at += strspn (at, "0123456789.");
    return g_str_has_prefix (at, "px")   ? size
           : g_str_has_prefix (at, "pt") ? size * 4 / 3
           : g_str_has_prefix (at, "em") ? size * 16
                                         : 0;
}

static bool
is_bold (const char *style)
{
    const char *at = strstr (style, "font-weight:");

    if (!at)
        return false;
    at += strlen ("font-weight:");
    at += strspn (at, " ");
    return g_str_has_prefix (at, "bold") || (*at >= '6' && *at <= '9');
}

static bool
holds_any (const char *text, const char *const words[])
{
    for (; text && *words; words++)
        if (strstr (text, *words))
            return true;
    return false;
}

/* Takes a value, or NULL, and gives it in lower case. */
static char *
lower (char *value)
{
    if (value)
        utf8_lower_ascii (value, value, strlen (value));
    return value;
}

static unsigned
look_of_element (const Message *message, unsigned leaf, unsigned number)
{
    static const char *const headings[] = { "heading", "title", "headline", NULL };
    static const char *const buttons[] = { "button", "btn", "cta", NULL };
    static const char *const small[] = { "footer", "legal", "sub", NULL };
    static const char *const filled[] = { "background", "border:", "border-radius", NULL };
    static const char *const names[] = { "style", "class", "bgcolor", NULL };
    const char *name = message_element (message, leaf, number)->name;
    char *values[G_N_ELEMENTS (names)];

    message_element_attributes (message, leaf, number, names, values);
    g_autofree char *style = lower (values[0]);
    g_autofree char *class = lower (values[1]);
    g_autofree char *colour = values[2];
    unsigned pixels = style ? font_pixels (style) : 0, look = 0;
    bool bold =
        (style && is_bold (style)) || strcmp (name, "b") == 0 || strcmp (name, "strong") == 0;

    if (bold || pixels >= LARGE_PIXELS || holds_any (class, headings) ||
        (name[0] == 'h' && g_ascii_isdigit (name[1])))
        look |= PIECE_HEADING;
    if (holds_any (class, buttons) || holds_any (style, filled) || (colour && *colour))
        look |= PIECE_BUTTON;
    if ((pixels > 0 && pixels <= SMALL_PIXELS) || holds_any (class, small))
        look |= PIECE_SMALL;
    return look;
}

unsigned
layout_look (const Message *message, unsigned leaf, const Piece *piece,
             const unsigned *wrappers, unsigned count)
{
    unsigned look = 0;

    if (!is_short (piece->text))
        return 0;
    for (unsigned i = 0; i < count; i++) {
        const LeafElement *element = message_element (message, leaf, wrappers[i]);
        if (element->start > piece->text_start || element->end < piece->text_end)
            continue;
        look |= look_of_element (message, leaf, wrappers[i]);
        if (strcmp (element->name, "a") == 0)
            look |= PIECE_LINKED;
    }
    return look;
}

/* A linked line in a box of its own is a button; only such a one. */
static unsigned
settle (unsigned look)
{
    if (!(look & PIECE_LINKED))
        return look & ~(unsigned)PIECE_BUTTON;
    return look & ~(unsigned)PIECE_HEADING;
}

void
layout_look_around (const Message *message, unsigned leaf, PageLayout *layout)
{
    for (unsigned i = 0; i < layout->pieces->len; i++) {
        Piece *piece = &g_array_index (layout->pieces, Piece, i);
        unsigned number = piece->node, levels = is_short (piece->text) ? MOST_LEVELS : 0;
        for (unsigned level = 0; level < levels; level++) {
            const LayoutNode *node = &g_array_index (layout->nodes, LayoutNode, number);
            if (node->element < 0 || node->first_piece != i || node->end_piece != i + 1)
                break;
            piece->look |= look_of_element (message, leaf, (unsigned)node->element);
            number = (unsigned)node->parent;
        }
        piece->look = settle (piece->look);
    }
}
