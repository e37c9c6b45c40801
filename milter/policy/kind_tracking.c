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

/* Places that are named in the evidence; a page has hundreds of links. */
enum { MOST_NAMED = 4 };

/* What still stands in this view; *ret_left tells how much of it cannot be taken out, and where. */
static unsigned
count_places (const RuleView *view, char **ret_left)
{
    const GPtrArray *places = view->classification->tracking;
    g_autoptr (GString) named = g_string_new (NULL);
    unsigned count = 0, left = 0;

    for (unsigned i = 0; i < places->len; i++) {
        const TrackingPlace *place = g_ptr_array_index (places, i);
        if (!view_has (view, place->leaf, place->start))
            continue;
        count++;
        if (place->with || ++left > MOST_NAMED)
            continue;
        const Leaf *leaf = message_leaf (view->message, place->leaf);
        g_string_append_printf (named, "%s%s %s, %s at %zu", left > 1 ? "; " : "", leaf->type,
                                leaf->path, place->what, place->start);
    }
    *ret_left = left == 0 ? g_strdup ("")
                          : g_strdup_printf (", %u of them cannot be taken out (%s%s)", left,
                                             named->str, left > MOST_NAMED ? "; …" : "");
    return count;
}

static void
judge (const void *data, const RuleView *view, RuleResult *result)
{
    const ConsentAnswer *answer = view->facts->tracking;
    bool expired =
        answer->state == CONSENT_GRANTED && answer->expires && answer->expires <= view->now;
    g_autofree char *left = NULL;
    unsigned count = count_places (view, &left);

    (void)data;
    if (count == 0 || (answer->state == CONSENT_GRANTED && !expired)) {
        result->verdict = VERDICT_SATISFIED;
        result->evidence = count ? g_strdup ("tracking consent granted")
                                 : g_strdup ("nothing in it is known as tracking");
        return;
    }
    result->passing = answer->state == CONSENT_UNAVAILABLE;
    result->verdict = result->passing ? VERDICT_CANNOT_TELL : VERDICT_VIOLATED;
    result->evidence =
        g_strdup_printf ("tracking consent: %s; %u tracked places%s",
                         expired ? "granted, but expired" : describe (answer), count, left);
    result->remedy = g_strdup ("consent for the purpose tracking");
}

const RuleKind kind_tracking = {
    .name = "tracking",
    .summary = "what tells that a mail was read only with consent to tracking",
    .sentence = { "the recipient has not agreed to tracking",
                  "el destinatario no ha aceptado el seguimiento" },
    .fields = fields,
    .fix = "tracking",
    .fix_by_places = true,
    .cannot_tell = ACTION_FIX,
    .judge = judge,
};
