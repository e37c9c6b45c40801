/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The road of one message, top to bottom. Every stage takes const values and returns a new one;
 * read pipeline_run first.
 */

#include "licet/pipeline.h"

#include <string.h>

#include "licet/address.h"
#include "licet/classify.h"
#include "licet/clock.h"
#include "licet/error.h"
#include "licet/message.h"
#include "licet/rewrite.h"

#include "departure.h"
#include "foreign.h"

/* Each is an edit of every copy; a mail has a few links to unsubscribe. */
enum { MOST_PLACEHOLDERS = 64 };

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
    char *no_rest;      /* why */
    GPtrArray *foreign; /* of ExistingSignature: of others */
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

/* Where a law caps the mails of a period. A failure leaves them unknown, which is for the rule, and
 * holds for the recipients that follow: each might wait as long for the same answer. */
static void
ask_contacts (Run *run, RecipientFacts *facts, char **failure)
{
    g_autoptr (GError) cause = NULL;

    if ((!run->engine->contacts && !run->engine->known_contacts) ||
        !policy_counts_contacts (run->engine->policies, facts))
        return;
    if (run->engine->known_contacts)
        facts->contacts = g_array_copy ((GArray *)run->engine->known_contacts);
    else if (!*failure)
        facts->contacts =
            contacts_since (run->engine->contacts, (const char *const *)facts->names,
                            run->now - CONTACT_DAYS * 86400, run->envelope->queue_id, &cause);
    if (cause)
        *failure = g_strdup (cause->message);
    if (!facts->contacts)
        facts->contacts_failure = g_strdup (*failure);
}

/* What preflight knows of the sender's domains. Caller unrefs; NULL when it knows nothing. */
static Authentication *
ask_authentication (const Run *run)
{
    const EnvelopePath *sender = run->envelope->sender;
    const char *from = message_from (run->message);

    if (!run->engine->authentications || !from)
        return NULL;
    return authentication_board_find (run->engine->authentications, address_domain (from),
                                      sender ? address_domain (sender->address) : NULL);
}

/* A place that stays open would be a link that leads nowhere: such mail waits until there are keys. */
static bool
check_placeholders (Run *run, GError **error)
{
    unsigned count = rewrite_count_placeholders (run->message);

    run->options.placeholders = count > 0;
    if (count > 0 && !run->engine->tokens)
        g_set_error (error, LICET_ERROR, LICET_ERROR_SETTINGS,
                     "the message has {{licet_token}}, and unsubscribe_keys is not set");
    else if (count > MOST_PLACEHOLDERS)
        g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT, "{{licet_token}} stands %u times",
                     count);
    else
        return true;
    return false;
}

/* Who takes the mail of the recipients' domains, where it tells the mailbox provider: an array that
 * goes with the addresses. Caller unrefs; NULL when nobody asks. Correspondence is not judged. */
static GPtrArray *
ask_mail_hosts (const Run *run, char **addresses)
{
    const Engine *engine = run->engine;
    unsigned count = g_strv_length (addresses);

    if (!engine->mail_hosts || run->plan->classification->class == CLASS_PERSONAL)
        return NULL;
    g_autofree const char **domains = g_new0 (const char *, count);
    for (unsigned i = 0; i < count; i++)
        if (strchr (addresses[i], '@') &&
            policy_wants_mail_hosts (engine->policies, address_domain (addresses[i])))
            domains[i] = address_domain (addresses[i]);
    return mail_hosts_board_find (engine->mail_hosts, domains, count,
                                  (unsigned)engine->settings->mx_milliseconds, clock_moment (),
                                  run->now);
}

/* What the links of this recipient hold. */
static char *
make_token (const Run *run, const RecipientFacts *facts)
{
    const Classification *class = run->plan->classification;
    Purpose purpose = class->promo_purpose;

    if (!run->engine->tokens)
        return NULL;
    return tokens_make (run->engine->tokens, facts->address,
                        purpose == PURPOSE_NONE ? "*" : purpose_word (purpose));
}

static void
decide_all (Run *run)
{
    g_auto (GStrv) addresses = normalise_recipients (run->envelope);
    const PolicySet *policies = run->engine->policies;
    const Classification *class = run->plan->classification;
    g_autoptr (Authentication) authentication = ask_authentication (run);
    g_autoptr (GPtrArray) hosts = ask_mail_hosts (run, addresses);
    g_autofree char *no_contacts = NULL;
    g_autoptr (GPtrArray) records =
        consent_ask (run->engine->store, (const char *const *)addresses, class->promo_purpose,
                     run->now, &run->plan->consent_failure);

    for (unsigned i = 0; i < records->len; i++) {
        const ConsentRecord *record = g_ptr_array_index (records, i);
        RecipientFacts *facts = policy_facts (
            policies, run->message, envelope_recipient (run->envelope, i)->address, record,
            hosts ? g_ptr_array_index (hosts, i) : NULL);
        ask_contacts (run, facts, &no_contacts);
        facts->authentication = authentication ? authentication_ref (authentication) : NULL;
        facts->token = make_token (run, facts);
        Decision *decision = policy_decide (policies, run->message, class, facts, run->now);
        judge_text_only (run, decision);
        g_ptr_array_add (run->plan->decisions, decision);
    }
}

/* The recipients who would get something of this class now. Caller owns: of unsigned. */
static GArray *
find_of_class (const Plan *plan, MessageClass class)
{
    GArray *recipients = g_array_new (FALSE, FALSE, sizeof (unsigned));

    for (unsigned i = 0; i < plan->decisions->len; i++) {
        const Decision *decision = plan_decision (plan, i);
        MessageClass leaves =
            decision->copy == COPY_WHOLE ? decision->legal_class : CLASS_TRANSACTIONAL;
        if (decision->outcome != OUTCOME_REFUSE && decision->outcome != OUTCOME_DEFER &&
            leaves == class)
            g_array_append_val (recipients, i);
    }
    return recipients;
}

/* Those from `first` on wait; full is NULL when nobody knows how much was sent. */
static void
limit_recipients (Run *run, MessageClass class, const GArray *recipients, unsigned first,
                  const SendingLimit *limit, const QuotaAnswer *full, const char *why)
{
    for (unsigned i = first; i < recipients->len; i++) {
        unsigned recipient = g_array_index (recipients, unsigned, i);
        Decision *decision = g_ptr_array_index (run->plan->decisions, recipient);
        if (full)
            policy_limit_reached (decision, limit, full);
        else
            policy_limit_unknown (decision, limit, class, why);
    }
}

/* Takes one of each limit for those who would get something of this class. */
static void
take_quota (Run *run, const GPtrArray *limits, MessageClass class)
{
    g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (QuotaLimit));
    g_autoptr (GPtrArray) named = g_ptr_array_new ();
    g_autoptr (GArray) recipients = find_of_class (run->plan, class);
    g_autoptr (GError) cause = NULL;
    QuotaAnswer answer;

    for (unsigned i = 0; i < limits->len; i++) {
        SendingLimit *limit = g_ptr_array_index (limits, i);
        if (!sending_limit_counts (limit, class))
            continue;
        QuotaLimit quota = { .key = limit->key, .per_message = limit->per_message };
        memcpy (quota.most, limit->most, sizeof quota.most);
        g_array_append_val (wanted, quota);
        g_ptr_array_add (named, limit);
    }
    if (wanted->len == 0)
        return;
    if (quota_hold_take (run->plan->quotas, (QuotaLimit *)(void *)wanted->data, wanted->len,
                         recipients, &answer, &cause))
        limit_recipients (run, class, recipients, answer.taken, named->pdata[answer.limit],
                          &answer, NULL);
    else
        limit_recipients (run, class, recipients, 0, named->pdata[0], NULL, cause->message);
}

/* Who would go past a sending limit waits. What is taken here counts once the copy has left
 * (quota_hold_commit), and is given back with the plan otherwise. */
static void
apply_limits (Run *run)
{
    g_autoptr (GPtrArray) limits =
        policy_sending_limits (run->engine->policies, run->message, run->now);

    for (unsigned i = 0; i < limits->len; i++)
        g_ptr_array_add (run->plan->limits,
                         sending_limit_describe (g_ptr_array_index (limits, i)));
    if (limits->len == 0 || !run->engine->quotas)
        return;
    run->plan->quotas = quota_hold_new (run->engine->quotas, run->now);
    for (MessageClass class = CLASS_TRANSACTIONAL; class <= CLASS_PERSONAL; class ++)
        take_quota (run, limits, class);
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
        } else if (decision->copy == COPY_TEXT_ONLY) {
            policy_text_only_failed (policies, decision, reason);
        } else {
            policy_copy_failed (decision, reason);
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

static bool
is_signed_by_us (const Run *run)
{
    const EnvelopePath *sender = run->envelope->sender;
    SignerCopy copy = { .from = message_from (run->message),
                        .sender = sender ? sender->address : NULL,
                        .now = run->now };
    g_autofree char *why = copy.from ? signer_why_not (run->engine->signer, &copy) : NULL;

    return copy.from && !why;
}

/* False without an error as in render_variant. */
static bool
settle_foreign (Run *run, Variant *variant, GError **error)
{
    g_autofree char *reason = NULL;

    if (run->foreign->len == 0)
        return true;
    switch (foreign_settle (run->engine, run->message, run->foreign, is_signed_by_us (run),
                            variant, &reason)) {
    case FOREIGN_FINE:
        return true;
    case FOREIGN_REMOVED:
        g_bytes_unref (variant->bytes);
        variant->bytes = message_render (run->message, variant->edits, error);
        return variant->bytes != NULL;
    case FOREIGN_REFUSED:
        decide_again (run, variant, reason);
        return false;
    }
    g_assert_not_reached ();
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
    return variant->bytes && settle_foreign (run, variant, error) &&
           judge_footer (run, variant, error);
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
    run->foreign = foreign_list (run->engine, run->message);
    decide_all (run);
    apply_limits (run);
    bool made = make_variants (run, error);
    g_clear_pointer (&run->rest, message_free);
    g_clear_pointer (&run->rest_class, classification_free);
    g_clear_pointer (&run->no_rest, g_free);
    g_clear_pointer (&run->foreign, g_ptr_array_unref);
    return made;
}

static void
count_time (Plan *plan, PlanStage stage, int64_t *since)
{
    int64_t now = g_get_monotonic_time ();

    plan->microseconds[stage] += now - *since;
    *since = now;
}

Plan *
pipeline_run (const Engine *engine, const Envelope *envelope, GBytes *bytes, int64_t now,
              GError **error)
{
    g_autoptr (Plan) plan = plan_new ();
    int64_t since = g_get_monotonic_time ();

    g_autoptr (Message) message = message_parse (bytes, error);
    if (!message)
        return NULL;
    plan->message_id = g_strdup (message_header (message, "Message-ID"));
    plan->body_hash = departure_body_hash (bytes);
    plan->policy_version = g_strdup (policy_set_version (engine->policies));

    Run run = {
        .engine = engine,
        .envelope = envelope,
        .message = message,
        .options = { .tag_header = engine->settings->tag_header },
        .now = now,
        .plan = plan,
    };
    if (!classify_check_declared (message, error) || !check_placeholders (&run, error))
        return NULL;
    run.hints = hints_of (&run);
    count_time (plan, PLAN_READ, &since);
    plan->classification = classify (message, engine->words, engine->model, &run.hints);
    plan->campaign = g_strdup (message_header (message, "X-Licet-Campaign"));
    plan->template = message_template (message);
    count_time (plan, PLAN_CLASSIFY, &since);
    if (!decide_and_make (&run, error))
        return NULL;
    plan->route = rewrite_route (plan->decisions, plan->variants);
    count_time (plan, PLAN_DECIDE, &since);

    plan->untrusted = departure_distrust (engine, envelope, message);
    Departure departure = { engine, envelope, message, plan->body_hash, plan->untrusted, now };
    for (unsigned i = 0; i < plan->variants->len; i++) {
        Variant *variant = g_ptr_array_index (plan->variants, i);
        rewrite_name_removed (message, variant);
        if (!departure_prepare (&departure, variant, error))
            return NULL;
    }
    count_time (plan, PLAN_SIGN, &since);
    return g_steal_pointer (&plan);
}

GBytes *
pipeline_sign_own (const Engine *engine, GBytes *message, const SignerCopy *copy, GError **error)
{
    return departure_sign_own (engine, message, copy, error);
}
