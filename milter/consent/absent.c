/* SPDX-License-Identifier: BSD-2-Clause */

/* The store that never answers: what becomes of mail while the real one is down can be tried out
 * before it is. */

#include "backend.h"
#include "licet/error.h"

static void *
open_absent (const char *location G_GNUC_UNUSED, const ConsentOptions *options G_GNUC_UNUSED,
             GError **error G_GNUC_UNUSED)
{
    return g_new0 (char, 1);
}

static bool
fail (GError **error)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "\"unavailable:\" is the store that never answers");
    return false;
}

static GPtrArray *
find_nothing (void *store G_GNUC_UNUSED, const char *const *addresses G_GNUC_UNUSED,
              GError **error)
{
    fail (error);
    return NULL;
}

static bool
visit_nothing (void *store G_GNUC_UNUSED, ConsentVisit visit G_GNUC_UNUSED,
               void *data G_GNUC_UNUSED, GError **error)
{
    return fail (error);
}

static bool
append_nothing (void *store G_GNUC_UNUSED, const GPtrArray *events G_GNUC_UNUSED,
                GError **error)
{
    return fail (error);
}

static bool
load_nothing (void *store G_GNUC_UNUSED, ConsentSupply supply G_GNUC_UNUSED,
              void *data G_GNUC_UNUSED, GError **error)
{
    return fail (error);
}

static GPtrArray *
list_nothing (void *store G_GNUC_UNUSED, const char *after G_GNUC_UNUSED,
              unsigned limit G_GNUC_UNUSED, GError **error)
{
    fail (error);
    return NULL;
}

static bool
erase_nothing (void *store G_GNUC_UNUSED, const char *const *addresses G_GNUC_UNUSED,
               const GPtrArray *events G_GNUC_UNUSED, GError **error)
{
    return fail (error);
}

const ConsentBackend consent_absent = {
    .scheme = "unavailable:",
    .open = open_absent,
    .close = g_free,
    .find = find_nothing,
    .each = visit_nothing,
    .append = append_nothing,
    .load = load_nothing,
    .addresses = list_nothing,
    .erase = erase_nothing,
};
