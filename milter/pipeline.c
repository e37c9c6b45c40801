/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The road of one message, top to bottom. Every stage takes const values and returns a new one;
 * read pipeline_run first.
 */

#include "licet/pipeline.h"

#include <string.h>

#include "licet/address.h"
#include "licet/classify.h"
#include "licet/digest.h"
#include "licet/message.h"
#include "licet/rewrite.h"

static char *
hash_from (GBytes *bytes, size_t offset)
{
    size_t length = 0;
    const unsigned char *data = g_bytes_get_data (bytes, &length);

    offset = MIN (offset, length);
    return digest_sha256 (data + offset, length - offset);
}

static size_t
body_offset (GBytes *bytes)
{
    size_t length = 0;
    const char *data = g_bytes_get_data (bytes, &length);
    const char *empty = memmem (data, length, "\r\n\r\n", 4);

    return empty ? (size_t)(empty - data) + 4 : length;
}

/* An address that cannot be normalised has no consent and no country; the policies' default
 * judges it. */
static char **
normalise_recipients (const Envelope *envelope)
{
    unsigned count = envelope->recipients->len;
    char **addresses = g_new0 (char *, count + 1);

    for (unsigned i = 0; i < count; i++) {
        const char *given = envelope_recipient (envelope, i)->address;
        addresses[i] = address_normalise (given, NULL);
        if (!addresses[i])
            addresses[i] = g_utf8_make_valid (given, -1);
    }
    return addresses;
}

/* One message on its way. */
typedef struct {
    const Engine *engine;
    const Envelope *envelope;
    const Message *message;
    RewriteOptions options;
    Hints hints; /* of the policies, for this mail now */
    int64_t now;
    Plan *plan;
    bool asked; /* for the copy that is its text alone, made when the first decision wants it */
    Message *rest; /* NULL when there is none */
    Classification *rest_class;
    char *no_rest; /* why */
} Run;

static Hints
hints_of (const Run *run)
{
    Hints hints = *policy_hints (run->engine->policies, run->message);

    hints.known = policy_known (run->engine->policies, run->message, run->now);
    return hints;
}

static void
make_rest (Run *run)
{
    g_autoptr (GError) cause = NULL;
    const Classification *class = run->plan->classification;
    g_autoptr (GPtrArray) edits =
        rewrite_text_only (run->message, class, &run->options, &cause);
    g_autoptr (GBytes) bytes = edits ? message_render (run->message, edits, &cause) : NULL;

    run->asked = true;
    run->rest = bytes ? message_parse (bytes, &cause) : NULL;
    if (run->rest)
        run->rest_class = classify_rest (run->message, class, run->rest, run->engine->words,
                                         run->engine->model, &run->hints);
    else
        run->no_rest = g_strdup (cause->message);
}

static void
judge_text_only (Run *run, Decision *decision)
{
    if (decision->copy != COPY_TEXT_ONLY)
        return;
    if (!run->asked)
        make_rest (run);
    if (run->rest)
        policy_judge_text_only (run->engine->policies, run->rest, run->rest_class, decision,
                                run->now);
    else
        policy_text_only_failed (run->engine->policies, decision, run->no_rest);
}

/* Where a law caps the mails of a period. A failure leaves them unknown, which is for the rule. */
static void
ask_contacts (Run *run, RecipientFacts *facts)
{
    g_autoptr (GError) cause = NULL;
    const char *who = facts->person ? facts->person : facts->address;

    if (!run->engine->contacts || !policy_counts_contacts (run->engine->policies, facts))
        return;
    facts->contacts =
        contacts_since (run->engine->contacts, who, run->now - CONTACT_DAYS * 86400,
                        run->envelope->queue_id, &cause);
    if (!facts->contacts)
        facts->contacts_failure = g_strdup (cause->message);
}

static void
decide_all (Run *run)
{
    g_auto (GStrv) addresses = normalise_recipients (run->envelope);
    const PolicySet *policies = run->engine->policies;
    const Classification *class = run->plan->classification;
    g_autoptr (GPtrArray) records =
        consent_ask (run->engine->store, (const char *const *)addresses, class->promo_purpose,
                     run->now, &run->plan->consent_failure);

    for (unsigned i = 0; i < records->len; i++) {
        const ConsentRecord *record = g_ptr_array_index (records, i);
        RecipientFacts *facts = policy_facts (
            policies, run->message, envelope_recipient (run->envelope, i)->address, record);
        ask_contacts (run, facts);
        Decision *decision = policy_decide (policies, run->message, class, facts, run->now);
        judge_text_only (run, decision);
        g_ptr_array_add (run->plan->decisions, decision);
    }
}

static bool
has_edit (const Variant *variant, const char *why)
{
    for (unsigned i = 0; i < variant->edits->len; i++)
        if (strcmp (((Edit *)g_ptr_array_index (variant->edits, i))->why, why) == 0)
            return true;
    return false;
}

/* Marks that cannot be removed safely stay in the text; nothing depends on them. */
static void
drop_edits (Variant *variant, const char *why)
{
    for (unsigned i = variant->edits->len; i-- > 0;)
        if (strcmp (((Edit *)g_ptr_array_index (variant->edits, i))->why, why) == 0)
            g_ptr_array_remove_index (variant->edits, i);
}

/* Decides again without the edits that cannot be made. */
static void
decide_again (Run *run, const Variant *variant, const char *reason)
{
    const PolicySet *policies = run->engine->policies;

    for (unsigned i = 0; i < variant->recipients->len; i++) {
        unsigned recipient = g_array_index (variant->recipients, unsigned, i);
        Decision *decision = g_ptr_array_index (run->plan->decisions, recipient);
        if (decision->copy == COPY_STRIPPED) {
            policy_strip_failed (policies, run->message, run->plan->classification, decision,
                                 run->now, reason);
            judge_text_only (run, decision);
        } else if (has_edit (variant, "footer")) {
            policy_fix_failed (policies, decision, reason);
        } else if (has_edit (variant, "tracking")) {
            policy_tracking_failed (decision, reason);
        } else {
            policy_text_only_failed (policies, decision, reason);
        }
    }
}

/* A page can hide what is added to it, so the rules that wanted the footer look at the copy. False
 * when a recipient was decided again. */
static bool
judge_footer (Run *run, const Variant *variant, GError **error)
{
    bool content = true;

    if (!has_edit (variant, "footer"))
        return true;
    g_autoptr (Message) copy = message_parse (variant->bytes, error);
    for (unsigned i = 0; copy && i < variant->recipients->len; i++) {
        unsigned recipient = g_array_index (variant->recipients, unsigned, i);
        Decision *decision = g_ptr_array_index (run->plan->decisions, recipient);
        policy_judge_fixed (run->engine->policies, copy, run->plan->classification, decision,
                            run->now);
        content = content && decision->outcome != OUTCOME_REFUSE;
    }
    return copy && content;
}

static bool
is_optional (const Variant *variant)
{
    return has_edit (variant, "strip") || has_edit (variant, "tracking") ||
           has_edit (variant, "footer");
}

/* Gives the variant its bytes. False without an error: its edits cannot be made and its
 * recipients were decided again. */
static bool
render_variant (Run *run, Variant *variant, GError **error)
{
    g_autoptr (GError) cause = NULL;

    variant->bytes = message_render (run->message, variant->edits, &cause);
    if (!variant->bytes && is_optional (variant)) {
        decide_again (run, variant, cause->message);
        return false;
    }
    if (!variant->bytes && has_edit (variant, "unmark")) {
        drop_edits (variant, "unmark");
        variant->bytes = message_render (run->message, variant->edits, error);
    } else if (!variant->bytes) {
        g_propagate_error (error, g_steal_pointer (&cause));
    }
    return variant->bytes && judge_footer (run, variant, error);
}

/* An edit that cannot be made changes the decisions, hence the grouping: from a stripped copy to
 * what its fallback says, and from any copy with tracking to a refusal. So it ends. */
static bool
make_variants (Run *run, GError **error)
{
    Plan *plan = run->plan;

    for (;;) {
        bool again = false;

        g_clear_pointer (&plan->variants, g_ptr_array_unref);
        plan->variants = rewrite_variants (run->message, plan->classification, plan->decisions,
                                           &run->options);
        for (unsigned i = 0; i < plan->variants->len; i++) {
            g_autoptr (GError) cause = NULL;
            if (render_variant (run, g_ptr_array_index (plan->variants, i), &cause))
                continue;
            if (cause) {
                g_propagate_error (error, g_steal_pointer (&cause));
                return false;
            }
            again = true;
        }
        if (!again)
            return true;
    }
}

static bool
decide_and_make (Run *run, GError **error)
{
    decide_all (run);
    bool made = make_variants (run, error);
    g_clear_pointer (&run->rest, message_free);
    g_clear_pointer (&run->rest_class, classification_free);
    g_clear_pointer (&run->no_rest, g_free);
    return made;
}

static GBytes *
prepend_signatures (GBytes *bytes, const GPtrArray *signatures)
{
    size_t length = 0;
    const void *data = g_bytes_get_data (bytes, &length);
    GByteArray *whole = g_byte_array_sized_new ((unsigned)length + 2048);

    for (unsigned i = 0; i < signatures->len; i++) {
        const Signature *signature = g_ptr_array_index (signatures, i);
        g_autofree char *field = g_strdup_printf ("DKIM-Signature: %s\r\n", signature->value);
        g_byte_array_append (whole, (const guint8 *)field, (unsigned)strlen (field));
    }
    g_byte_array_append (whole, data, (unsigned)length);
    return g_byte_array_free_to_bytes (whole);
}

/* Most variants have the body that came in, and hashing is dearer than comparing. */
static char *
hash_variant (const Run *run, const Variant *variant)
{
    size_t old_length = 0, length = 0;
    const char *old = g_bytes_get_data (message_bytes (run->message), &old_length);
    const char *data = g_bytes_get_data (variant->bytes, &length);
    size_t old_body = message_body_offset (run->message), body = body_offset (variant->bytes);

    if (length - body == old_length - old_body &&
        memcmp (data + body, old + old_body, length - body) == 0)
        return g_strdup (run->plan->body_hash);
    return hash_from (variant->bytes, body);
}

static bool
sign_variant (const Run *run, Variant *variant, GError **error)
{
    const char *from = message_from (run->message);

    variant->body_hash = hash_variant (run, variant);
    if (!from)
        return true;
    GPtrArray *signatures = signer_sign (run->engine->signer, variant->bytes,
                                         address_domain (from), run->now, error);
    if (!signatures)
        return false;
    g_ptr_array_unref (variant->signatures);
    variant->signatures = signatures;

    GBytes *signed_bytes = prepend_signatures (variant->bytes, signatures);
    g_bytes_unref (variant->bytes);
    variant->bytes = signed_bytes;
    for (unsigned i = 0; i < signatures->len; i++) {
        const Signature *signature = g_ptr_array_index (signatures, i);
        g_ptr_array_insert (variant->edits, (int)i,
                            edit_header_new (EDIT_HEADER_INSERT, "signature", 0,
                                             "DKIM-Signature", signature->value, NULL));
    }
    return true;
}

Plan *
pipeline_run (const Engine *engine, const Envelope *envelope, GBytes *bytes, int64_t now,
              GError **error)
{
    g_autoptr (Plan) plan = plan_new ();

    g_autoptr (Message) message = message_parse (bytes, error);
    if (!message)
        return NULL;
    plan->message_id = g_strdup (message_header (message, "Message-ID"));
    plan->body_hash = hash_from (bytes, message_body_offset (message));
    plan->policy_version = g_strdup (policy_set_version (engine->policies));

    Run run = {
        .engine = engine,
        .envelope = envelope,
        .message = message,
        .options = { .tag_header = engine->settings->tag_header },
        .now = now,
        .plan = plan,
    };
    run.hints = hints_of (&run);
    plan->classification = classify (message, engine->words, engine->model, &run.hints);
    plan->campaign = g_strdup (message_header (message, "X-Licet-Campaign"));
    plan->template = message_template (message);
    if (!decide_and_make (&run, error))
        return NULL;
    plan->route = rewrite_route (plan->decisions, plan->variants);

    for (unsigned i = 0; i < plan->variants->len; i++) {
        Variant *variant = g_ptr_array_index (plan->variants, i);
        rewrite_name_removed (message, variant);
        if (!sign_variant (&run, variant, error))
            return NULL;
    }
    return g_steal_pointer (&plan);
}
