/* SPDX-License-Identifier: BSD-2-Clause */

/* From the promotion that a leaf shows to what is cut and what is doubted. */

#include "detected.h"

#include <string.h>

#include "licet/limits.h"

#include "doubts.h"
#include "locked_page.h"
#include "runs.h"
#include "sections.h"

/* How sure it must be of a transaction that no part of the page shows. */
static const double KNOWN = 0.6;

/* A paragraph of fewer letters is not looked at by its breaks. */
enum { LEAST_PARTED = 80 };

/* What the page that a text stands for says; most texts need not be compared with it. */
typedef struct {
    const Message *message;
    unsigned leaf;
    GArray *runs; /* NULL before it is asked for */
} Page;

typedef struct {
    const Classification *classification;
    const BlockParts *parts;
    const BlockParts *finer; /* with paragraphs made of breaks, or NULL */
    GArray *found;           /* of Section, in order */
    Page *page;              /* NULL of others than a text that stands for one */
    bool own;                /* the transaction stands in the leaf */
} Search;

static bool
overlaps_block (const Classification *classification, unsigned leaf, size_t start, size_t end)
{
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (block->leaf == leaf && block->start < end && start < block->end)
            return true;
    }
    return false;
}

static char *
name_reasons (const Section *found)
{
    const BlockParts *parts = found->parts;
    BlockSigns reasons = parts->sets.promotional | (found->coda ? parts->sets.soft : 0);
    GString *names = g_string_new (NULL);

    for (unsigned row = 0; row < block_signals_count (); row++)
        if (found->signs & reasons & ((BlockSigns)1 << row))
            g_string_append_printf (names, "%s%s", names->len ? ", " : "",
                                    block_signals_name (row));
    if (found->cards)
        g_string_append (names, ", block-cards");
    if (found->signs & parts->sets.link)
        g_string_append (names, ", block-button");
    if (block_parts_is_heading (parts, found->span.first))
        g_string_append (names, ", block-heading");
    if (found->span.first >= parts->behind)
        g_string_append (names, ", block-after");
    return g_string_free (names, FALSE);
}

/* "; by the words "…"" of the first passage that is found by its wording; empty without one. */
static char *
name_words (const Section *found, const Words *words)
{
    const BlockParts *parts = found->parts;

    for (unsigned i = found->span.first; i < found->span.end; i++) {
        if (!(parts->signs[i] & (parts->sets.wording | parts->sets.tone)))
            continue;
        g_autofree char *names =
            wording_name (words_wording (words), block_parts_piece (parts, i)->text);
        if (names)
            return g_strdup_printf ("; by the words \"%s\"", names);
    }
    return g_strdup ("");
}

static void
add_block (Classification *classification, const Section *found, const Words *words)
{
    const BlockParts *parts = found->parts;
    Block *block = g_new0 (Block, 1);
    g_autofree char *reasons = name_reasons (found);
    g_autofree char *spoken = name_words (found, words);

    block->why = g_strdup_printf ("%u points, %s%s", found->points, reasons, spoken);
    block->leaf = parts->leaf;
    block->start = block->inner_start = found->start;
    block->end = block->inner_end = found->end;
    block->class = CLASS_PROMOTIONAL;
    block->how = "detected";
    g_ptr_array_add (classification->blocks, block);
    classification_note (classification, "block-detected", found->points / 2.0,
                         g_strdup_printf ("part %s, byte %zu: %s",
                                          message_leaf (parts->message, parts->leaf)->path,
                                          found->start, block->why));
}

/* All that it says to somebody, with the names of its pictures. */
static const GArray *
runs_of_page (Page *page)
{
    g_autoptr (GArray) words = NULL;
    g_autoptr (GPtrArray) notes = NULL;

    if (page->runs)
        return page->runs;
    words = g_array_new (FALSE, FALSE, sizeof (RunWord));
    notes = message_readings (page->message, page->leaf);
    runs_add_range (words, page->message, page->leaf, 0, G_MAXSIZE, 0);
    for (unsigned i = 0; i < notes->len; i++)
        runs_add_words (words, ((const Reading *)g_ptr_array_index (notes, i))->text, 0);
    page->runs = runs_of (words);
    return page->runs;
}

/* Half of its runs: what the page shows is searched there, and cut here as its twin. */
static bool
is_shown (const Search *search, size_t start, size_t end)
{
    g_autoptr (GArray) words = g_array_new (FALSE, FALSE, sizeof (RunWord));
    unsigned shown = 0;

    if (!search->page)
        return false;
    const GArray *said = runs_of_page (search->page);
    runs_add_range (words, search->parts->message, search->parts->leaf, start, end, 0);
    g_autoptr (GArray) runs = runs_of (words);
    for (unsigned i = 0; i < runs->len; i++)
        shown += runs_has (said, g_array_index (runs, guint64, i));
    return 2 * shown >= runs->len;
}

static bool
is_found (const GArray *found, size_t start, size_t end)
{
    for (unsigned i = 0; i < found->len; i++) {
        const Section *section = &g_array_index (found, Section, i);
        if (section->start < end && start < section->end)
            return true;
    }
    return false;
}

/* Whether a paragraph that is cut by its breaks would keep promotion. */
static bool
keeps_promotion (const Search *search, const Piece *whole)
{
    const BlockParts *finer = search->finer;

    for (unsigned i = 0; finer && i < block_parts_count (finer); i++) {
        const Piece *piece = block_parts_piece (finer, i);
        if (piece->start >= whole->start && piece->end <= whole->end &&
            (finer->signs[i] & finer->sets.promotional & ~finer->sets.tone) &&
            !is_found (search->found, piece->start, piece->end))
            return true;
    }
    return false;
}

/* Whether a piece is in a block that was found or given, or the page tells of it. */
static bool
is_settled (gconstpointer data, unsigned number)
{
    const Search *search = data;
    const Piece *piece = block_parts_piece (search->parts, number);

    if (is_found (search->found, piece->start, piece->end) && !keeps_promotion (search, piece))
        return true;
    return overlaps_block (search->classification, search->parts->leaf, piece->start,
                           piece->end) ||
           is_shown (search, piece->start, piece->end);
}

static void
keep_problem (Classification *classification, const BlockParts *parts, const Section *found)
{
    if (!classification->problem)
        classification->problem =
            g_strdup_printf ("part %s, byte %zu: more parts of it are promotion than a "
                             "transaction has",
                             message_leaf (parts->message, parts->leaf)->path, found->start);
}

static bool
are_alternatives (const Message *message, unsigned one, unsigned other)
{
    return message_is_alternative (message, one, other) ||
           message_is_alternative (message, other, one);
}

/* Whether a reader sees another text beside a leaf. */
static bool
has_text_beside (const Message *message, unsigned leaf)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *other = message_leaf (message, i);
        if (i != leaf && !other->attachment &&
            (other->kind == LEAF_HTML || other->kind == LEAF_PLAIN) &&
            !are_alternatives (message, i, leaf))
            return true;
    }
    return false;
}

/* Where it stands that no piece shows: when something is known to be in the leaf by which the class was
 * told, before its first words that offer nothing; else in another part than this one, or in the page. Whether
 * it is in the leaf. */
static bool
assume_transaction (const Classification *classification, BlockParts *parts, const Page *page)
{
    unsigned main = (unsigned)MAX (message_main_leaf (parts->message), 0);
    bool told = parts->leaf == main || are_alternatives (parts->message, parts->leaf, main);

    if (told && classification->class == CLASS_TRANSACTIONAL &&
        classification->confidence >= KNOWN)
        block_parts_assume (parts);
    bool own = block_parts_has_transaction (parts);
    if (page || has_text_beside (parts->message, parts->leaf))
        block_parts_assume_apart (parts, page || parts->leaf > main);
    return own;
}

/* Where blocks of the page lead to those of its text, one of the text alone cannot be cut with them; and
 * a text that says nothing else would be empty. */
static void
keep_own (Classification *classification, const BlockParts *parts)
{
    char *where = g_strdup_printf ("part %s: promotion that cannot be cut: the page that the "
                                   "text stands for does not show it",
                                   message_leaf (parts->message, parts->leaf)->path);

    if (!classification->problem)
        classification->problem = g_strdup (where);
    classification_note (classification, "block-doubt", 1, where);
}

/* Of a section in which a block lies already, what is beside the block: where that is promotion too, it
 * must not leave because the block was marked. */
static void
keep_beside (Classification *classification, const BlockParts *parts, const Section *found)
{
    Span run = { found->span.first, found->span.first };

    for (unsigned i = found->span.first; i <= found->span.end && !classification->problem; i++) {
        const Piece *piece = i < found->span.end ? block_parts_piece (parts, i) : NULL;
        run.end = i;
        if (piece && !overlaps_block (classification, parts->leaf, piece->start, piece->end))
            continue;
        if (run.end > run.first && sections_is_promotion (parts, run))
            classification->problem = g_strdup_printf (
                "part %s, byte %zu: promotion that nobody marked, beside a block",
                message_leaf (parts->message, parts->leaf)->path,
                block_parts_piece (parts, run.first)->start);
        run.first = i + 1;
    }
}

static void
take_found (Classification *classification, const Search *search, const Words *words)
{
    const BlockParts *parts = search->parts;
    bool cut = !search->page || (search->own && classification->blocks->len == 0);

    for (unsigned i = 0; i < MIN (search->found->len, LIMIT_DETECTED); i++) {
        const Section *this = &g_array_index (search->found, Section, i);
        if (overlaps_block (classification, parts->leaf, this->start, this->end)) {
            keep_beside (classification, parts, this);
            continue;
        }
        if (classification->blocks->len >= LIMIT_BLOCKS ||
            is_shown (search, this->start, this->end))
            continue;
        if (cut)
            add_block (classification, this, words);
        else
            keep_own (classification, parts);
    }
    if (search->found->len > LIMIT_DETECTED)
        keep_problem (classification, parts,
                      &g_array_index (search->found, Section, LIMIT_DETECTED));
}

/* Whether a paragraph that is not promotion as a whole may have some behind a break. */
static bool
is_parted (const BlockParts *parts, const GArray *found)
{
    for (unsigned i = 0; i < block_parts_count (parts); i++) {
        const Piece *piece = block_parts_piece (parts, i);
        if (piece->parted && piece->text_end - piece->text_start >= LEAST_PARTED &&
            !is_found (found, piece->start, piece->end))
            return true;
    }
    return false;
}

static void
add_finer (GArray *found, const BlockParts *finer)
{
    g_autoptr (GArray) more = NULL;

    if (!block_parts_has_transaction (finer))
        return;
    more = sections_find (finer);
    for (unsigned i = 0; i < more->len; i++) {
        const Section *section = &g_array_index (more, Section, i);
        if (!is_found (found, section->start, section->end))
            g_array_append_val (found, *section);
    }
}

/* What is no promotion as a paragraph is looked at again by its breaks. */
static void
search_leaf (Classification *classification, const Message *message, unsigned leaf,
             const Words *words, const Hints *hints, Page *page)
{
    g_autoptr (BlockParts) finer = NULL;
    g_autoptr (BlockParts) parts = block_parts_new (message, leaf, words, hints, false);

    /* Without a transaction around it there is nothing to keep. */
    bool own = assume_transaction (classification, parts, page);
    if (!block_parts_has_transaction (parts))
        return;
    g_autoptr (GArray) found = sections_find (parts);
    if (is_parted (parts, found)) {
        finer = block_parts_new (message, leaf, words, hints, true);
        assume_transaction (classification, finer, page);
        add_finer (found, finer);
    }
    Search search = { classification, parts, finer, found, page, own };
    Search closer = { classification, finer, NULL, found, page, own };
    /* Breaks within an offer leave too little in each line. */
    if (!doubts_find (classification, parts, words, is_settled, &search) && finer)
        doubts_find (classification, finer, words, is_settled, &closer);
    take_found (classification, &search, words);
}

/* A leaf that must not be edited is searched as its reader sees it: what is found cannot be cut. */
static void
search_locked (Classification *classification, const Message *message, unsigned leaf,
               const Words *words, Page *page)
{
    const Leaf *this = message_leaf (message, leaf);
    g_autofree char *shown = locked_page (this);
    g_autoptr (Message) copy = message_of_page (shown, strlen (shown));
    g_autoptr (Classification) found = classification_new ();

    search_leaf (found, copy, 0, words, NULL, page);
    if (found->blocks->len == 0 && !found->problem)
        return;
    char *where =
        g_strdup_printf ("part %s: promotion that cannot be cut: %s", this->path, this->locked);
    if (!classification->problem)
        classification->problem = g_strdup (where);
    classification_note (classification, "block-locked", 1, where);
}

/* The page that a reader may choose in place of a text; -1 without one. */
static int
find_page (const Message *message, unsigned leaf)
{
    for (unsigned i = 0;
         message_leaf (message, leaf)->kind == LEAF_PLAIN && i < message_leaf_count (message);
         i++)
        if (message_leaf (message, i)->kind == LEAF_HTML &&
            message_is_alternative (message, leaf, i))
            return (int)i;
    return -1;
}

static void
search_one (Classification *classification, const Message *message, unsigned leaf,
            const Words *words, const Hints *hints, Page *page)
{
    if (!message_leaf (message, leaf)->locked)
        search_leaf (classification, message, leaf, words, hints, page);
    else if (!message_ambiguity (message)) /* which is told of as that */
        search_locked (classification, message, leaf, words, page);
}

/* With pages: those, with texts that stand for none; otherwise the texts that do. */
static void
search_leaves (Classification *classification, const Message *message, const Words *words,
               const Hints *hints, bool pages)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        const Leaf *leaf = message_leaf (message, i);
        int number = find_page (message, i);
        Page page = { message, (unsigned)MAX (number, 0), NULL };
        if (leaf->attachment || (leaf->kind != LEAF_HTML && leaf->kind != LEAF_PLAIN) ||
            pages != (number < 0))
            continue;
        search_one (classification, message, i, words, hints, pages ? NULL : &page);
        g_clear_pointer (&page.runs, g_array_unref);
    }
}

static void
tag (Classification *classification, const Message *message, unsigned from)
{
    const Block *block = g_ptr_array_index (classification->blocks, from);

    if (!classification->problem)
        classification->problem =
            g_strdup_printf ("part %s, byte %zu: the policy has blocks that nobody marked "
                             "found, but not cut",
                             message_leaf (message, block->leaf)->path, block->start);
}

bool
detected_find (Classification *classification, const Message *message, const Words *words,
               const Hints *hints)
{
    unsigned before = classification->blocks->len;
    bool problem = classification->problem != NULL;

    if (hints && hints->detection == DETECT_OFF)
        return false;
    search_leaves (classification, message, words, hints, true);
    search_leaves (classification, message, words, hints, false);
    bool found = classification->blocks->len > before;
    if (found && hints && hints->detection == DETECT_TAG)
        tag (classification, message, before);
    classification_sort_blocks (classification->blocks);
    return found || (!problem && classification->problem);
}
