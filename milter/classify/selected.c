/* SPDX-License-Identifier: BSD-2-Clause */

/* Blocks by the CSS selectors of the policy. */

#include "selected.h"

#include <string.h>

/* The outermost of the elements that one of the selectors matches; array of unsigned. */
static GArray *
match_outermost (const GPtrArray *selectors, const Message *message, unsigned leaf)
{
    GArray *outermost = g_array_new (FALSE, FALSE, sizeof (unsigned));
    unsigned count = message_element_count (message, leaf);
    g_autofree bool *matched = g_new0 (bool, count + 1);
    size_t taken = 0;

    for (unsigned i = 0; i < selectors->len; i++) {
        g_autoptr (GArray) numbers =
            selector_match (g_ptr_array_index (selectors, i), message, leaf);
        for (unsigned n = 0; n < numbers->len; n++)
            matched[g_array_index (numbers, unsigned, n)] = true;
    }
    for (unsigned i = 0; i < count; i++) {
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

static Relation
relate (const Block *block, const Message *message, const GArray *protected)
{
    for (unsigned i = 0; i < protected->len; i++) {
        const LeafElement *element =
            message_element (message, block->leaf, g_array_index (protected, unsigned, i));
        if (element->start <= block->start && block->end <= element->end)
            return INSIDE_ONE;
        if (element->start < block->end && block->start < element->end)
            return HOLDS_ONE;
    }
    return APART;
}

static void
keep_problem (Classification *classification, const Message *message, const Block *block,
              const char *what)
{
    if (!classification->problem)
        classification->problem =
            g_strdup_printf ("leaf %s, offset %zu: %s",
                             message_leaf (message, block->leaf)->path, block->start, what);
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
            keep_problem (classification, message, block,
                          "the element that the policy selects overlaps a marked block");
        return false;
    }
    return true;
}

static void
add_selected (Classification *classification, const Message *message, unsigned leaf,
              const GArray *wanted, const GArray *protected)
{
    for (unsigned i = 0; i < wanted->len; i++) {
        Block *block = block_of (message, leaf, g_array_index (wanted, unsigned, i));
        if (relate (block, message, protected) != INSIDE_ONE &&
            make_room (classification, message, block))
            g_ptr_array_add (classification->blocks, block);
        else
            g_free (block);
    }
}

static void
check_protected (Classification *classification, const Message *message, unsigned leaf,
                 const GArray *protected)
{
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        if (block->leaf == leaf && relate (block, message, protected) != APART)
            keep_problem (classification, message, block,
                          "the block holds an element that the policy protects");
    }
}

void
selected_find (Classification *classification, const Message *message, const Hints *hints)
{
    for (unsigned i = 0; i < message_leaf_count (message); i++) {
        if (message_element_count (message, i) == 0)
            continue;
        g_autoptr (GArray) wanted = match_outermost (hints->promotional, message, i);
        g_autoptr (GArray) protected = match_outermost (hints->protected, message, i);
        add_selected (classification, message, i, wanted, protected);
        check_protected (classification, message, i, protected);
    }
    classification_sort_blocks (classification->blocks);
}
