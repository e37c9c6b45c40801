/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Which parts of a page are promotion. The tree is searched from the top, so that the largest part
 * that is promotion alone is found first; rows that follow each other are judged as the sections
 * that their headings make of them.
 */

#include "detected.h"

#include <string.h>

#include "licet/limits.h"

#include "block_signals.h"
#include "layout_blocks.h"

/* Points from which on a part is promotion. */
enum { POINTS = 6 };

/* A part of fewer letters than this that has nothing to it but its heading is no block. */
enum { LEAST_LETTERS = 40 };

/* Children of one node that make a section; more are searched one by one. */
enum { MOST_ROWS = 64 };

/* What the place of a part adds. */
enum { POINTS_CARDS = 3, POINTS_HEADING = 1, POINTS_AFTER = 1 };

/* Letters that say nothing of promotion and may stand within it, under its own heading or not. */
enum { BRIDGE_HEADED = 240, BRIDGE = 90 };

/* A cell is cut out of its row only for a reason that leaves no doubt. */
enum { POINTS_CELL = 8 };

typedef enum { PART_PROMOTION, PART_ALONG, PART_NEUTRAL, PART_STAYS } PartKind;

typedef struct {
    unsigned first, end; /* pieces */
} Span;

typedef struct {
    Span span;
    size_t start, end; /* decoded */
    unsigned points;
    BlockSigns signs;
    bool cards;
} Found;

typedef struct {
    const Message *message;
    unsigned leaf;
    const PageLayout *layout;
    const BlockSigns *signs; /* by piece */
    PartKind *kinds;   /* by piece */
    unsigned *before;  /* by piece and row: how many pieces before it show the row */
    size_t *letters;   /* by piece: visible letters before it */
    size_t *neutral;   /* and those of neutral pieces that are no headings */
    size_t *staying;   /* pieces before it that must stay */
    unsigned transaction; /* first piece of the transaction */
    BlockSigns promotional, protected, amount, mention, recommending, program;
    GArray *found; /* of Found */
} Search;

static const Piece *
piece_at (const Search *search, unsigned i)
{
    return &g_array_index (search->layout->pieces, Piece, i);
}

static const LayoutNode *
node_at (const Search *search, unsigned i)
{
    return &g_array_index (search->layout->nodes, LayoutNode, i);
}

static unsigned
count_row (const Search *search, unsigned row, Span span)
{
    unsigned rows = block_signals_count ();

    return search->before[span.end * rows + row] - search->before[span.first * rows + row];
}

static BlockSigns
signs_of (const Search *search, Span span)
{
    BlockSigns signs = 0;

    for (unsigned row = 0; row < block_signals_count (); row++)
        if (count_row (search, row, span) > 0)
            signs |= (BlockSigns)1 << row;
    return signs;
}

static unsigned
count_set (const Search *search, BlockSigns set, Span span)
{
    unsigned count = 0;

    for (unsigned row = 0; row < block_signals_count (); row++)
        if (set & ((BlockSigns)1 << row))
            count += count_row (search, row, span);
    return count;
}

static bool
is_heading (const Search *search, unsigned piece)
{
    return (piece_at (search, piece)->look & PIECE_HEADING) != 0;
}

/* Pictures that lead to the shop, side by side, each with its price or button. */
static bool
has_cards (const Search *search, Span span)
{
    return count_set (search, block_signals_set ("block-card", NULL), span) >= 2 &&
           count_set (search, block_signals_set ("block-price", "block-button", "block-linked",
                                                 "block-action", NULL),
                      span) >= 2;
}

static void
weigh (const Search *search, Span span, Found *found)
{
    found->span = span;
    found->signs = signs_of (search, span);
    found->cards = has_cards (search, span);
    found->points = 0;
    for (unsigned row = 0; row < block_signals_count (); row++)
        if (found->signs & ((BlockSigns)1 << row))
            found->points += block_signals_points (row);
    found->points += found->cards ? POINTS_CARDS : 0;
    found->points += is_heading (search, span.first) ? POINTS_HEADING : 0;
    found->points += span.first > search->transaction ? POINTS_AFTER : 0;
}

/* Prices are of the transaction, but for those of products that are recommended. */
static bool
is_clean (const Search *search, const Found *found)
{
    BlockSigns buying = block_signals_set ("block-button", "block-action", NULL);
    bool shop = (found->signs & search->recommending) ||
                (found->cards && (found->signs & buying));

    return search->staying[found->span.end] == search->staying[found->span.first] &&
           (shop || !(found->signs & search->amount)) &&
           (!(found->signs & search->mention) || (found->signs & search->program));
}

/* The first words of a part say what it is: they must be promotion, or its heading. */
static bool
begins_well (const Search *search, Span span)
{
    for (unsigned i = span.first; i < span.end; i++) {
        PartKind kind = search->kinds[i];
        if (kind == PART_PROMOTION)
            return true;
        if (kind == PART_NEUTRAL && !(is_heading (search, i) && i > search->transaction))
            return false;
        if (kind == PART_ALONG && i < search->transaction)
            return false;
    }
    return false;
}

static bool
is_coherent (const Search *search, Span span)
{
    size_t all = search->letters[span.end] - search->letters[span.first];
    size_t neutral = search->neutral[span.end] - search->neutral[span.first];

    return begins_well (search, span) && neutral <= BRIDGE_HEADED && 2 * neutral <= all;
}

/* A heading alone would leave behind what it announces. */
static bool
has_body (const Search *search, Span span)
{
    for (unsigned i = span.first; i < span.end; i++)
        if (!is_heading (search, i))
            return true;
    return search->letters[span.end] - search->letters[span.first] >= LEAST_LETTERS;
}

static bool
is_promotion (const Search *search, Span span, unsigned points, Found *ret_found)
{
    weigh (search, span, ret_found);
    return ret_found->points >= points && (ret_found->signs & search->promotional) &&
           has_body (search, span) && is_clean (search, ret_found) && is_coherent (search, span);
}

static Span
span_of (const Search *search, unsigned node)
{
    return (Span){ node_at (search, node)->first_piece, node_at (search, node)->end_piece };
}

static bool
is_cell (const Search *search, unsigned node)
{
    int element = node_at (search, node)->element;
    const char *name = element >= 0
                           ? message_element (search->message, search->leaf, (unsigned)element)->name
                           : "";

    return strcmp (name, "td") == 0 || strcmp (name, "th") == 0;
}

static PartKind
kind_of (const Search *search, unsigned node)
{
    Span span = span_of (search, node);
    PartKind kind = PART_NEUTRAL;
    bool neutral = false;

    if (search->staying[span.end] > search->staying[span.first])
        return PART_STAYS;
    for (unsigned i = span.first; i < span.end; i++) {
        if (search->kinds[i] == PART_PROMOTION)
            return PART_PROMOTION;
        neutral = neutral || search->kinds[i] == PART_NEUTRAL;
        if (search->kinds[i] == PART_ALONG)
            kind = PART_ALONG;
    }
    return neutral ? PART_NEUTRAL : kind;
}

static bool
is_heading_alone (const Search *search, unsigned node)
{
    Span span = span_of (search, node);

    return span.end == span.first + 1 && is_heading (search, span.first);
}

static bool
is_button (const Search *search, unsigned node)
{
    Span span = span_of (search, node);

    return count_set (search, block_signals_set ("block-button", NULL), span) > 0;
}

/* The children of a node that hold pieces; array of unsigned. */
static GArray *
list_children (const Search *search, unsigned node)
{
    GArray *children = g_array_new (FALSE, FALSE, sizeof (unsigned));

    for (unsigned i = node + 1; i < node_at (search, node)->next; i = node_at (search, i)->next)
        if (node_at (search, i)->end_piece > node_at (search, i)->first_piece)
            g_array_append_val (children, i);
    return children;
}

static unsigned
child_at (const GArray *children, unsigned i)
{
    return g_array_index (children, unsigned, i);
}

static bool
stand_together (const Search *search, unsigned a, unsigned b)
{
    return node_at (search, a)->around == node_at (search, b)->around &&
           node_at (search, b)->whole;
}

/* Whether a child goes with the promotion before it: cards below their heading, a button. */
static bool
goes_along (const Search *search, const GArray *children, unsigned first, unsigned i,
            unsigned last)
{
    Span span = { span_of (search, child_at (children, first)).first,
                  span_of (search, child_at (children, i)).end };
    BlockSigns cards = block_signals_set ("block-card", "block-price", "block-amount",
                                          "block-button", NULL);
    Span own = span_of (search, child_at (children, i));

    if (is_button (search, child_at (children, i)) && i == last + 1)
        return true;
    return (signs_of (search, span) & search->recommending) &&
           (signs_of (search, own) & cards) != 0;
}

/* The last child of the section that begins with one; -1 when there is none. Neutral ones belong
 * to it when promotion follows. */
static int
section_end (const Search *search, const GArray *children, unsigned first)
{
    bool headed = is_heading (search, span_of (search, child_at (children, first)).first);
    size_t bridge = 0;
    int last = -1;

    for (unsigned i = first; i < MIN (children->len, first + MOST_ROWS); i++) {
        unsigned child = child_at (children, i);
        PartKind kind = kind_of (search, child);
        Span span = span_of (search, child);
        if (kind == PART_STAYS || !stand_together (search, child_at (children, first), child))
            break;
        if (kind == PART_PROMOTION && i > first && !is_coherent (search, span))
            break;
        if (kind == PART_PROMOTION ||
            (kind == PART_ALONG && last >= 0 &&
             goes_along (search, children, first, i, (unsigned)last))) {
            last = (int)i;
            bridge = 0;
            continue;
        }
        if (i > first && is_heading_alone (search, child) &&
            (i + 1 == children->len ||
             kind_of (search, child_at (children, i + 1)) != PART_PROMOTION))
            break;
        bridge += i > first ? search->letters[span.end] - search->letters[span.first] : 0;
        if (bridge > (headed ? BRIDGE_HEADED : BRIDGE))
            break;
    }
    return last;
}

/* A heading may begin a section, and so may a picture right before promotion, behind the
 * transaction: what is above it is the head of the mail. */
static bool
may_begin (const Search *search, const GArray *children, unsigned i)
{
    unsigned child = child_at (children, i);
    PartKind kind = kind_of (search, child);
    bool after = span_of (search, child).first > search->transaction;

    if (kind == PART_PROMOTION)
        return true;
    if (!after || kind == PART_STAYS)
        return false;
    return is_heading_alone (search, child) ||
           (kind == PART_ALONG && i + 1 < children->len &&
            kind_of (search, child_at (children, i + 1)) == PART_PROMOTION);
}

static void
add_found (Search *search, Found *found, unsigned first, unsigned last)
{
    found->start = node_at (search, first)->start;
    found->end = node_at (search, last)->end;
    if (search->found->len < LIMIT_DETECTED)
        g_array_append_val (search->found, *found);
}

/* Takes the section that begins with a child, if it is promotion. The number of children taken. */
static unsigned
take_section (Search *search, const GArray *children, unsigned first)
{
    unsigned from = child_at (children, first);
    Found found = { 0 };

    if (!may_begin (search, children, first) || !node_at (search, from)->whole)
        return 0;
    int last = section_end (search, children, first);
    if (last < 0)
        return 0;
    unsigned to = child_at (children, (unsigned)last);
    Span span = { span_of (search, from).first, span_of (search, to).end };
    unsigned points = is_cell (search, from) ? POINTS_CELL : POINTS;
    if (!is_promotion (search, span, points, &found))
        return 0;
    add_found (search, &found, from, to);
    return (unsigned)last - first + 1;
}

static void
search_node (Search *search, unsigned node)
{
    Span span = span_of (search, node);

    if (span.first == span.end || !(signs_of (search, span) & search->promotional))
        return;
    g_autoptr (GArray) children = list_children (search, node);
    for (unsigned i = 0; i < children->len;) {
        unsigned taken = take_section (search, children, i);
        if (taken == 0)
            search_node (search, child_at (children, i));
        i += MAX (taken, 1);
    }
}

static PartKind
judge_piece (const Search *search, const Words *words, unsigned i)
{
    static const char *const along[] = { "block-card",   "block-price",   "block-button",
                                         "block-linked", "block-picture", NULL };
    BlockSigns signs = search->signs[i];

    if (signs & search->protected)
        return PART_STAYS;
    if (signs & search->promotional)
        return PART_PROMOTION;
    for (unsigned n = 0; along[n]; n++)
        if (signs & block_signals_set (along[n], NULL))
            return PART_ALONG;
    if (!is_heading (search, i) &&
        words_count (words, piece_at (search, i)->text).transactional > 0)
        return PART_STAYS;
    return PART_NEUTRAL;
}

static void
sum_pieces (Search *search, const Words *words)
{
    unsigned pieces = search->layout->pieces->len, rows = block_signals_count ();
    BlockSigns frame = block_signals_set ("block-legal", "block-help", "block-address", NULL);

    search->transaction = pieces;
    for (unsigned i = 0; i < pieces; i++) {
        size_t letters = (size_t)g_utf8_strlen (piece_at (search, i)->text, -1);
        PartKind kind = search->kinds[i] = judge_piece (search, words, i);
        bool stays = kind == PART_STAYS;
        bool transaction = stays && (search->signs[i] & search->protected & frame) !=
                                        (search->signs[i] & search->protected);
        transaction = transaction || (stays && !(search->signs[i] & search->protected));
        if (transaction && search->transaction == pieces)
            search->transaction = i;
        for (unsigned row = 0; row < rows; row++)
            search->before[(i + 1) * rows + row] =
                search->before[i * rows + row] + ((search->signs[i] >> row) & 1);
        search->letters[i + 1] = search->letters[i] + letters;
        search->staying[i + 1] = search->staying[i] + stays;
        search->neutral[i + 1] =
            search->neutral[i] +
            (kind == PART_NEUTRAL && !is_heading (search, i) ? letters : 0);
    }
}

static bool
overlaps_block (const Classification *classification, unsigned leaf, const Found *found)
{
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (block->leaf == leaf && block->start < found->end && found->start < block->end)
            return true;
    }
    return false;
}

/* The names of the reasons, the weightiest first as in the table. */
static char *
name_reasons (const Search *search, const Found *found)
{
    GString *names = g_string_new (NULL);

    for (unsigned row = 0; row < block_signals_count (); row++)
        if (found->signs & search->promotional & ((BlockSigns)1 << row))
            g_string_append_printf (names, "%s%s", names->len ? ", " : "",
                                    block_signals_name (row));
    if (found->cards)
        g_string_append_printf (names, "%sblock-cards", names->len ? ", " : "");
    if (is_heading (search, found->span.first))
        g_string_append (names, ", block-heading");
    if (found->span.first > search->transaction)
        g_string_append (names, ", block-after");
    return g_string_free (names, FALSE);
}

static void
note_found (Classification *classification, const Search *search, const Found *found)
{
    Evidence *entry = g_new0 (Evidence, 1);
    g_autofree char *reasons = name_reasons (search, found);

    entry->signal = g_strdup ("block-detected");
    entry->weight = found->points / 2.0;
    entry->where = g_strdup_printf ("leaf %s, offset %zu: %u points, %s",
                                    message_leaf (search->message, search->leaf)->path,
                                    found->start, found->points, reasons);
    g_ptr_array_add (classification->evidence, entry);
}

static bool
add_blocks (Classification *classification, const Search *search)
{
    bool added = false;

    for (unsigned i = 0; i < search->found->len; i++) {
        const Found *found = &g_array_index (search->found, Found, i);
        if (classification->blocks->len >= LIMIT_BLOCKS ||
            overlaps_block (classification, search->leaf, found))
            continue;
        Block *block = g_new0 (Block, 1);
        block->leaf = search->leaf;
        block->start = block->inner_start = found->start;
        block->end = block->inner_end = found->end;
        block->class = CLASS_PROMOTIONAL;
        block->how = "detected";
        g_ptr_array_add (classification->blocks, block);
        note_found (classification, search, found);
        added = true;
    }
    return added;
}

/* Whether the words of the leaf could make up a block at all. */
static bool
may_hold_block (const Search *search)
{
    BlockSigns all = 0;
    unsigned points = POINTS_CARDS + POINTS_HEADING + POINTS_AFTER;

    for (unsigned i = 0; i < search->layout->pieces->len; i++)
        all |= search->signs[i];
    for (unsigned row = 0; row < block_signals_count (); row++)
        if (all & ((BlockSigns)1 << row))
            points += block_signals_points (row);
    return (all & search->promotional) && points >= POINTS;
}

static bool
search_leaf (Classification *classification, const Message *message, unsigned leaf,
             const Words *words)
{
    g_autoptr (PageLayout) layout = layout_blocks_new (message, leaf);
    size_t pieces = layout->pieces->len + 1;
    g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Found));
    g_autofree BlockSigns *signs =
        block_signals_look (message, leaf, layout->pieces, words_cues (words));
    Search search = {
        .message = message,
        .leaf = leaf,
        .layout = layout,
        .signs = signs,
        .promotional = block_signals_of (ROW_PROMOTIONAL),
        .protected = block_signals_of (ROW_PROTECTED),
        .amount = block_signals_set ("block-amount", NULL),
        .mention = block_signals_set ("block-mention", NULL),
        .program = block_signals_set ("block-referral", "block-loyalty", "block-newsletter",
                                      NULL),
        .recommending = block_signals_set ("block-recommendation", NULL),
        .found = found,
    };

    if (!may_hold_block (&search))
        return false;
    g_autofree PartKind *kinds = search.kinds = g_new0 (PartKind, pieces);
    g_autofree unsigned *before = search.before =
        g_new0 (unsigned, pieces * block_signals_count ());
    g_autofree size_t *letters = search.letters = g_new0 (size_t, pieces);
    g_autofree size_t *neutral = search.neutral = g_new0 (size_t, pieces);
    g_autofree size_t *staying = search.staying = g_new0 (size_t, pieces);
    sum_pieces (&search, words);
    /* Without a transaction around it there is nothing to keep. */
    if (search.transaction + 1 >= pieces)
        return false;
    search_node (&search, 0);
    return add_blocks (classification, &search);
}

/* Text that stands for a page is cut as its twin. */
static bool
is_searched (const Message *message, unsigned leaf)
{
    const Leaf *this = message_leaf (message, leaf);

    if (this->attachment || this->locked ||
        (this->kind != LEAF_HTML && this->kind != LEAF_PLAIN))
        return false;
    for (unsigned i = 0; this->kind == LEAF_PLAIN && i < message_leaf_count (message); i++)
        if (message_leaf (message, i)->kind == LEAF_HTML &&
            message_is_alternative (message, leaf, i))
            return false;
    return true;
}

bool
detected_find (Classification *classification, const Message *message, const Words *words)
{
    bool added = false;

    for (unsigned i = 0; i < message_leaf_count (message); i++)
        if (is_searched (message, i) && search_leaf (classification, message, i, words))
            added = true;
    classification_sort_blocks (classification->blocks);
    return added;
}
