/* SPDX-License-Identifier: BSD-2-Clause */

/* Sums over the pieces of a leaf: what a span shows is the difference of two of them. */

#include "block_parts.h"

#include <string.h>

#include "licet/selector.h"
#include "licet/utf8.h"

#include "leaning.h"
#include "same.h"

enum { KINDS = PART_STAYS + 1 };

/* The weakest promotion that its place can make a block. */
enum { LEAST_POINTS = 2 };

/* Points of soft words with which a tone speaks. */
enum { LEAST_SOFT = 2 };

/* Points of words of promotion that outweigh a wording of service. */
enum { POINTS_REDEEMED = 4 };

/* Pieces that are asked one by one sooner than their sums are. */
enum { FEW_PIECES = 64 };

/* What names and describes one product of a row of them. */
enum { NAME_LETTERS = 80 };

static void
sets_init (BlockSets *sets)
{
    *sets = (BlockSets){
        .promotional = block_signals_of (ROW_PROMOTIONAL),
        .protected = block_signals_of (ROW_PROTECTED),
        .frame = block_signals_set ("block-legal", "block-help", "block-address", NULL),
        .help = block_signals_set ("block-help", NULL),
        .numbers = block_signals_set ("block-digits", "block-amount", "block-locator", NULL),
        .number = block_signals_set ("block-number", NULL),
        .coupon = block_signals_set ("block-coupon", NULL),
        .along = block_signals_set ("block-card", "block-price", "block-button", "block-linked",
                                    "block-picture", NULL),
        .code = block_signals_set ("block-code", NULL),
        .amount = block_signals_set ("block-amount", NULL),
        .mention = block_signals_set ("block-mention", NULL),
        .program =
            block_signals_set ("block-referral", "block-loyalty", "block-newsletter", NULL),
        .gift = block_signals_set ("block-referral", "block-loyalty", "block-next",
                                   "block-newsletter", "block-winback", "block-urgency", NULL),
        .recommending = block_signals_set ("block-recommendation", NULL),
        .inviting = block_signals_of (ROW_PROMOTIONAL) &
                    ~block_signals_set ("block-coupon", "block-code", "block-offer",
                                        "block-percent", NULL),
        .money = block_signals_set ("block-price", NULL),
        .reason =
            block_signals_of (ROW_PROMOTIONAL) &
            ~block_signals_set ("block-coupon", "block-code", "block-action", "block-next",
                                "block-urgency", "block-app-link", "block-social-link", NULL),
        .plain =
            block_signals_of (ROW_PROMOTIONAL) &
            ~block_signals_set ("block-tone", "block-app", "block-app-link", "block-coupon",
                                "block-code", "block-action", "block-urgency", NULL),
        .soft = block_signals_of (ROW_SOFT),
        .order = block_signals_set ("block-order", NULL),
        .hard = block_signals_set ("block-total", "block-quantity", "block-number",
                                   "block-hash-number", "block-account-link", "block-legal",
                                   "block-address", "block-help", "block-protected", NULL),
        .vague = block_signals_set ("block-delivery", "block-booking", "block-access",
                                    "block-duty", NULL),
        .duty = block_signals_set ("block-duty", NULL),
        .priced = block_signals_set ("block-rate", "block-sum", NULL),
        .way = block_signals_set ("block-button", "block-linked", "block-app-link", NULL),
        .digits = block_signals_set ("block-digits", NULL),
        .shielded = block_signals_set ("block-protected", NULL),
        .phrase = block_signals_set ("block-phrase", NULL),
        .teaser = block_signals_set ("block-link", "block-app-link", "block-action",
                                     "block-urgency", NULL),
        .card = block_signals_set ("block-card", NULL),
        .button = block_signals_set ("block-button", "block-action", NULL),
        .link = block_signals_set ("block-button", "block-action", "block-linked", NULL),
        .price = block_signals_set ("block-price", "block-button", "block-linked",
                                    "block-action", NULL),
        .ware = block_signals_set ("block-card", "block-price", "block-amount", "block-button",
                                   NULL),
    };
}

/* What the words of a passage say together. */
static void
sets_add_wording (BlockSets *sets)
{
    sets->wording = block_signals_set ("block-wording", NULL);
    sets->tone = block_signals_set ("block-tone", NULL);
    sets->service = block_signals_set ("block-service", NULL);
    sets->booking = block_signals_set ("block-booking", NULL);
}

static const BlockSets *
block_sets (void)
{
    static BlockSets sets;
    static gsize made = 0;

    if (g_once_init_enter (&made)) {
        sets_init (&sets);
        sets_add_wording (&sets);
        g_once_init_leave (&made, 1);
    }
    return &sets;
}

unsigned
block_parts_count (const BlockParts *parts)
{
    return parts->layout->pieces->len;
}

const Piece *
block_parts_piece (const BlockParts *parts, unsigned i)
{
    return &g_array_index (parts->layout->pieces, Piece, i);
}

const LayoutNode *
block_parts_node (const BlockParts *parts, unsigned i)
{
    return &g_array_index (parts->layout->nodes, LayoutNode, i);
}

bool
block_parts_is_heading (const BlockParts *parts, unsigned piece)
{
    return (block_parts_piece (parts, piece)->look & PIECE_HEADING) != 0;
}

Span
block_parts_span (const BlockParts *parts, unsigned node)
{
    const LayoutNode *this = block_parts_node (parts, node);

    return (Span){ this->first_piece, this->end_piece };
}

GArray *
block_parts_children (const BlockParts *parts, unsigned node)
{
    GArray *children = g_array_new (FALSE, FALSE, sizeof (unsigned));
    unsigned end = block_parts_node (parts, node)->next;

    for (unsigned i = node + 1; i < end; i = block_parts_node (parts, i)->next) {
        Span span = block_parts_span (parts, i);
        if (span.end > span.first)
            g_array_append_val (children, i);
    }
    return children;
}

unsigned
block_parts_child (const GArray *children, unsigned i)
{
    return g_array_index (children, unsigned, i);
}

Span
block_parts_child_span (const BlockParts *parts, const GArray *children, unsigned i)
{
    return block_parts_span (parts, block_parts_child (children, i));
}

/* Of a set that is not empty. */
static unsigned
first_row (BlockSigns set)
{
    return (unsigned)__builtin_ctzll (set);
}

static unsigned *
rows_of (const BlockParts *parts, unsigned piece)
{
    return parts->rows + (size_t)piece * block_signals_count ();
}

BlockSigns
block_parts_signs (const BlockParts *parts, Span span)
{
    unsigned rows = block_signals_count ();
    BlockSigns signs = 0;

    if (!parts->rows)
        return 0;
    if (span.end - span.first <= FEW_PIECES) {
        for (unsigned i = span.first; i < span.end; i++)
            signs |= parts->signs[i];
        return signs;
    }
    const unsigned *end = rows_of (parts, span.end), *first = rows_of (parts, span.first);
    for (unsigned row = 0; row < rows; row++)
        signs |= (BlockSigns)(end[row] > first[row]) << row;
    return signs;
}

unsigned
block_parts_shows (const BlockParts *parts, BlockSigns set, Span span)
{
    unsigned count = 0;

    if (!parts->rows)
        return 0;
    if (span.end - span.first <= FEW_PIECES)
        set &= block_parts_signs (parts, span);
    const unsigned *end = rows_of (parts, span.end), *first = rows_of (parts, span.first);
    for (; set; set &= set - 1)
        count += end[first_row (set)] - first[first_row (set)];
    return count;
}

static bool
holds_kind (const BlockParts *parts, Span span, PartKind kind)
{
    return parts->kind_count[span.end * KINDS + kind] >
           parts->kind_count[span.first * KINDS + kind];
}

bool
block_parts_is_wares (const BlockParts *parts, Span span)
{
    unsigned cards = block_parts_shows (parts, parts->sets.card, span);

    return cards > 1 && block_parts_neutral (parts, span) <= (size_t)cards * NAME_LETTERS;
}

PartKind
block_parts_kind (const BlockParts *parts, Span span)
{
    if (holds_kind (parts, span, PART_STAYS))
        return PART_STAYS;
    if (holds_kind (parts, span, PART_PROMOTION))
        return PART_PROMOTION;
    return holds_kind (parts, span, PART_ALONG) && (!holds_kind (parts, span, PART_NEUTRAL) ||
                                                    block_parts_is_wares (parts, span))
               ? PART_ALONG
               : PART_NEUTRAL;
}

size_t
block_parts_letters (const BlockParts *parts, Span span)
{
    return parts->letters[span.end] - parts->letters[span.first];
}

size_t
block_parts_neutral (const BlockParts *parts, Span span)
{
    return parts->neutral[span.end] - parts->neutral[span.first];
}

double
block_parts_odds (const BlockParts *parts, Span span)
{
    return parts->odds[span.end] - parts->odds[span.first];
}

unsigned
block_parts_points (BlockSigns signs)
{
    unsigned points = 0;

    for (; signs; signs &= signs - 1)
        points += block_signals_points (first_row (signs));
    return points;
}

/* The pieces within an element that the policy protects. */
static void
protect_element (BlockParts *parts, const LeafElement *element)
{
    unsigned low = 0, high = block_parts_count (parts);

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (block_parts_piece (parts, middle)->end <= element->start)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < block_parts_count (parts); low++) {
        if (block_parts_piece (parts, low)->start >= element->end)
            return;
        parts->signs[low] |= parts->sets.shielded;
    }
}

/* False when it is not known what is protected. */
static bool
protect (BlockParts *parts, const Hints *hints)
{
    for (unsigned i = 0; hints && i < hints->protected->len; i++) {
        g_autoptr (GArray) numbers = selector_match (g_ptr_array_index (hints->protected, i),
                                                     parts->message, parts->leaf);
        size_t taken = 0;
        if (!numbers)
            return false;
        for (unsigned n = 0; n < numbers->len; n++) {
            const LeafElement *element = message_element (parts->message, parts->leaf,
                                                          g_array_index (numbers, unsigned, n));
            if (element->start < taken)
                continue;
            protect_element (parts, element);
            taken = element->end;
        }
    }
    return true;
}

static BlockSigns
sign_of (const BlockParts *parts, Leaning leaning)
{
    switch (leaning) {
    case LEANING_NONE:
        return 0;
    case LEANING_SERVICE:
        return parts->sets.service;
    case LEANING_TONE:
        return parts->sets.tone;
    case LEANING_PROMOTION:
        return parts->sets.wording;
    }
    g_assert_not_reached ();
}

static const char **
list_texts (const BlockParts *parts)
{
    const char **texts = g_new (const char *, block_parts_count (parts) + 1);

    for (unsigned i = 0; i < block_parts_count (parts); i++)
        texts[i] = block_parts_piece (parts, i)->text;
    return texts;
}

/* What the words of each piece say as a whole. */
static void
read_wording (BlockParts *parts, const Words *words)
{
    unsigned count = block_parts_count (parts);
    g_autofree const char **texts = list_texts (parts);

    g_autofree double *odds = wording_weigh (words_wording (words), texts, count);
    for (unsigned i = 0; i < count; i++) {
        if (odds)
            parts->signs[i] |= sign_of (parts, leaning_judge (words, texts[i], odds[i]));
        parts->odds[i + 1] = parts->odds[i] + (odds ? odds[i] : 0);
    }
}

/* What was asked of the words of a piece is known of all that say the same. */
typedef enum { ASKED_NOT, ASKED_NO, ASKED_YES } Asked;

typedef struct {
    const Words *words;
    unsigned *first; /* by piece: the first one that says the same */
    guint8 *settled; /* by first piece: Asked */
} Judge;

static bool
tells_business (const Words *words, const char *text)
{
    return words_count (words, text).count[GROUP_TRANSACTIONAL] > 0 ||
           words_settled (words, text);
}

/* What may be of the transaction by its words: a voucher that was paid with, an app that shows the
 * ticket. */
static bool
may_settle (const BlockParts *parts, const Judge *judge, unsigned i)
{
    guint8 *settled = &judge->settled[judge->first[i]];

    if (parts->signs[i] & parts->sets.plain)
        return false;
    if (*settled == ASKED_NOT)
        *settled = tells_business (judge->words, block_parts_piece (parts, i)->text) ? ASKED_YES
                                                                                     : ASKED_NO;
    return *settled == ASKED_YES;
}

/* "With our apologies" above a voucher is the voucher's; what says more stays with what follows. */
static bool
is_kind_heading (const BlockParts *parts, unsigned i)
{
    BlockSigns protected = parts->signs[i] & parts->sets.protected;

    return protected && protected == parts->sets.help && block_parts_is_heading (parts, i) &&
           !(parts->signs[i] & parts->sets.promotional);
}

/* A tone says too little alone, or with one soft word. */
static bool
speaks_of_promotion (const BlockParts *parts, BlockSigns signs)
{
    const BlockSets *sets = &parts->sets;

    return (signs & sets->promotional & ~sets->tone) ||
           ((signs & sets->tone) && block_parts_points (signs & sets->soft) >= LEAST_SOFT);
}

/* An offer that is plain by its wording and by its words too is not hidden by one of a booking. */
static bool
is_plain_offer (const BlockParts *parts, BlockSigns signs)
{
    const BlockSets *sets = &parts->sets;
    BlockSigns words = signs & sets->promotional & ~(sets->wording | sets->tone);

    return (signs & sets->wording) && !(signs & sets->protected & ~sets->booking) &&
           !(signs & sets->numbers) && block_parts_points (words) >= POINTS_REDEEMED;
}

static PartKind
judge_piece (const BlockParts *parts, const Judge *judge, unsigned i)
{
    const BlockSets *sets = &parts->sets;
    BlockSigns signs = parts->signs[i];
    bool promotional = speaks_of_promotion (parts, signs);
    bool number = (signs & sets->digits) && !(signs & sets->reason & sets->plain);

    if ((signs & sets->mention) || is_plain_offer (parts, signs))
        return PART_PROMOTION;
    /* How to redeem a voucher is worded as service. */
    if ((signs & sets->service) &&
        block_parts_points (signs & sets->promotional) < POINTS_REDEEMED)
        return PART_STAYS;
    if (is_kind_heading (parts, i))
        return PART_NEUTRAL;
    if ((signs & sets->protected) || (promotional && number && !(signs & sets->code)))
        return PART_STAYS;
    if (!promotional && (signs & sets->along))
        return PART_ALONG;
    if (!promotional && block_parts_is_heading (parts, i))
        return PART_NEUTRAL;
    return may_settle (parts, judge, i) ? PART_STAYS
           : promotional                ? PART_PROMOTION
                                        : PART_NEUTRAL;
}

/* The number of a coupon is none of the transaction. */
static bool
is_code (const BlockParts *parts, unsigned i)
{
    const BlockSets *sets = &parts->sets;

    return (parts->signs[i] & sets->coupon) &&
           !(parts->signs[i] & sets->protected & ~sets->number);
}

/* Imprint and contact are in any mail. A membership or a course has words for its number that no list
 * knows: a line with one that speaks of no promotion is of the transaction. */
static bool
is_transaction (const BlockParts *parts, unsigned i)
{
    BlockSigns protected = parts->signs[i] & parts->sets.protected;

    if (is_code (parts, i))
        return false;
    if (parts->kinds[i] == PART_NEUTRAL && (parts->signs[i] & parts->sets.numbers))
        return true;
    return parts->kinds[i] == PART_STAYS &&
           (protected == 0 || (protected & ~parts->sets.frame) != 0);
}

static void
sum_piece (BlockParts *parts, unsigned i)
{
    const char *text = block_parts_piece (parts, i)->text;
    size_t letters = leaning_letters (text);
    bool plain = parts->kinds[i] == PART_NEUTRAL && !block_parts_is_heading (parts, i);
    unsigned *before = rows_of (parts, i), *after = rows_of (parts, i + 1);

    memcpy (after, before, block_signals_count () * sizeof *after);
    for (BlockSigns signs = parts->signs[i]; signs; signs &= signs - 1)
        after[first_row (signs)]++;
    for (unsigned kind = 0; kind < KINDS; kind++)
        parts->kind_count[(i + 1) * KINDS + kind] =
            parts->kind_count[i * KINDS + kind] + (parts->kinds[i] == kind);
    parts->letters[i + 1] = parts->letters[i] + letters;
    parts->neutral[i + 1] = parts->neutral[i] + (plain ? letters : 0);
}

static void
judge_pieces (BlockParts *parts, const Words *words)
{
    unsigned pieces = block_parts_count (parts);
    g_autofree const char **texts = list_texts (parts);
    g_autofree unsigned *first = same_first (texts, pieces);
    g_autofree guint8 *settled = g_new0 (guint8, pieces + 1);
    Judge judge = { words, first, settled };

    parts->rows = g_new0 (unsigned, (size_t)(pieces + 1) * block_signals_count ());
    for (unsigned i = 0; i < pieces; i++) {
        parts->kinds[i] = judge_piece (parts, &judge, i);
        if (!block_parts_has_transaction (parts) && is_transaction (parts, i))
            parts->behind = i + 1;
        sum_piece (parts, i);
    }
}

/* Most transactions do not, and their pieces need not be judged. */
static bool
shows_promotion (const BlockParts *parts)
{
    BlockSigns all = 0;

    for (unsigned i = 0; i < block_parts_count (parts); i++)
        all |= parts->signs[i];
    return block_parts_points (all & (parts->sets.promotional | parts->sets.soft)) >=
           LEAST_POINTS;
}

BlockParts *
block_parts_new (const Message *message, unsigned leaf, const Words *words, const Hints *hints,
                 bool parting)
{
    BlockParts *parts = g_new0 (BlockParts, 1);

    parts->message = message;
    parts->leaf = leaf;
    parts->layout = layout_blocks_new (message, leaf, parting);
    parts->sets = *block_sets ();
    parts->signs =
        block_signals_look (message, leaf, parts->layout->pieces, words_cues (words));
    size_t count = block_parts_count (parts) + 1;
    parts->odds = g_new0 (double, count);
    read_wording (parts, words);
    parts->kinds = g_new0 (PartKind, count);
    parts->kind_count = g_new0 (unsigned, count *KINDS);
    parts->letters = g_new0 (size_t, count);
    parts->neutral = g_new0 (size_t, count);
    parts->behind = block_parts_count (parts) + 1;
    if (shows_promotion (parts) && protect (parts, hints))
        judge_pieces (parts, words);
    return parts;
}

void
block_parts_assume (BlockParts *parts)
{
    unsigned pieces = block_parts_count (parts);

    for (unsigned i = 0; !block_parts_has_transaction (parts) && i < pieces; i++)
        if (parts->letters[i + 1] > parts->letters[i] && !block_parts_is_heading (parts, i) &&
            (parts->kinds[i] == PART_NEUTRAL || parts->kinds[i] == PART_STAYS))
            parts->behind = i + 1;
}

void
block_parts_assume_apart (BlockParts *parts, bool before)
{
    if (!block_parts_has_transaction (parts))
        parts->behind = before ? 0 : block_parts_count (parts);
}

bool
block_parts_has_transaction (const BlockParts *parts)
{
    return parts->behind <= block_parts_count (parts);
}

void
block_parts_free (BlockParts *parts)
{
    if (!parts)
        return;
    layout_blocks_free (parts->layout);
    g_free (parts->signs);
    g_free (parts->kinds);
    g_free (parts->rows);
    g_free (parts->kind_count);
    g_free (parts->letters);
    g_free (parts->neutral);
    g_free (parts->odds);
    g_free (parts);
}
