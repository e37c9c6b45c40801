/* SPDX-License-Identifier: BSD-2-Clause */

/* The settings that hold from the start of the daemon to its end: its sockets, files that stay open, room. */

#include "licet/settings.h"

#include <stddef.h>
#include <string.h>

#define TEXT(member)   { #member, offsetof (Settings, member), false }
#define NUMBER(member) { #member, offsetof (Settings, member), true }

static const struct {
    const char *name;
    size_t offset;
    bool is_number;
} fixed[] = {
    TEXT (milter_socket),     TEXT (lmtp_listen),      TEXT (control_socket),
    TEXT (state),             TEXT (audit_log),        TEXT (audit_key),
    TEXT (audit_checkpoints), NUMBER (audit_segment),  NUMBER (audit_days),
    NUMBER (audit_reserve),   TEXT (audit_evidence),   TEXT (audit_facts),
    TEXT (log),               NUMBER (message_memory), NUMBER (lmtp_connections),
};

static char *
value_of (const Settings *settings, unsigned i)
{
    const char *member = (const char *)settings + fixed[i].offset;

    return fixed[i].is_number
               ? g_strdup_printf ("%" G_GINT64_FORMAT, *(const int64_t *)(const void *)member)
               : g_strdup (*(char *const *)(const void *)member);
}

/* Where it is counted what went to whom follows the consent store to another server. */
char **
settings_fixed (const Settings *settings)
{
    char **values = g_new0 (char *, G_N_ELEMENTS (fixed) + 2);

    for (unsigned i = 0; i < G_N_ELEMENTS (fixed); i++)
        values[i] = value_of (settings, i);
    values[G_N_ELEMENTS (fixed)] = settings_counts (settings, "");
    return values;
}

char *
settings_fixed_changes (const char *const *begun, const Settings *settings)
{
    g_auto (GStrv) values = settings_fixed (settings);
    GString *names = g_string_new (NULL);
    bool state = false;

    for (unsigned i = 0; values[i]; i++) {
        if (strcmp (begun[i], values[i]) == 0)
            continue;
        const char *name = i < G_N_ELEMENTS (fixed) ? fixed[i].name : "consent";
        state = state || strcmp (name, "state") == 0;
        if (strcmp (name, "consent") != 0 || !state) /* beside the state file, it moved with it */
            g_string_append_printf (names, "%s%s", names->len ? ", " : "", name);
    }
    return g_string_free (names, names->len == 0);
}
