/* SPDX-License-Identifier: BSD-2-Clause */

/* From labelled messages to weights, with liblinear's logistic regression. */

#include "licet/training.h"

#include <linear.h>
#include <string.h>

#include "licet/error.h"
#include "model.h"
#include "signals.h"

/* SOURCE_MASS: copies of a source's messages that make up one source in the sum. */
enum { LEAST_SOURCES = 3, SOURCE_MASS = 60, MOST_COPIES = 12 };

typedef struct {
    Classification *seen; /* its evidence is what the model learns from */
    MessageClass class;
    const char *source, *language, *kind; /* interned */
} Sample;

struct Training {
    const Words *words;
    GPtrArray *samples; /* of Sample */
};

static void
sample_free (Sample *sample)
{
    classification_free (sample->seen);
    g_free (sample);
}

Training *
training_new (const Words *words)
{
    Training *training = g_new0 (Training, 1);

    training->words = words;
    training->samples = g_ptr_array_new_with_free_func ((GDestroyNotify)sample_free);
    return training;
}

void
training_free (Training *training)
{
    g_ptr_array_unref (training->samples);
    g_free (training);
}

void
training_add (Training *training, const Message *message, MessageClass class,
              const char *source, const char *language, const char *kind)
{
    Sample *sample = g_new0 (Sample, 1);

    sample->seen = classify (message, training->words, NULL, NULL);
    sample->class = class;
    sample->source = g_intern_string (source);
    sample->language = g_intern_string (language);
    sample->kind = g_intern_string (kind);
    g_ptr_array_add (training->samples, sample);
}

static bool
has_signal (const Sample *sample, const char *name)
{
    const GPtrArray *evidence = sample->seen->evidence;

    for (unsigned i = 0; i < evidence->len; i++)
        if (strcmp (((const Evidence *)evidence->pdata[i])->signal, name) == 0)
            return true;
    return false;
}

static bool
is_widespread (const GPtrArray *samples, const char *name)
{
    g_autoptr (GHashTable) sources = g_hash_table_new (NULL, NULL);

    for (unsigned i = 0; i < samples->len; i++) {
        const Sample *sample = samples->pdata[i];
        if (has_signal (sample, name))
            g_hash_table_add (sources, (gpointer)sample->source);
    }
    return g_hash_table_size (sources) >= LEAST_SOURCES;
}

static struct feature_node *
list_features (const Sample *sample, const bool use[])
{
    struct feature_node *nodes = g_new0 (struct feature_node, signals_count () + 2);
    unsigned count = 0;

    for (unsigned i = 0; i < signals_count (); i++)
        if (use[i] && has_signal (sample, signals_name (i)))
            nodes[count++] = (struct feature_node){ (int)i + 1, 1 };
    nodes[count++] = (struct feature_node){ (int)signals_count () + 1, 1 };
    nodes[count].index = -1;
    return nodes;
}

/* liblinear has no weights of samples: those of small sources are repeated. */
static unsigned
count_copies (const GPtrArray *samples, const Sample *sample)
{
    unsigned siblings = 0;

    for (unsigned i = 0; i < samples->len; i++) {
        const Sample *other = samples->pdata[i];
        siblings += other->source == sample->source && other->class == sample->class;
    }
    return CLAMP (SOURCE_MASS / siblings, 1, MOST_COPIES);
}

static void
be_silent (const char *text)
{
    (void)text;
}

static Model *
take_weights (const struct model *learnt)
{
    Model *model = model_new ();

    for (int c = 0; c < learnt->nr_class; c++) {
        int class = learnt->label[c];
        /* With two classes liblinear keeps the weights of the first alone. */
        double sign = learnt->nr_class == 2 && c == 1 ? -1 : 1;
        int row = learnt->nr_class == 2 ? 0 : c,
            rows = learnt->nr_class == 2 ? 1 : learnt->nr_class;
        for (unsigned i = 0; i < signals_count (); i++)
            model->weights[class][i] = sign * learnt->w[(int)i * rows + row];
        model->bias[class] = sign * learnt->w[(int)signals_count () * rows + row];
    }
    return model;
}

/* Each class weighs the same: how often each was collected says nothing about its frequency. */
static void
weigh_classes (const GArray *labels, int classes[], double masses[])
{
    unsigned counts[MODEL_CLASSES] = { 0 };

    for (unsigned i = 0; i < labels->len; i++)
        counts[(int)g_array_index (labels, double, i)]++;
    for (int i = 0; i < MODEL_CLASSES; i++) {
        classes[i] = i;
        masses[i] = counts[i] ? (double)labels->len / (MODEL_CLASSES * counts[i]) : 1;
    }
}

static Model *
learn (const GPtrArray *samples)
{
    g_autofree bool *use = g_new0 (bool, signals_count ());
    g_autoptr (GPtrArray) rows = g_ptr_array_new ();
    g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (double));

    for (unsigned i = 0; i < signals_count (); i++)
        use[i] = is_widespread (samples, signals_name (i));
    for (unsigned i = 0; i < samples->len; i++) {
        const Sample *sample = samples->pdata[i];
        double label = sample->class;
        struct feature_node *nodes = list_features (sample, use);
        g_ptr_array_add (owned, nodes);
        for (unsigned copies = count_copies (samples, sample); copies > 0; copies--) {
            g_ptr_array_add (rows, nodes);
            g_array_append_val (labels, label);
        }
    }
    struct problem problem = { .l = (int)rows->len,
                               .n = (int)signals_count () + 1,
                               .y = (double *)(void *)labels->data,
                               .x = (struct feature_node **)rows->pdata,
                               .bias = -1 };
    int classes[MODEL_CLASSES];
    double masses[MODEL_CLASSES];
    weigh_classes (labels, classes, masses);
    struct parameter parameter = { .solver_type = L2R_LR,
                                   .eps = 0.001,
                                   .C = 0.1,
                                   .nr_weight = MODEL_CLASSES,
                                   .weight_label = classes,
                                   .weight = masses };
    set_print_string_function (be_silent);
    struct model *learnt = train (&problem, &parameter);
    Model *model = take_weights (learnt);
    free_and_destroy_model (&learnt);
    return model;
}

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

typedef unsigned Confusion[MODEL_CLASSES][MODEL_CLASSES];

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

static void
print_group (gpointer name, gpointer value, gpointer report)
{
    unsigned *right_of = value;

    g_string_append_printf (report, "  %-16s %u of %u\n", (const char *)name, right_of[0],
                            right_of[1]);
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

typedef struct {
    Confusion table;
    GHashTable *languages, *kinds;
} Outcome;

static void
test_fold (const GPtrArray *samples, const unsigned fold_of[], unsigned fold, Outcome *outcome)
{
    g_autoptr (GPtrArray) rest = g_ptr_array_new ();

    for (unsigned i = 0; i < samples->len; i++)
        if (fold_of[i] != fold)
            g_ptr_array_add (rest, samples->pdata[i]);
    if (rest->len == 0 || rest->len == samples->len)
        return;
    g_autoptr (Model) model = learn (rest);
    for (unsigned i = 0; i < samples->len; i++) {
        const Sample *sample = samples->pdata[i];
        double confidence = 0;
        if (fold_of[i] != fold)
            continue;
        MessageClass told = model_decide (model, sample->seen->evidence, &confidence);
        outcome->table[sample->class][told]++;
        count_group (outcome->languages, sample->language, told == sample->class);
        count_group (outcome->kinds, sample->kind, told == sample->class);
    }
}

static void
print_outcome (Outcome *outcome, const char *title, GString *report)
{
    double sum = 0;

    print_confusion (title, outcome->table, report);
    for (MessageClass class = CLASS_TRANSACTIONAL; class < MODEL_CLASSES; class ++)
        if (class != CLASS_MIXED)
            sum += f1_of (outcome->table, class);
    g_string_append_printf (
        report, "macro-F1 of transactional, promotional, personal: %.3f\nright by language:\n",
        sum / 3);
    g_hash_table_foreach (outcome->languages, print_group, report);
    g_string_append (report, "right by kind:\n");
    g_hash_table_foreach (outcome->kinds, print_group, report);
}

bool
training_validate (const Training *training, unsigned folds, bool by_language, GString *report,
                   GError **error)
{
    const GPtrArray *samples = training->samples;
    g_autoptr (GHashTable) groups = g_hash_table_new (NULL, NULL);
    g_autofree unsigned *fold_of = g_new0 (unsigned, samples->len + 1);
    g_autoptr (GHashTable) languages =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
    g_autoptr (GHashTable) kinds =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
    Outcome outcome = { .languages = languages, .kinds = kinds };

    for (unsigned i = 0; i < samples->len; i++) {
        const Sample *sample = samples->pdata[i];
        unsigned group = number_group (groups, by_language ? sample->language : sample->source);
        fold_of[i] = by_language ? group : group % MAX (folds, 2);
    }
    if (g_hash_table_size (groups) < 2) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_LIMIT,
                     "all messages are of one %s: there is nothing to test a model on",
                     by_language ? "language" : "source");
        return false;
    }
    unsigned count = by_language ? g_hash_table_size (groups) : MAX (folds, 2);
    for (unsigned fold = 0; fold < count; fold++)
        test_fold (samples, fold_of, fold, &outcome);
    print_outcome (&outcome, by_language ? "each language unseen" : "folds grouped by source",
                   report);
    return true;
}

static void
print_class (const Model *model, MessageClass class, GString *text)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf (text, "\n%s = {\n", message_class_word (class));
    g_string_append_printf (
        text, "  bias = %s;\n",
        g_ascii_formatd (number, sizeof number, "%.3f", model->bias[class]));
    for (unsigned i = 0; i < signals_count (); i++)
        if (model->weights[class][i] != 0)
            g_string_append_printf (
                text, "  %s = %s;\n", signals_name (i),
                g_ascii_formatd (number, sizeof number, "%.3f", model->weights[class][i]));
    g_string_append (text, "};\n");
}

char *
training_text (const Training *training)
{
    g_autoptr (Model) model = learn (training->samples);
    g_autoptr (GString) text = g_string_new (NULL);

    g_string_append_printf (
        text,
        "# SPDX-License-Identifier: BSD-2-Clause\n"
        "# What each signal adds to the log-odds of each class; written by \"licet train\".\n\n"
        "trained = \"liblinear L2R_LR, C 0.1, one against the rest, on %u messages; each "
        "source "
        "weighs the same; signals of less than %d sources left out\";\n",
        training->samples->len, LEAST_SOURCES);
    for (MessageClass class = CLASS_TRANSACTIONAL; class < MODEL_CLASSES; class ++)
        print_class (model, class, text);
    return g_string_free (g_steal_pointer (&text), FALSE);
}
