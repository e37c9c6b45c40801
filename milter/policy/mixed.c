/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * How the law of a territory classes a message that is both transactional and promotional: one
 * small function per test. They see the classification only.
 */

#include <string.h>

#include "rules.h"

/* Incidental advertising is small and comes after the transaction. */
static const double incidental_share = 0.2;

/* EU and most others: any promotional content makes it promotional. */
static MessageClass
any_promotion (const Classification *classification, char **ret_reason)
{
    *ret_reason = g_strdup_printf ("any promotional content counts; %.0f %% is promotion",
                                   100 * classification->promo_share);
    return CLASS_PROMOTIONAL;
}

/* CASL 1(2), Australia, Hong Kong: commercial when one of its purposes is commercial. */
static MessageClass
one_of_purposes (const Classification *classification, char **ret_reason)
{
    *ret_reason = g_strdup_printf ("one of its purposes is promotional (%s)",
                                   purpose_word (classification->promo_purpose));
    return CLASS_PROMOTIONAL;
}

/* CASL 6(6): exempt only when it solely does what is listed. */
static MessageClass
solely (const Classification *classification, char **ret_reason)
{
    *ret_reason = g_strdup_printf ("it is not solely transactional; %.0f %% is promotion",
                                   100 * classification->promo_share);
    return CLASS_PROMOTIONAL;
}

/* 16 CFR 316.3(a)(2): commercial when the subject says so, or when the transactional content
 * does not stand, in whole or substantial part, at the beginning of the body. */
static MessageClass
primary_us (const Classification *classification, char **ret_reason)
{
    if (classification->subject_class == CLASS_PROMOTIONAL) {
        *ret_reason =
            g_strdup ("the subject line speaks of an advertisement (16 CFR 316.3(a)(2)(i))");
        return CLASS_PROMOTIONAL;
    }
    if (classification->order == ORDER_PROMOTION_FIRST) {
        *ret_reason = g_strdup (
            "the transaction does not stand at the beginning (16 CFR 316.3(a)(2)(ii))");
        return CLASS_PROMOTIONAL;
    }
    *ret_reason =
        g_strdup ("neutral subject, transaction at the beginning (16 CFR 316.3(a)(2))");
    return CLASS_TRANSACTIONAL;
}

/* Singapore: the primary purpose, taken as the larger part. */
static MessageClass
primary (const Classification *classification, char **ret_reason)
{
    *ret_reason = g_strdup_printf ("%.0f %% is promotion", 100 * classification->promo_share);
    return classification->promo_share > 0.5 ? CLASS_PROMOTIONAL : CLASS_TRANSACTIONAL;
}

/* Turkey: an exempt notice must not promote at all. */
static MessageClass
no_promotion_in_exempt (const Classification *classification, char **ret_reason)
{
    *ret_reason = g_strdup_printf ("an exempt notice may not promote; %.0f %% is promotion",
                                   100 * classification->promo_share);
    return CLASS_PROMOTIONAL;
}

/* Japan: incidental advertising in a transactional mail is tolerated. */
static MessageClass
incidental_ad_ok (const Classification *classification, char **ret_reason)
{
    bool incidental = classification->order == ORDER_TRANSACTION_FIRST &&
                      classification->promo_share <= incidental_share;

    *ret_reason =
        g_strdup_printf ("%.0f %% is promotion, %s", 100 * classification->promo_share,
                         content_order_word (classification->order));
    return incidental ? CLASS_TRANSACTIONAL : CLASS_PROMOTIONAL;
}

static const char *const names[] = { "any-promotion",    "one-of-purposes",
                                     "solely",           "primary-us",
                                     "primary",          "no-promo-in-exempt",
                                     "incidental-ad-ok", NULL };
static const MixedTest tests[] = { any_promotion,   one_of_purposes, solely,
                                   primary_us,      primary,         no_promotion_in_exempt,
                                   incidental_ad_ok };

const char *const *
mixed_test_names (void)
{
    return names;
}

MixedTest
mixed_test_find (const char *name)
{
    for (unsigned i = 0; names[i]; i++)
        if (strcmp (names[i], name) == 0)
            return tests[i];
    return NULL;
}
