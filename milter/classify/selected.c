/* SPDX-License-Identifier: BSD-2-Clause */

/* Blocks by the CSS selectors of the policy. */

#include "selected.h"

#include "licet/limits.h"

/* The elements that one of the selectors matches, by number; NULL when they are not known. */
static bool *
match_any (const GPtrArray *selectors, const Message *message, unsigned leaf, bool *ret_any)
{
    g_autofree bool *matched = g_new0 (bool, message_element_count (message, leaf) + 1);

    for (unsigned i = 0; i < selectors->len; i++) {
        g_autoptr (GArray) numbers =
            selector_match (g_ptr_array_index (selectors, i), message, leaf);
        if (!numbers)
            return NULL;
        *ret_any = *ret_any || numbers->len > 0;
        for (unsigned n = 0; n < numbers->len && !message_leaf (message, leaf)->locked; n++)
            matched[g_array_index (numbers, unsigned, n)] = true;
    }
    return g_steal_pointer (&matched);
}

/* The outermost of the elements that one of the selectors matches; array of unsigned. */
static GArray *
match_outermost (const GPtrArray *selectors, const Message *message, unsigned leaf)
{
    GArray *outermost = g_array_new (FALSE, FALSE, sizeof (unsigned));
    bool any = false;
    g_autofree bool *matched = match_any (selectors, message, leaf, &any);
    size_t taken = 0;

    for (unsigned i = 0; any && i < message_element_count (message, leaf); i++) {
        const LeafElement *element = message_element (message, leaf, i);
        if (!matched[i] || element->start < taken)
            continue;
        g_array_append_val (outermost, i);
        taken = element->end;
    }
    return outermost;
}

/* How the block lies to the protected elements of its leaf. */
typedef enum { APART, HOLDS_ONE, INSIDE_ONE } Relation;

/* The protected elements are outermost, hence in order and apart. */
static Relation
relate (const Block *block, const Message *message, const GArray *protected)
{
    unsigned low = 0, high = protected->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2, number = 0;
        number = g_array_index (protected, unsigned, middle);
        if (message_element (message, block->leaf, number)->end <= block->start)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == protected->len)
        return APART;
    const LeafElement *first =
        message_element (message, block->leaf, g_array_index (protected, unsigned, low));
    if (first->start <= block->start && block->end <= first->end)
        return INSIDE_ONE;
    return first->start < block->end ? HOLDS_ONE : APART;
}

static void
keep_problem (Classification *classification, const Leaf *leaf, size_t offset, const char *what)
{
    if (!classification->problem)
        classification->problem =
            g_strdup_printf ("part %s, byte %zu: %s", leaf->path, offset, what);
}

static Block *
block_of (const Message *message, unsigned leaf, unsigned number)
{
    const LeafElement *element = message_element (message, leaf, number);
    Block *block = g_new0 (Block, 1);

    block->leaf = leaf;
    block->start = block->inner_start = element->start;
    block->end = block->inner_end = element->end;
    block->class = CLASS_PROMOTIONAL;
    block->how = "selected";
    return block;
}

/* False when the block is part of a marked one. Marked ones inside of it are taken out of the
 * list. */
static bool
make_room (Classification *classification, const Message *message, const Block *block)
{
    for (unsigned i = classification->blocks->len; i-- > 0;) {
        const Block *other = g_ptr_array_index (classification->blocks, i);
        if (other->leaf != block->leaf || other->end <= block->start ||
            block->end <= other->start)
            continue;
        if (block->start <= other->start && other->end <= block->end) {
            g_ptr_array_remove_index (classification->blocks, i);
            continue;
        }
        if (other->start > block->start || block->end > other->end)
            keep_problem (classification, message_leaf (message, block->leaf), block->start,
                          "the element that the policy selects overlaps a marked block");
        return false;
    }
    return true;
}

/* More blocks than a page can have are not taken one by one; nothing is cut then. */
static void
add_selected (Classification *classification, const Message *message, unsigned leaf,
              const GArray *wanted, const GArray *protected)
{
    for (unsigned i = 0; i < wanted->len; i++) {
        Block *block = block_of (message, leaf, g_array_index (wanted, unsigned, i));
        bool full = classification->blocks->len >= LIMIT_BLOCKS;
        if (relate (block, message, protected) == INSIDE_ONE) {
            block_free (block);
        } else if (!full && make_room (classification, message, block)) {
            g_ptr_array_add (classification->blocks, block);
        } else {
            if (full)
                keep_problem (classification, message_leaf (message, leaf), block->start,
                              "the policy selects too many elements");
            block_free (block);
        }
    }
}

/* What is selected in a leaf that must not be edited stays there, and must not stay unseen. */
static void
check_locked (Classification *classification, const Message *message, unsigned leaf,
              const Hints *hints)
{
    const Leaf *locked = message_leaf (message, leaf);
    bool any = false;
    g_autofree bool *matched = match_any (hints->promotional, message, leaf, &any);

    if (matched && !any)
        return;
    g_autofree char *what =
        g_strdup_printf (matched ? "the policy selects an element that cannot be cut: %s"
                                 : "elements cannot be selected in it: %s",
                         locked->locked);
    keep_problem (classification, locked, 0, what);
}

static void
check_protected (Classification *classification, const Message *message, unsigned leaf,
                 const GArray *protected)
{
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (block->leaf == leaf && relate (block, message, protected) != APART)
            keep_problem (classification, message_leaf (message, leaf), block->start,
                          "the block holds an element that the policy protects");
    }
}

void
selected_find (Classification *classification, const Message *message, const Hints *hints)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        if (message_leaf (message, i)->locked)
            check_locked (classification, message, i, hints);
        if (message_element_count (message, i) == 0)
            continue;
        g_autoptr (GArray) wanted = match_outermost (hints->promotional, message, i);
        g_autoptr (GArray) protected = match_outermost (hints->protected, message, i);
        add_selected (classification, message, i, wanted, protected);
        check_protected (classification, message, i, protected);
    }
    classification_sort_blocks (classification->blocks);
}
