/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Rules of one territory that make each other idle or impossible. Each kind says in the table
 * below when one rule asks as much as another; a kind that is not there, when their parameters
 * are the same.
 */

#include "overlaps.h"

#include <stdlib.h>
#include <string.h>

#include "policy_set.h"

enum { DAY = 24 * 60, WEEK = 7 * DAY };

/* Whether whatever violates `less` violates `more` too. */
typedef bool (*Covers) (const ConfNode *more, const ConfNode *less);

static bool
is_subset (const ConfNode *some, const ConfNode *all, const char *name)
{
    g_auto (GStrv) texts = conf_strings (some, name), known = conf_strings (all, name);

    for (char **text = texts; *text; text++)
        if (!g_strv_contains ((const char *const *)known, *text))
            return false;
    return true;
}

/* A bound that is missing bounds nothing. */
static bool
is_as_tight (const ConfNode *more, const ConfNode *less, const char *name)
{
    int64_t loose = conf_int (less, name, INT64_MAX);

    return conf_int (more, name, INT64_MAX) <= loose;
}

static bool
consent_covers (const ConfNode *more, const ConfNode *less)
{
    if (conf_bool (less, "opt_out", false))
        return true;
    return !conf_bool (more, "opt_out", false) && is_subset (more, less, "accept") &&
           is_as_tight (more, less, "max_age_days") &&
           is_as_tight (more, less, "soft_opt_in_days");
}

static bool
unsubscribe_covers (const ConfNode *more, const ConfNode *less)
{
    static const char *const flags[] = { "list_unsubscribe", "one_click", NULL };

    for (const char *const *flag = flags; *flag; flag++)
        if (conf_bool (less, *flag, false) && !conf_bool (more, *flag, false))
            return false;
    return is_subset (more, less, "where");
}

static bool
identity_covers (const ConfNode *more, const ConfNode *less)
{
    return is_subset (less, more, "fields");
}

static bool
share_covers (const ConfNode *more, const ConfNode *less)
{
    return is_as_tight (more, less, "most_percent");
}

static bool
text_covers (const ConfNode *more, const ConfNode *less)
{
    return is_subset (less, more, "texts");
}

static bool
prefixes_cover (const ConfNode *more, const ConfNode *less)
{
    return is_subset (less, more, "prefixes");
}

typedef struct {
    const char *kind;
    Covers covers;
    const char
        *weighed[5]; /* the parameters that covers looks at; all others must be the same */
} Row;

static const Row table[] = {
    { "consent", consent_covers, { "accept", "opt_out", "max_age_days", "soft_opt_in_days" } },
    { "unsubscribe", unsubscribe_covers, { "where", "list_unsubscribe", "one_click" } },
    { "sender-identity", identity_covers, { "fields" } },
    { "promo-share", share_covers, { "most_percent" } },
    { "required-text", text_covers, { "texts" } },
    { "subject-truth", prefixes_cover, { "prefixes" } },
};

static bool
is_rest_same (const RuleKind *kind, const Row *row, const ConfNode *a, const ConfNode *b)
{
    for (const ConfField *field = kind->fields; field->name; field++) {
        g_autofree char *first = conf_text (a, field->name);
        g_autofree char *second = conf_text (b, field->name);
        if (!g_strv_contains (row->weighed, field->name) && g_strcmp0 (first, second) != 0)
            return false;
    }
    return true;
}

static bool
asks_as_much (const Loader *loader, const Rule *more, const Rule *less)
{
    const ConfNode *first = g_hash_table_lookup (loader->nodes, more);
    const ConfNode *second = g_hash_table_lookup (loader->nodes, less);

    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        if (strcmp (table[i].kind, more->kind->name) == 0)
            return is_rest_same (more->kind, &table[i], first, second) &&
                   table[i].covers (first, second);
    return strcmp (more->words, less->words) == 0;
}

static bool
is_same_list (char **a, char **b)
{
    g_autofree char *first = g_strjoinv ("\n", a), *second = g_strjoinv ("\n", b);

    return strcmp (first, second) == 0;
}

/* Whether `more` is for all recipients and senders that `less` is for, as far as is plain. */
static bool
is_for_as_many (const Rule *less, const Rule *more)
{
    return (!more->only_for[0] || is_same_list (less->only_for, more->only_for)) &&
           (!more->not_for[0] || is_same_list (less->not_for, more->not_for)) &&
           (more->volume_above < 0 || less->volume_above == more->volume_above);
}

static bool
is_within (const Rule *less, const Rule *more)
{
    bool classes = (!less->promotional || more->promotional) &&
                   (!less->transactional || more->transactional);
    bool times = less->valid_from >= more->valid_from &&
                 (!more->valid_to || (less->valid_to && less->valid_to <= more->valid_to));
    bool campaigns = !more->campaigns[0];

    for (char **word = less->campaigns; *word && !campaigns; word++)
        campaigns = g_strv_contains ((const char *const *)more->campaigns, *word);
    return classes && times && campaigns && is_for_as_many (less, more);
}

/* Of two that ask the same, the second is the idle one. */
static bool
is_idle_beside (const Loader *loader, const Rule *less, const Rule *more, bool is_first)
{
    bool both = less->kind == more->kind && less->mode == MODE_ENFORCE &&
                more->mode == MODE_ENFORCE && less->otherwise <= more->otherwise &&
                less->mixed_otherwise <= more->mixed_otherwise &&
                more->hosted <= less->hosted && !less->has_fallback;

    if (!both || !is_within (less, more) || !asks_as_much (loader, more, less))
        return false;
    return !is_first || less->otherwise < more->otherwise ||
           less->mixed_otherwise < more->mixed_otherwise || !is_within (more, less) ||
           !asks_as_much (loader, less, more);
}

static void
report_idle (Loader *loader, const Territory *territory, const Rule *less, const Rule *more)
{
    conf_problem (loader->set->warnings,
                  conf_child (g_hash_table_lookup (loader->nodes, less), "id"),
                  "%s never decides anything in %s: %s (%s) asks as much; right would be one "
                  "of them",
                  less->id, territory->code, more->id, more->where);
}

static bool
meet (const Rule *a, const Rule *b)
{
    bool classes = (a->promotional && b->promotional) || (a->transactional && b->transactional);
    bool times = (!a->valid_to || b->valid_from < a->valid_to) &&
                 (!b->valid_to || a->valid_from < b->valid_to);
    bool campaigns = !a->campaigns[0] || !b->campaigns[0];

    for (char **word = a->campaigns; *word && !campaigns; word++)
        campaigns = g_strv_contains ((const char *const *)b->campaigns, *word);
    return a->kind == b->kind && a->mode == MODE_ENFORCE && b->mode == MODE_ENFORCE &&
           classes && times && campaigns && is_for_as_many (a, b) && is_for_as_many (b, a);
}

/* A subject can begin with two labels only when one begins with the other. */
static bool
labels_exclude (const ConfNode *a, const ConfNode *b)
{
    g_auto (GStrv) first = conf_strings (a, "labels"), second = conf_strings (b, "labels");

    if (strcmp (conf_string (a, "position", "start"), "start") != 0 ||
        strcmp (conf_string (b, "position", "start"), "start") != 0)
        return false;
    for (char **x = first; *x; x++)
        for (char **y = second; *y; y++)
            if (g_str_has_prefix (*x, *y) || g_str_has_prefix (*y, *x))
                return false;
    return true;
}

static void
open_week (const ConfNode *node, bool week[WEEK])
{
    static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    const ConfNode *windows = conf_child (node, "windows");

    for (unsigned i = 0; i < conf_count (windows); i++) {
        const ConfNode *window = conf_item (windows, i);
        const char *from = conf_string (window, "from", "00:00");
        const char *to = conf_string (window, "to", "00:00");
        g_auto (GStrv) open = conf_strings (window, "days");
        if (strlen (from) != 5 || strlen (to) != 5)
            continue; /* a problem of its own */
        int begin = MAX (atoi (from) * 60 + atoi (from + 3), 0);
        int end = MIN (atoi (to) * 60 + atoi (to + 3), DAY);
        for (unsigned day = 0; day < G_N_ELEMENTS (days); day++)
            for (int minute = begin; minute < end; minute++)
                if (g_strv_contains ((const char *const *)open, days[day]))
                    week[day * DAY + (unsigned)minute] = true;
    }
}

/* Told only of hours in one time zone. */
static bool
windows_exclude (const ConfNode *a, const ConfNode *b)
{
    bool first[WEEK] = { false }, second[WEEK] = { false };

    if (strcmp (conf_string (a, "time_zone", ""), conf_string (b, "time_zone", "")) != 0)
        return false;
    open_week (a, first);
    open_week (b, second);
    for (unsigned minute = 0; minute < WEEK; minute++)
        if (first[minute] && second[minute])
            return false;
    return true;
}

static void
check_contradiction (Loader *loader, const Territory *territory, const Rule *a, const Rule *b)
{
    const ConfNode *first = g_hash_table_lookup (loader->nodes, a);
    const ConfNode *second = g_hash_table_lookup (loader->nodes, b);
    bool labels = strcmp (a->kind->name, "subject-label") == 0;
    bool windows = strcmp (a->kind->name, "contact-window") == 0;

    if (!meet (a, b))
        return;
    if (labels && labels_exclude (first, second))
        conf_problem (loader->problems, conf_child (second, "labels"),
                      "%s and %s (%s) contradict each other in %s: no subject can begin with a "
                      "label of each",
                      b->id, a->id, a->where, territory->code);
    if (windows && windows_exclude (first, second))
        conf_problem (loader->problems, conf_child (second, "windows"),
                      "%s and %s (%s) contradict each other in %s: no hour is open in both",
                      b->id, a->id, a->where, territory->code);
}

/* What two inherited rules do to each other is the business of the file that they stand in. */
static bool
is_own (const Territory *territory, const Rule *rule)
{
    return g_ptr_array_find (territory->own, rule, NULL);
}

static void
check_idle (Loader *loader, const Territory *territory, unsigned i)
{
    const Rule *less = g_ptr_array_index (territory->rules, i);

    for (unsigned j = 0; j < territory->rules->len; j++) {
        const Rule *more = g_ptr_array_index (territory->rules, j);
        if (i == j || (!is_own (territory, less) && !is_own (territory, more)) ||
            !is_idle_beside (loader, less, more, i < j))
            continue;
        report_idle (loader, territory, less, more);
        return;
    }
}

static void
report_no_effect (Loader *loader, const Rule *rule, const char *name, const char *why)
{
    const ConfNode *place = conf_child (g_hash_table_lookup (loader->nodes, rule), name);

    if (place)
        conf_problem (loader->problems, place, "%s has no effect: %s", name, why);
}

/* An officer who wrote it meant something by it. */
static void
check_consent (Loader *loader, const Rule *rule)
{
    static const char *const bounds[] = { "accept", "max_age_days", "soft_opt_in_days", NULL };
    const ConfNode *node = g_hash_table_lookup (loader->nodes, rule);
    g_auto (GStrv) accept = conf_strings (node, "accept");

    if (conf_bool (node, "opt_out", false)) {
        for (const char *const *bound = bounds; *bound; bound++)
            report_no_effect (loader, rule, *bound,
                              "with opt_out = true no consent is asked for");
    } else if (!g_strv_contains ((const char *const *)accept, "soft-opt-in")) {
        report_no_effect (loader, rule, "soft_opt_in_days", "soft-opt-in is not in accept");
    }
}

void
overlaps_check (Loader *loader, const Territory *territory)
{
    for (unsigned i = 0; i < territory->rules->len; i++) {
        const Rule *rule = g_ptr_array_index (territory->rules, i);
        check_idle (loader, territory, i);
        if (is_own (territory, rule) && strcmp (rule->kind->name, "consent") == 0)
            check_consent (loader, rule);
        for (unsigned j = 0; j < i; j++) {
            const Rule *before = g_ptr_array_index (territory->rules, j);
            if (is_own (territory, rule) || is_own (territory, before))
                check_contradiction (loader, territory, before, rule);
        }
    }
}
