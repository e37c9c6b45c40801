/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_REWRITE_H
#define LICET_REWRITE_H

#include <glib.h>
#include <stdbool.h>

#include "licet/classification.h"
#include "licet/decision.h"
#include "licet/message.h"
#include "licet/plan.h"

/*
 * Decisions to copies: recipients whose decisions ask for the same edits share one variant, in
 * the order of the first recipient of each; those whose copy is held have variants of their own.
 * A held copy is what a recipient who agreed would get. Pure. The variants have edits and no bytes yet.
 */
typedef struct {
    const char *tag_header; /* name of the field that carries the class; "" to add none */
    bool placeholders;      /* there are some; the facts of every decision have a token then */
} RewriteOptions;

/* What makes the copy that is only the text/plain alternative of a page, without its blocks and
 * without the control headers: array of Edit. MALFORMED when there is no such alternative. */
GPtrArray *rewrite_text_only (const Message *message, const Classification *classification,
                              const RewriteOptions *options, GError **error);

/* How often {{licet_token}} stands in a message: in its header, its pages and texts. Each becomes the
 * token of the recipient, in every copy. */
unsigned rewrite_count_placeholders (const Message *message);

/* Array of Variant, empty when nobody is to get a copy now. decisions: of Decision. */
GPtrArray *rewrite_variants (const Message *message, const Classification *classification,
                             const GPtrArray *decisions, const RewriteOptions *options);

/* Gives each edit of a leaf the hash of what it takes away, for the record. */
void rewrite_name_removed (const Message *message, const Variant *variant);

/* Takes edits that were made on the bytes of a copy (array of Edit, fields numbered as there) into
 * the list of its variant, whose fields are those of the original. */
void rewrite_adopt (const Message *message, Variant *variant, const GPtrArray *later);

/* How the decisions travel. */
Route rewrite_route (const GPtrArray *decisions, const GPtrArray *variants);

#endif
