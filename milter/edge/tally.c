/* SPDX-License-Identifier: BSD-2-Clause */

#include "tally.h"

#include <string.h>

/* Policies name a few hundred rules; what would be more than that is counted together. */
enum { MOST_SERIES = 2000 };

typedef struct {
    const char *name, *help;
    GHashTable *counts; /* labels without braces to uint64_t */
} Family;

enum { DECISIONS, TERRITORIES, RULES, FAMILIES };

struct Tally {
    GMutex lock;
    Family families[FAMILIES];
    uint64_t messages, store_failures;
    uint64_t microseconds[PLAN_STAGES];
    bool store_failed; /* the last time that it was asked */
};

Tally *
tally_new (void)
{
    static const Family families[FAMILIES] = {
        [DECISIONS] = { "decisions_total", "Recipients decided, by class and outcome.", NULL },
        [TERRITORIES] = { "territory_decisions_total",
                          "Recipients decided, by territory and outcome.", NULL },
        [RULES] = { "rule_decisions_total",
                    "Recipients whose outcome a rule decided, by rule and outcome.", NULL },
    };
    Tally *tally = g_new0 (Tally, 1);

    g_mutex_init (&tally->lock);
    for (unsigned i = 0; i < FAMILIES; i++) {
        tally->families[i] = families[i];
        tally->families[i].counts =
            g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    }
    return tally;
}

void
tally_free (Tally *tally)
{
    if (!tally)
        return;
    for (unsigned i = 0; i < FAMILIES; i++)
        g_hash_table_unref (tally->families[i].counts);
    g_mutex_clear (&tally->lock);
    g_free (tally);
}

/* A label's value: what would end it does not stand in a policy's id, but may. */
static char *
quote (const char *text)
{
    char *clean = g_utf8_make_valid (text && *text ? text : "none", -1);

    return g_strdelimit (clean, "\"\\\n", '_');
}

static void
count (Family *family, const char *label, const char *value, const char *outcome)
{
    g_autofree char *clean = quote (value);
    bool full = g_hash_table_size (family->counts) >= MOST_SERIES;
    g_autofree char *labels =
        g_strdup_printf ("%s=\"%s\",outcome=\"%s\"", label, clean, outcome);
    uint64_t *number = g_hash_table_lookup (family->counts, labels);

    if (!number && full) {
        g_free (labels);
        labels = g_strdup_printf ("%s=\"other\",outcome=\"%s\"", label, outcome);
        number = g_hash_table_lookup (family->counts, labels);
    }
    if (!number) {
        number = g_new0 (uint64_t, 1);
        g_hash_table_insert (family->counts, g_steal_pointer (&labels), number);
    }
    ++*number;
}

static void
count_decision (Tally *tally, const Plan *plan, const Decision *decision)
{
    const char *outcome = outcome_word (decision->outcome);

    count (&tally->families[DECISIONS], "class",
           message_class_word (plan->classification->class), outcome);
    count (&tally->families[TERRITORIES], "territory", decision->facts->territory, outcome);
    if (decision->rule)
        count (&tally->families[RULES], "rule", decision->rule, outcome);
}

void
tally_add (Tally *tally, const Plan *plan, const GArray *only)
{
    g_mutex_lock (&tally->lock);
    tally->messages++;
    tally->store_failed = plan->consent_failure != NULL;
    tally->store_failures += tally->store_failed;
    for (unsigned i = 0; i < PLAN_STAGES; i++)
        tally->microseconds[i] += plan->microseconds[i];
    for (unsigned i = 0; i < plan->decisions->len; i++)
        if (plan_is_among (only, i))
            count_decision (tally, plan, plan_decision (plan, i));
    g_mutex_unlock (&tally->lock);
}

static void
write_family (const Family *family, GString *text)
{
    g_autoptr (GList) keys = g_hash_table_get_keys (family->counts);

    keys = g_list_sort (keys, (GCompareFunc)strcmp);
    g_string_append_printf (text, "# HELP licet_%s %s\n# TYPE licet_%s counter\n", family->name,
                            family->help, family->name);
    for (const GList *key = keys; key; key = key->next)
        g_string_append_printf (text, "licet_%s{%s} %" G_GUINT64_FORMAT "\n", family->name,
                                (const char *)key->data,
                                *(uint64_t *)g_hash_table_lookup (family->counts, key->data));
}

static void
write_stages (const Tally *tally, GString *text)
{
    g_string_append (text,
                     "# HELP licet_stage_seconds_total Time spent in a stage, all messages.\n"
                     "# TYPE licet_stage_seconds_total counter\n");
    for (unsigned i = 0; i < PLAN_STAGES; i++)
        g_string_append_printf (
            text, "licet_stage_seconds_total{stage=\"%s\"} %" G_GUINT64_FORMAT ".%06u\n",
            plan_stage_word (i), tally->microseconds[i] / G_USEC_PER_SEC,
            (unsigned)(tally->microseconds[i] % G_USEC_PER_SEC));
}

void
tally_write (Tally *tally, GString *text)
{
    g_mutex_lock (&tally->lock);
    for (unsigned i = 0; i < FAMILIES; i++)
        write_family (&tally->families[i], text);
    write_stages (tally, text);
    g_string_append_printf (
        text,
        "# HELP licet_decided_messages_total Messages that were decided, once per edge.\n"
        "# TYPE licet_decided_messages_total counter\n"
        "licet_decided_messages_total %" G_GUINT64_FORMAT "\n"
        "# HELP licet_consent_store_up 1 when the consent store answered the last time.\n"
        "# TYPE licet_consent_store_up gauge\n"
        "licet_consent_store_up %d\n"
        "# HELP licet_consent_store_failures_total Messages for which it did not answer.\n"
        "# TYPE licet_consent_store_failures_total counter\n"
        "licet_consent_store_failures_total %" G_GUINT64_FORMAT "\n",
        tally->messages, tally->store_failed ? 0 : 1, tally->store_failures);
    g_mutex_unlock (&tally->lock);
}
