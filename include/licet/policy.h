/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_H
#define LICET_POLICY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/classification.h"
#include "licet/consent.h"
#include "licet/decision.h"
#include "licet/hints.h"
#include "licet/message.h"
#include "licet/quota.h"

/*
 * The law as files (licet-policy(5)): one file per territory, with rules of a fixed set of
 * kinds. policy_decide is pure: the same message, facts, policies and time give the same
 * decision. A PolicySet is immutable, refcounted and may be read from several threads.
 */
typedef struct PolicySet PolicySet;

/*
 * Reads DIR/licet-policy.cfg, DIR/territories/<iso>.cfg and DIR/providers/<name>.cfg, and the
 * registries that the first names. POLICY with every problem found, a
 * line "file:line: …" each; UNAVAILABLE when the directory cannot be read.
 */
PolicySet *policy_set_load (const char *dir, GError **error);
PolicySet *policy_set_ref (PolicySet *set);
void policy_set_unref (PolicySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PolicySet, policy_set_unref)

/* SHA-256 over the files in order, as hex: names the policies in every record. */
const char *policy_set_version (const PolicySet *set);
unsigned policy_set_territory_count (const PolicySet *set);
unsigned policy_set_rule_count (const PolicySet *set);
unsigned policy_set_sender_count (const PolicySet *set);
/* Whether a sender profile's links to unsubscribe hold a token (RecipientFacts). */
bool policy_set_wants_tokens (const PolicySet *set);

/* What is no mistake and still not meant, a line "file:line: …" each: rules that can never decide
 * anything, rules and exceptions that have ended. Caller owns texts and array. */
GPtrArray *policy_set_warnings (const PolicySet *set, int64_t now);

/* What the policies say of the mail of this sender (first mailbox of From). Borrowed; never
 * NULL. */
const Hints *policy_hints (const PolicySet *set, const Message *message);

/* The first entry of known_mail that the message is of at that time, or NULL. Borrowed. */
const KnownMail *policy_known (const PolicySet *set, const Message *message, int64_t now);

/* The rules of one territory or provider, or of the house, in sentences, in one of policy_languages, or
 * NULL when there is no such file. Caller frees. */
char *policy_show (const PolicySet *set, const char *code, const char *language);
/* The territory or provider that was probably meant, by its code or its English name, or NULL. Caller frees. */
char *policy_nearest (const PolicySet *set, const char *code);
extern const char *const policy_languages[]; /* "en", "es"; NULL-terminated */

/* A territory file to begin with, with a comment on each setting, that policy_set_load takes and
 * whose cases come out as wanted. MALFORMED for what is no ISO 3166 code, with what is right.
 * Caller frees. */
char *policy_skeleton (const char *code, GError **error);

/*
 * Who a recipient is for the policies. The territory comes from the consent record, then the
 * X-Licet-Territory field, then the country code of the recipient's domain, then the default
 * of licet-policy.cfg; one without a policy file falls to the default as well. Of several in the
 * field all judge. The mailbox provider comes from the domain, then from the hosts that take its
 * mail (NULL: nobody asked DNS). Contacts stay NULL; whoever
 * has them sets them where a rule asks (policy_counts_contacts).
 */
RecipientFacts *policy_facts (const PolicySet *set, const Message *message, const char *given,
                              const ConsentRecord *record, const MailHosts *hosts);

/* Whether the provider of a recipient at this domain is to be known by the hosts only. */
bool policy_wants_mail_hosts (const PolicySet *set, const char *domain);

/* Whether a rule that this recipient comes under counts earlier mails. */
bool policy_counts_contacts (const PolicySet *set, const RecipientFacts *facts);

/*
 * Judges every rule of the recipient's territory and takes the heaviest action among the
 * violated ones in force at `now`. When a rule asks for a strip, the strip is tried first and
 * the rest of the rules are judged again on what would be left: what the strip cures no longer
 * counts. When nothing else would be left, the strip becomes a refusal; when blocks cannot be
 * cut, what strip_fallback says. Takes facts. Never fails: what cannot be told has its own
 * action per rule.
 *
 * A decision for COPY_TEXT_ONLY is not the last word: policy_judge_text_only must see the copy.
 */
Decision *policy_decide (const PolicySet *set, const Message *message,
                         const Classification *classification, RecipientFacts *facts,
                         int64_t now);

/*
 * What becomes of a decision for COPY_STRIPPED whose cuts message_render refused: the rules are
 * judged anew, and the strictest strip_fallback of those that ask for the strip decides. Hold
 * wins when no other rule refuses.
 */
void policy_strip_failed (const PolicySet *set, const Message *message,
                          const Classification *classification, Decision *decision, int64_t now,
                          const char *reason);

/*
 * Judges the copy that a decision for COPY_TEXT_ONLY makes, as a message of its own: rest and
 * its classification (classify_rest). A copy that is promotional, has a problem, or that a rule
 * wants stripped still, is refused.
 */
void policy_judge_text_only (const PolicySet *set, const Message *rest,
                             const Classification *classification, Decision *decision,
                             int64_t now);
/* There is no such copy: the decision turns into a refusal that carries the reason. */
void policy_text_only_failed (const PolicySet *set, Decision *decision, const char *reason);

/*
 * Judges the copy of a decision with a footer anew, by the rules that asked for the footer; copy is
 * the message as it would leave, classification that of the original. Refused when one of them
 * is not content, for example because the page hides what is added to it.
 */
void policy_judge_fixed (const PolicySet *set, const Message *copy,
                         const Classification *classification, Decision *decision, int64_t now);
/* The footer cannot be added: refused with the reason, unless every rule that wants it lets the
 * mail go without. */
void policy_fix_failed (const PolicySet *set, Decision *decision, const char *reason);

/* The copy that a decision asks for cannot be made, for a reason that no rule speaks of: refused. */
void policy_copy_failed (Decision *decision, const char *reason);

/* Tracking that a rule wanted out and that cannot be taken out: refused. */
void policy_tracking_failed (Decision *decision, const char *reason);

/* What the mailbox providers' rules of kind authentication say of a domain, apart from any mail. */
typedef struct {
    char *provider; /* for people */
    char *rule;
    const char *mail; /* what the rule is about: "promotional mail", … */
    Verdict verdict;
    int64_t volume_above; /* mails a day from which the rule counts; -1: any */
    char *asks;           /* what the provider asks for, in words */
    char *word;           /* what it says of mail that lacks it, in its own words; or NULL */
    char *evidence, *source;
} ProviderVerdict;
/* In the order of the files. Caller owns: of ProviderVerdict. */
GPtrArray *policy_providers_judge (const PolicySet *set, const Authentication *authentication,
                                   int64_t now);

/*
 * What sending-limits.cfg says of the mail of this sender at this time. Counting is for the caller
 * (licet/quota.h): per recipient, by the class of what leaves.
 */
typedef struct {
    char *name;
    char *where; /* "…/sending-limits.cfg:3" */
    char *key;   /* under which it is counted: "campaigns/shop.example" */
    bool per_message, promotional, transactional, personal;
    int64_t most[QUOTA_WINDOWS]; /* -1: no limit */
    int64_t next_step;           /* of the warm-up plan; 0: none */
} SendingLimit;
#define SENDING_LIMIT_KIND   "sending-limit" /* of the RuleResult */
#define SENDING_LIMIT_PREFIX "LIMIT-"        /* of its id, before the name of the limit */

/* Caller owns: of SendingLimit. */
GPtrArray *policy_sending_limits (const PolicySet *set, const Message *message, int64_t now);
bool sending_limit_counts (const SendingLimit *limit, MessageClass class);
/* "campaigns/shop.example: 100 recipients in a minute, 3000 recipients in an hour". Caller frees. */
char *sending_limit_describe (const SendingLimit *limit);
/* The recipient has to wait: outcome, reply and a RuleResult that says which limit. */
void policy_limit_reached (Decision *decision, const SendingLimit *limit,
                           const QuotaAnswer *full);
/* Nobody knows how much was sent: promotion has to wait, anything else goes out with a RuleResult that
 * says so. */
void policy_limit_unknown (Decision *decision, const SendingLimit *limit, MessageClass class,
                           const char *why);

/* The kinds of rule, for the checker, the manual and the tool; NULL-terminated. */
typedef struct {
    const char *name;
    const char *summary;
} RuleKindInfo;
const RuleKindInfo *policy_kinds (void);

#endif
