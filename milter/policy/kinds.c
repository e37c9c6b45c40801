/* SPDX-License-Identifier: BSD-2-Clause */

/* The table of kinds of rule: it feeds the checker, `licet policy kinds` and the manual's check. */

#include <string.h>

#include "rules.h"

static const RuleKind *const kinds[] = {
    &kind_ad_disclosure,    &kind_attestation,     &kind_authentication,   &kind_consent,
    &kind_consent_evidence, &kind_consent_request, &kind_contact_window,   &kind_frequency_cap,
    &kind_header_truth,     &kind_language,        &kind_list_unsubscribe, &kind_order,
    &kind_promo_share,      &kind_promotion_terms, &kind_registry,         &kind_reply_address,
    &kind_required_text,    &kind_sector_gate,     &kind_sender_identity,  &kind_soft_opt_in,
    &kind_subject_label,    &kind_subject_truth,   &kind_suppression,      &kind_tracking,
    &kind_unsubscribe,
};

const RuleKind *
rule_kind_find (const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++)
        if (strcmp (kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

const RuleKindInfo *
policy_kinds (void)
{
    static RuleKindInfo info[G_N_ELEMENTS (kinds) + 1];
    static gsize once = 0;

    if (g_once_init_enter (&once)) {
        for (unsigned i = 0; i < G_N_ELEMENTS (kinds); i++)
            info[i] = (RuleKindInfo){ kinds[i]->name, kinds[i]->summary };
        g_once_init_leave (&once, 1);
    }
    return info;
}
