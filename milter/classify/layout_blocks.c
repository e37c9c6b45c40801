/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A page as its author laid it out. Elements, text and links each come in the order of the source,
 * so the tree is made in one walk over all of them.
 */

#include "layout_blocks.h"

#include <string.h>

#include "layout_lines.h"
#include "layout_look.h"
#include "prose.h"

/* Inline elements around the text of one piece that can make it look like a heading. */
enum { MOST_WRAPPERS = 6 };

/* Bytes before a break that tell whether it ends a sentence; quotes and brackets may stand behind that. */
enum { LAST_WORDS = 64 };

/*
 * Paragraphs that breaks make: two breaks part any text, one parts what ends as a sentence does. All
 * of one stand in the same element.
 */
typedef struct {
    bool awaited; /* begins with the next text */
    bool open;    /* is the innermost node */
    bool whole;
    int around;        /* element that its breaks stand in */
    unsigned breaks;   /* that follow each other */
    unsigned inner;    /* the same within an element of it */
    size_t start, end; /* with the breaks before it; as far as is known */
} Stretch;

typedef struct {
    const Message *message;
    unsigned leaf;
    PageLayout *layout;
    bool parting;        /* paragraphs are made of breaks too */
    unsigned node;       /* innermost open one */
    Stretch stretch;     /* the last one, open or awaited */
    const TextRun *last; /* with ink; NULL before the first */
    bool open;           /* a piece is being gathered */
    Piece piece;
    GString *alt;
    unsigned wrappers[MOST_WRAPPERS], wrapper_count;
} Walk;

static LayoutNode *
node_at (const PageLayout *layout, unsigned i)
{
    return &g_array_index (layout->nodes, LayoutNode, i);
}

static bool
is_one_of (const char *name, const char *const names[])
{
    for (; *names; names++)
        if (*name == **names && strcmp (name, *names) == 0)
            return true;
    return false;
}

enum { LETTERS = 'z' - 'a' + 1, MOST_NAMES = 9 };

/* By first letter. Bodies of tables are left out: their rows stand in the table. */
static bool
is_layout (const char *name)
{
    static const char *const names[LETTERS][MOST_NAMES] = {
        ['a' - 'a'] = { "article", "address", "aside" },
        ['b' - 'a'] = { "blockquote" },
        ['c' - 'a'] = { "center" },
        ['d' - 'a'] = { "div", "dl", "dt", "dd" },
        ['f' - 'a'] = { "footer", "figure", "form" },
        ['h' - 'a'] = { "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr" },
        ['l' - 'a'] = { "li" },
        ['m' - 'a'] = { "main" },
        ['n' - 'a'] = { "nav" },
        ['o' - 'a'] = { "ol" },
        ['p' - 'a'] = { "p", "pre" },
        ['s' - 'a'] = { "section" },
        ['t' - 'a'] = { "tr", "td", "table", "th" },
        ['u' - 'a'] = { "ul" },
    };

    return g_ascii_islower (*name) && is_one_of (name, names[*name - 'a']);
}

static bool
is_wrapper (const char *name)
{
    static const char *const names[] = { "b",   "strong", "font", "span",
                                         "big", "small",  "a",    NULL };

    return is_one_of (name, names);
}

static void
begin_piece (Walk *walk, size_t start)
{
    if (walk->open)
        return;
    walk->open = true;
    walk->piece = (Piece){ .start = start, .end = start, .node = walk->node };
    walk->wrapper_count = 0;
    g_string_truncate (walk->alt, 0);
}

static bool
is_blank (const char *text)
{
    for (; *text; text = g_utf8_next_char (text)) {
        gunichar letter = g_utf8_get_char (text);
        GUnicodeType type = g_unichar_type (letter);
        if (!g_unichar_isspace (letter) && type != G_UNICODE_FORMAT &&
            type != G_UNICODE_CONTROL && letter != 0x034f)
            return false;
    }
    return true;
}

static void
end_piece (Walk *walk)
{
    Piece *piece = &walk->piece;

    if (!walk->open)
        return;
    walk->open = false;
    piece->text = piece->text_end > piece->text_start
                      ? message_visible_text (walk->message, walk->leaf, piece->text_start,
                                              piece->text_end)
                      : g_strdup ("");
    if (is_blank (piece->text) && piece->images == 0) {
        g_free (piece->text);
        return;
    }
    piece->alt = walk->alt->len > 0 ? g_strdup (walk->alt->str) : NULL;
    piece->look =
        layout_look (walk->message, walk->leaf, piece, walk->wrappers, walk->wrapper_count);
    g_array_append_val (walk->layout->pieces, *piece);
}

static void
close_node (Walk *walk)
{
    LayoutNode *node = node_at (walk->layout, walk->node);

    end_piece (walk);
    if (walk->stretch.open) {
        node->end = walk->stretch.end;
        node->whole = walk->stretch.whole;
    }
    walk->stretch.open = walk->stretch.awaited = false;
    node->end_piece = walk->layout->pieces->len;
    node->next = walk->layout->nodes->len;
    walk->node = (unsigned)MAX (node->parent, 0);
}

/* Closes what ends before an offset. The leaf itself stays open. */
static void
close_until (Walk *walk, size_t offset)
{
    while (walk->node > 0 && node_at (walk->layout, walk->node)->end <= offset)
        close_node (walk);
}

/* Where the text that stands right in an element ends. */
static size_t
inner_end (const Walk *walk, int element)
{
    return element < 0
               ? G_MAXSIZE
               : message_element (walk->message, walk->leaf, (unsigned)element)->inner_end;
}

/* Text that stands elsewhere than the breaks before it is none of their paragraph. */
static void
begin_stretch (Walk *walk, size_t offset)
{
    Stretch *stretch = &walk->stretch;

    stretch->breaks = stretch->inner = 0;
    if (!stretch->awaited)
        return;
    stretch->awaited = false;
    if (offset >= inner_end (walk, stretch->around))
        return;
    LayoutNode node = {
        .parent = (int)walk->node,
        .first_piece = walk->layout->pieces->len,
        .start = stretch->start,
        .end = inner_end (walk, stretch->around),
        .element = -1,
        .around = stretch->around,
    };
    stretch->open = true;
    walk->node = walk->layout->nodes->len;
    g_array_append_val (walk->layout->nodes, node);
}

static bool
ends_sentence (const Walk *walk)
{
    const TextRun *run = walk->last;

    if (!run)
        return false;
    const char *text = message_leaf (walk->message, walk->leaf)->text;
    size_t length = run->text_end - run->text_start;
    const char *end = text + run->text_end, *start = end - MIN (length, LAST_WORDS);
    while (start < end && ((guchar)*start & 0xc0) == 0x80)
        start++;
    g_autofree char *words = g_strndup (start, (size_t)(end - start));
    return prose_ends (words);
}

static void
take_break (Walk *walk, const LeafElement *element)
{
    Stretch *stretch = &walk->stretch;
    bool goes_on = stretch->breaks > 0 && stretch->around == element->parent;

    /* What is parted within an element of it is more than one paragraph, and cannot be cut apart. */
    if (stretch->open && element->parent != stretch->around) {
        stretch->whole = stretch->whole && stretch->inner++ == 0 && !ends_sentence (walk);
        return;
    }
    if (!goes_on && !stretch->awaited)
        stretch->start = element->start;
    stretch->around = element->parent;
    stretch->breaks = goes_on ? stretch->breaks + 1 : 1;
    if (!walk->open || !(stretch->breaks > 1 || ends_sentence (walk)))
        return;
    walk->piece.parted = true;
    if (!walk->parting)
        return;
    size_t start = stretch->start;
    if (stretch->open)
        close_node (walk);
    else
        end_piece (walk);
    *stretch = (Stretch){ .awaited = true,
                          .whole = true,
                          .around = element->parent,
                          .breaks = stretch->breaks,
                          .start = start,
                          .end = element->end };
}

/* What stands in a paragraph belongs to it with its tags. */
static void
extend_stretch (Walk *walk, const LeafElement *element)
{
    Stretch *stretch = &walk->stretch;

    if (element->parent != stretch->around || !(stretch->open || stretch->awaited))
        return;
    stretch->end = MAX (stretch->end, element->end);
    stretch->whole = stretch->whole && element->whole;
}

static void
open_node (Walk *walk, unsigned number, const LeafElement *element)
{
    if (walk->stretch.open)
        close_node (walk);
    walk->stretch.awaited = false;
    end_piece (walk);
    LayoutNode node = {
        .parent = (int)walk->node,
        .first_piece = walk->layout->pieces->len,
        .start = element->start,
        .end = element->end,
        .element = (int)number,
        .around = element->parent,
        .whole = element->whole,
    };
    walk->node = walk->layout->nodes->len;
    g_array_append_val (walk->layout->nodes, node);
}

/* What is drawn a few pixels wide or high is there to count or to keep a distance. */
static bool
is_thin (const char *side)
{
    return side && g_ascii_isdigit (*side) && g_ascii_strtoull (side, NULL, 10) <= 4;
}

static void
take_picture (Walk *walk, unsigned number, const LeafElement *element)
{
    static const char *const names[] = { "width", "height", "alt", NULL };
    char *values[G_N_ELEMENTS (names)];

    message_element_attributes (walk->message, walk->leaf, number, names, values);
    g_autofree char *width = values[0], *height = values[1], *alt = values[2];
    if (is_thin (width) || is_thin (height))
        return;
    begin_stretch (walk, element->start);
    begin_piece (walk, element->start);
    if (alt) {
        g_string_append (walk->alt, alt);
        g_string_append_c (walk->alt, ' ');
    }
    walk->piece.images++;
    walk->piece.end = MAX (walk->piece.end, element->end);
}

static void
take_element (Walk *walk, unsigned number)
{
    const LeafElement *element = message_element (walk->message, walk->leaf, number);

    close_until (walk, element->start);
    if (is_layout (element->name) && !element->hidden) {
        open_node (walk, number, element);
        return;
    }
    bool is_break = strcmp (element->name, "br") == 0;
    if (!is_break)
        extend_stretch (walk, element);
    if (element->hidden)
        return;
    if (is_break) {
        take_break (walk, element);
    } else if (strcmp (element->name, "img") == 0) {
        take_picture (walk, number, element);
    } else if (is_wrapper (element->name)) {
        begin_stretch (walk, element->start);
        begin_piece (walk, element->start);
        if (walk->wrapper_count < MOST_WRAPPERS)
            walk->wrappers[walk->wrapper_count++] = number;
    }
}

static const char NO_BREAK_SPACE[] = "\xc2\xa0";

static bool
has_ink (const Leaf *leaf, const TextRun *run)
{
    const char *text = leaf->text + run->text_start;
    size_t length = run->text_end - run->text_start;

    /* A NUL that ends the text is no ink. */
    for (size_t i = 0; i < length; i++) {
        bool blank = i + 1 < length && memcmp (text + i, NO_BREAK_SPACE, 2) == 0;
        if (!blank && ((guchar)text[i] > ' ' || !strchr (" \t\r\n", text[i])))
            return true;
        i += blank;
    }
    return false;
}

static void
take_run (Walk *walk, const TextRun *run)
{
    close_until (walk, run->start);
    if (!has_ink (message_leaf (walk->message, walk->leaf), run))
        return;
    walk->last = run;
    begin_stretch (walk, run->start);
    begin_piece (walk, run->start);
    walk->stretch.end = MAX (walk->stretch.end, run->end);
    if (walk->piece.text_end == 0)
        walk->piece.text_start = run->start;
    walk->piece.text_end = run->end;
    walk->piece.end = MAX (walk->piece.end, run->end);
}

static void
walk_page (Walk *walk)
{
    const GArray *runs = message_text_runs (walk->message, walk->leaf);
    unsigned elements = message_element_count (walk->message, walk->leaf), next = 0;

    for (unsigned i = 0; i < runs->len; i++) {
        const TextRun *run = &g_array_index (runs, TextRun, i);
        while (next < elements &&
               message_element (walk->message, walk->leaf, next)->start <= run->start)
            take_element (walk, next++);
        take_run (walk, run);
    }
    while (next < elements)
        take_element (walk, next++);
    while (walk->node > 0)
        close_node (walk);
    close_node (walk);
}

/* A link belongs to the piece in which it begins or, when it is around the piece, to that. */
static void
share_links (const Leaf *leaf, GArray *pieces)
{
    unsigned link = 0;

    for (unsigned i = 0; i < pieces->len; i++) {
        Piece *piece = &g_array_index (pieces, Piece, i);
        piece->first_link = link;
        while (link < leaf->links->len &&
               ((const Link *)g_ptr_array_index (leaf->links, link))->start < piece->end)
            link++;
        piece->end_link = link;
    }
}

static void
piece_clear (Piece *piece)
{
    g_free (piece->text);
    g_free (piece->alt);
}

PageLayout *
layout_blocks_new (const Message *message, unsigned leaf, bool parting)
{
    const Leaf *this = message_leaf (message, leaf);
    PageLayout *layout = g_new0 (PageLayout, 1);
    LayoutNode whole = { .parent = -1, .element = -1, .around = -1, .end = G_MAXSIZE };

    layout->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
    layout->nodes = g_array_new (FALSE, FALSE, sizeof (LayoutNode));
    g_array_set_clear_func (layout->pieces, (GDestroyNotify)piece_clear);
    g_array_append_val (layout->nodes, whole);
    if (this->kind == LEAF_PLAIN) {
        layout_lines (message, leaf, layout);
    } else {
        g_autoptr (GString) alt = g_string_new (NULL);
        Walk walk = {
            .message = message, .leaf = leaf, .layout = layout, .parting = parting, .alt = alt
        };
        walk_page (&walk);
        layout_look_around (message, leaf, layout);
    }
    share_links (this, layout->pieces);
    return layout;
}

void
layout_blocks_free (PageLayout *layout)
{
    if (!layout)
        return;
    g_array_unref (layout->pieces);
    g_array_unref (layout->nodes);
    g_free (layout);
}
