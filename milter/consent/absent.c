/* SPDX-License-Identifier: BSD-2-Clause */

/* The store that never answers: what becomes of mail while the real one is down can be tried out
 * before it is. */

#include "backend.h"
#include "licet/error.h"

static void *
open_absent (const char *location G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return g_new0 (char, 1);
}

static GPtrArray *
find_nothing (void *store G_GNUC_UNUSED, const char *const *addresses G_GNUC_UNUSED,
              GError **error)
{
    g_set_error (error, LICET_ERROR, LICET_ERROR_UNAVAILABLE,
                 "\"unavailable:\" is the store that never answers");
    return NULL;
}

static GPtrArray *
list_nothing (void *store, GError **error)
{
    return find_nothing (store, NULL, error);
}

static bool
append_nothing (void *store, const GPtrArray *events G_GNUC_UNUSED, GError **error)
{
    return find_nothing (store, NULL, error) != NULL;
}

const ConsentBackend consent_absent = {
    .scheme = "unavailable:",
    .open = open_absent,
    .close = g_free,
    .find = find_nothing,
    .all = list_nothing,
    .append = append_nothing,
};
