/* SPDX-License-Identifier: BSD-2-Clause */

/* One territory in words. */

#include "licet/clock.h"
#include "rules.h"

static void
append_validity (GString *text, const Rule *rule)
{
    g_autofree char *from = rule->valid_from ? clock_format (rule->valid_from) : NULL;
    g_autofree char *to = rule->valid_to ? clock_format (rule->valid_to) : NULL;

    if (from)
        g_string_append_printf (text, "    in force from %.10s\n", from);
    if (to)
        g_string_append_printf (text, "    until %.10s\n", to);
}

static void
append_rule (GString *text, const Rule *rule)
{
    g_string_append_printf (text, "  %s (%s, %s)\n    %s\n", rule->id, rule->kind->name,
                            rule_mode_word (rule->mode), rule->kind->summary);
    g_string_append_printf (text,
                            "    for %s%s%s mail; otherwise %s; when it cannot be told %s\n",
                            rule->promotional ? "promotional" : "",
                            rule->promotional && rule->transactional ? " and " : "",
                            rule->transactional ? "transactional" : "",
                            action_word (rule->otherwise), action_word (rule->cannot_tell));
    if (rule->has_fallback)
        g_string_append_printf (text, "    a strip that cannot be made: %s\n",
                                fallback_word (rule->fallback));
    g_string_append (text, rule->words);
    append_validity (text, rule);
    g_string_append_printf (text, "    source: %s\n    %s\n", rule->source, rule->provenance);
}

char *
policy_show (const PolicySet *set, const char *code)
{
    const Territory *territory = policy_set_find (set, code);

    if (!territory)
        territory = policy_set_provider (set, code);

    if (!territory)
        return NULL;
    GString *text = g_string_new (NULL);
    g_string_append_printf (text, "%s, %s\n  mixed mail: %s\n", territory->code,
                            territory->name, territory->mixed_name);
    if (territory->inherits)
        g_string_append_printf (text, "  inherits from %s\n", territory->inherits);
    for (unsigned i = 0; i < territory->rules->len; i++)
        append_rule (text, g_ptr_array_index (territory->rules, i));
    return g_string_free (text, FALSE);
}
