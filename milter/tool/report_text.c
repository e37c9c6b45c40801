/* SPDX-License-Identifier: BSD-2-Clause */

/* Plans in words, for people. */

#include <string.h>

#include "licet/address.h"
#include "licet/audit_story.h"
#include "licet/pipeline.h"
#include "licet/utf8.h"
#include "report.h"

Envelope *
report_envelope (const ToolOptions *options, int64_t now)
{
    Envelope *envelope = envelope_new ();

    envelope->sender = envelope_path_new (options->from ? options->from : "", "");
    envelope->arrival = now;
    for (char **recipient = options->recipients; recipient && *recipient; recipient++)
        g_ptr_array_add (envelope->recipients, envelope_path_new (*recipient, ""));
    return envelope;
}

/* RFC 5321 4.1.1.3: a mailbox, or "Postmaster" without a domain. What is neither would be judged as
 * a stranger. */
static bool
check_recipients (char **recipients, GError **error)
{
    for (char **recipient = recipients; recipient && *recipient; recipient++) {
        g_autofree char *address = NULL;
        if (g_ascii_strcasecmp (*recipient, "postmaster") == 0)
            continue;
        address = address_normalise (*recipient, error);
        if (!address) {
            g_prefix_error (error, "--rcpt: ");
            return false;
        }
    }
    return true;
}

Plan *
report_plan (const ToolOptions *options, const char *path, Envelope **ret_envelope,
             Message **ret_message, GError **error)
{
    int64_t now = 0;
    bool sound = check_recipients (options->recipients, error);
    g_autoptr (Engine) engine = sound ? tool_engine (options, &now, error) : NULL;
    g_autoptr (GBytes) bytes = engine ? tool_read_mail (path, error) : NULL;

    *ret_envelope = NULL;
    *ret_message = NULL;
    if (!bytes)
        return NULL;
    *ret_envelope = report_envelope (options, now);
    Plan *plan = pipeline_run (engine, *ret_envelope, bytes, now, error);
    *ret_message = plan ? message_parse (bytes, error) : NULL;
    if (!*ret_message)
        g_clear_pointer (&plan, plan_free);
    if (!plan)
        g_prefix_error (error, "%s: ", path);
    return plan;
}

static void
add_class (GString *text, const Classification *classification)
{
    g_string_append_printf (text, "%s (purpose %s, %.0f %% promotion, confidence %.2f)",
                            message_class_word (classification->class),
                            purpose_word (classification->purpose),
                            100 * classification->promo_share, classification->confidence);
}

/* Whether a rule had the copy mended, so that it is not what was sent. */
static bool
is_corrected (const Decision *decision)
{
    for (unsigned i = 0; i < decision->rules->len; i++) {
        const RuleResult *result = g_ptr_array_index (decision->rules, i);
        if (result->action == ACTION_FIX && result->mode == MODE_ENFORCE)
            return true;
    }
    return false;
}

static void
add_outcome (GString *text, const Decision *decision)
{
    static const char *const words[] = {
        [OUTCOME_DELIVER] = "delivered whole",
        [OUTCOME_STRIP] = "delivered",
        [OUTCOME_DEFER] = "waits",
        [OUTCOME_HOLD] = "held for a person to decide",
        [OUTCOME_REFUSE] = "refused",
    };
    static const char *const copies[] = {
        [COPY_WHOLE] = "",
        [COPY_STRIPPED] = " without the promotional blocks",
        [COPY_TEXT_ONLY] = " as its plain text alone, without the promotional blocks",
    };
    bool copy = decision->outcome == OUTCOME_STRIP || decision->outcome == OUTCOME_HOLD;

    bool corrected = decision->outcome == OUTCOME_DELIVER && is_corrected (decision);

    g_string_append_printf (text, "%s%s",
                            corrected ? "delivered, corrected" : words[decision->outcome],
                            copy ? copies[decision->copy] : "");
    if (decision->until) {
        g_autofree char *until = clock_format (decision->until);
        g_string_append_printf (text, " until %s", until);
    }
    if (decision->rule)
        g_string_append_printf (text, "  [%s: %s]", decision->rule,
                                decision->source ? decision->source : "");
    g_string_append_c (text, '\n');
    if (decision->reply)
        g_string_append_printf (text, "      %s\n", decision->reply);
    if (decision->obstacle && decision->fallback != FALLBACK_REFUSE &&
        decision->outcome != OUTCOME_REFUSE)
        g_string_append_printf (text, "      strip_fallback %s: %s\n",
                                fallback_word (decision->fallback), decision->obstacle);
}

/* "signed: d=shop.example s=2026a (rsa-sha256), …", or why not. */
static void
add_signatures (GString *text, const Variant *variant, const char *indent)
{
    for (unsigned i = 0; i < variant->signatures->len; i++) {
        const Signature *signature = g_ptr_array_index (variant->signatures, i);
        g_string_append_printf (text, "%s%sd=%s s=%s (%s%s)", i == 0 ? indent : "",
                                i == 0 ? "signed: " : ", ", signature->domain,
                                signature->selector, signature->algorithm,
                                signature->kept ? ", as it came" : "");
    }
    if (variant->signatures->len == 0)
        g_string_append_printf (text, "%snot signed: %s", indent,
                                variant->unsigned_why ? variant->unsigned_why
                                                      : "no key for the From domain");
    if (variant->unaligned_why)
        g_string_append_printf (
            text, "; for the envelope's sender alone, at which DMARC does not look: %s",
            variant->unaligned_why);
    g_string_append_c (text, '\n');
}

/* But for what is cut, of which more is told. Whether there are some. */
static bool
add_changes (GString *text, const Variant *variant)
{
    size_t before = text->len;

    for (unsigned i = 0; i < variant->edits->len; i++) {
        const Edit *edit = g_ptr_array_index (variant->edits, i);
        if (report_is_cut (edit))
            continue;
        g_autofree char *where = utf8_without_controls (edit->where);
        g_string_append_printf (text, "    %s: %s", audit_story_word (STORY_EN, edit->why),
                                where);
        if (edit->kind == EDIT_REPLACE)
            g_string_append_printf (text, ", %zu bytes became %zu", edit->end - edit->start,
                                    strlen (edit->value));
        else if (edit_is_of_body (edit) && edit->kind != EDIT_ENCODE)
            g_string_append_printf (text, ", %zu bytes removed", edit->end - edit->start);
        g_string_append_c (text, '\n');
    }
    for (unsigned i = 0; i < variant->notes->len; i++)
        g_string_append_printf (text, "    left: %s\n",
                                (const char *)g_ptr_array_index (variant->notes, i));
    return text->len > before;
}

/* What speaks most for what it was taken for, as licet classify and the log tell it. */
static void
add_evidence (GString *text, const Evidence *evidence)
{
    const char *toward = evidence->letter > 0   ? "correspondence"
                         : evidence->weight > 0 ? "promotion"
                         : evidence->weight < 0 ? "transaction"
                                                : "";
    double strength = evidence_strength (evidence);
    g_autofree char *logged = evidence_words (evidence);
    g_autofree char *words = audit_story_phrase (STORY_EN, logged);

    if (strength >= 0.05)
        g_string_append_printf (text, "  %-14s %4.1f  ", toward, strength);
    else
        g_string_append_printf (text, "  %-14s %4s  ", "note", "");
    g_string_append_printf (text, "%s (%s)\n", words, evidence->signal);
}

static void
add_strongest (GString *text, const Classification *classification, unsigned most)
{
    g_autoptr (GPtrArray) strongest = classification_strongest (classification, most);

    for (unsigned i = 0; i < strongest->len; i++)
        add_evidence (text, g_ptr_array_index (strongest, i));
}

/* What the sender can do about it, or NULL. */
static const char *
remedy_of (const char *problem)
{
    static const struct {
        const char *end, *remedy;
    } rows[] = {
        { "promotion that cannot be told from the transaction",
          "in a paragraph of its own, or marked, the promotion could be cut" },
        { "promotion that nobody marked, beside a block", "marked as well, it could be cut" },
        { "promotion in the subject, outside of the blocks",
          "with a subject that does not promote, the mail could go" },
        { "outside of the blocks", "in a paragraph of its own, or marked, it could be cut" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
        if (g_str_has_suffix (problem, rows[i].end))
            return rows[i].remedy;
    return NULL;
}

/* Why nothing of it can be cut, and where. */
static void
add_problem (GString *text, const Message *message, const Classification *classification)
{
    const char *problem = classification->problem;

    if (!problem)
        return;
    g_autofree char *words = audit_story_phrase (STORY_EN, problem);
    g_autofree char *line = report_place (message, problem);
    g_string_append_printf (text, "  no passage of it can be cut: %s\n", words);
    if (line && *line)
        g_string_append_printf (text, "        “%s”\n", line);
    if (remedy_of (problem))
        g_string_append_printf (text, "        %s\n", remedy_of (problem));
}

/* What the sender declared or did not, and what else the rules are judged by. */
static void
add_reading (GString *text, const Message *message, const Classification *classification)
{
    if (classification->declared)
        g_string_append_printf (text, "declared: %s\n", classification->declared);
    else
        g_string_append (text, "declared: no purpose; it is read from the message\n");
    if (classification->promo_purpose != PURPOSE_NONE)
        g_string_append_printf (text, "promotion: purpose %s, order %s\n",
                                purpose_word (classification->promo_purpose),
                                content_order_word (classification->order));
    g_string_append_printf (text, "subject: %s\n",
                            message_class_word (classification->subject_class));
    g_string_append (text, "what speaks for it, the strongest first:\n");
    add_strongest (text, classification, EVIDENCE_TOLD);
    add_problem (text, message, classification);
}

/* What decided the class and has no weight, so that it is not among the strongest. */
static bool
decides (const Evidence *evidence)
{
    static const char *const names[] = { "marks", "cannot-tell", "transaction-outweighed",
                                         NULL };

    return g_strv_contains (names, evidence->signal);
}

/* What was noticed about the message as such: a claim that was not believed, a misspelt field. */
static void
add_notes (GString *text, const Classification *classification, const char *indent)
{
    for (unsigned i = 0; i < classification->evidence->len; i++) {
        const Evidence *evidence = g_ptr_array_index (classification->evidence, i);
        bool told = g_str_has_prefix (evidence->signal, "declared-") ||
                    strcmp (evidence->signal, "field-unknown") == 0 ||
                    strcmp (evidence->signal, "known-mail") == 0 || decides (evidence);
        g_autofree char *words = audit_story_phrase (STORY_EN, evidence->where);
        if (told && strcmp (evidence->signal, "declared-class") != 0 &&
            strcmp (evidence->signal, "declared-purpose") != 0)
            g_string_append_printf (text, "%snote: %s (%s)\n", indent, words, evidence->signal);
    }
}

static void
add_copy (GString *text, const Message *message, const Plan *plan, unsigned number,
          const char *dir)
{
    const Variant *variant = g_ptr_array_index (plan->variants, number);

    g_string_append_printf (text, "  copy %u, %u recipient%s", number + 1,
                            variant->recipients->len, variant->recipients->len == 1 ? "" : "s");
    if (dir)
        g_string_append_printf (text, ", %s/%u.eml", dir, number + 1);
    if (variant->held)
        g_string_append (text, ", held");
    g_string_append_c (text, '\n');
    report_cuts (text, message, plan->classification, variant);
    add_changes (text, variant);
    add_signatures (text, variant, "    ");
}

/* Which copy a recipient gets. */
static void
add_recipient (GString *text, const Envelope *envelope, const Plan *plan, unsigned recipient)
{
    int copy = plan_variant_of (plan, recipient);

    g_string_append_printf (text,
                            "  %s (%s): ", envelope_recipient (envelope, recipient)->address,
                            plan_decision (plan, recipient)->facts->territory);
    add_outcome (text, plan_decision (plan, recipient));
    if (copy >= 0)
        g_string_append_printf (text, "      copy %d\n", copy + 1);
    else
        g_string_append (text, "      no copy goes out, so nothing was cut\n");
}

void
report_run_text (GString *text, const char *path, const Envelope *envelope,
                 const Message *message, const Plan *plan, const char *dir)
{
    g_string_append_printf (text, "%s: ", path);
    add_class (text, plan->classification);
    g_string_append_c (text, '\n');
    add_notes (text, plan->classification, "");
    g_string_append_printf (text, "route: %s\n", route_word (plan->route));
    for (unsigned i = 0; i < plan->decisions->len; i++)
        add_recipient (text, envelope, plan, i);
    for (unsigned i = 0; i < plan->variants->len; i++)
        add_copy (text, message, plan, i, dir);
    if (plan->variants->len == 0)
        report_passages (text, message, plan->classification);
    if (plan->consent_failure)
        g_string_append_printf (text, "consent store: %s\n", plan->consent_failure);
}

static void
add_rule (GString *text, const RuleResult *result)
{
    g_string_append_printf (text, "  %-14s %s (%s)%s%s\n", verdict_word (result->verdict),
                            result->id, result->kind,
                            result->mode == MODE_SHADOW ? ", shadow" : "",
                            result->cured ? ", put right by the cut" : "");
    g_string_append_printf (text, "                 source: %s\n",
                            result->source ? result->source : "-");
    if (result->evidence) {
        g_autofree char *seen = audit_story_phrase (STORY_EN, result->evidence);
        g_string_append_printf (text, "                 seen: %s\n", seen);
    }
    if (result->action != ACTION_ALLOW)
        g_string_append_printf (text, "                 asks: %s\n",
                                audit_story_word (STORY_EN, action_word (result->action)));
    if (result->remedy)
        g_string_append_printf (text, "                 would be right: %s\n", result->remedy);
}

static void
add_consent (GString *text, const ConsentAnswer *answer)
{
    g_autofree char *at = answer->at ? clock_format (answer->at) : NULL;

    g_string_append_printf (text, "consent: %s", consent_state_word (answer->state));
    if (answer->suppression)
        g_string_append_printf (text, ", suppressed: %s", answer->suppression);
    if (answer->basis)
        g_string_append_printf (text, ", basis %s", answer->basis);
    if (answer->purpose)
        g_string_append_printf (text, ", purpose %s",
                                audit_story_word (STORY_EN, answer->purpose));
    if (at)
        g_string_append_printf (text, ", %s", at);
    if (answer->source)
        g_string_append_printf (text, ", source %s", answer->source);
    g_string_append_c (text, '\n');
}

static void
add_provider (GString *text, const RecipientFacts *facts)
{
    const char *failure = facts->mail_hosts ? facts->mail_hosts->failure : NULL;

    if (facts->provider)
        g_string_append_printf (
            text, "mailbox provider: %s%s%s\n", facts->provider,
            facts->provider_hosts ? ", which hosts the domain: mail goes to " : "",
            facts->provider_hosts ? facts->mail_hosts->hosts[0] : "");
    else if (failure)
        g_string_append_printf (text, "mailbox provider: not known, since %s\n", failure);
}

/* Whose law judges it, and as what. */
static void
add_territory (GString *text, const Decision *decision)
{
    const RecipientFacts *facts = decision->facts;
    const char *given = decision->legal_reason;
    bool plain = !given || strcmp (given, "as classified") == 0;
    g_autofree char *reason = plain ? g_strdup (given) : audit_story_phrase (STORY_EN, given);

    g_string_append_printf (
        text, "territory: %s (from %s, confidence %.2f)\n", facts->territory,
        audit_story_word (STORY_EN, facts->territory_source), facts->territory_confidence);
    add_provider (text, facts);
    g_string_append_printf (text, "there it counts as: %s (%s)\n",
                            message_class_word (decision->legal_class), reason ? reason : "");
}

/* Where nothing was cut, what the promotion is that was not. */
static void
add_cuts (GString *text, const Message *message, const Plan *plan, int copy)
{
    const Variant *variant =
        copy >= 0 ? g_ptr_array_index (plan->variants, (unsigned)copy) : NULL;

    if (!variant)
        g_string_append (text, "    no copy goes out, so nothing was cut\n");
    if (!variant || !report_cuts (text, message, plan->classification, variant))
        report_passages (text, message, plan->classification);
}

void
report_explain_text (GString *text, const Envelope *envelope, const Message *message,
                     const Plan *plan, unsigned recipient)
{
    const Decision *decision = plan_decision (plan, recipient);
    int copy = plan_variant_of (plan, recipient);

    g_string_append_printf (
        text, "recipient: %s\noutcome: ", envelope_recipient (envelope, recipient)->address);
    add_outcome (text, decision);
    add_cuts (text, message, plan, copy);
    g_string_append (text, "message: ");
    add_class (text, plan->classification);
    g_string_append_c (text, '\n');
    add_reading (text, message, plan->classification);
    add_notes (text, plan->classification, "  ");
    add_territory (text, decision);
    add_consent (text, decision->facts->promotion);
    if (plan->consent_failure)
        g_string_append_printf (text, "consent store: %s\n", plan->consent_failure);
    for (unsigned i = 0; i < plan->limits->len; i++)
        g_string_append_printf (text, "sending limit, which the daemon counts: %s\n",
                                (const char *)g_ptr_array_index (plan->limits, i));
    if (copy >= 0)
        add_signatures (text, g_ptr_array_index (plan->variants, (unsigned)copy), "");
    g_string_append (text, "rules:\n");
    for (unsigned i = 0; i < decision->rules->len; i++)
        add_rule (text, g_ptr_array_index (decision->rules, i));
    if (copy >= 0) {
        const Variant *variant = g_ptr_array_index (plan->variants, (unsigned)copy);
        g_string_append (text, "other changes in the copy:\n");
        if (!add_changes (text, variant))
            g_string_append (text, "    none\n");
    }
    g_string_append_c (text, '\n');
}

void
report_classify_text (GString *text, const char *path, const Message *message,
                      const Classification *classification)
{
    g_string_append_printf (text, "%s: ", path);
    add_class (text, classification);
    g_string_append_c (text, '\n');
    add_strongest (text, classification, G_MAXUINT);
    report_passages (text, message, classification);
    add_problem (text, message, classification);
    g_autofree char *template = message_template (message);
    if (template)
        g_string_append_printf (text, "  template %s\n", template);
}
