/* SPDX-License-Identifier: BSD-2-Clause */

/* How well a model tells messages that it has not seen, and what it goes by. */

#include <stdlib.h>
#include <string.h>

#include "licet/error.h"

#include "samples.h"
#include "signals.h"

enum { STRONGEST = 10, REASONS = 8 };

typedef unsigned Confusion[MODEL_CLASSES][MODEL_CLASSES];

typedef struct {
    const Words *words;
    Confusion table;
    GHashTable *languages, *kinds; /* name -> unsigned[2]: right, all */
    GString *errors;               /* or NULL */
} Trial;

/* Groups in order of first appearance, dealt to the folds in turn. */
static unsigned
number_group (GHashTable *groups, const char *name)
{
    gpointer number = g_hash_table_lookup (groups, name);

    if (number)
        return GPOINTER_TO_UINT (number) - 1;
    g_hash_table_insert (groups, (gpointer)name,
                         GUINT_TO_POINTER (g_hash_table_size (groups) + 1));
    return g_hash_table_size (groups) - 1;
}

static void
print_confusion (const char *title, Confusion table, GString *report)
{
    g_string_append_printf (report, "%s\n%-16s", title, "");
    for (MessageClass class = CLASS_TRANSACTIONAL; class < MODEL_CLASSES; class ++)
        g_string_append_printf (report, "%15s", message_class_word (class));
    g_string_append (report, "\n");
    for (MessageClass truth = CLASS_TRANSACTIONAL; truth < MODEL_CLASSES; truth++) {
        g_string_append_printf (report, "%-16s", message_class_word (truth));
        for (MessageClass told = CLASS_TRANSACTIONAL; told < MODEL_CLASSES; told++)
            g_string_append_printf (report, "%15u", table[truth][told]);
        g_string_append (report, "\n");
    }
}

static double
f1_of (Confusion table, MessageClass class)
{
    unsigned told = 0, true_ones = 0;

    for (unsigned i = 0; i < MODEL_CLASSES; i++) {
        told += table[i][class];
        true_ones += table[class][i];
    }
    return told + true_ones ? 2.0 * table[class][class] / (told + true_ones) : 0;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
    return strcmp (a, b);
}

static void
print_groups (GHashTable *groups, const char *title, GString *report)
{
    g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (groups), compare_names);

    g_string_append_printf (report, "%s\n", title);
    for (const GList *name = names; name; name = name->next) {
        const unsigned *counts = g_hash_table_lookup (groups, name->data);
        g_string_append_printf (report, "  %-16s %u of %u\n", (const char *)name->data,
                                counts[0], counts[1]);
    }
}

static void
count_group (GHashTable *groups, const char *name, bool right)
{
    unsigned *counts = g_hash_table_lookup (groups, name);

    if (!counts) {
        counts = g_new0 (unsigned, 2);
        g_hash_table_insert (groups, (gpointer)name, counts);
    }
    counts[0] += right;
    counts[1]++;
}

/* How much more a signal speaks for one class than for another. */
typedef struct {
    const char *signal;
    double value;
} Share;

static int
compare_shares (gconstpointer a, gconstpointer b)
{
    const Share *first = a, *second = b;

    return (first->value < second->value) - (first->value > second->value);
}

static void
print_error (const Model *model, const Sample *sample, MessageClass detected, MessageClass told,
             GString *errors)
{
    g_autofree Share *shares = g_new0 (Share, signals_count ());
    unsigned count = 0;

    for (unsigned i = 0; i < signals_count (); i++)
        if (sample->seen[i])
            shares[count++] = (Share){ signals_name (i), model->weights[detected][i] -
                                                             model->weights[sample->class][i] };
    qsort (shares, count, sizeof *shares, compare_shares);
    g_string_append_printf (errors, "%s is %s, told %s:", sample->name,
                            message_class_word (sample->class), message_class_word (told));
    if (told != detected)
        g_string_append_printf (errors, " %s by the signals, then searched;",
                                message_class_word (detected));
    for (unsigned i = 0; i < MIN (count, REASONS); i++)
        g_string_append_printf (errors, " %s %+.1f", shares[i].signal, shares[i].value);
    for (unsigned i = MAX (count, REASONS + 4) - 4; i < count; i++)
        g_string_append_printf (errors, " %s %+.1f", shares[i].signal, shares[i].value);
    g_string_append (errors, "\n");
}

/* What the program as a whole says, with its searches for blocks and for hidden promotion. */
static MessageClass
classify_sample (const Model *model, const Sample *sample, const Words *words)
{
    g_autoptr (Message) message = message_parse (sample->bytes, NULL);
    g_autoptr (Classification) classification = classify (message, words, model, NULL);

    return classification->class;
}

static void
test_sample (const Model *model, const Sample *sample, Trial *trial)
{
    double confidence = 0;
    bool cannot_tell = false;
    MessageClass detected =
        model_decide (model, sample->evidence, false, &confidence, &cannot_tell);
    MessageClass told = classify_sample (model, sample, trial->words);

    trial->table[sample->class][told]++;
    count_group (trial->languages, sample->language, told == sample->class);
    count_group (trial->kinds, sample->kind, told == sample->class);
    if (trial->errors && told != sample->class)
        print_error (model, sample, detected, told, trial->errors);
}

static void
test_fold (const GPtrArray *samples, const unsigned fold_of[], unsigned fold, Trial *trial)
{
    g_autoptr (GPtrArray) rest = g_ptr_array_new ();

    for (unsigned i = 0; i < samples->len; i++)
        if (fold_of[i] != fold)
            g_ptr_array_add (rest, samples->pdata[i]);
    if (rest->len == 0 || rest->len == samples->len)
        return;
    g_autoptr (Model) model = samples_learn (rest);
    for (unsigned i = 0; i < samples->len; i++)
        if (fold_of[i] == fold)
            test_sample (model, samples->pdata[i], trial);
}

static void
print_outcome (Trial *trial, const char *title, GString *report)
{
    double sum = 0;

    print_confusion (title, trial->table, report);
    for (MessageClass class = CLASS_TRANSACTIONAL; class < MODEL_CLASSES; class ++)
        if (class != CLASS_MIXED)
            sum += f1_of (trial->table, class);
    g_string_append_printf (report, "macro-F1 of transactional, promotional, personal: %.3f\n",
                            sum / 3);
    print_groups (trial->languages, "right by language:", report);
    print_groups (trial->kinds, "right by kind:", report);
    if (trial->errors)
        g_string_append (report, trial->errors->str);
}

bool
training_validate (const Training *training, UnseenGroups unseen, unsigned folds, bool errors,
                   GString *report, GError **error)
{
    static const char *const titles[] = { "folds grouped by source", "each source unseen",
                                          "each language unseen" };
    const GPtrArray *samples = training->samples;
    g_autoptr (GHashTable) groups = g_hash_table_new (NULL, NULL);
    g_autofree unsigned *fold_of = g_new0 (unsigned, samples->len + 1);
    g_autoptr (GHashTable) languages =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
    g_autoptr (GHashTable) kinds =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
    g_autoptr (GString) list = errors ? g_string_new (NULL) : NULL;
    Trial trial = {
        .words = training->words, .languages = languages, .kinds = kinds, .errors = list
    };

    for (unsigned i = 0; i < samples->len; i++) {
        const Sample *sample = samples->pdata[i];
        unsigned group = number_group (groups, unseen == UNSEEN_LANGUAGE ? sample->language
                                                                         : sample->source);
        fold_of[i] = unseen == UNSEEN_FOLD ? group % MAX (folds, 2) : group;
    }
    if (g_hash_table_size (groups) < 2) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT,
                     "all messages are of one %s: there is nothing to test a model on",
                     unseen == UNSEEN_LANGUAGE ? "language" : "source");
        return false;
    }
    for (unsigned fold = 0; fold < g_hash_table_size (groups); fold++)
        test_fold (samples, fold_of, fold, &trial);
    print_outcome (&trial, titles[unseen], report);
    return true;
}

/* The mean over a class's messages of what each signal adds for it against the likelier other. */
static void
show_class (const GPtrArray *samples, const Model *model, MessageClass class,
            const char *language, GString *report)
{
    g_autofree Share *shares = g_new0 (Share, signals_count ());
    unsigned messages = 0;

    for (unsigned i = 0; i < signals_count (); i++)
        shares[i].signal = signals_name (i);
    for (unsigned j = 0; j < samples->len; j++) {
        const Sample *sample = samples->pdata[j];
        if (sample->class != class || sample->language != language)
            continue;
        messages++;
        for (unsigned i = 0; i < signals_count (); i++)
            shares[i].value += sample->seen[i] ? model->weights[class][i] : 0;
    }
    if (messages == 0)
        return;
    qsort (shares, signals_count (), sizeof *shares, compare_shares);
    g_string_append_printf (report, "%s %s (%u):", *language ? language : "-",
                            message_class_word (class), messages);
    for (unsigned i = 0; i < STRONGEST && shares[i].value > 0; i++)
        g_string_append_printf (report, " %s %.2f", shares[i].signal,
                                shares[i].value / messages);
    g_string_append (report, "\n");
}

void
training_show (const Training *training, GString *report)
{
    const GPtrArray *samples = training->samples;
    g_autoptr (Model) model = samples_learn (samples);
    g_autoptr (GHashTable) languages = g_hash_table_new (NULL, NULL);

    for (unsigned i = 0; i < samples->len; i++)
        g_hash_table_add (languages, (gpointer)((const Sample *)samples->pdata[i])->language);
    g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (languages), compare_names);
    g_string_append (report, "signals that speak most for each class, by language, with what "
                             "they add on average\n");
    for (const GList *name = names; name; name = name->next)
        for (MessageClass class = CLASS_TRANSACTIONAL; class < MODEL_CLASSES; class ++)
            if (class != CLASS_MIXED)
                show_class (samples, model, class, name->data, report);
}
