/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_CODAS_H
#define LICET_CLASSIFY_CODAS_H

#include "block_parts.h"

/*
 * A coda is a section of its own behind the transaction: a heading, a few lines, mostly a way to the
 * shop. There it needs fewer words of promotion than anywhere else, and softer ones.
 *
 * children: of one node, see block_parts_children. The last child of the coda that begins with one
 * of them, -1 when there is none; ret_points: what speaks for it.
 */
int codas_end (const BlockParts *parts, const GArray *children, unsigned first,
               unsigned *ret_points);

#endif
