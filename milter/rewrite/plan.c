/* SPDX-License-Identifier: BSD-2-Clause */

/* The plan value. */

#include "licet/plan.h"

#include <string.h>

#include "licet/error.h"

Variant *
variant_new (void)
{
    Variant *variant = g_new0 (Variant, 1);

    variant->recipients = g_array_new (FALSE, FALSE, sizeof (unsigned));
    variant->edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
    variant->signatures = g_ptr_array_new_with_free_func ((GDestroyNotify)signature_free);
    variant->notes = g_ptr_array_new_with_free_func (g_free);
    return variant;
}

void
variant_free (Variant *variant)
{
    if (!variant)
        return;
    g_array_unref (variant->recipients);
    g_ptr_array_unref (variant->edits);
    g_ptr_array_unref (variant->signatures);
    g_ptr_array_unref (variant->notes);
    g_free (variant->unsigned_why);
    g_free (variant->unaligned_why);
    g_strfreev (variant->signed_for);
    g_clear_pointer (&variant->bytes, g_bytes_unref);
    g_free (variant->body_hash);
    g_free (variant);
}

/* Both lists have the order of the envelope. */
static bool
is_signed_for (const Variant *variant, const Envelope *envelope, const GArray *recipients)
{
    char **wanted = variant->signed_for;

    if (strcmp (*wanted++, envelope->sender ? envelope->sender->address : "") != 0)
        return false;
    for (unsigned i = 0; i < recipients->len; i++) {
        unsigned recipient = g_array_index (recipients, unsigned, i);
        const char *address = recipient < envelope->recipients->len
                                  ? envelope_recipient (envelope, recipient)->address
                                  : NULL;
        while (address && *wanted && strcmp (*wanted, address) != 0)
            wanted++;
        if (!address || !*wanted++)
            return false;
    }
    return true;
}

bool
variant_is_for (const Variant *variant, const Envelope *envelope, const GArray *recipients,
                GError **error)
{
    if (!variant->signed_for || is_signed_for (variant, envelope, recipients))
        return true;
    g_set_error (error, LICET_ERROR, LICET_ERROR_INTERNAL,
                 "the copy was signed for another envelope than it is to leave on");
    return false;
}

Plan *
plan_new (void)
{
    Plan *plan = g_new0 (Plan, 1);

    plan->limits = g_ptr_array_new_with_free_func (g_free);
    plan->decisions = g_ptr_array_new_with_free_func ((GDestroyNotify)decision_free);
    return plan;
}

void
plan_free (Plan *plan)
{
    if (!plan)
        return;
    classification_free (plan->classification);
    g_ptr_array_unref (plan->decisions);
    if (plan->variants)
        g_ptr_array_unref (plan->variants);
    g_free (plan->message_id);
    g_free (plan->body_hash);
    g_free (plan->policy_version);
    g_free (plan->campaign);
    g_free (plan->template);
    g_free (plan->untrusted);
    g_free (plan->consent_failure);
    quota_hold_free (plan->quotas);
    g_ptr_array_unref (plan->limits);
    g_free (plan);
}

const char *
plan_stage_word (PlanStage stage)
{
    static const char *const words[PLAN_STAGES] = {
        [PLAN_READ] = "read",
        [PLAN_CLASSIFY] = "classify",
        [PLAN_DECIDE] = "decide",
        [PLAN_SIGN] = "sign",
    };

    return words[stage];
}

const char *
route_word (Route route)
{
    switch (route) {
    case ROUTE_IN_PLACE:
        return "in-place";
    case ROUTE_SPLIT:
        return "split";
    case ROUTE_REFUSE:
        return "refuse";
    case ROUTE_DEFER:
        return "defer";
    }
    g_assert_not_reached ();
}

const Decision *
plan_decision (const Plan *plan, unsigned recipient)
{
    return g_ptr_array_index (plan->decisions, recipient);
}

int
plan_variant_of (const Plan *plan, unsigned recipient)
{
    for (unsigned i = 0; plan->variants && i < plan->variants->len; i++) {
        const Variant *variant = g_ptr_array_index (plan->variants, i);
        for (unsigned j = 0; j < variant->recipients->len; j++)
            if (g_array_index (variant->recipients, unsigned, j) == recipient)
                return (int)i;
    }
    return -1;
}

bool
plan_is_among (const GArray *only, unsigned recipient)
{
    for (unsigned i = 0; only && i < only->len; i++)
        if (g_array_index (only, unsigned, i) == recipient)
            return true;
    return !only;
}
