/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * "Faster at home? / Twice the speed for little more. / [Our plans]": who sells softly has a hundred
 * words for it, and puts it below what the mail is about, under a heading that begins something
 * new. So its place counts as much as its words.
 */

#include "codas.h"

#include "heads.h"

/* Points from which on a section is promotion, and what its place, its heading and a way to the shop
 * are worth. */
enum { POINTS = 6, POINTS_PLACE = 1, POINTS_HEADING = 1, POINTS_WAY = 2, POINTS_LEANS = 3 };

/* Log-odds of a section, and of its heading alone, that lean to promotion. */
static const double LEANS = 3, HEADING_LEANS = 0.5;

/* What words that may be of the transaction take away, by kind of them. */
enum { POINTS_VAGUE = 2 };

/* Letters of a section whose words can be weighed, of any, and those in it that say nothing of promotion. */
enum { LEAST_LETTERS = 60, MOST_LETTERS = 700, MOST_NEUTRAL = 240, MOST_CHILDREN = 24 };

static unsigned
count_rows (BlockSigns signs)
{
    return (unsigned)__builtin_popcountll (signs);
}

static BlockSigns
evidence (const BlockParts *parts)
{
    return (parts->sets.promotional & ~parts->sets.tone) | parts->sets.soft;
}

/* A number, an amount due, an account, a passage that serves: no word of offers outweighs those. */
static bool
is_transaction (const BlockParts *parts, Span span)
{
    const BlockSets *sets = &parts->sets;

    for (unsigned i = span.first; i < span.end; i++) {
        BlockSigns signs = parts->signs[i];
        bool number = (signs & sets->order) && (signs & sets->digits);
        if (number || (signs & (sets->hard | sets->mention | sets->service)))
            return true;
    }
    return false;
}

/* A link in words that leads to the shop or to a store of apps. */
static bool
has_way (const BlockParts *parts, Span span)
{
    for (unsigned i = span.first; i < span.end; i++)
        if ((parts->signs[i] & parts->sets.way) && *block_parts_piece (parts, i)->text)
            return true;
    return false;
}

static bool
is_apart (const BlockParts *parts, const GArray *children, unsigned first, unsigned i)
{
    const LayoutNode *begin = block_parts_node (parts, block_parts_child (children, first));
    const LayoutNode *node = block_parts_node (parts, block_parts_child (children, i));
    Span span = block_parts_child_span (parts, children, i);
    bool other = i > first + 1 && block_parts_is_heading (parts, span.first);

    return other || !node->whole || node->around != begin->around ||
           is_transaction (parts, span);
}

/* Words of delivery, duties and the like, and of the transactional vocabulary. */
static unsigned
vague_points (const BlockParts *parts, Span span)
{
    const BlockSets *sets = &parts->sets;
    BlockSigns vague = block_parts_signs (parts, span) & sets->vague;
    bool settles = false;

    for (unsigned i = span.first; i < span.end; i++)
        settles = settles || (parts->kinds[i] == PART_STAYS &&
                              !(parts->signs[i] & (sets->protected | sets->order)));
    return POINTS_VAGUE * (count_rows (vague) + settles);
}

/* A heading and what stands below it may each say little: together their words lean to promotion. */
static bool
leans (const BlockParts *parts, Span span)
{
    Span heading = { span.first, span.first + 1 };

    return block_parts_odds (parts, span) >= LEANS &&
           block_parts_letters (parts, span) >= LEAST_LETTERS &&
           block_parts_odds (parts, heading) >= HEADING_LEANS &&
           block_parts_shows (parts, parts->sets.service, span) == 0;
}

/* An app may show the ticket, and a code be one to enter: beside words of the transaction they speak for
 * nothing. */
static unsigned
weigh (const BlockParts *parts, Span span)
{
    BlockSigns signs = block_parts_signs (parts, span) & evidence (parts);
    unsigned vague = vague_points (parts, span);

    if (vague > 0)
        signs &= parts->sets.plain | parts->sets.soft;
    unsigned points = block_parts_points (signs) + POINTS_PLACE + POINTS_HEADING +
                      (has_way (parts, span) ? POINTS_WAY : 0) +
                      (leans (parts, span) ? POINTS_LEANS : 0);
    return points > vague ? points - vague : 0;
}

/* Without a way to the shop it must invite; "you save 5.00" is of a bill, and so are prices in a table,
 * unless they are of what is recommended. */
static bool
is_coda (const BlockParts *parts, Span span, unsigned *ret_points)
{
    BlockSigns signs = block_parts_signs (parts, span);
    bool bill = (signs & parts->sets.money) && !(signs & parts->sets.recommending);

    *ret_points = weigh (parts, span);
    return *ret_points >= POINTS && span.end > span.first + 1 &&
           (has_way (parts, span) || (!bill && leans (parts, span)) ||
            (!bill && (signs & parts->sets.inviting & parts->sets.reason))) &&
           block_parts_letters (parts, span) <= MOST_LETTERS;
}

/* What the reader must do or is owed is no offer, unless it has its price: an insurance of the house
 * that is sold along with the one of the car. */
static bool
is_duty (const BlockParts *parts, Span span)
{
    BlockSigns signs = block_parts_signs (parts, span);

    return (signs & parts->sets.duty) && !(signs & parts->sets.priced);
}

/* It goes on as long as promotion or the first ways to the shop follow. In a text any short line looks
 * like a heading, wishes too: what it is a heading of comes right below. */
static int
last_child (const BlockParts *parts, const GArray *children, unsigned first)
{
    bool text = message_leaf (parts->message, parts->leaf)->kind == LEAF_PLAIN;
    unsigned end = MIN (children->len, first + MOST_CHILDREN);
    bool way = false;
    size_t neutral = 0;
    int last = -1;

    for (unsigned i = first; i < end && !is_apart (parts, children, first, i); i++) {
        Span span = block_parts_child_span (parts, children, i);
        bool leads = has_way (parts, span);
        bool speaks = block_parts_shows (parts, evidence (parts), span) > 0;
        if (leads || (speaks && !way)) {
            last = (int)i;
            neutral = 0;
        } else if (way || (text && last < 0 && i > first)) {
            break;
        }
        way = way || leads;
        neutral += leads || speaks ? 0 : block_parts_letters (parts, span);
        if (neutral > MOST_NEUTRAL)
            break;
    }
    return last;
}

int
codas_end (const BlockParts *parts, const GArray *children, unsigned first,
           unsigned *ret_points)
{
    Span begin = block_parts_child_span (parts, children, first);

    if (begin.first < parts->behind || !heads_below (parts, begin.first) ||
        (parts->signs[begin.first] & parts->sets.numbers))
        return -1;
    int last = last_child (parts, children, first);
    if (last < 0)
        return -1;
    Span all = { begin.first, block_parts_child_span (parts, children, (unsigned)last).end };
    return is_coda (parts, all, ret_points) && !is_duty (parts, all) ? last : -1;
}
