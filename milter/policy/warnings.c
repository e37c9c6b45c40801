/* SPDX-License-Identifier: BSD-2-Clause */

/* What is no mistake in the files and still not meant. */

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "licet/clock.h"
#include "loader.h"
#include "policy_set.h"

static void
add_ended (GPtrArray *warnings, const char *where, const char *what, const char *id,
           int64_t end, int64_t now)
{
    if (!end || end > now)
        return;
    g_autofree char *date = clock_format (end);
    g_ptr_array_add (warnings,
                     g_strdup_printf ("%s: %s%s ended on %.10s; right would be to take it out",
                                      where, what, id, date));
}

static void
add_of_territory (GPtrArray *warnings, const Territory *territory, int64_t now)
{
    for (unsigned i = 0; i < territory->own->len; i++) {
        const Rule *rule = g_ptr_array_index (territory->own, i);
        add_ended (warnings, rule->where, "", rule->id, rule->valid_to, now);
    }
    for (unsigned i = 0; i < territory->own_exceptions->len; i++) {
        const Exception *exception = g_ptr_array_index (territory->own_exceptions, i);
        add_ended (warnings, exception->where, "the exception from ", exception->rule,
                   exception->until, now);
    }
}

GPtrArray *
policy_set_warnings (const PolicySet *set, int64_t now)
{
    GPtrArray *warnings = g_ptr_array_new_with_free_func (g_free);

    for (unsigned i = 0; i < set->warnings->len; i++)
        g_ptr_array_add (warnings, g_strdup (g_ptr_array_index (set->warnings, i)));
    for (unsigned i = 0; i < set->known->len; i++) {
        const KnownMail *known = g_ptr_array_index (set->known, i);
        add_ended (warnings, known->where, "an entry of ", "known_mail", known->until, now);
    }
    for (unsigned i = 0; i < set->territories->len; i++)
        add_of_territory (warnings, g_ptr_array_index (set->territories, i), now);
    for (unsigned i = 0; i < set->providers->len; i++)
        add_of_territory (warnings, g_ptr_array_index (set->providers, i), now);
    if (policy_set_house (set))
        add_of_territory (warnings, policy_set_house (set), now);
    return warnings;
}

/* Who may write the law of the house decides what leaves it. A group may be the officers'. */
void
loader_warn_of_writers (Loader *loader, const char *path)
{
    GStatBuf status = { 0 };

    if (g_stat (path, &status) == 0 && (status.st_mode & S_IWOTH))
        g_ptr_array_add (loader->set->warnings,
                         g_strdup_printf ("%s: everybody may write it; right would be chmod o-w",
                                          path));
}
