/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Rules of one territory that make each other idle or impossible. Each kind says in the table
 * below when one rule asks as much as another; a kind that is not there, when their parameters
 * are the same. A house may have thousands of rules, so that each is compared only with those of its
 * kind that some mail of its campaigns comes under, and what a comparison asks is made once.
 */

#include "overlaps.h"

#include <stdlib.h>
#include <string.h>

#include "policy_set.h"

enum { DAY = 24 * 60, WEEK = 7 * DAY, WEEK_BYTES = WEEK / 8 };

/* A rule as the comparisons ask for it. */
typedef struct {
    const Rule *rule;
    const ConfNode *node;
    bool own;         /* of this territory, not inherited */
    unsigned place;   /* in the territory's rules */
    const char *rest; /* what must be the same in both; interned in Rules */
    uint64_t listed;  /* a bit of each text of the row's list: what is missing here is missing */
    unsigned char *week; /* of a contact window: the minutes that are open; else NULL */
} Item;

/* The rules of a territory by kind and campaign. */
typedef struct {
    GPtrArray *items; /* of Item, in the territory's order */
    /* "kind\ncampaign" -> GPtrArray of Item; "kind\n": those without campaigns; "kind": all */
    GHashTable *by_name;
    GStringChunk *texts;
} Rules;

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
    /* Of the parameters, the list that one rule has within the other's; or NULL. less_within: that of
     * the rule that asks less is within the other's; else the other way round. */
    const char *list;
    bool less_within;
    const char *weighed[5]; /* what covers looks at; all other parameters must be the same */
} Row;

static const Row table[] = {
    { "consent",
      consent_covers,
      NULL,
      false,
      { "accept", "opt_out", "max_age_days", "soft_opt_in_days" } },
    { "unsubscribe",
      unsubscribe_covers,
      "where",
      false,
      { "where", "list_unsubscribe", "one_click" } },
    { "sender-identity", identity_covers, "fields", true, { "fields" } },
    { "promo-share", share_covers, NULL, false, { "most_percent" } },
    { "required-text", text_covers, "texts", true, { "texts" } },
    { "subject-truth", prefixes_cover, "prefixes", true, { "prefixes" } },
};

static const Row *
find_row (const Rule *rule)
{
    for (unsigned i = 0; i < G_N_ELEMENTS (table); i++)
        if (strcmp (table[i].kind, rule->kind->name) == 0)
            return &table[i];
    return NULL;
}

/* The parameters that must be the same. Caller frees. */
static char *
describe_rest (const Rule *rule, const Row *row, const ConfNode *node)
{
    GString *text = g_string_new (row ? NULL : rule->words);

    for (const ConfField *field = rule->kind->fields; row && field->name; field++) {
        g_autofree char *value = conf_text (node, field->name);
        if (value && !g_strv_contains (row->weighed, field->name))
            g_string_append_printf (text, "%s: %s\n", field->name, value);
    }
    return g_string_free (text, FALSE);
}

static uint64_t
mark_listed (const Row *row, const ConfNode *node)
{
    g_auto (GStrv) texts = row && row->list ? conf_strings (node, row->list) : NULL;
    uint64_t marks = 0;

    for (char **text = texts; text && *text; text++)
        marks |= UINT64_C (1) << g_str_hash (*text) % 64;
    return marks;
}

static bool
asks_as_much (const Item *more, const Item *less)
{
    const Row *row = find_row (more->rule);

    if (more->rest != less->rest || !row)
        return more->rest == less->rest;
    uint64_t lacking =
        row->less_within ? less->listed & ~more->listed : more->listed & ~less->listed;
    return (!row->list || lacking == 0) && row->covers (more->node, less->node);
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
is_idle_beside (const Item *one, const Item *other)
{
    const Rule *less = one->rule, *more = other->rule;
    bool both = less->kind == more->kind && less->mode == MODE_ENFORCE &&
                more->mode == MODE_ENFORCE && less->otherwise <= more->otherwise &&
                less->mixed_otherwise <= more->mixed_otherwise &&
                more->hosted <= less->hosted && !less->has_fallback;

    if (!both || !is_within (less, more) || !asks_as_much (other, one))
        return false;
    return one->place > other->place || less->otherwise < more->otherwise ||
           less->mixed_otherwise < more->mixed_otherwise || !is_within (more, less) ||
           !asks_as_much (one, other);
}

static void
report_idle (Loader *loader, const Territory *territory, const Item *less, const Item *more)
{
    conf_problem (loader->set->warnings, conf_child (less->node, "id"),
                  "%s never decides anything in %s: %s (%s) asks as much; right would be one "
                  "of them",
                  less->rule->id, territory->code, more->rule->id, more->rule->where);
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
open_window (const ConfNode *window, unsigned char *week)
{
    static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    const char *from = conf_string (window, "from", "00:00");
    const char *to = conf_string (window, "to", "00:00");
    g_auto (GStrv) open = conf_strings (window, "days");

    if (strlen (from) != 5 || strlen (to) != 5)
        return; /* a problem of its own */
    int begin = MAX (atoi (from) * 60 + atoi (from + 3), 0);
    int end = MIN (atoi (to) * 60 + atoi (to + 3), DAY);
    for (int day = 0; day < (int)G_N_ELEMENTS (days); day++)
        if (g_strv_contains ((const char *const *)open, days[day]))
            for (int at = day * DAY + begin; at < day * DAY + end; at++)
                week[at / 8] |= (unsigned char)(1 << at % 8);
}

/* The minutes of a week that are open, a bit each. */
static unsigned char *
open_week (const ConfNode *node)
{
    const ConfNode *windows = conf_child (node, "windows");
    unsigned char *week = g_malloc0 (WEEK_BYTES);

    for (unsigned i = 0; i < conf_count (windows); i++)
        open_window (conf_item (windows, i), week);
    return week;
}

/* Told only of hours in one time zone. */
static bool
windows_exclude (const Item *a, const Item *b)
{
    if (strcmp (conf_string (a->node, "time_zone", ""),
                conf_string (b->node, "time_zone", "")) != 0)
        return false;
    for (unsigned i = 0; i < WEEK_BYTES; i++)
        if (a->week[i] & b->week[i])
            return false;
    return true;
}

/* Returns whether there is one. */
static bool
check_contradiction (Loader *loader, const Territory *territory, const Item *a, const Item *b)
{
    bool windows = a->week != NULL;

    if ((!a->own && !b->own) || !meet (a->rule, b->rule) ||
        !(windows ? windows_exclude (a, b) : labels_exclude (a->node, b->node)))
        return false;
    conf_problem (loader->problems, conf_child (b->node, windows ? "windows" : "labels"),
                  "%s and %s (%s) contradict each other in %s: %s", b->rule->id, a->rule->id,
                  a->rule->where, territory->code,
                  windows ? "no hour is open in both"
                          : "no subject can begin with a label of each");
    return true;
}

static void
free_item (Item *item)
{
    g_free (item->week);
    g_free (item);
}

static Item *
make_item (const Loader *loader, const Rule *rule, GStringChunk *texts)
{
    Item *item = g_new0 (Item, 1);
    const Row *row = find_row (rule);

    item->rule = rule;
    item->node = g_hash_table_lookup (loader->nodes, rule);
    g_autofree char *rest = describe_rest (rule, row, item->node);
    item->rest = g_string_chunk_insert_const (texts, rest);
    item->listed = mark_listed (row, item->node);
    if (strcmp (rule->kind->name, "contact-window") == 0)
        item->week = open_week (item->node);
    return item;
}

/* campaign: "" for the rules without, NULL for all of the kind. NULL when there is none. */
static GPtrArray *
list_of (const Rules *rules, const char *kind, const char *campaign)
{
    g_autofree char *name = g_strjoin (campaign ? "\n" : NULL, kind, campaign, NULL);

    return g_hash_table_lookup (rules->by_name, name);
}

static void
put_item (Rules *rules, Item *item, const char *campaign)
{
    const char *kind = item->rule->kind->name;
    GPtrArray *list = list_of (rules, kind, campaign);

    if (!list) {
        list = g_ptr_array_new ();
        g_hash_table_insert (rules->by_name,
                             g_strjoin (campaign ? "\n" : NULL, kind, campaign, NULL), list);
    }
    g_ptr_array_add (list, item);
}

/* What two inherited rules do to each other is the business of the file that they stand in. */
static Rules
make_rules (const Loader *loader, const Territory *territory)
{
    g_autoptr (GHashTable) own = g_hash_table_new (NULL, NULL);
    Rules rules = { g_ptr_array_new_with_free_func ((GDestroyNotify)free_item),
                    g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)g_ptr_array_unref),
                    g_string_chunk_new (4096) };

    for (unsigned i = 0; i < territory->own->len; i++)
        g_hash_table_add (own, g_ptr_array_index (territory->own, i));
    for (unsigned i = 0; i < territory->rules->len; i++) {
        const Rule *rule = g_ptr_array_index (territory->rules, i);
        Item *item = make_item (loader, rule, rules.texts);
        item->own = g_hash_table_contains (own, rule);
        item->place = i;
        g_ptr_array_add (rules.items, item);
        put_item (&rules, item, NULL);
        for (char **campaign = rule->campaigns; *campaign; campaign++)
            put_item (&rules, item, *campaign);
        if (!rule->campaigns[0])
            put_item (&rules, item, "");
    }
    return rules;
}

static void
clear_rules (Rules *rules)
{
    g_ptr_array_unref (rules->items);
    g_hash_table_unref (rules->by_name);
    g_string_chunk_free (rules->texts);
}

/* Of a list the first that makes the rule idle, when it comes before `best`. */
static const Item *
find_idle (const GPtrArray *list, const Item *less, const Item *best)
{
    for (unsigned i = 0; list && i < list->len; i++) {
        const Item *more = g_ptr_array_index (list, i);
        if (best && more->place >= best->place)
            break;
        if (more != less && (less->own || more->own) && is_idle_beside (less, more))
            return more;
    }
    return best;
}

static void
check_idle (Loader *loader, const Territory *territory, const Rules *rules, const Item *less)
{
    const char *kind = less->rule->kind->name;
    const Item *more = find_idle (list_of (rules, kind, ""), less, NULL);

    for (char **campaign = less->rule->campaigns; *campaign; campaign++)
        more = find_idle (list_of (rules, kind, *campaign), less, more);
    if (more)
        report_idle (loader, territory, less, more);
}

/* Returns whether one of the list that comes before the rule contradicts it. */
static bool
check_list (Loader *loader, const Territory *territory, const GPtrArray *list, const Item *rule)
{
    for (unsigned i = 0; list && i < list->len; i++) {
        const Item *before = g_ptr_array_index (list, i);
        if (before->place >= rule->place)
            break;
        if (check_contradiction (loader, territory, before, rule))
            return true;
    }
    return false;
}

/* One is told of each rule: what is mended there may mend the others. */
static void
check_contradictions (Loader *loader, const Territory *territory, const Rules *rules,
                      const Item *rule)
{
    const char *kind = rule->rule->kind->name;

    if (strcmp (kind, "subject-label") != 0 && !rule->week)
        return;
    if (!rule->rule->campaigns[0]) {
        check_list (loader, territory, list_of (rules, kind, NULL), rule);
        return;
    }
    bool found = check_list (loader, territory, list_of (rules, kind, ""), rule);
    for (char **campaign = rule->rule->campaigns; *campaign && !found; campaign++)
        found = check_list (loader, territory, list_of (rules, kind, *campaign), rule);
}

static void
report_no_effect (Loader *loader, const ConfNode *node, const char *name, const char *why)
{
    const ConfNode *place = conf_child (node, name);

    if (place)
        conf_problem (loader->problems, place, "%s has no effect: %s", name, why);
}

/* An officer who wrote it meant something by it. */
static void
check_consent (Loader *loader, const ConfNode *node)
{
    static const char *const bounds[] = { "accept", "max_age_days", "soft_opt_in_days", NULL };
    g_auto (GStrv) accept = conf_strings (node, "accept");

    if (conf_bool (node, "opt_out", false)) {
        for (const char *const *bound = bounds; *bound; bound++)
            report_no_effect (loader, node, *bound,
                              "with opt_out = true no consent is asked for");
    } else if (!g_strv_contains ((const char *const *)accept, "soft-opt-in")) {
        report_no_effect (loader, node, "soft_opt_in_days", "soft-opt-in is not in accept");
    }
}

void
overlaps_check (Loader *loader, const Territory *territory)
{
    Rules rules = make_rules (loader, territory);

    for (unsigned i = 0; i < rules.items->len; i++) {
        const Item *item = g_ptr_array_index (rules.items, i);
        check_idle (loader, territory, &rules, item);
        if (item->own && strcmp (item->rule->kind->name, "consent") == 0)
            check_consent (loader, item->node);
        check_contradictions (loader, territory, &rules, item);
    }
    clear_rules (&rules);
}
