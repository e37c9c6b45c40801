/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_SELECTOR_H
#define LICET_SELECTOR_H

#include <glib.h>

#include "licet/message.h"

/*
 * CSS selectors (Selectors Level 4, the part that names blocks of a mail) over the elements of an
 * HTML leaf as their tags stand in the source: type, "*", .class, #id, [attribute] with =, ~=,
 * |=, ^=, $=, *= and the flag i; descendant, child and sibling combinators; :first-child,
 * :last-child, :nth-child(an+b | odd | even), :nth-last-child(); :not() with a list of such without
 * combinators; lists with commas. Type and attribute names are compared without
 * case, all else as written. A Selector is immutable and may be used from several threads.
 */
typedef struct Selector Selector;

/* POLICY with the column (from 1) and what is wrong with it. */
Selector *selector_parse (const char *text, GError **error);
void selector_free (Selector *selector);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Selector, selector_free)

/* Why it is hardly what its writer meant (an element that HTML does not have, every element), or
 * NULL. Caller frees. */
char *selector_doubt (const Selector *selector);

/* Numbers (unsigned) of the elements that match, in order; also of a leaf that is locked, whose
 * elements cannot be cut but are there to see. None of leaves that are not HTML or belong to
 * another message; NULL when the leaf is past the bounds within which its elements are known.
 * Time is linear in the leaf for each part of the selector. */
GArray *selector_match (const Selector *selector, const Message *message, unsigned leaf);

#endif
