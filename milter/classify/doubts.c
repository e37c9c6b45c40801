/* SPDX-License-Identifier: BSD-2-Clause */

/* A false doubt keeps a receipt from its reader: only what is loud counts. */

#include "doubts.h"

#include <string.h>

#include "block_links.h"
#include "leaning.h"
#include "settled.h"

/* One piece with so many, though it cannot be cut, is promotion that must not pass unseen. No
 * receipt of those that were measured has more than seven. */
enum { POINTS = 8 };

/* Points of other signs with which one that is plainly worded as promotion is as loud; and those that a
 * way to the shop is worth beside it. */
enum { POINTS_WORDED = 2, POINTS_WAY = 2 };

/* Terms of offers that a bill may hold besides what it was reduced by. */
enum { MOST_TERMS = 2 };

/* A bill that names what it was reduced by, and next to no offer besides. */
static bool
is_bill (const char *text, const Words *words)
{
    g_autofree char *rest = settled_bill (text, words);
    const char *term = NULL;

    return rest && strlen (rest) < strlen (text) &&
           words_promotional (words, rest, &term) <= MOST_TERMS;
}

/* Business in the same paragraph hides how the rest of it is worded. */
static bool
is_worded (const BlockParts *parts, const Words *words, unsigned piece)
{
    return leaning_is_loud (words, block_parts_piece (parts, piece)->text);
}

/* Where help is given, in words of addresses. */
static bool
is_of_help (const char *target)
{
    static const char *const words[] = { "help",  "support", "faq",    "contact", "care",
                                         "hilfe", "kontakt", "pflege", "aide",    "entretien",
                                         "ayuda", "aiuto",   "ajuda",  "pomoc",   "hjalp" };

    for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
        if (strcasestr (target, words[i]))
            return true;
    return false;
}

/* A link to the shop, but for its front page and where it helps. */
static bool
leads_to_shop (const BlockParts *parts, const Piece *piece)
{
    const GPtrArray *links = message_leaf (parts->message, parts->leaf)->links;

    for (unsigned i = piece->first_link; i < piece->end_link; i++) {
        const char *target = ((const Link *)g_ptr_array_index (links, i))->target;
        LinkGoal goal = block_links_goal (target);
        if ((goal == GOAL_SHOP || goal == GOAL_TEASER) && !block_links_is_front (target) &&
            !is_of_help (target))
            return true;
    }
    return false;
}

/* What speaks of promotion in a piece but for its wording, and the way to the shop. */
static unsigned
points_of_signs (const BlockParts *parts, unsigned piece)
{
    const BlockSets *sets = &parts->sets;

    return block_parts_points (parts->signs[piece] & sets->promotional &
                               ~(sets->wording | sets->tone));
}

static unsigned
points_beside (const BlockParts *parts, unsigned piece)
{
    bool way = leads_to_shop (parts, block_parts_piece (parts, piece));

    return points_of_signs (parts, piece) + (way ? POINTS_WAY : 0);
}

/* Whether it is worth a look at how it is worded, which is dear. */
static bool
may_be_worded (const BlockParts *parts, unsigned piece)
{
    return leaning_may_be_loud (block_parts_piece (parts, piece)->text) &&
           (points_of_signs (parts, piece) >= POINTS_WORDED ||
            points_beside (parts, piece) >= POINTS_WORDED);
}

static void
note (Classification *classification, const BlockParts *parts, unsigned piece, unsigned points)
{
    char *where = g_strdup_printf (
        "part %s, byte %zu: promotion that cannot be told from the transaction",
        message_leaf (parts->message, parts->leaf)->path,
        block_parts_piece (parts, piece)->start);

    if (!classification->problem)
        classification->problem = g_strdup (where);
    classification_note (classification, "block-doubt", points / 2.0, where);
}

bool
doubts_find (Classification *classification, const BlockParts *parts, const Words *words,
             DoubtSettled is_settled, gconstpointer data)
{
    for (unsigned i = 0; i < block_parts_count (parts); i++) {
        unsigned points = block_parts_points (parts->signs[i] & parts->sets.promotional);
        bool loud = points >= POINTS;
        if ((parts->signs[i] & parts->sets.shielded) || !(loud || may_be_worded (parts, i)) ||
            !(loud || is_worded (parts, words, i)) || is_settled (data, i) ||
            is_bill (block_parts_piece (parts, i)->text, words))
            continue;
        note (classification, parts, i,
              loud ? points
                   : points_beside (parts, i) + block_parts_points (parts->sets.wording));
        return true;
    }
    return false;
}
