/* SPDX-License-Identifier: BSD-2-Clause */

/* What a record says. No address, no text of the mail: places, hashes, rules and sources. */

#include "record.h"

#include <string.h>

#include "licet/address.h"
#include "licet/audit.h"
#include "licet/clock.h"
#include "licet/error.h"
#include "licet/json_text.h"

/* The strongest signals are what a person asks for; a mail shows up to eighty. */
enum { EVIDENCE_LENGTH = 500, SIGNAL_LENGTH = 120 };

/* Most records of one recipient. */
enum { USUAL_LENGTH = 6000 };

static GString *
begin_record (void)
{
    GString *out = g_string_sized_new (USUAL_LENGTH);

    json_text_begin (out, NULL, '{');
    return out;
}

static char *
end_record (GString *out)
{
    json_text_end (out, '}');
    return g_string_free (out, FALSE);
}

/* A reply of Postfix may quote the address that it refuses; the source of a consent may name it. */
static char *
without_addresses (const char *text)
{
    if (!text || !strchr (text, '@'))
        return g_strdup (text ? text : "");
    g_auto (GStrv) words = g_strsplit (text, " ", -1);
    for (char **word = words; *word; word++)
        if (strchr (*word, '@')) {
            g_free (*word);
            *word = g_strdup ("<address>");
        }
    return g_strjoinv (" ", words);
}

static void
put_clean (GString *out, const char *key, const char *text)
{
    g_autofree char *clean = text && strchr (text, '@') ? without_addresses (text) : NULL;

    json_text_put (out, key, clean ? clean : text);
}

static void
put_time (GString *out, const char *key, int64_t time)
{
    g_autofree char *text = time ? clock_format (time) : NULL;

    json_text_put (out, key, text);
}

/* What a rule found is named by place, not quoted; the bound holds whatever a kind may say. */
static void
put_bounded (GString *out, const char *key, const char *text, int length)
{
    if (!text || (strlen (text) <= (size_t)length && !strchr (text, '@'))) {
        json_text_put (out, key, text);
        return;
    }
    g_autofree char *clean = without_addresses (text);
    g_autofree char *valid = g_utf8_make_valid (clean, -1);

    if (g_utf8_strlen (valid, -1) > length)
        strcpy (g_utf8_offset_to_pointer (valid, length - 3), "...");
    json_text_put (out, key, valid);
}

static void
put_rule (GString *out, const RuleResult *result, const char *cure, bool without_evidence)
{
    json_text_begin (out, NULL, '{');
    json_text_put (out, "id", result->id);
    json_text_put (out, "kind", result->kind);
    json_text_put (out, "verdict", verdict_word (result->verdict));
    json_text_put (out, "action", action_word (result->action));
    json_text_put (out, "mode", rule_mode_word (result->mode));
    json_text_put (out, "source", result->source);
    if (!without_evidence)
        put_bounded (out, "evidence", result->evidence, EVIDENCE_LENGTH);
    if (result->remedy)
        put_clean (out, "remedy", result->remedy);
    if (result->cured)
        json_text_put (out, "cured_by", cure);
    if (result->until)
        put_time (out, "until", result->until);
    json_text_end (out, '}');
}

static void
put_rules (GString *out, const Decision *decision, bool without_evidence)
{
    const char *cure = decision->copy == COPY_TEXT_ONLY ? "text-only" : "strip";

    json_text_begin (out, "rules", '[');
    for (unsigned i = 0; i < decision->rules->len; i++)
        put_rule (out, g_ptr_array_index (decision->rules, i), cure, without_evidence);
    json_text_end (out, ']');
}

static void
put_consent (GString *out, const char *key, const ConsentAnswer *answer)
{
    json_text_begin (out, key, '{');
    json_text_put (out, "state", consent_state_word (answer->state));
    if (answer->pending)
        json_text_put_true (out, "pending");
    json_text_put (out, "basis", answer->basis);
    json_text_put (out, "purpose", answer->purpose);
    put_time (out, "at", answer->at);
    put_clean (out, "source", answer->source);
    put_clean (out, "wording", answer->wording);
    json_text_put (out, "event", answer->event);
    if (answer->suppression)
        json_text_put (out, "suppression", answer->suppression);
    json_text_end (out, '}');
}

/* The members. */
static void
put_decision (GString *out, const Decision *decision, bool without_evidence)
{
    const RecipientFacts *facts = decision->facts;

    json_text_put (out, "outcome", outcome_word (decision->outcome));
    json_text_put (out, "rule", decision->rule);
    json_text_put (out, "source", decision->source);
    json_text_put (out, "reply", decision->reply);
    put_time (out, "until", decision->until);
    /* A refusal says in its reply why there was no strip. */
    if (decision->obstacle && decision->fallback != FALLBACK_REFUSE) {
        json_text_put (out, "fallback", fallback_word (decision->fallback));
        put_clean (out, "obstacle", decision->obstacle);
    }
    json_text_put (out, "territory", facts->territory);
    json_text_put (out, "subdivision", facts->subdivision);
    json_text_put (out, "territory_source", facts->territory_source);
    json_text_put_real (out, "territory_confidence", facts->territory_confidence);
    if (facts->provider) {
        json_text_put (out, "provider", facts->provider);
        json_text_put (out, "provider_source", facts->provider_hosts ? "mx" : "domain");
    }
    json_text_put (out, "legal_class", message_class_word (decision->legal_class));
    json_text_put (out, "legal_reason", decision->legal_reason);
    put_consent (out, "consent", facts->promotion);
    put_rules (out, decision, without_evidence);
}

char *
audit_decision_json (const Plan *plan, unsigned recipient)
{
    GString *out = begin_record ();

    put_decision (out, plan_decision (plan, recipient), false);
    return end_record (out);
}

static void
put_seen (GString *out, const Evidence *evidence)
{
    g_autofree char *words = evidence_words (evidence);

    put_bounded (out, "seen", words, SIGNAL_LENGTH);
}

static void
put_evidence (GString *out, const Classification *classification, bool without_evidence)
{
    g_autoptr (GPtrArray) strongest = classification_strongest (classification, EVIDENCE_TOLD);

    json_text_begin (out, "evidence", '[');
    for (unsigned i = 0; i < strongest->len; i++) {
        const Evidence *evidence = g_ptr_array_index (strongest, i);
        json_text_begin (out, NULL, '{');
        json_text_put (out, "signal", evidence->signal);
        json_text_put_real (out, "weight", evidence->weight);
        if (!without_evidence)
            put_seen (out, evidence);
        json_text_end (out, '}');
    }
    json_text_end (out, ']');
}

static void
put_class (GString *out, const Classification *classification, bool without_evidence)
{
    json_text_begin (out, "message", '{');
    json_text_put (out, "class", message_class_word (classification->class));
    json_text_put (out, "purpose", purpose_word (classification->purpose));
    json_text_put (out, "promo_purpose", purpose_word (classification->promo_purpose));
    json_text_put_real (out, "promo_share", classification->promo_share);
    json_text_put (out, "order", content_order_word (classification->order));
    json_text_put (out, "declared", classification->declared);
    put_evidence (out, classification, without_evidence);
    json_text_end (out, '}');
}

static void
put_edits (GString *out, const Variant *variant, const RecordOptions *options)
{
    json_text_begin (out, "edits", '[');
    for (unsigned i = 0; i < variant->edits->len; i++) {
        const Edit *edit = g_ptr_array_index (variant->edits, i);
        json_text_begin (out, NULL, '{');
        json_text_put (out, "kind", edit->why);
        json_text_put (out, "where", edit->where);
        if (edit_is_of_body (edit)) {
            json_text_put_integer (out, "start", (int64_t)edit->start);
            json_text_put_integer (out, "bytes_removed", (int64_t)(edit->end - edit->start));
            if (!options->without_facts && edit->removed_hash)
                json_text_put (out, "sha256", edit->removed_hash);
        }
        if (!options->without_evidence && edit->begins)
            put_clean (out, "begins", edit->begins);
        json_text_put (out, "rule", edit->rule);
        json_text_end (out, '}');
    }
    json_text_end (out, ']');
}

static void
put_signatures (GString *out, const Variant *variant)
{
    json_text_begin (out, "signatures", '[');
    for (unsigned i = 0; i < variant->signatures->len; i++) {
        const Signature *signature = g_ptr_array_index (variant->signatures, i);
        json_text_begin (out, NULL, '{');
        json_text_put (out, "d", signature->domain);
        json_text_put (out, "s", signature->selector);
        json_text_put (out, "a", signature->algorithm);
        json_text_end (out, '}');
    }
    json_text_end (out, ']');
}

static void
put_notes (GString *out, const Variant *variant)
{
    json_text_begin (out, "left", '[');
    for (unsigned i = 0; i < variant->notes->len; i++)
        put_clean (out, NULL, g_ptr_array_index (variant->notes, i));
    json_text_end (out, ']');
}

static void
put_copy (GString *out, const Plan *plan, unsigned recipient, const RecordOptions *options)
{
    int i = plan_variant_of (plan, recipient);

    if (i < 0) {
        json_text_put (out, "copy", NULL);
        return;
    }
    const Variant *variant = g_ptr_array_index (plan->variants, (unsigned)i);
    json_text_begin (out, "copy", '{');
    if (variant->held)
        json_text_put_true (out, "held");
    json_text_put (out, "body_sha256", variant->body_hash);
    put_edits (out, variant, options);
    put_signatures (out, variant);
    if (variant->unsigned_why)
        put_clean (out, "unsigned", variant->unsigned_why);
    if (variant->notes->len > 0)
        put_notes (out, variant);
    json_text_end (out, '}');
}

/* When promotion went to this person before, as far as a rule had to ask. */
static void
put_contacts (GString *out, const RecipientFacts *facts)
{
    json_text_begin (out, "contacts", '[');
    for (unsigned i = 0; i < facts->contacts->len; i++)
        put_time (out, NULL, g_array_index (facts->contacts, Contact, i).at);
    json_text_end (out, ']');
}

/* In the same order. */
static void
put_contact_purposes (GString *out, const RecipientFacts *facts)
{
    json_text_begin (out, "contact_purposes", '[');
    for (unsigned i = 0; i < facts->contacts->len; i++)
        json_text_put (out, NULL,
                       purpose_word (g_array_index (facts->contacts, Contact, i).purpose));
    json_text_end (out, ']');
}

/* How much had been sent when a limit made the mail wait. */
static void
put_limit (GString *out, const RecipientFacts *facts)
{
    json_text_begin (out, "limit", '{');
    json_text_put (out, "name", facts->limit);
    json_text_put (out, "window", facts->limit_window);
    json_text_put_integer (out, "used", facts->limit_used);
    put_time (out, "until", facts->limit_until);
    json_text_end (out, '}');
}

/* What was known of the sender's DNS, where a rule could ask. */
static void
put_authentication (GString *out, const Authentication *known)
{
    json_text_begin (out, "authentication", '{');
    json_text_put (out, "domain", known->domain);
    json_text_put (out, "envelope", known->envelope);
    put_time (out, "at", known->at);
    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++)
        json_text_put (out, auth_fact_word (fact), auth_answer_word (known->answers[fact]));
    json_text_end (out, '}');
}

/* What DNS said of the recipient's domain, whose name the log may have no more than of others. */
static void
put_mail_hosts (GString *out, const MailHosts *known)
{
    json_text_begin (out, "mail_hosts", '{');
    json_text_begin (out, "hosts", '[');
    for (char **host = known->hosts; *host; host++)
        json_text_put (out, NULL, *host);
    json_text_end (out, ']');
    if (known->failure)
        put_clean (out, "failure", known->failure);
    put_time (out, "at", known->at);
    json_text_end (out, '}');
}

/* What else the decision depended on: with the message, the policies and the time it can be made
 * again. */
static void
put_facts (GString *out, const Plan *plan, const Decision *decision)
{
    const RecipientFacts *facts = decision->facts;

    json_text_begin (out, "facts", '{');
    json_text_put (out, "recipient_class", facts->recipient_class);
    json_text_put (out, "language", facts->language);
    put_time (out, "expires", facts->promotion->expires);
    put_consent (out, "tracking", facts->tracking);
    if (facts->contacts)
        put_contacts (out, facts);
    if (facts->contacts && facts->contacts->len > 0)
        put_contact_purposes (out, facts);
    if (facts->authentication)
        put_authentication (out, facts->authentication);
    if (facts->limit)
        put_limit (out, facts);
    if (facts->mail_hosts)
        put_mail_hosts (out, facts->mail_hosts);
    put_clean (out, "campaign", plan->campaign);
    json_text_put (out, "template", plan->template);
    json_text_end (out, '}');
}

static GString *
begin_header (const char *record, const char *edge, const Envelope *envelope, int64_t now)
{
    GString *out = begin_record ();

    json_text_put (out, "record", record);
    put_time (out, "time", now);
    json_text_put (out, "edge", edge);
    json_text_put (out, "queue_id", envelope->queue_id);
    return out;
}

static void
put_sender_domain (GString *out, const Envelope *envelope)
{
    json_text_put (out, "sender_domain",
                   envelope->sender ? address_domain (envelope->sender->address) : NULL);
}

char *
record_decision_with (const RecordOptions *options, const Envelope *envelope, const Plan *plan,
                      unsigned recipient, const char *subject, const char *edge, int64_t now)
{
    const Decision *decision = plan_decision (plan, recipient);
    GString *out = begin_header ("decision", edge, envelope, now);

    json_text_put (out, "subject", subject);
    json_text_put (out, "recipient_domain", address_domain (decision->facts->address));
    put_sender_domain (out, envelope);
    json_text_put (out, "message_id", plan->message_id);
    json_text_put (out, "route", route_word (plan->route));
    json_text_put (out, "policy_version", plan->policy_version);
    json_text_put (out, "body_sha256_in", plan->body_hash);
    put_class (out, plan->classification, options->without_evidence);
    put_decision (out, decision, options->without_evidence);
    if (plan->consent_failure)
        json_text_put (out, "consent_failure", plan->consent_failure);
    if (!options->without_facts)
        put_facts (out, plan, decision);
    put_copy (out, plan, recipient, options);
    return end_record (out);
}

char *
record_decision (const Envelope *envelope, const Plan *plan, unsigned recipient,
                 const char *subject, const char *edge, int64_t now)
{
    const RecordOptions plain = { .without_facts = true };

    return record_decision_with (&plain, envelope, plan, recipient, subject, edge, now);
}

char *
record_outcome (const Envelope *envelope, const char *subject, const char *outcome,
                const char *reply, const char *submitted_queue_id, int64_t now)
{
    GString *out = begin_header ("outcome", "lmtp", envelope, now);

    json_text_put (out, "subject", subject);
    put_sender_domain (out, envelope);
    json_text_put (out, "outcome", outcome);
    put_clean (out, "reply", reply);
    json_text_put (out, "submitted_queue_id", submitted_queue_id);
    return end_record (out);
}

char *
record_failure (const Envelope *envelope, const char *subject, const AuditFailure *failure,
                int64_t now)
{
    GString *out = begin_header ("failure", failure->edge, envelope, now);
    const GError *cause = failure->cause;

    json_text_put (out, "subject", subject);
    put_sender_domain (out, envelope);
    json_text_put (out, "stage", failure->stage);
    json_text_put (out, "error", cause ? licet_error_word (cause) : NULL);
    put_bounded (out, "text", cause ? cause->message : NULL, EVIDENCE_LENGTH);
    put_clean (out, "reply", failure->reply);
    return end_record (out);
}

char *
record_event (const char *record, const char *members, int64_t now)
{
    g_autofree char *time = clock_format (now);

    return g_strdup_printf ("{\"record\":\"%s\",\"time\":\"%s\",%s}", record, time, members);
}

char *
record_recipient (const Envelope *envelope, unsigned recipient)
{
    const char *given = envelope_recipient (envelope, recipient)->address;
    char *address = address_normalise (given, NULL);

    return address ? address : g_utf8_make_valid (given, -1);
}
