/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_SET_H
#define LICET_POLICY_SET_H

#include "hints.h"
#include "resources.h"
#include "rules.h"

/* What a PolicySet is in memory. */
struct PolicySet {
    PolicySet *base; /* of one that is tried out: owns all that is not its own; or NULL */
    GPtrArray *territories;   /* of Territory */
    GPtrArray *providers;     /* of Territory */
    GPtrArray *house;         /* of Territory: the company's own rules; one or none */
    GPtrArray *senders;       /* of SenderProfile */
    GPtrArray *sending;       /* of SendingRule */
    GPtrArray *cases;         /* of PolicyCase */
    GPtrArray *warnings;      /* of text */
    WordList *unsubscribe;
    Resources *resources;
    BlockSelectors *blocks;
    TrackingPatterns *tracking;
    Hints *hints; /* for senders without a profile */
    GPtrArray *known; /* of KnownMail */
    bool refuses_ambiguous;
    ReplyStyle reply_style;
    Fallback fallback; /* of rules without their own */
    char *default_territory;
    char *version;
    gatomicrefcount references;
};

/* Gives back what policy_set_rehearsed made. */
void policy_set_rehearsed_free (PolicySet *set);

#endif
