/* SPDX-License-Identifier: BSD-2-Clause */

/* Plans as the JSON of licet(1): keys and their order are a contract. */

#include <string.h>

#include "licet/audit.h"
#include "report.h"

static void
add_key (GString *json, const char *key)
{
    char last = json->str[json->len - 1];

    if (last != '{' && last != '[')
        g_string_append_c (json, ',');
    g_string_append_printf (json, "\"%s\":", key);
}

static void
add_text (GString *json, const char *key, const char *value)
{
    add_key (json, key);
    json_text_append (json, value);
}

static void
add_number (GString *json, const char *key, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    add_key (json, key);
    g_string_append (json, g_ascii_formatd (number, sizeof number, "%.4g", value));
}

static void
add_integer (GString *json, const char *key, size_t value)
{
    add_key (json, key);
    g_string_append_printf (json, "%zu", value);
}

static void
add_time (GString *json, const char *key, int64_t time)
{
    g_autofree char *text = time ? clock_format (time) : NULL;

    add_text (json, key, text);
}

static void
add_comma (GString *json)
{
    if (json->str[json->len - 1] != '[')
        g_string_append_c (json, ',');
}

static void
add_recipients (GString *json, const Envelope *envelope, const Variant *variant)
{
    add_key (json, "recipients");
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < variant->recipients->len; i++) {
        add_comma (json);
        unsigned recipient = g_array_index (variant->recipients, unsigned, i);
        json_text_append (json, envelope_recipient (envelope, recipient)->address);
    }
    g_string_append_c (json, ']');
}

static void
add_edits (GString *json, const Variant *variant)
{
    add_key (json, "edits");
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < variant->edits->len; i++) {
        const Edit *edit = g_ptr_array_index (variant->edits, i);
        add_comma (json);
        g_string_append_c (json, '{');
        add_text (json, "kind", edit->why);
        add_text (json, "where", edit->where);
        add_integer (json, "bytes_removed",
                     edit_is_of_body (edit) ? edit->end - edit->start : 0);
        add_text (json, "rule", edit->rule);
        g_string_append_c (json, '}');
    }
    g_string_append_c (json, ']');
}

static void
add_signatures (GString *json, const Variant *variant)
{
    add_key (json, "signatures");
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < variant->signatures->len; i++) {
        const Signature *signature = g_ptr_array_index (variant->signatures, i);
        add_comma (json);
        g_string_append_c (json, '{');
        add_text (json, "d", signature->domain);
        add_text (json, "s", signature->selector);
        add_text (json, "a", signature->algorithm);
        g_string_append_c (json, '}');
    }
    g_string_append_c (json, ']');
}

/* What a later hop may change, and why there is no signature. */
static void
add_notes (GString *json, const Variant *variant)
{
    if (variant->unsigned_why)
        add_text (json, "unsigned", variant->unsigned_why);
    if (variant->unaligned_why)
        add_text (json, "unaligned", variant->unaligned_why);
    if (variant->notes->len == 0)
        return;
    add_key (json, "left");
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < variant->notes->len; i++) {
        add_comma (json);
        json_text_append (json, g_ptr_array_index (variant->notes, i));
    }
    g_string_append_c (json, ']');
}

static void
add_variants (GString *json, const Envelope *envelope, const Plan *plan, const char *dir)
{
    add_key (json, "variants");
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < plan->variants->len; i++) {
        const Variant *variant = g_ptr_array_index (plan->variants, i);
        g_autofree char *file = dir ? g_strdup_printf ("%s/%u.eml", dir, i + 1) : NULL;
        add_comma (json);
        g_string_append_c (json, '{');
        add_text (json, "file", file);
        add_recipients (json, envelope, variant);
        add_edits (json, variant);
        add_signatures (json, variant);
        add_notes (json, variant);
        if (variant->held) {
            add_key (json, "held");
            g_string_append (json, "true");
        }
        g_string_append_c (json, '}');
    }
    g_string_append_c (json, ']');
}

/* The recipients that get nothing now. */
static void
add_held_back (GString *json, const char *key, Outcome outcome, const Envelope *envelope,
               const Plan *plan)
{
    add_key (json, key);
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < plan->decisions->len; i++) {
        const Decision *decision = plan_decision (plan, i);
        if (decision->outcome != outcome)
            continue;
        add_comma (json);
        g_string_append_c (json, '{');
        add_text (json, "recipient", envelope_recipient (envelope, i)->address);
        if (outcome == OUTCOME_DEFER)
            add_time (json, "until", decision->until);
        add_text (json, "reply", decision->reply);
        add_text (json, "rule", decision->rule);
        g_string_append_c (json, '}');
    }
    g_string_append_c (json, ']');
}

/* The decision as the log has it, with the recipient in front. */
static void
add_decision (GString *json, const Envelope *envelope, const Plan *plan, unsigned recipient)
{
    g_autofree char *decision = audit_decision_json (plan, recipient);

    g_string_append_c (json, '{');
    add_text (json, "recipient", envelope_recipient (envelope, recipient)->address);
    g_string_append_printf (json, ",%s", decision + 1);
}

static void
add_decisions (GString *json, const Envelope *envelope, const Plan *plan)
{
    add_key (json, "decisions");
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < plan->decisions->len; i++) {
        add_comma (json);
        add_decision (json, envelope, plan, i);
    }
    g_string_append_c (json, ']');
}

void
report_run_json (GString *text, const char *path, const Envelope *envelope, const Plan *plan,
                 const char *dir)
{
    const Classification *classification = plan->classification;

    g_string_append_c (text, '{');
    add_text (text, "file", path);
    add_text (text, "class", message_class_word (classification->class));
    add_text (text, "purpose", purpose_word (classification->purpose));
    add_number (text, "promo_share", classification->promo_share);
    add_text (text, "route", route_word (plan->route));
    add_variants (text, envelope, plan, dir);
    add_held_back (text, "refused", OUTCOME_REFUSE, envelope, plan);
    add_held_back (text, "deferred", OUTCOME_DEFER, envelope, plan);
    add_decisions (text, envelope, plan);
    if (plan->consent_failure)
        add_text (text, "consent_failure", plan->consent_failure);
    g_string_append (text, "}\n");
}

/* What it speaks for, where that is no class that a weight has. */
static void
add_correspondence (GString *json, const Evidence *evidence)
{
    if (evidence->letter > 0)
        add_number (json, "correspondence", evidence->letter);
}

static void
add_evidence (GString *json, const Classification *classification)
{
    add_key (json, "evidence");
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < classification->evidence->len; i++) {
        const Evidence *evidence = g_ptr_array_index (classification->evidence, i);
        add_comma (json);
        g_string_append_c (json, '{');
        add_text (json, "signal", evidence->signal);
        add_number (json, "weight", evidence->weight);
        add_correspondence (json, evidence);
        add_text (json, "where", evidence->where);
        g_string_append_c (json, '}');
    }
    g_string_append_c (json, ']');
}

/* As the log has it. */
static void
add_strongest (GString *json, const Classification *classification)
{
    g_autoptr (GPtrArray) strongest = classification_strongest (classification, EVIDENCE_TOLD);

    add_key (json, "evidence");
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < strongest->len; i++) {
        const Evidence *evidence = g_ptr_array_index (strongest, i);
        g_autofree char *words = evidence_words (evidence);
        add_comma (json);
        g_string_append_c (json, '{');
        add_text (json, "signal", evidence->signal);
        add_number (json, "weight", evidence->weight);
        add_correspondence (json, evidence);
        add_text (json, "seen", words);
        g_string_append_c (json, '}');
    }
    g_string_append_c (json, ']');
}

static void
add_reading (GString *json, const Classification *classification)
{
    add_text (json, "class", message_class_word (classification->class));
    add_text (json, "purpose", purpose_word (classification->purpose));
    add_text (json, "promo_purpose", purpose_word (classification->promo_purpose));
    add_text (json, "declared", classification->declared);
    add_number (json, "promo_share", classification->promo_share);
    add_text (json, "order", content_order_word (classification->order));
    add_text (json, "subject_class", message_class_word (classification->subject_class));
    add_number (json, "confidence", classification->confidence);
    add_strongest (json, classification);
    if (classification->problem)
        add_text (json, "problem", classification->problem);
}

void
report_explain_json (GString *text, const char *path, const Envelope *envelope,
                     const Plan *plan, unsigned recipient)
{
    size_t start = text->len;

    add_decision (text, envelope, plan, recipient);
    g_string_truncate (text, text->len - 1);
    add_text (text, "file", path);
    add_reading (text, plan->classification);
    add_key (text, "sending_limits");
    g_string_append_c (text, '[');
    for (unsigned i = 0; i < plan->limits->len; i++) {
        add_comma (text);
        json_text_append (text, g_ptr_array_index (plan->limits, i));
    }
    g_string_append (text, "]}\n");
    g_assert (text->str[start] == '{');
}

static void
add_blocks (GString *json, const Classification *classification)
{
    add_key (json, "blocks");
    g_string_append_c (json, '[');
    for (unsigned i = 0; i < classification->blocks->len; i++) {
        const Block *block = g_ptr_array_index (classification->blocks, i);
        add_comma (json);
        g_string_append_c (json, '{');
        add_integer (json, "leaf", block->leaf);
        add_integer (json, "start", block->start);
        add_integer (json, "end", block->end);
        add_text (json, "class", message_class_word (block->class));
        add_text (json, "how", block->how);
        g_string_append_c (json, '}');
    }
    g_string_append_c (json, ']');
}

void
report_classify_json (GString *text, const char *path, const Message *message,
                      const Classification *classification)
{
    g_autofree char *template = message_template (message);

    g_string_append_c (text, '{');
    add_text (text, "file", path);
    add_text (text, "class", message_class_word (classification->class));
    add_text (text, "purpose", purpose_word (classification->purpose));
    add_number (text, "promo_share", classification->promo_share);
    add_number (text, "confidence", classification->confidence);
    add_evidence (text, classification);
    add_blocks (text, classification);
    add_text (text, "template", template);
    add_text (text, "order", content_order_word (classification->order));
    add_text (text, "subject_class", message_class_word (classification->subject_class));
    if (classification->problem)
        add_text (text, "problem", classification->problem);
    g_string_append (text, "}\n");
}
