/* SPDX-License-Identifier: BSD-2-Clause */

/* From decisions to edits: what each recipient's copy loses, gains and is tagged with. */

#include "licet/rewrite.h"

#include <string.h>

#include "licet/tracking.h"

#include "additions.h"
#include "placeholder.h"
#include "text_only.h"

/* Meant for licet, also where a name is misspelt. */
static bool
is_control_header (const char *name, const RewriteOptions *options)
{
    if (g_ascii_strncasecmp (name, "X-Licet-", strlen ("X-Licet-")) == 0)
        return true;
    /* A tag that the client made up must not pass for ours. */
    return g_ascii_strcasecmp (options->tag_header, name) == 0;
}

static void
remove_control_headers (const Message *message, const RewriteOptions *options, GPtrArray *edits)
{
    for (unsigned i = 0; i < message_field_count (message); i++) {
        const char *name = message_field (message, i)->name;
        if (is_control_header (name, options))
            g_ptr_array_add (edits, edit_header_new (EDIT_HEADER_REMOVE, "control-header", i,
                                                     name, NULL, NULL));
    }
}

/* Text lines that mark a block are meant for licet, like its header fields, and would be read
 * by people; comments and attributes are not seen and stay. */
static void
remove_text_marks (const Block *block, const char *where, GPtrArray *edits)
{
    if (g_strcmp0 (block->mark, "text-lines") != 0)
        return;
    g_ptr_array_add (edits, edit_cut_new ("unmark", block->leaf, block->start,
                                          block->inner_start, where, NULL));
    g_ptr_array_add (
        edits, edit_cut_new ("unmark", block->leaf, block->inner_end, block->end, where, NULL));
}

static void
edit_blocks (const Message *message, const Classification *classification,
             const Decision *decision, GPtrArray *edits)
{
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        g_autofree char *where = text_only_describe (message, block);
        if (decision->copy == COPY_STRIPPED)
            g_ptr_array_add (edits, edit_cut_new ("strip", block->leaf, block->start,
                                                  block->end, where, decision->rule));
        else
            remove_text_marks (block, where, edits);
    }
}

/* Parts that only what was cut refers to would be left as attachments. */
static void
drop_orphans (const Message *message, const Classification *classification,
              const Decision *decision, GPtrArray *edits)
{
    for (unsigned i = 0; i < classification->orphans->len; i++) {
        unsigned number = g_array_index (classification->orphans, unsigned, i);
        const Leaf *leaf = message_leaf (message, number);
        g_autofree char *where =
            g_strdup_printf ("%s %s, used by the block alone", leaf->type, leaf->path);
        g_ptr_array_add (edits, edit_drop_new ("strip", number, leaf->end - leaf->start, where,
                                               decision->rule));
    }
}

static const RuleResult *
find_tracking_fix (const Decision *decision)
{
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (result->action == ACTION_FIX && result->mode == MODE_ENFORCE && !result->cured &&
            strcmp (result->kind, "tracking") == 0)
            return result;
    }
    return NULL;
}

/* By leaf: whether it goes as a whole. */
static bool *
list_dropped (const Message *message, const GPtrArray *edits)
{
    bool *dropped = g_new0 (bool, message_leaf_count (message) + 1);

    for (unsigned i = 0; i < edits->len; i++) {
        const Edit *edit = g_ptr_array_index (edits, i);
        if (edit->kind == EDIT_DROP)
            dropped[edit->leaf] = true;
    }
    return dropped;
}

/* The rule for which tracking goes from a copy with these edits, or NULL. */
static const RuleResult *
find_tracking_rule (const Message *message, const Classification *classification,
                    const Decision *decision, const GPtrArray *edits)
{
    const RuleResult *result = find_tracking_fix (decision);
    const GPtrArray *places = classification->tracking;

    if (!result || classification->class == CLASS_PERSONAL)
        return NULL;
    g_autofree bool *dropped = list_dropped (message, edits);
    for (unsigned i = 0; i < places->len; i++) {
        const TrackingPlace *place = g_ptr_array_index (places, i);
        if (place->with && !dropped[place->leaf])
            return result;
    }
    return NULL;
}

/* Where nothing can be put in its place it is left: the rule's evidence is the record of it. */
static void
remove_tracking (const Message *message, const Classification *classification,
                 const RuleResult *result, GPtrArray *edits)
{
    const GPtrArray *places = classification->tracking;
    g_autofree bool *dropped = list_dropped (message, edits);

    for (unsigned i = 0; i < places->len; i++) {
        const TrackingPlace *place = g_ptr_array_index (places, i);
        const Leaf *leaf = message_leaf (message, place->leaf);
        if (!place->with || dropped[place->leaf])
            continue;
        g_autofree char *where = g_strdup_printf ("%s %s, %s at %zu", leaf->type, leaf->path,
                                                  place->what, place->start);
        g_ptr_array_add (
            edits, *place->with ? edit_replace_new ("tracking", place->leaf, place->start,
                                                    place->end, place->with, where, result->id)
                                : edit_cut_new ("tracking", place->leaf, place->start,
                                                place->end, where, result->id));
    }
}

static void
add_tag (const Classification *classification, const Decision *decision,
         const RewriteOptions *options, GPtrArray *edits)
{
    bool strip = decision->copy != COPY_WHOLE;
    MessageClass class = strip ? CLASS_TRANSACTIONAL : classification->class;
    double share = strip ? 0 : classification->promo_share;
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    if (!*options->tag_header || class == CLASS_PERSONAL)
        return;
    g_autofree char *value =
        g_strdup_printf ("%s; purpose=%s; promo-share=%s", message_class_word (class),
                         purpose_word (classification->purpose),
                         g_ascii_formatd (number, sizeof number, "%.2f", share));
    g_ptr_array_add (edits, edit_header_new (EDIT_HEADER_INSERT, "tag", 0, options->tag_header,
                                             value, NULL));
}

static void
edit_content (const Message *message, const Classification *classification,
              const Decision *decision, GPtrArray *edits)
{
    additions_edit (message, decision, edits);
    if (decision->copy == COPY_TEXT_ONLY) {
        bool possible = text_only_edits (message, classification, decision->rule, edits, NULL);
        g_assert (possible); /* policy_judge_text_only saw such a copy */
    } else {
        edit_blocks (message, classification, decision, edits);
    }
    if (decision->copy == COPY_STRIPPED)
        drop_orphans (message, classification, decision, edits);
}

static GPtrArray *
edits_for (const Message *message, const Classification *classification,
           const Decision *decision, const RewriteOptions *options)
{
    GPtrArray *edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);

    add_tag (classification, decision, options, edits);
    remove_control_headers (message, options, edits);
    if (classification->class != CLASS_PERSONAL)
        edit_content (message, classification, decision, edits);
    if (options->placeholders)
        placeholder_edit (message, decision, edits);
    return edits;
}

GPtrArray *
rewrite_text_only (const Message *message, const Classification *classification,
                   const RewriteOptions *options, GError **error)
{
    g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);

    remove_control_headers (message, options, edits);
    return text_only_edits (message, classification, NULL, edits, error)
               ? g_steal_pointer (&edits)
               : NULL;
}

/* Two recipients share a copy when this text is the same. What is done about tracking is the same
 * for all for whom it is done. */
static char *
edits_key (const GPtrArray *edits, bool held, bool tracking)
{
    g_autoptr (GString) key = g_string_new (held ? "held\n" : NULL);

    if (tracking)
        g_string_append (key, "tracking\n");
    for (unsigned i = 0; i < edits->len; i++) {
        const Edit *edit = g_ptr_array_index (edits, i);
        g_string_append_printf (key, "%d %u %zu %zu %u %s %s\n", (int)edit->kind, edit->leaf,
                                edit->start, edit->end, edit->field,
                                edit->name ? edit->name : "", edit->value ? edit->value : "");
    }
    return g_string_free (g_steal_pointer (&key), FALSE);
}

static Variant *
variant_for (GPtrArray *variants, GHashTable *by_key, GPtrArray *edits, bool held,
             bool tracking)
{
    g_autofree char *key = edits_key (edits, held, tracking);
    Variant *variant = g_hash_table_lookup (by_key, key);

    if (variant) {
        g_ptr_array_unref (edits);
        return variant;
    }
    variant = variant_new ();
    g_ptr_array_unref (variant->edits);
    variant->edits = edits;
    variant->held = held;
    g_ptr_array_add (variants, variant);
    g_hash_table_insert (by_key, g_steal_pointer (&key), variant);
    return variant;
}

/* A page can have thousands of tracked links: they become edits once for a copy, not for each of
 * its recipients. */
GPtrArray *
rewrite_variants (const Message *message, const Classification *classification,
                  const GPtrArray *decisions, const RewriteOptions *options)
{
    GPtrArray *variants = g_ptr_array_new_with_free_func ((GDestroyNotify)variant_free);
    g_autoptr (GHashTable) by_key =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned i = 0; i < decisions->len; i++) {
        const Decision *decision = g_ptr_array_index (decisions, i);
        if (decision->outcome == OUTCOME_REFUSE || decision->outcome == OUTCOME_DEFER)
            continue;
        GPtrArray *edits = edits_for (message, classification, decision, options);
        const RuleResult *tracking =
            find_tracking_rule (message, classification, decision, edits);
        Variant *variant = variant_for (variants, by_key, edits,
                                        decision->outcome == OUTCOME_HOLD, tracking != NULL);
        if (tracking && variant->recipients->len == 0)
            remove_tracking (message, classification, tracking, variant->edits);
        g_array_append_val (variant->recipients, i);
    }
    return variants;
}

static unsigned
count_outcome (const GPtrArray *decisions, Outcome outcome)
{
    unsigned count = 0;

    for (unsigned i = 0; i < decisions->len; i++)
        count += ((const Decision *)g_ptr_array_index (decisions, i))->outcome == outcome;
    return count;
}

Route
rewrite_route (const GPtrArray *decisions, const GPtrArray *variants)
{
    unsigned refused = count_outcome (decisions, OUTCOME_REFUSE);
    unsigned deferred = count_outcome (decisions, OUTCOME_DEFER);

    if (decisions->len > 0 && refused == decisions->len)
        return ROUTE_REFUSE;
    if (decisions->len > 0 && deferred == decisions->len)
        return ROUTE_DEFER;
    return variants->len == 1 && refused + deferred == 0 ? ROUTE_IN_PLACE : ROUTE_SPLIT;
}
