/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Kind "tracking": counting pixels and tracked links only with a consent of their own (Directive
 * 2002/58/EC art. 5(3)). What counts as tracking is named in licet-policy.cfg.
 */

#include <string.h>

#include "rules.h"

static const ConfField fields[] = {
    { NULL, CONF_STRING, false, 0, 0, NULL },
};

static void *
load (const ConfNode *node, GPtrArray *problems)
{
    (void)node;
    (void)problems;
    return NULL;
}

static void
free_parameters (void *data)
{
    (void)data;
}

static const char *
describe (const ConsentAnswer *answer)
{
    switch (answer->state) {
    case CONSENT_GRANTED:
        return "granted";
    case CONSENT_REFUSED:
        return "withdrawn";
    case CONSENT_UNKNOWN:
        return answer->pending ? "not confirmed yet" : "no consent on record";
    case CONSENT_UNAVAILABLE:
        return "the consent store did not answer";
    }
    g_assert_not_reached ();
}

/* What still stands in this view, and how much of it cannot be taken out. */
static unsigned
count_places (const RuleView *view, unsigned *ret_wrapped)
{
    const GPtrArray *places = view->classification->tracking;
    unsigned count = 0;

    *ret_wrapped = 0;
    for (unsigned i = 0; i < places->len; i++) {
        const TrackingPlace *place = g_ptr_array_index (places, i);
        if (!view_has (view, place->leaf, place->start))
            continue;
        count++;
        *ret_wrapped += place->with == NULL;
    }
    return count;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const ConsentAnswer *answer = view->facts->tracking;
    bool expired =
        answer->state == CONSENT_GRANTED && answer->expires && answer->expires <= view->now;
    unsigned wrapped = 0, count = count_places (view, &wrapped);

    (void)data;
    if (count == 0 || (answer->state == CONSENT_GRANTED && !expired)) {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = count ? g_strdup ("tracking consent granted")
                                 : g_strdup ("nothing in it is known as tracking");
        return;
    }
    result->verdict =
        answer->state == CONSENT_UNAVAILABLE ? VERDICT_CANNOT_TELL : VERDICT_VIOLATED;
    g_autofree char *left =
        wrapped ? g_strdup_printf (", %u of them cannot be taken out", wrapped) : g_strdup ("");
    result->evidence =
        g_strdup_printf ("tracking consent: %s; %u tracked places%s",
                         expired ? "granted, but expired" : describe (answer), count, left);
    result->remedy = g_strdup ("consent for the purpose tracking");
}

const RuleKind kind_tracking = {
    .name = "tracking",
    .summary = "what tells that a mail was read only with consent to tracking",
    .sentence = "the recipient has not agreed to tracking",
    .fields = fields,
    .fix = "tracking",
    .fix_by_places = true,
    .cannot_tell = ACTION_FIX,
    .load = load,
    .judge = judge,
    .free = free_parameters,
};
