/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Which parts of a page are promotion. The tree is searched from the top, so that the largest part
 * that is promotion alone is found first; rows that follow each other are judged as the sections
 * that their headings make of them.
 */

#include "sections.h"

#include <string.h>

#include "licet/limits.h"

#include "codas.h"
#include "heads.h"

/* Points from which on a part is promotion, and a cell, without which its row has a hole. */
enum { POINTS = 6, POINTS_CELL = 8 };

/* What the place of a part adds, and what its words do that are no sentence. */
enum {
    POINTS_CARDS = 3,
    POINTS_HEADING = 1,
    POINTS_BUTTON = 1,
    POINTS_AFTER = 1,
    POINTS_LEANS = 1
};

/* Log-odds of a part that leans to promotion. */
static const double LEANS = 1.5;

/* Letters that say nothing of promotion and may stand within it, under its own heading or not. */
enum { BRIDGE_HEADED = 240, BRIDGE = 90 };

/* One piece of fewer letters than this is no block. */
enum { LEAST_LETTERS = 40 };

/* What names one product. */
enum { NAME_LETTERS = 80 };

/* Children of one node that make a section; more are searched one by one. */
enum { MOST_ROWS = 64 };

typedef struct {
    const BlockParts *parts;
    GArray *found; /* of Section, in order */
} Search;

/* Pictures that lead to the shop, each with a price, a name that is a link, or a button. */
static bool
has_cards (const BlockParts *parts, Span span)
{
    return block_parts_shows (parts, parts->sets.card, span) >= 2 &&
           block_parts_shows (parts, parts->sets.price, span) >= 2;
}

/* What is too vague to speak for itself does so in a passage that leans to promotion as a whole. */
static BlockSigns
leans_with (const BlockParts *parts, BlockSigns signs)
{
    return signs & (parts->sets.wording | parts->sets.tone) ? signs & parts->sets.soft : 0;
}

/* One word alone ("survey", "club"), which the link's address only says again: much else is called
 * that, and the look of a part tells nothing of it. */
static bool
is_word_alone (const BlockParts *parts, const Section *found)
{
    BlockSigns cues = found->signs & parts->sets.promotional & ~parts->sets.teaser;
    bool more = (found->signs & parts->sets.phrase) || leans_with (parts, found->signs) != 0;

    return !found->cards && !more && (cues & (cues - 1)) == 0;
}

static unsigned
points_of_look (const BlockParts *parts, const Section *found)
{
    unsigned points = block_parts_is_heading (parts, found->span.first) ? POINTS_HEADING : 0;

    points += found->signs & parts->sets.link ? POINTS_BUTTON : 0;
    return points + (found->span.first >= parts->behind ? POINTS_AFTER : 0);
}

/* How a mail begins is worded as warmly as promotion, but leads nowhere; and one tone speaks but once. */
static BlockSigns
unheard (const BlockParts *parts, const Section *found)
{
    const BlockSets *sets = &parts->sets;

    if (found->span.first < parts->behind && !(found->signs & sets->link))
        return sets->wording | sets->tone;
    return found->span.first < parts->behind || (found->signs & sets->wording) ? sets->tone : 0;
}

static void
weigh (const BlockParts *parts, Span span, Section *found)
{
    found->span = span;
    found->signs = block_parts_signs (parts, span);
    found->cards = has_cards (parts, span);
    BlockSigns cues = found->signs & parts->sets.promotional;
    unsigned look = points_of_look (parts, found);
    cues &= ~unheard (parts, found);
    if (is_word_alone (parts, found)) {
        found->points = block_parts_points (cues & ~parts->sets.teaser) + MIN (look, 1);
        return;
    }
    cues |= leans_with (parts, cues | (found->signs & parts->sets.soft));
    found->points = block_parts_points (cues) + look;
    found->points += found->cards ? POINTS_CARDS : 0;
    if (cues != 0 && !(found->signs & (parts->sets.wording | parts->sets.tone)) &&
        block_parts_odds (parts, span) >= LEANS)
        found->points += POINTS_LEANS;
}

/* A label with an amount or a number, a date or an hour, of which nothing says that it is of the offer. */
static bool
holds_row (const BlockParts *parts, Span span)
{
    for (unsigned i = span.first; i < span.end; i++)
        if ((parts->signs[i] & parts->sets.numbers) &&
            !(parts->signs[i] & parts->sets.promotional))
            return true;
    return false;
}

/* Amounts are of the transaction, but for prices of products that are recommended and for what
 * is given to buy more; and so is the number of an order, but for the one that a reward was earned
 * by. */
static bool
is_clean (const BlockParts *parts, const Section *found)
{
    const BlockSets *sets = &parts->sets;
    BlockSigns signs = found->signs;
    bool shop = (signs & sets->recommending) || (found->cards && (signs & sets->button));
    if (!shop && !(signs & sets->gift) && holds_row (parts, found->span))
        return false;
    bool gift = (signs & (sets->gift | sets->wording)) && !(signs & sets->money);

    return block_parts_kind (parts, found->span) == PART_PROMOTION &&
           (shop || gift || !(signs & sets->amount)) &&
           (!(signs & sets->mention) || (signs & sets->program));
}

/* "Discount (SPRING15)" beside an amount is what was paid less, not what one could. */
static bool
is_bill_line (const BlockParts *parts, const Section *found)
{
    Span around = { found->span.first - (found->span.first > 0),
                    MIN (found->span.end + 1, block_parts_count (parts)) };

    return !(found->signs & parts->sets.inviting) && !found->cards &&
           block_parts_shows (parts, parts->sets.money, around) > 0;
}

/* In a text any short line looks like a heading: wishes, and whom to call. */
static bool
may_head (const BlockParts *parts, unsigned i, unsigned before)
{
    bool text = message_leaf (parts->message, parts->leaf)->kind == LEAF_PLAIN;

    return heads_below (parts, i) && (!text || before == 0);
}

/* The first words of a part say what it is: they must be promotion, or its heading. */
static bool
begins_well (const BlockParts *parts, Span span)
{
    bool wares = block_parts_is_wares (parts, span);
    unsigned before = 0;

    for (unsigned i = span.first; i < span.end; i++) {
        PartKind kind = parts->kinds[i];
        bool after = i >= parts->behind;
        if (kind == PART_PROMOTION)
            return true;
        if (!after || (kind == PART_NEUTRAL && !wares && !may_head (parts, i, before)))
            return false;
        before += kind == PART_NEUTRAL;
    }
    return false;
}

/* Most of a part must speak of promotion itself, unless its heading and its end do. */
static bool
is_coherent (const BlockParts *parts, Span span)
{
    size_t neutral = block_parts_neutral (parts, span);
    bool enclosed = block_parts_is_heading (parts, span.first) &&
                    parts->kinds[span.first] == PART_PROMOTION &&
                    parts->kinds[span.end - 1] == PART_PROMOTION;

    return begins_well (parts, span) && neutral <= BRIDGE_HEADED &&
           (enclosed || 2 * neutral <= block_parts_letters (parts, span));
}

/* A heading alone would leave behind what it announces, and a button what it is about. */
static bool
has_body (const BlockParts *parts, Span span)
{
    size_t letters = block_parts_letters (parts, span);
    unsigned wares = block_parts_shows (parts, parts->sets.card, span);

    return span.end > span.first + (wares > 0 ? 0 : 1) || letters >= LEAST_LETTERS;
}

static bool
is_promotion (const BlockParts *parts, Span span, unsigned points, Section *ret_found)
{
    weigh (parts, span, ret_found);
    return ret_found->points >= points && (ret_found->signs & parts->sets.reason) &&
           is_clean (parts, ret_found) && !is_bill_line (parts, ret_found) &&
           has_body (parts, span) && is_coherent (parts, span);
}

bool
sections_is_promotion (const BlockParts *parts, Span span)
{
    Section found = { .parts = parts };

    return is_promotion (parts, span, POINTS, &found);
}

static bool
is_cell (const BlockParts *parts, unsigned node)
{
    int element = block_parts_node (parts, node)->element;
    const char *name =
        element >= 0 ? message_element (parts->message, parts->leaf, (unsigned)element)->name
                     : "";

    return strcmp (name, "td") == 0 || strcmp (name, "th") == 0;
}

/* A cell is a column of the page when more than a line stands in it; others are of a table. */
static bool
may_be_cut (const BlockParts *parts, unsigned from, unsigned to)
{
    Span span = { block_parts_span (parts, from).first, block_parts_span (parts, to).end };

    return !is_cell (parts, from) ||
           (span.end > span.first + 1 && block_parts_letters (parts, span) >= LEAST_LETTERS);
}

static bool
is_heading_alone (const BlockParts *parts, Span span)
{
    return span.end == span.first + 1 && block_parts_is_heading (parts, span.first);
}

static bool
is_kind (const BlockParts *parts, const GArray *children, unsigned i, PartKind kind)
{
    return i < children->len &&
           block_parts_kind (parts, block_parts_child_span (parts, children, i)) == kind;
}

/* Whether a child goes with the promotion before it: a button, or cards below what recommends
 * them. */
static bool
goes_along (const BlockParts *parts, const GArray *children, unsigned first, unsigned last,
            unsigned i)
{
    Span own = block_parts_child_span (parts, children, i);
    Span all = { block_parts_child_span (parts, children, first).first, own.end };
    BlockSigns signs = block_parts_signs (parts, own);

    if ((signs & parts->sets.link) && i == last + 1)
        return true;
    return (block_parts_signs (parts, all) & parts->sets.recommending) &&
           (signs & parts->sets.ware);
}

/* A row with the name of a product and its price. */
static bool
is_priced (const BlockParts *parts, Span span)
{
    return block_parts_shows (parts, parts->sets.money, span) > 0 &&
           block_parts_kind (parts, span) == PART_NEUTRAL &&
           block_parts_neutral (parts, span) <= NAME_LETTERS;
}

/* A heading of its own ends a section, unless it is followed by more promotion. */
static bool
begins_other (const BlockParts *parts, const GArray *children, unsigned i)
{
    return is_heading_alone (parts, block_parts_child_span (parts, children, i)) &&
           !is_kind (parts, children, i + 1, PART_PROMOTION);
}

static bool
ends_section (const BlockParts *parts, const GArray *children, unsigned first, unsigned i)
{
    const LayoutNode *begin = block_parts_node (parts, block_parts_child (children, first));
    const LayoutNode *node = block_parts_node (parts, block_parts_child (children, i));
    Span span = block_parts_child_span (parts, children, i);
    PartKind kind = block_parts_kind (parts, span);

    return kind == PART_STAYS || node->around != begin->around || !node->whole ||
           (i > first && kind == PART_PROMOTION && !is_coherent (parts, span));
}

/* The last child of the section that begins with one; -1 when there is none. Neutral ones belong
 * to it when promotion follows. */
static int
section_end (const BlockParts *parts, const GArray *children, unsigned first)
{
    bool headed =
        block_parts_is_heading (parts, block_parts_child_span (parts, children, first).first);
    unsigned end = MIN (children->len, first + MOST_ROWS);
    size_t bridge = 0;
    int last = -1;

    for (unsigned i = first; i < end && !ends_section (parts, children, first, i); i++) {
        Span span = block_parts_child_span (parts, children, i);
        PartKind kind = block_parts_kind (parts, span);
        bool along = kind == PART_ALONG || is_priced (parts, span);
        if (kind == PART_PROMOTION ||
            (along && last >= 0 && goes_along (parts, children, first, (unsigned)last, i))) {
            last = (int)i;
            bridge = 0;
            continue;
        }
        if (i > first && begins_other (parts, children, i))
            break;
        bridge += i > first ? block_parts_letters (parts, span) : 0;
        if (bridge > (headed ? BRIDGE_HEADED : BRIDGE))
            break;
    }
    return last;
}

/* A heading may begin a section, and so may a picture right before promotion, behind the
 * transaction: what is above it is the head of the mail. A button is of what stands before it. */
static bool
may_begin (const BlockParts *parts, const GArray *children, unsigned i)
{
    Span span = block_parts_child_span (parts, children, i);
    PartKind kind = block_parts_kind (parts, span);

    if (kind == PART_PROMOTION)
        return true;
    if (span.first < parts->behind || kind == PART_STAYS)
        return false;
    if (is_heading_alone (parts, span) && heads_below (parts, span.first))
        return true;
    return kind == PART_ALONG && is_kind (parts, children, i + 1, PART_PROMOTION) &&
           block_parts_letters (parts, span) == 0;
}

/* Takes the section that begins with a child, if it is promotion. The number of children taken. */
static unsigned
take_section (Search *search, const GArray *children, unsigned first)
{
    const BlockParts *parts = search->parts;
    unsigned from = block_parts_child (children, first);
    Section found = { .parts = parts };

    if (!may_begin (parts, children, first) || !block_parts_node (parts, from)->whole)
        return 0;
    int last = section_end (parts, children, first);
    if (last < 0)
        return 0;
    unsigned to = block_parts_child (children, (unsigned)last);
    Span span = { block_parts_span (parts, from).first, block_parts_span (parts, to).end };
    if (!may_be_cut (parts, from, to) ||
        !is_promotion (parts, span, is_cell (parts, from) ? POINTS_CELL : POINTS, &found))
        return 0;
    found.start = block_parts_node (parts, from)->start;
    found.end = block_parts_node (parts, to)->end;
    g_array_append_val (search->found, found);
    return (unsigned)last - first + 1;
}

/* The same for a section of its own behind the transaction. */
static unsigned
take_coda (Search *search, const GArray *children, unsigned first)
{
    const BlockParts *parts = search->parts;
    Section found = { .parts = parts };
    int last = codas_end (parts, children, first, &found.points);

    if (last < 0)
        return 0;
    found.coda = true;
    found.span = block_parts_child_span (parts, children, first);
    found.span.end = block_parts_child_span (parts, children, (unsigned)last).end;
    found.signs = block_parts_signs (parts, found.span);
    found.start = block_parts_node (parts, block_parts_child (children, first))->start;
    found.end = block_parts_node (parts, block_parts_child (children, (unsigned)last))->end;
    g_array_append_val (search->found, found);
    return (unsigned)last - first + 1;
}

/* Nodes are as deep as elements, see LIMIT_HTML_DEPTH. */
static void
search_node (Search *search, unsigned node)
{
    const BlockParts *parts = search->parts;
    Span span = block_parts_span (parts, node);
    bool childless = block_parts_node (parts, node)->next == node + 1;

    if (childless ||
        block_parts_shows (parts, parts->sets.promotional | parts->sets.soft, span) == 0)
        return;
    g_autoptr (GArray) children = block_parts_children (parts, node);
    for (unsigned i = 0; i < children->len && search->found->len <= LIMIT_DETECTED;) {
        unsigned taken = take_section (search, children, i);
        if (taken == 0)
            taken = take_coda (search, children, i);
        if (taken == 0)
            search_node (search, block_parts_child (children, i));
        i += MAX (taken, 1);
    }
}

GArray *
sections_find (const BlockParts *parts)
{
    Search search = { parts, g_array_new (FALSE, FALSE, sizeof (Section)) };

    search_node (&search, 0);
    return search.found;
}
