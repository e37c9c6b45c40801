/* SPDX-License-Identifier: BSD-2-Clause */

/* What a record says. No address, no text of the mail: places, hashes, rules and sources. */

#include "record.h"

#include <jansson.h>
#include <string.h>

#include "licet/address.h"
#include "licet/audit.h"
#include "licet/clock.h"
#include "licet/error.h"
#include "licet/utf8.h"

/* The strongest signals are what a person asks for; a mail shows up to eighty. */
enum { EVIDENCE_LENGTH = 500, SIGNAL_LENGTH = 120, SIGNALS = 8 };

static json_t *
text_or_null (const char *text)
{
    json_t *string = text ? json_string (text) : json_null ();

    if (string)
        return string;
    g_autofree char *valid = g_utf8_make_valid (text, -1);
    return json_string (valid);
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

static json_t *
clean_or_null (const char *text)
{
    g_autofree char *clean = text && strchr (text, '@') ? without_addresses (text) : NULL;

    return text_or_null (clean ? clean : text);
}

static json_t *
time_or_null (int64_t time)
{
    g_autofree char *text = time ? clock_format (time) : NULL;

    return text_or_null (text);
}

/* jansson escapes C0 alone, and who pages through the log has a terminal. Beyond ASCII nothing but
 * texts has letters. Takes the text, which it often is already. */
static char *
escape_controls (char *json)
{
    const char *from = json, *c = json;

    while ((unsigned char)*c - 1u < 0x7e)
        c++;
    if (!*c)
        return json;
    GString *line = g_string_sized_new (strlen (json));
    for (; *c; c = g_utf8_next_char (c)) {
        gunichar letter = (unsigned char)*c < 0x7f ? (gunichar)*c : g_utf8_get_char (c);
        if (letter < 0x7f || !utf8_is_control (letter))
            continue;
        g_string_append_len (line, from, c - from);
        g_string_append_printf (line, "\\u%04x", letter);
        from = g_utf8_next_char (c);
    }
    g_string_append (line, from);
    free (json);
    return g_string_free (line, FALSE);
}

static char *
dump_line (json_t *object)
{
    char *dumped =
        json_dumps (object, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION (6));

    json_decref (object);
    return escape_controls (dumped);
}

/* What a rule found is named by place, not quoted; the bound holds whatever a kind may say. */
static json_t *
bounded_or_null (const char *text, int length)
{
    if (!text || (strlen (text) <= (size_t)length && !strchr (text, '@')))
        return text_or_null (text);
    g_autofree char *clean = without_addresses (text);
    g_autofree char *valid = g_utf8_make_valid (clean, -1);

    if (g_utf8_strlen (valid, -1) > length)
        strcpy (g_utf8_offset_to_pointer (valid, length - 3), "...");
    return json_string (valid);
}

static json_t *
rule_json (const RuleResult *result, const char *cure, bool without_evidence)
{
    json_t *rule = json_object ();

    json_object_set_new (rule, "id", text_or_null (result->id));
    json_object_set_new (rule, "kind", text_or_null (result->kind));
    json_object_set_new (rule, "verdict", json_string (verdict_word (result->verdict)));
    json_object_set_new (rule, "action", json_string (action_word (result->action)));
    json_object_set_new (rule, "mode", json_string (rule_mode_word (result->mode)));
    json_object_set_new (rule, "source", text_or_null (result->source));
    if (!without_evidence)
        json_object_set_new (rule, "evidence",
                             bounded_or_null (result->evidence, EVIDENCE_LENGTH));
    if (result->remedy)
        json_object_set_new (rule, "remedy", clean_or_null (result->remedy));
    if (result->cured)
        json_object_set_new (rule, "cured_by", json_string (cure));
    if (result->until)
        json_object_set_new (rule, "until", time_or_null (result->until));
    return rule;
}

static json_t *
rules_json (const Decision *decision, bool without_evidence)
{
    const char *cure = decision->copy == COPY_TEXT_ONLY ? "text-only" : "strip";
    json_t *rules = json_array ();

    for (unsigned i = 0; i < decision->rules->len; i++)
        json_array_append_new (
            rules, rule_json (g_ptr_array_index (decision->rules, i), cure, without_evidence));
    return rules;
}

static json_t *
consent_json (const ConsentAnswer *answer)
{
    json_t *consent = json_object ();

    json_object_set_new (consent, "state", json_string (consent_state_word (answer->state)));
    if (answer->pending)
        json_object_set_new (consent, "pending", json_true ());
    json_object_set_new (consent, "basis", text_or_null (answer->basis));
    json_object_set_new (consent, "purpose", text_or_null (answer->purpose));
    json_object_set_new (consent, "at", time_or_null (answer->at));
    json_object_set_new (consent, "source", clean_or_null (answer->source));
    json_object_set_new (consent, "wording", clean_or_null (answer->wording));
    json_object_set_new (consent, "event", text_or_null (answer->event));
    return consent;
}

static json_t *
decision_json (const Decision *decision, bool without_evidence)
{
    const RecipientFacts *facts = decision->facts;
    json_t *object = json_object ();

    json_object_set_new (object, "outcome", json_string (outcome_word (decision->outcome)));
    json_object_set_new (object, "rule", text_or_null (decision->rule));
    json_object_set_new (object, "source", text_or_null (decision->source));
    json_object_set_new (object, "reply", text_or_null (decision->reply));
    json_object_set_new (object, "until", time_or_null (decision->until));
    /* A refusal says in its reply why there was no strip. */
    if (decision->obstacle && decision->fallback != FALLBACK_REFUSE) {
        json_object_set_new (object, "fallback",
                             json_string (fallback_word (decision->fallback)));
        json_object_set_new (object, "obstacle", clean_or_null (decision->obstacle));
    }
    json_object_set_new (object, "territory", text_or_null (facts->territory));
    json_object_set_new (object, "subdivision", text_or_null (facts->subdivision));
    json_object_set_new (object, "territory_source", text_or_null (facts->territory_source));
    json_object_set_new (object, "territory_confidence",
                         json_real (facts->territory_confidence));
    if (facts->provider)
        json_object_set_new (object, "provider", json_string (facts->provider));
    if (facts->provider)
        json_object_set_new (object, "provider_source",
                             json_string (facts->provider_hosts ? "mx" : "domain"));
    json_object_set_new (object, "legal_class",
                         json_string (message_class_word (decision->legal_class)));
    json_object_set_new (object, "legal_reason", text_or_null (decision->legal_reason));
    json_object_set_new (object, "consent", consent_json (facts->promotion));
    json_object_set_new (object, "rules", rules_json (decision, without_evidence));
    return object;
}

char *
audit_decision_json (const Plan *plan, unsigned recipient)
{
    return dump_line (decision_json (plan_decision (plan, recipient), false));
}

/* In words: "a word of offers: 3 terms, first "offer"". */
static json_t *
seen_json (const Evidence *evidence)
{
    bool told = evidence->meaning && strcmp (evidence->meaning, evidence->where) != 0;
    g_autofree char *words =
        told ? g_strdup_printf ("%s: %s", evidence->meaning, evidence->where) : NULL;

    return bounded_or_null (words ? words : evidence->where, SIGNAL_LENGTH);
}

static json_t *
evidence_json (const Classification *classification, bool without_evidence)
{
    g_autoptr (GPtrArray) strongest = g_ptr_array_new ();
    json_t *list = json_array ();

    for (unsigned i = 0; i < classification->evidence->len; i++)
        g_ptr_array_add (strongest, g_ptr_array_index (classification->evidence, i));
    g_ptr_array_sort (strongest, evidence_compare_strength);
    for (unsigned i = 0; i < MIN (strongest->len, SIGNALS); i++) {
        const Evidence *evidence = g_ptr_array_index (strongest, i);
        json_t *entry = json_object ();
        json_object_set_new (entry, "signal", text_or_null (evidence->signal));
        json_object_set_new (entry, "weight", json_real (evidence->weight));
        if (!without_evidence)
            json_object_set_new (entry, "seen", seen_json (evidence));
        json_array_append_new (list, entry);
    }
    return list;
}

static json_t *
class_json (const Classification *classification, bool without_evidence)
{
    json_t *object = json_object ();

    json_object_set_new (object, "class",
                         json_string (message_class_word (classification->class)));
    json_object_set_new (object, "purpose",
                         json_string (purpose_word (classification->purpose)));
    json_object_set_new (object, "promo_purpose",
                         json_string (purpose_word (classification->promo_purpose)));
    json_object_set_new (object, "promo_share", json_real (classification->promo_share));
    json_object_set_new (object, "order",
                         json_string (content_order_word (classification->order)));
    json_object_set_new (object, "declared", text_or_null (classification->declared));
    json_object_set_new (object, "evidence", evidence_json (classification, without_evidence));
    return object;
}

static json_t *
edits_json (const Variant *variant, const RecordOptions *options)
{
    json_t *list = json_array ();

    for (unsigned i = 0; i < variant->edits->len; i++) {
        const Edit *edit = g_ptr_array_index (variant->edits, i);
        json_t *entry = json_object ();
        json_object_set_new (entry, "kind", json_string (edit->why));
        json_object_set_new (entry, "where", text_or_null (edit->where));
        if (edit_is_of_body (edit)) {
            json_object_set_new (entry, "start", json_integer ((json_int_t)edit->start));
            json_object_set_new (entry, "bytes_removed",
                                 json_integer ((json_int_t)(edit->end - edit->start)));
            if (!options->without_facts && edit->removed_hash)
                json_object_set_new (entry, "sha256", json_string (edit->removed_hash));
        }
        if (!options->without_evidence && edit->begins)
            json_object_set_new (entry, "begins", clean_or_null (edit->begins));
        json_object_set_new (entry, "rule", text_or_null (edit->rule));
        json_array_append_new (list, entry);
    }
    return list;
}

static json_t *
signatures_json (const Variant *variant)
{
    json_t *list = json_array ();

    for (unsigned i = 0; i < variant->signatures->len; i++) {
        const Signature *signature = g_ptr_array_index (variant->signatures, i);
        json_array_append_new (list,
                               json_pack ("{s:s,s:s,s:s}", "d", signature->domain, "s",
                                          signature->selector, "a", signature->algorithm));
    }
    return list;
}

static json_t *
notes_json (const Variant *variant)
{
    json_t *list = json_array ();

    for (unsigned i = 0; i < variant->notes->len; i++)
        json_array_append_new (list, clean_or_null (g_ptr_array_index (variant->notes, i)));
    return list;
}

static json_t *
copy_json (const Plan *plan, unsigned recipient, const RecordOptions *options)
{
    int i = plan_variant_of (plan, recipient);

    if (i < 0)
        return json_null ();
    const Variant *variant = g_ptr_array_index (plan->variants, (unsigned)i);
    json_t *copy = json_object ();
    if (variant->held)
        json_object_set_new (copy, "held", json_true ());
    json_object_set_new (copy, "body_sha256", text_or_null (variant->body_hash));
    json_object_set_new (copy, "edits", edits_json (variant, options));
    json_object_set_new (copy, "signatures", signatures_json (variant));
    if (variant->unsigned_why)
        json_object_set_new (copy, "unsigned", clean_or_null (variant->unsigned_why));
    if (variant->notes->len > 0)
        json_object_set_new (copy, "left", notes_json (variant));
    return copy;
}

/* When promotion went to this person before, as far as a rule had to ask. */
static json_t *
contacts_json (const RecipientFacts *facts)
{
    json_t *times = json_array ();

    for (unsigned i = 0; i < facts->contacts->len; i++)
        json_array_append_new (times,
                               time_or_null (g_array_index (facts->contacts, Contact, i).at));
    return times;
}

/* How much had been sent when a limit made the mail wait. */
static json_t *
limit_json (const RecipientFacts *facts)
{
    json_t *object = json_object ();

    json_object_set_new (object, "name", text_or_null (facts->limit));
    json_object_set_new (object, "window", json_string (facts->limit_window));
    json_object_set_new (object, "used", json_integer (facts->limit_used));
    json_object_set_new (object, "until", time_or_null (facts->limit_until));
    return object;
}

/* In the same order. */
static json_t *
contact_purposes_json (const RecipientFacts *facts)
{
    json_t *purposes = json_array ();

    for (unsigned i = 0; i < facts->contacts->len; i++)
        json_array_append_new (
            purposes,
            json_string (purpose_word (g_array_index (facts->contacts, Contact, i).purpose)));
    return purposes;
}

/* What was known of the sender's DNS, where a rule could ask. */
static json_t *
authentication_json (const Authentication *known)
{
    json_t *object = json_object ();

    json_object_set_new (object, "domain", text_or_null (known->domain));
    json_object_set_new (object, "envelope", text_or_null (known->envelope));
    json_object_set_new (object, "at", time_or_null (known->at));
    for (AuthFact fact = 0; fact < AUTH_FACTS; fact++)
        json_object_set_new (object, auth_fact_word (fact),
                             json_string (auth_answer_word (known->answers[fact])));
    return object;
}

/* What DNS said of the recipient's domain, whose name the log may have no more than of others. */
static json_t *
mail_hosts_json (const MailHosts *known)
{
    json_t *object = json_object (), *hosts = json_array ();

    for (char **host = known->hosts; *host; host++)
        json_array_append_new (hosts, json_string (*host));
    json_object_set_new (object, "hosts", hosts);
    if (known->failure)
        json_object_set_new (object, "failure", clean_or_null (known->failure));
    json_object_set_new (object, "at", time_or_null (known->at));
    return object;
}

/* What else the decision depended on: with the message, the policies and the time it can be made
 * again. */
static json_t *
facts_json (const Plan *plan, const Decision *decision)
{
    const RecipientFacts *facts = decision->facts;
    json_t *object = json_object ();

    json_object_set_new (object, "recipient_class", text_or_null (facts->recipient_class));
    json_object_set_new (object, "language", text_or_null (facts->language));
    json_object_set_new (object, "expires", time_or_null (facts->promotion->expires));
    json_object_set_new (object, "tracking", consent_json (facts->tracking));
    if (facts->contacts)
        json_object_set_new (object, "contacts", contacts_json (facts));
    if (facts->contacts && facts->contacts->len > 0)
        json_object_set_new (object, "contact_purposes", contact_purposes_json (facts));
    if (facts->authentication)
        json_object_set_new (object, "authentication",
                             authentication_json (facts->authentication));
    if (facts->limit)
        json_object_set_new (object, "limit", limit_json (facts));
    if (facts->mail_hosts)
        json_object_set_new (object, "mail_hosts", mail_hosts_json (facts->mail_hosts));
    json_object_set_new (object, "campaign", clean_or_null (plan->campaign));
    json_object_set_new (object, "template", text_or_null (plan->template));
    return object;
}

static json_t *
header_json (const char *record, const char *edge, const Envelope *envelope, int64_t now)
{
    json_t *object = json_object ();

    json_object_set_new (object, "record", json_string (record));
    json_object_set_new (object, "time", time_or_null (now));
    json_object_set_new (object, "edge", json_string (edge));
    json_object_set_new (object, "queue_id", text_or_null (envelope->queue_id));
    return object;
}

static json_t *
sender_domain_json (const Envelope *envelope)
{
    return text_or_null (envelope->sender ? address_domain (envelope->sender->address) : NULL);
}

char *
record_decision_with (const RecordOptions *options, const Envelope *envelope, const Plan *plan,
                      unsigned recipient, const char *subject, const char *edge, int64_t now)
{
    const Decision *decision = plan_decision (plan, recipient);
    json_t *record = header_json ("decision", edge, envelope, now);

    json_object_set_new (record, "subject", json_string (subject));
    json_object_set_new (record, "recipient_domain",
                         text_or_null (address_domain (decision->facts->address)));
    json_object_set_new (record, "sender_domain", sender_domain_json (envelope));
    json_object_set_new (record, "message_id", text_or_null (plan->message_id));
    json_object_set_new (record, "route", json_string (route_word (plan->route)));
    json_object_set_new (record, "policy_version", text_or_null (plan->policy_version));
    json_object_set_new (record, "body_sha256_in", text_or_null (plan->body_hash));
    json_object_set_new (record, "message",
                         class_json (plan->classification, options->without_evidence));
    json_t *decided = decision_json (decision, options->without_evidence);
    json_object_update (record, decided);
    json_decref (decided);
    if (plan->consent_failure)
        json_object_set_new (record, "consent_failure", text_or_null (plan->consent_failure));
    if (!options->without_facts)
        json_object_set_new (record, "facts", facts_json (plan, decision));
    json_object_set_new (record, "copy", copy_json (plan, recipient, options));
    return dump_line (record);
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
    json_t *record = header_json ("outcome", "lmtp", envelope, now);

    json_object_set_new (record, "subject", json_string (subject));
    json_object_set_new (record, "sender_domain", sender_domain_json (envelope));
    json_object_set_new (record, "outcome", json_string (outcome));
    json_object_set_new (record, "reply", clean_or_null (reply));
    json_object_set_new (record, "submitted_queue_id", text_or_null (submitted_queue_id));
    return dump_line (record);
}

char *
record_failure (const Envelope *envelope, const char *subject, const AuditFailure *failure,
                int64_t now)
{
    json_t *record = header_json ("failure", failure->edge, envelope, now);
    const GError *cause = failure->cause;

    json_object_set_new (record, "subject", text_or_null (subject));
    json_object_set_new (record, "sender_domain", sender_domain_json (envelope));
    json_object_set_new (record, "stage", json_string (failure->stage));
    json_object_set_new (record, "error",
                         cause ? json_string (licet_error_word (cause)) : json_null ());
    json_object_set_new (record, "text",
                         bounded_or_null (cause ? cause->message : NULL, EVIDENCE_LENGTH));
    json_object_set_new (record, "reply", clean_or_null (failure->reply));
    return dump_line (record);
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
