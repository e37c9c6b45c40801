/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_RULES_H
#define LICET_POLICY_RULES_H

#include "licet/conffile.h"
#include "licet/hints.h"
#include "licet/policy.h"

/* What the files of this folder share: policies as they are in memory, and the message as a rule
 * sees it. */

/* A sending organisation: texts of which each kind of identity field asks one to stand in the
 * mail. */
typedef struct {
    char **domains, **names, **postal_address, **contact, **register_data;
    char **territories;    /* of recipients; empty for all */
    char *unsubscribe_url; /* template with {token}, {address}, {purpose}; https; or NULL */
    char *unsubscribe_mailto; /* takes {token} in its subject; or NULL */
    char *reply_to;        /* or NULL */
    int64_t daily_volume;  /* like mails a day at most; -1 when not said */
    bool has_reply_language;
    Language reply_language;
    struct BlockSelectors *blocks;
    Hints *hints; /* with those for all senders */
} SenderProfile;

/* The message as one recipient would get it. */
typedef struct {
    const PolicySet *set;
    const Message *message;
    const Classification *classification;
    const RecipientFacts *facts;
    bool stripped; /* the promotional blocks do not count */
    int64_t now;
    bool uncuttable; /* the blocks have to stay */
    char **text; /* of view_text, once a rule has asked; NULL where none is kept */
} RuleView;

typedef struct {
    const char *name;
    const char *summary;
    const char *sentence[2]; /* what the sender is told, by Language, unless the rule has its own reply */
    const ConfField *fields; /* parameters of the kind, ended by a NULL name */
    const char *fix;    /* the word of "fixes" for what it can add or take out; NULL: nothing */
    bool fix_by_places; /* what is to be done stands in the classification, not in the result */
    Action cannot_tell; /* unless the rule says */
    /* load and free are NULL for a kind without parameters */
    void *(*load) (const ConfNode *node, GPtrArray *problems);
    void (*judge) (const void *parameters, const RuleView *view, RuleResult *result);
    void (*free) (void *parameters);
} RuleKind;

extern const RuleKind kind_consent, kind_unsubscribe, kind_subject_label, kind_sender_identity,
    kind_contact_window, kind_promo_share, kind_required_text, kind_subject_truth,
    kind_tracking, kind_order, kind_registry, kind_frequency_cap, kind_sector_gate,
    kind_soft_opt_in, kind_consent_evidence, kind_suppression, kind_language,
    kind_consent_request, kind_promotion_terms, kind_ad_disclosure, kind_header_truth,
    kind_attestation, kind_authentication, kind_list_unsubscribe, kind_reply_address;

const RuleKind *rule_kind_find (const char *name);

typedef struct {
    char *id;
    const RuleKind *kind;
    bool promotional, transactional; /* applies_to */
    Action otherwise, cannot_tell;
    Action mixed_otherwise; /* of a message whose promotion can be cut out */
    bool has_fallback; /* else that of licet-policy.cfg holds */
    Fallback fallback;
    RuleMode mode;
    int64_t valid_from, valid_to; /* 0: no bound */
    char *source, *provenance, *reply, *replaces;
    char **campaigns;
    char **only_for, **not_for; /* recipient classes */
    RuleMode hosted;            /* of a provider: for recipients whose domain it only hosts */
    int64_t volume_above;       /* of the sender's like mails a day; -1: any */
    Action unfixed;   /* when a fix that is due cannot be made; ACTION_STRIP refuses what is not mixed */
    bool has_unfixed; /* else a mail in which promotion was found, and not marked, is stripped */
    Action not_set_up;          /* when licet-policy.cfg lacks what it takes to tell */
    void *parameters;
    char *words; /* the parameters for people, a line each */
    char *where; /* "…/DE.cfg:12" */
} Rule;

/* In the order of Fallback. */
extern const char *const rule_fallback_words[];
Fallback rule_fallback_parse (const char *word);

/* 0 when it is not said; a problem when it is none. */
int64_t rule_read_date (const ConfNode *node, const char *name, GPtrArray *problems);
/* NULL when there is a problem. */
Rule *rule_load (const ConfNode *node, GPtrArray *problems);
void rule_free (Rule *rule);

/* What a kind that asks for consent says when the store does not answer. */
void rule_no_answer (RuleResult *result);

/* Judges a message by a territory's mixed-mail test: the legal class and why. */
typedef MessageClass (*MixedTest) (const Classification *classification, char **ret_reason);
MixedTest mixed_test_find (const char *name);
const char *const *mixed_test_names (void);

/* What somebody answers for: until a date a rule has no effect on some mail. */
typedef struct {
    char *rule, *owner, *reason;
    char **senders, **campaigns; /* domains of From; empty: all */
    int64_t from, until;         /* from 0: no bound */
    char *where;                 /* "…/DE.cfg:12" */
} Exception;

/* Stands between the codes when several territories judge. */
#define TERRITORY_JOIN "+"

/* A territory, or a mailbox provider, whose code is its name and which has domains. */
typedef struct {
    char *code, *name, *inherits;
    char *language; /* of its people, where one can be named; or NULL */
    char **domains; /* NULL of a territory */
    char **mx;      /* hosts that take the mail of domains that it hosts; NULL of a territory */
    MixedTest mixed_test;
    const char *mixed_name;
    GPtrArray *own;            /* of Rule, owned */
    GPtrArray *rules;          /* of Rule, borrowed: inherited ones first */
    GPtrArray *own_exceptions; /* of Exception, owned */
    GPtrArray *exceptions;     /* of Exception, borrowed, with inherited ones */
} Territory;

const char *policy_set_default (const PolicySet *set);
const Territory *policy_set_find (const PolicySet *set, const char *code);
/* A mailbox provider by its name; by the domain of a recipient; by who takes its mail. NULL when
 * there is none. */
const Territory *policy_set_provider (const PolicySet *set, const char *name);
const Territory *policy_set_provider_of (const PolicySet *set, const char *domain);
const Territory *policy_set_provider_hosting (const PolicySet *set, char **hosts);
/* The company's own rules, which stand in the rules of every territory too; or NULL. */
const Territory *policy_set_house (const PolicySet *set);
Fallback policy_set_fallback (const PolicySet *set);
bool policy_set_refuses_ambiguous (const PolicySet *set);

/* How senders are answered. */
typedef struct {
    Language language;
    char *url; /* of a page about the rule, with {rule} for its id; or NULL */
} ReplyStyle;

const ReplyStyle *policy_set_reply_style (const PolicySet *set);
/* The profile for mail of a domain to a territory ("DE+FR" for several; NULL for any). */
const SenderProfile *policy_set_sender (const PolicySet *set, const char *domain,
                                        const char *territory);
/* The language of people of whom only the territory is known, or NULL. */
const char *policy_set_language (const PolicySet *set, const char *territory);
/* Words that say unsubscribe, in all languages. */
const struct WordList *policy_set_unsubscribe (const PolicySet *set);
const struct Resources *policy_set_resources (const PolicySet *set);

/* Texts compared without case, blanks collapsed, NFC. Caller frees. */
char *policy_fold (const char *text);
/* Whether a reader sees the leaf: not the plain text that stands before its HTML twin, which
 * mail programs do not show, and not AMP, which few of them do. */
bool view_reads (const RuleView *view, unsigned leaf);
/* The visible text of all leaves that a reader sees, folded, without the blocks of a stripped
 * view; and that of a decoded range of one leaf. Caller frees. */
char *view_text (const RuleView *view);
char *view_range (const RuleView *view, unsigned leaf, size_t start, size_t end);
/* Whether the sending application put the word into X-Licet-Campaign. */
bool message_has_campaign (const Message *message, const char *word);

/* The bases of a consent; NULL-terminated. */
extern const char *const consent_bases[];
/* Whether a consent is in force, on one of the bases; NULL: on any. */
bool consent_holds (const RuleView *view, char **bases);
/* Whether the recipient asked for mail, or said yes to it: who bought, published an address or is
 * only taken to agree did neither. */
bool consent_was_said (const RuleView *view);

/* Whether a byte of a leaf still stands in this view. */
bool view_has (const RuleView *view, unsigned leaf, size_t offset);

#endif
