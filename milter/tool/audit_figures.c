/* SPDX-License-Identifier: BSD-2-Clause */

/* Counting for the report. */

#include "audit_figures.h"

#include <string.h>

enum { SAMPLES = 3, EVENTS = 20, HOUR = 3600, DAY = 24 * HOUR };

static const char *const class_words[CLASSES] = { "transactional", "promotional", "mixed",
                                                  "personal" };
static const char *const outcome_words[OUTCOMES] = { "deliver", "strip", "defer", "hold",
                                                     "refuse" };

const unsigned figure_frequency_from[FREQUENCIES] = { 1, 2, 3, 6, 11 };

static int
find_word (const char *const *words, unsigned count, const char *word)
{
    for (unsigned i = 0; word && i < count; i++)
        if (strcmp (words[i], word) == 0)
            return (int)i;
    return -1;
}

static void
measure_init (Measure *measure)
{
    measure->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    measure->senders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
measure_clear (Measure *measure)
{
    g_hash_table_unref (measure->people);
    g_hash_table_unref (measure->senders);
}

static void
note_name (GHashTable *set, const char *name)
{
    if (name && !g_hash_table_contains (set, name))
        g_hash_table_add (set, g_strdup (name));
}

static void
measure_add (Measure *measure, const AuditRow *row, int outcome)
{
    measure->count++;
    if (outcome >= 0)
        measure->outcomes[outcome]++;
    measure->share += row->promo_share;
    measure->bytes_removed += row->bytes_removed;
    measure->consented += g_strcmp0 (row->consent_state, "granted") == 0;
    note_name (measure->people, row->subject);
    note_name (measure->senders, row->sender_domain);
}

static void
log_event_free (void *data)
{
    LogEvent *event = data;

    g_free (event->time);
    g_free (event->record);
    g_free (event);
}

static void
sample_free (void *data)
{
    Sample *sample = data;

    g_free (sample->when);
    g_free (sample->why);
    g_free (sample);
}

static void
group_free (void *data)
{
    Group *group = data;

    g_free (group->name);
    g_free (group->source);
    measure_clear (&group->all);
    g_ptr_array_unref (group->samples);
    g_free (group);
}

static GHashTable *
group_table (void)
{
    return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, group_free);
}

static Group *
find_group (GHashTable *table, const char *name, const char *source)
{
    Group *group = g_hash_table_lookup (table, name);

    if (group)
        return group;
    group = g_new0 (Group, 1);
    group->name = g_strdup (name);
    group->source = g_strdup (source);
    measure_init (&group->all);
    group->samples = g_ptr_array_new_with_free_func (sample_free);
    g_hash_table_insert (table, group->name, group);
    return group;
}

static void
add_to_group (const Figures *figures, Group *group, const AuditRow *row, int class, int outcome)
{
    bool second = row->at - figures->since > (figures->until - figures->since) / 2;

    measure_add (&group->all, row, outcome);
    if (class >= 0)
        group->classes[second][class]++;
    if (outcome == FIGURE_DELIVER || outcome == FIGURE_DEFER || outcome < 0 ||
        group->samples->len >= SAMPLES)
        return;
    Sample *sample = g_new0 (Sample, 1);
    sample->outcome = (FigureOutcome)outcome;
    sample->when = g_strdup_printf ("%s %s", row->time, row->queue_id ? row->queue_id : "-");
    sample->why = g_strdup_printf ("%s%s%s", row->rule ? row->rule : "-",
                                   row->source ? ": " : "", row->source ? row->source : "");
    g_ptr_array_add (group->samples, sample);
}

static void
count_cap (Figures *figures, bool violated, int outcome)
{
    figures->caps_violated += violated;
    if (violated && outcome >= 0)
        figures->caps_decided[outcome]++;
}

static void
add_rules (Figures *figures, const AuditRow *row, int class, int outcome)
{
    for (unsigned i = 0; i < row->rules->len; i++) {
        const AuditRule *rule = &g_array_index (row->rules, AuditRule, i);
        bool violated = g_strcmp0 (rule->verdict, "violated") == 0;
        bool shadow = g_strcmp0 (rule->mode, "shadow") == 0;
        bool decided = rule->id && g_strcmp0 (rule->id, row->rule) == 0;
        note_name (figures->rules_seen, rule->id);
        if (g_strcmp0 (rule->kind, "frequency-cap") == 0)
            count_cap (figures, violated && !shadow, decided ? outcome : -1);
        if (!rule->id || !(violated || g_strcmp0 (rule->verdict, "cannot-tell") == 0))
            continue;
        Group *group = find_group (figures->rules, rule->id, rule->source);
        group->violated += violated;
        group->shadow += violated && shadow;
        group->elsewhere += violated && !shadow && (!decided || outcome == FIGURE_DELIVER);
        if (decided)
            add_to_group (figures, group, row, class, outcome);
    }
}

static unsigned
bucket_of (const Figures *figures, int64_t at)
{
    int64_t bucket = (at - figures->since) / figures->bucket_seconds;

    return (unsigned)CLAMP (bucket, 0, (int64_t)figures->bucket_count - 1);
}

/* A mail that Postfix brought again, after a hand-over failed, is decided again and is still one. */
static void
count_promotion (Figures *figures, const AuditRow *row)
{
    const char *mail = row->queue_id ? row->queue_id : row->message_id;

    if (!row->subject || !mail)
        return;
    char *key = g_strdup_printf ("%s %s", mail, row->subject);
    if (!g_hash_table_add (figures->mails_promoted, key))
        return;
    unsigned *count = g_hash_table_lookup (figures->promoted, row->subject);
    if (!count) {
        count = g_new0 (unsigned, 1);
        g_hash_table_insert (figures->promoted, g_strdup (row->subject), count);
    }
    (*count)++;
    figures->promotions++;
}

/* The basis counts where it carried something: promotion that reached the person. */
static void
add_basis (Figures *figures, const AuditRow *row, int class, int outcome)
{
    bool promotion =
        row->promo_share > 0 || class == FIGURE_PROMOTIONAL || class == FIGURE_MIXED;

    if (!promotion || outcome != FIGURE_DELIVER)
        return;
    count_promotion (figures, row);
    bool granted = g_strcmp0 (row->consent_state, "granted") == 0;
    const char *basis = granted && row->consent_basis ? row->consent_basis : "";
    add_to_group (figures, find_group (figures->bases, basis, NULL), row, class, outcome);
}

static void
add_template (Figures *figures, const AuditRow *row, int class, int outcome)
{
    const char *name = row->campaign ? row->campaign : row->template;
    const char *sender = row->sender_domain ? row->sender_domain : "";

    if (!name)
        return;
    g_autofree char *key = g_strdup_printf ("%s · %s", name, sender);
    add_to_group (figures, find_group (figures->templates, key, sender), row, class, outcome);
}

static bool
is_asked_again (const Figures *figures, const AuditRow *row)
{
    if (!row->queue_id || !row->subject)
        return false;
    char *key =
        g_strdup_printf ("%s %s %s", row->queue_id, row->subject, row->rule ? row->rule : "");
    return !g_hash_table_add (figures->waiting, key);
}

static void
add_decision (Figures *figures, const AuditRow *row)
{
    int class = find_word (class_words, CLASSES, row->class);
    int outcome = find_word (outcome_words, OUTCOMES, row->outcome);

    if (outcome == FIGURE_DEFER && is_asked_again (figures, row)) {
        figures->asked_again++;
        return;
    }
    unsigned bucket = bucket_of (figures, row->at);

    if (class >= 0) {
        figures->by_class[bucket][class]++;
        measure_add (&figures->classes[class], row, outcome);
    }
    if (outcome >= 0)
        figures->by_outcome[bucket][outcome]++;
    measure_add (&figures->all, row, outcome);
    note_name (figures->messages, row->queue_id ? row->queue_id : row->message_id);
    add_rules (figures, row, class, outcome);
    if (row->territory)
        add_to_group (figures, find_group (figures->territories, row->territory, NULL), row,
                      class, outcome);
    add_to_group (
        figures,
        find_group (figures->senders, row->sender_domain ? row->sender_domain : "", NULL), row,
        class, outcome);
    add_template (figures, row, class, outcome);
    add_basis (figures, row, class, outcome);
}

static bool
add_row (const AuditRow *row, void *data)
{
    Figures *figures = data;
    const char *record = row->record ? row->record : "";

    if (strcmp (record, "decision") == 0) {
        add_decision (figures, row);
    } else if (strcmp (record, "failure") == 0) {
        figures->failures_recorded++;
        add_to_group (figures,
                      find_group (figures->failures, row->reply ? row->reply : "-", NULL), row,
                      -1, -1);
    } else if (strcmp (record, "outcome") == 0) {
        figures->outcomes_recorded++;
    } else if ((strcmp (record, "repair") == 0 || strcmp (record, "retention") == 0 ||
                strcmp (record, "unreadable") == 0) &&
               figures->events->len < EVENTS) {
        LogEvent *event = g_new0 (LogEvent, 1);
        event->time = g_strdup (row->time);
        event->record = g_strdup (record);
        event->seq = row->seq;
        g_ptr_array_add (figures->events, event);
    }
    return true;
}

static bool
note_time (const AuditRow *row, void *data)
{
    Figures *figures = data;

    if (row->at == 0)
        return true;
    if (figures->since == 0)
        figures->since = row->at;
    figures->since = MIN (figures->since, row->at);
    figures->until = MAX (figures->until, row->at + 1);
    return true;
}

/* The shortest round stretch of which the period has no more than fit. */
static void
choose_buckets (Figures *figures)
{
    static const int64_t lengths[] = { 900, HOUR,    3 * HOUR, 6 * HOUR,
                                       DAY, 7 * DAY, 30 * DAY, 365 * DAY };
    unsigned i = 0;

    for (; i + 1 < G_N_ELEMENTS (lengths); i++) {
        figures->since -= figures->since % MIN (lengths[i], DAY);
        if ((figures->until - figures->since + lengths[i] - 1) / lengths[i] <= 31)
            break;
    }
    figures->bucket_seconds = lengths[i];
    int64_t count = (figures->until - figures->since + lengths[i] - 1) / lengths[i];
    figures->bucket_count = (unsigned)CLAMP (count, 1, BUCKETS);
}

static Figures *
make_empty (const AuditFilter *filter)
{
    Figures *figures = g_new0 (Figures, 1);

    figures->since = filter->since;
    figures->until = filter->until;
    measure_init (&figures->all);
    for (unsigned i = 0; i < CLASSES; i++)
        measure_init (&figures->classes[i]);
    GHashTable **sets[] = { &figures->messages, &figures->rules_seen, &figures->mails_promoted,
                            &figures->waiting };
    for (unsigned i = 0; i < G_N_ELEMENTS (sets); i++)
        *sets[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    figures->promoted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    GHashTable **tables[] = { &figures->rules,     &figures->territories, &figures->senders,
                              &figures->templates, &figures->bases,       &figures->failures };
    for (unsigned i = 0; i < G_N_ELEMENTS (tables); i++)
        *tables[i] = group_table ();
    figures->events = g_ptr_array_new_with_free_func (log_event_free);
    return figures;
}

Figures *
figures_new (const GPtrArray *files, const AuditFilter *filter, GError **error)
{
    g_autoptr (Figures) figures = make_empty (filter);

    if ((!filter->since || !filter->until) &&
        !audit_scan (files, filter, note_time, figures, NULL, error))
        return NULL;
    if (filter->since)
        figures->since = filter->since;
    if (filter->until)
        figures->until = filter->until;
    /* Without a record the side that was not asked for has no time of its own. */
    if (figures->until < figures->since)
        *(filter->since ? &figures->until : &figures->since) =
            filter->since ? filter->since : filter->until;
    choose_buckets (figures);
    return audit_scan (files, filter, add_row, figures, NULL, error)
               ? g_steal_pointer (&figures)
               : NULL;
}

void
figures_free (Figures *figures)
{
    if (!figures)
        return;
    measure_clear (&figures->all);
    for (unsigned i = 0; i < CLASSES; i++)
        measure_clear (&figures->classes[i]);
    g_hash_table_unref (figures->messages);
    g_hash_table_unref (figures->waiting);
    g_hash_table_unref (figures->rules_seen);
    g_hash_table_unref (figures->mails_promoted);
    g_hash_table_unref (figures->promoted);
    g_hash_table_unref (figures->rules);
    g_hash_table_unref (figures->territories);
    g_hash_table_unref (figures->senders);
    g_hash_table_unref (figures->templates);
    g_hash_table_unref (figures->bases);
    g_hash_table_unref (figures->failures);
    g_ptr_array_unref (figures->events);
    g_free (figures);
}

unsigned
figures_offences (const Measure *measure)
{
    return measure->outcomes[FIGURE_STRIP] + measure->outcomes[FIGURE_HOLD] +
           measure->outcomes[FIGURE_REFUSE];
}

static int
compare_counts (const void *a, const void *b)
{
    const Group *left = *(const Group *const *)a, *right = *(const Group *const *)b;
    unsigned l = left->all.count + left->violated, r = right->all.count + right->violated;

    return l > r ? -1 : l < r ? 1 : strcmp (left->name, right->name);
}

static int
compare_deciding (const void *a, const void *b)
{
    const Group *left = *(const Group *const *)a, *right = *(const Group *const *)b;

    if (left->all.count != right->all.count)
        return left->all.count > right->all.count ? -1 : 1;
    if (left->elsewhere != right->elsewhere)
        return left->elsewhere > right->elsewhere ? -1 : 1;
    return compare_counts (a, b);
}

static int
compare_offences (const void *a, const void *b)
{
    const Group *left = *(const Group *const *)a, *right = *(const Group *const *)b;
    unsigned l = figures_offences (&left->all), r = figures_offences (&right->all);

    return l > r ? -1 : l < r ? 1 : strcmp (left->name, right->name);
}

static GPtrArray *
sorted (GHashTable *table, unsigned most, GCompareFunc compare)
{
    GPtrArray *groups = g_ptr_array_new ();
    GHashTableIter iter;
    void *group;

    g_hash_table_iter_init (&iter, table);
    while (g_hash_table_iter_next (&iter, NULL, &group))
        g_ptr_array_add (groups, group);
    g_ptr_array_sort (groups, compare);
    if (groups->len > most)
        g_ptr_array_set_size (groups, (int)most);
    return groups;
}

GPtrArray *
figures_top (GHashTable *table, unsigned most)
{
    return sorted (table, most, compare_counts);
}

GPtrArray *
figures_deciding (GHashTable *rules)
{
    return sorted (rules, UINT_MAX, compare_deciding);
}

GPtrArray *
figures_offenders (GHashTable *table, unsigned most)
{
    return sorted (table, most, compare_offences);
}

void
figures_frequencies (const Figures *figures, unsigned ret_people[FREQUENCIES])
{
    GHashTableIter iter;
    void *count;

    memset (ret_people, 0, FREQUENCIES * sizeof *ret_people);
    g_hash_table_iter_init (&iter, figures->promoted);
    while (g_hash_table_iter_next (&iter, NULL, &count)) {
        unsigned i = FREQUENCIES - 1;
        while (figure_frequency_from[i] > *(unsigned *)count)
            i--;
        ret_people[i]++;
    }
}

static int
compare_promoted (const void *a, const void *b)
{
    const Promoted *left = a, *right = b;

    return left->count > right->count   ? -1
           : left->count < right->count ? 1
                                        : strcmp (left->subject, right->subject);
}

GArray *
figures_most_promoted (const Figures *figures, unsigned most)
{
    GArray *people = g_array_new (FALSE, FALSE, sizeof (Promoted));
    GHashTableIter iter;
    void *subject, *count;

    g_hash_table_iter_init (&iter, figures->promoted);
    while (g_hash_table_iter_next (&iter, &subject, &count)) {
        Promoted one = { subject, *(unsigned *)count };
        g_array_append_val (people, one);
    }
    g_array_sort (people, compare_promoted);
    g_array_set_size (people, MIN (people->len, most));
    return people;
}

bool
figures_rule_found (const Group *group)
{
    bool found = group->violated > 0;

    for (unsigned i = 0; i < OUTCOMES; i++)
        found = found || group->all.outcomes[i] > 0;
    return found;
}
