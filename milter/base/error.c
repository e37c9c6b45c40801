/* SPDX-License-Identifier: BSD-2-Clause */

/* The error domain and the words of its codes. */

#include "licet/error.h"

#include <stdbool.h>

GQuark
licet_error_quark (void)
{
    return g_quark_from_static_string ("licet-error");
}

const char *
licet_error_word (const GError *error)
{
    static const char *const words[] = {
        [LICET_ERROR_UNAVAILABLE] = "unavailable",
        [LICET_ERROR_MALFORMED] = "malformed",
        [LICET_ERROR_LIMIT] = "limit",
        [LICET_ERROR_SETTINGS] = "settings",
        [LICET_ERROR_POLICY] = "policy",
        [LICET_ERROR_INTERNAL] = "internal",
    };

    if (error->domain != LICET_ERROR || error->code < 0 ||
        (size_t)error->code >= G_N_ELEMENTS (words))
        return "internal";
    return words[error->code];
}

static bool
blames_file (const GError *error)
{
    return g_error_matches (error, LICET_ERROR, LICET_ERROR_SETTINGS) ||
           g_error_matches (error, LICET_ERROR, LICET_ERROR_POLICY);
}

void
licet_error_gather (GError **all, GError *one)
{
    if (!*all) {
        *all = one;
        return;
    }
    const GError *coded = blames_file (*all) || !blames_file (one) ? *all : one;
    GError *both = g_error_new (coded->domain, coded->code, "%s\n%s", (*all)->message, one->message);
    g_error_free (*all);
    g_error_free (one);
    *all = both;
}
