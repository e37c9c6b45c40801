/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CASES_H
#define LICET_CASES_H

#include <glib.h>
#include <stdint.h>

#include "licet/decision.h"
#include "licet/policy.h"

/*
 * The golden cases of the policy files (licet-policy(5), "tests"): a mail, a recipient, a time, and
 * what is to come out. This is their reading; licet/rehearsal.h runs them. Values; immutable once
 * read.
 */
typedef struct {
    char *name;
    char *where;       /* "…/territories/DE.cfg:61" */
    char *file;        /* "…/territories/DE.cfg" */
    GBytes *mail;      /* CRLF lines */
    char *sender;      /* of the envelope */
    char *recipient;   /* address */
    GPtrArray *events; /* of ConsentEvent: what the store knows; NULL: it does not answer */
    GArray *contacts;  /* of Contact, in order: promotion that they have had */
    Authentication *authentication; /* what DNS says of the sender; NULL: nobody has looked */
    MailHosts *mail_hosts;          /* who takes the recipient's mail; NULL: nobody asked */
    int64_t now;
    Outcome outcome;
    bool of_law;     /* of a territory or provider: the rules of the house do not count in it */
    char *rule;      /* that decides; NULL: none */
    int64_t until;   /* of a deferral; 0: any time */
    char **violated; /* rules that must be found violated, whatever their mode */
    char **judged;   /* rules that must apply, whatever they find */
} PolicyCase;

void policy_case_free (PolicyCase *policy_case);

/* Those of all files of the set, in order. Borrowed: of PolicyCase. */
const GPtrArray *policy_cases (const PolicySet *set);

/*
 * The cases of one more file: a territory's, or one with nothing but tests and, for a recipient
 * without a country, territory. POLICY with every problem, as policy_set_load; UNAVAILABLE when it
 * cannot be read. Caller owns the array.
 */
GPtrArray *policy_cases_load (const PolicySet *set, const char *path, GError **error);

/*
 * The same policies as they are tried out: with the sender of the kit's mails known, with all fixes
 * switched on and no registry, attestation or footer, so that a case says the same in every
 * installation; without the rule of this id, as if its mode were "off" (NULL: with all); and for the
 * cases of a law (of_law) without the rules of the house. For no real mail. Caller owns the
 * reference.
 */
PolicySet *policy_set_rehearsed (PolicySet *set, const char *without, bool of_law);

/* The ids of all rules, in the order of the files. Borrowed texts; caller frees the array. */
GPtrArray *policy_rule_ids (const PolicySet *set);
/* The file and line of a rule, "…/DE.cfg:12"; NULL for an unknown id. Borrowed. */
const char *policy_rule_where (const PolicySet *set, const char *id);

#endif
