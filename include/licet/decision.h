/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_DECISION_H
#define LICET_DECISION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/authentication.h"
#include "licet/classification.h"
#include "licet/consent.h"
#include "licet/contacts.h"
#include "licet/mail_hosts.h"

/*
 * What is to happen for one recipient, and every rule that was looked at on the way there.
 * A value: made by policy_decide, read by rewrite, audit and the tools.
 */

typedef enum {
    VERDICT_SATISFIED,
    VERDICT_VIOLATED,
    VERDICT_NOT_APPLICABLE,
    VERDICT_CANNOT_TELL, /* the store is down, the leaf cannot be read, … */
} Verdict;

/* By rising weight. */
typedef enum {
    ACTION_ALLOW,
    ACTION_FIX,   /* change what is missing, where the kind can */
    ACTION_STRIP, /* remove the promotional blocks; refuse when nothing else would be left */
    ACTION_DEFER, /* ask again later */
    ACTION_HOLD,  /* a person decides, with Postfix's hold queue */
    ACTION_REFUSE,
} Action;

typedef enum {
    MODE_ENFORCE,
    MODE_SHADOW, /* recorded, without effect */
    MODE_OFF,
} RuleMode;

typedef enum {
    OUTCOME_DELIVER, /* as sent, but for fixes, tag and signature */
    OUTCOME_STRIP,   /* delivered without the promotional blocks */
    OUTCOME_DEFER,
    OUTCOME_HOLD, /* Postfix keeps the copy until a person releases or deletes it */
    OUTCOME_REFUSE,
} Outcome;

/* What a recipient's copy has of the promotional blocks. */
typedef enum {
    COPY_WHOLE,
    COPY_STRIPPED,
    COPY_TEXT_ONLY, /* the text/plain alternative alone, itself stripped */
} Copy;

/* What becomes of a copy whose blocks cannot be cut, by rising weight. */
typedef enum {
    FALLBACK_TEXT_ONLY,
    FALLBACK_HOLD,
    FALLBACK_REFUSE,
} Fallback;

/* Of those who read policies and replies; policy_languages has their tags. */
typedef enum { ENGLISH, SPANISH } Language;

/* What is added to the end of a mail that does not say who sends it, how to leave, or what the
 * law wants said. */
typedef struct {
    char *html;     /* ASCII, for the end of a page */
    char *plain;    /* UTF-8, for the end of a text; begins with a line end */
    char *language; /* "de" */
} Footer;

typedef struct {
    char *id;   /* "DE-CONSENT" */
    char *kind; /* "consent" */
    Verdict verdict;
    Action
        action; /* what the rule asks for with this verdict; ACTION_ALLOW when satisfied or not applicable */
    RuleMode mode;
    char *source;    /* the statute, as the policy file gives it */
    char *evidence;  /* what was looked at and found */
    char *remedy;    /* what would satisfy it; NULL when satisfied or not applicable */
    int64_t until;   /* with ACTION_DEFER: when to ask again; 0 when not known */
    char *fix;       /* with ACTION_FIX: the text to add ("subject-label": the prefix,
                       "list-unsubscribe" and "reply-address": the value of the field,
                       "required-text": the texts, one a line, "unsubscribe" and
                       "sender-identity": "footer"); or NULL */
    bool not_set_up; /* with VERDICT_CANNOT_TELL: licet-policy.cfg lacks what it takes */
    bool passing;    /* with VERDICT_CANNOT_TELL: what did not answer may do so a little later */
    bool cured;      /* violated by the message as sent, no longer by the stripped copy */
    /* frequency-cap: from when on mails count, how many may be, and which count (" survey event ",
     * NULL: all); 0 for other kinds */
    int64_t counted_since;
    unsigned most;
    char *counted;
} RuleResult;

/* Who the recipient is, as far as rules ask. */
typedef struct {
    char *given;                      /* as in the envelope */
    char *address;                    /* normalised; the given text when it cannot be */
    char *recipient_class, *language; /* or NULL */
    char **names; /* under which earlier contacts of the person stand; never empty */
    /* Policy file that decides: "DE", "US", "XX"; several as "DE+FR": the rules of all of
     * them judge, and for each duty the strictest decides */
    char *territory;
    char *subdivision;            /* "CA" of US-CA, or NULL */
    char *provider;               /* policy file of the mailbox provider: "gmail"; or NULL */
    bool provider_hosts;          /* known by mail_hosts: the domain is not one of its own */
    MailHosts *mail_hosts;        /* who takes the mail of the domain; NULL: nobody asked */
    const char *territory_source; /* "consent-record", "header", "domain", "default" */
    double territory_confidence;  /* 0..1 */
    ConsentAnswer *promotion;     /* never NULL */
    ConsentAnswer *tracking;      /* never NULL */
    GArray *contacts; /* of Contact, in order: when promotion went to this person in the last
                                     CONTACT_DAYS days; NULL when nobody knows */
    char *contacts_failure;         /* why not, when it was asked; or NULL */
    Authentication *authentication; /* of the sender's domain; NULL: not one that is watched */
    /* The sending limit that was used up, with its numbers of licet/quota.h; NULL: none was. */
    char *limit;
    const char *limit_window; /* "minute", "hour", "day" */
    int64_t limit_used, limit_until;
    char *token; /* what this recipient's links to unsubscribe hold; NULL: none can be made */
} RecipientFacts;

typedef struct {
    RecipientFacts *facts;
    Purpose purpose;          /* of the promotion; PURPOSE_NONE without */
    MessageClass legal_class; /* how the territory's law classes the message as sent */
    char *legal_reason;       /* the mixed-mail test and what it saw */
    Outcome outcome;
    GPtrArray *rules;        /* of RuleResult, in the order of the policy file */
    char *rule;              /* id of the rule that decided the outcome, or NULL */
    char *source;            /* its legal source, or NULL */
    Language reply_language; /* of the sender */
    char *reply_url;         /* template of a page about the rule, or NULL */
    char *reply;   /* for REFUSE and DEFER: "550 5.7.1 …", for HOLD the same without the code,
                         for who decides; ASCII, one line; else NULL */
    int64_t until; /* for DEFER, else 0 */
    Copy copy;     /* with DELIVER, STRIP and HOLD */
    Footer *footer;    /* what the copy gets at its end, or NULL */
    char *obstacle;    /* why a strip that was due could not be made, or NULL */
    Fallback fallback; /* with an obstacle: what the policy puts in the place of the strip */
} Decision;

RuleResult *rule_result_new (void);
void rule_result_free (RuleResult *result);
void footer_free (Footer *footer);
void recipient_facts_free (RecipientFacts *facts);
void decision_free (Decision *decision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RuleResult, rule_result_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecipientFacts, recipient_facts_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decision, decision_free)

const char *
verdict_word (Verdict verdict); /* "satisfied", "violated", "not-applicable", "cannot-tell" */
const char *action_word (Action action);
const char *rule_mode_word (RuleMode mode);
const char *outcome_word (Outcome outcome);
const char *fallback_word (Fallback fallback); /* "text-only", "hold", "refuse" */

#endif
