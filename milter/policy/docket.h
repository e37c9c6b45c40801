/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_POLICY_DOCKET_H
#define LICET_POLICY_DOCKET_H

#include "rules.h"

/*
 * Which rules judge one recipient: those of each territory that may be theirs, and those of their
 * mailbox provider. Every one of them is looked at, so that for each duty the strictest decides.
 * A rule that two territories inherit stands once, with the heavier class.
 */
typedef struct {
    const Rule *rule;
    const Territory *home; /* the territory or provider that it was taken for */
    MessageClass class;    /* how the law of its home classes the message */
} Duty;

typedef struct {
    GArray *duties;     /* of Duty, by territory as the facts name them, then the provider's */
    MessageClass class; /* the heaviest */
    char *reason;       /* the test of each territory and what it saw */
} Docket;

/* classification: NULL when only the rules are asked for. */
Docket *docket_new (const PolicySet *set, const RecipientFacts *facts,
                    const Classification *classification);
void docket_free (Docket *docket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Docket, docket_free)

const Duty *docket_duty (const Docket *docket, unsigned i);
/* NULL when no rule has that id. */
const Rule *docket_rule (const Docket *docket, const char *id);

#endif
