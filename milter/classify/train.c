/* SPDX-License-Identifier: BSD-2-Clause */

/* From labelled messages to weights, with liblinear's logistic regression. */

#include <string.h>

#include "licet/error.h"

#include "regression.h"
#include "samples.h"
#include "signals.h"

/* SOURCE_MASS: copies of a source's messages of a class that make up one source in the sum. */
enum { LEAST_SOURCES = 3, SOURCE_MASS = 60, MOST_COPIES = 12, MOST_ROUNDS = 8 };

/* What a mark of correspondence adds that was too rare to be learnt. */
static const double RARE = 1;

/* The part of the table's weight that is added to a learnt one. */
static const double TABLE = 0.25;

static const double PENALTY = 0.1;

static const MessageClass learnt[] = { CLASS_TRANSACTIONAL, CLASS_PROMOTIONAL, CLASS_PERSONAL };

static void
sample_free (Sample *sample)
{
    g_ptr_array_unref (sample->evidence);
    g_bytes_unref (sample->bytes);
    g_free (sample->seen);
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
training_add (Training *training, const Message *message, MessageClass class, const char *name,
              const char *source, const char *language, const char *kind)
{
    Sample *sample = g_new0 (Sample, 1);
    g_autoptr (Classification) seen = classify (message, training->words, NULL, NULL);

    sample->class = class;
    sample->name = g_intern_string (name);
    sample->source = g_intern_string (source);
    sample->language = g_intern_string (language);
    sample->kind = g_intern_string (kind);
    sample->evidence = g_ptr_array_ref (seen->evidence);
    sample->seen = g_new0 (bool, signals_count ());
    for (unsigned i = 0; i < seen->evidence->len; i++) {
        int row = signals_find (((const Evidence *)seen->evidence->pdata[i])->signal);
        if (row >= 0)
            sample->seen[row] = true;
    }
    sample->bytes = g_bytes_ref (message_bytes (message));
    g_ptr_array_add (training->samples, sample);
}

static bool
is_widespread (const GPtrArray *samples, unsigned signal)
{
    g_autoptr (GHashTable) sources = g_hash_table_new (NULL, NULL);

    for (unsigned i = 0; i < samples->len; i++) {
        const Sample *sample = samples->pdata[i];
        if (sample->seen[signal])
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
        if (use[i] && sample->seen[i])
            nodes[count++] = (struct feature_node){ (int)i + 1, signals_trust (i) };
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

/* What one class is told from the others with: +1 is the class itself. */
typedef struct {
    GPtrArray *rows;  /* of struct feature_node *, copies included */
    GPtrArray *owned; /* each once */
    GArray *labels;   /* of double */
    double masses[2]; /* of +1 and -1 */
} Lesson;

static void
lesson_clear (Lesson *lesson)
{
    g_ptr_array_unref (lesson->rows);
    g_ptr_array_unref (lesson->owned);
    g_array_unref (lesson->labels);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lesson, lesson_clear)

/* Each class weighs the same: how often each was collected says nothing about its frequency. */
static void
balance (Lesson *lesson)
{
    double rest = 0;

    for (unsigned i = 0; i < lesson->labels->len; i++)
        rest += g_array_index (lesson->labels, double, i) < 0;
    double own = lesson->labels->len - rest;
    lesson->masses[0] = own > 0 ? rest / own : 1;
    lesson->masses[1] = 1;
}

static Lesson
prepare (const GPtrArray *samples, MessageClass class, const bool use[])
{
    Lesson lesson = { g_ptr_array_new (),
                      g_ptr_array_new_with_free_func (g_free),
                      g_array_new (FALSE, FALSE, sizeof (double)),
                      { 1, 1 } };

    for (unsigned i = 0; i < samples->len; i++) {
        const Sample *sample = samples->pdata[i];
        double label = sample->class == class ? 1 : -1;
        if (sample->class == CLASS_MIXED)
            continue;
        struct feature_node *nodes = list_features (sample, use);
        g_ptr_array_add (lesson.owned, nodes);
        for (unsigned copies = count_copies (samples, sample); copies > 0; copies--) {
            g_ptr_array_add (lesson.rows, nodes);
            g_array_append_val (lesson.labels, label);
        }
    }
    balance (&lesson);
    return lesson;
}

/* Weights by row of the table, and the bias after the last. Caller frees. */
static double *
fit (const GPtrArray *samples, MessageClass class, const bool use[])
{
    g_auto (Lesson) lesson = prepare (samples, class, use);

    return regression_fit (lesson.rows, lesson.labels, signals_count () + 1, PENALTY,
                           lesson.masses);
}

/* Fits again without what came out against its direction, until nothing does. */
static void
learn_class (const GPtrArray *samples, MessageClass class, const bool widespread[],
             Model *model)
{
    g_autofree bool *use = g_memdup2 (widespread, signals_count () * sizeof (bool));
    g_autofree double *weights = NULL;
    bool again = true;

    for (unsigned round = 0; again && round < MOST_ROUNDS; round++) {
        g_free (weights);
        weights = fit (samples, class, use);
        again = false;
        for (unsigned i = 0; i < signals_count (); i++)
            if (use[i] && !signals_allow (i, class, weights[i])) {
                use[i] = false;
                weights[i] = 0;
                again = true;
            }
    }
    for (unsigned i = 0; i < signals_count (); i++)
        model->weights[class][i] = weights[i] * signals_trust (i);
    model->bias[class] = weights[signals_count ()];
}

/* A signal that is too rare to be learnt speaks as the table says; of the others the table is heard
 * too, since some hundred messages do not show everything. */
static void
add_table (Model *model, const bool widespread[])
{
    for (unsigned i = 0; i < signals_count (); i++) {
        double weight = signals_weight (i) / 2 * (widespread[i] ? TABLE : 1);
        model->weights[CLASS_TRANSACTIONAL][i] -= weight;
        model->weights[CLASS_PROMOTIONAL][i] += weight;
        if (!widespread[i] && signals_are_personal (i))
            model->weights[CLASS_PERSONAL][i] = RARE;
    }
}

Model *
samples_learn (const GPtrArray *samples)
{
    g_autofree bool *widespread = g_new0 (bool, signals_count ());
    Model *model = model_new ();

    for (unsigned i = 0; i < signals_count (); i++)
        widespread[i] = is_widespread (samples, i);
    for (unsigned i = 0; i < G_N_ELEMENTS (learnt); i++)
        learn_class (samples, learnt[i], widespread, model);
    add_table (model, widespread);
    return model;
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
    g_autoptr (Model) model = samples_learn (training->samples);
    g_autoptr (GString) text = g_string_new (NULL);

    g_string_append_printf (
        text,
        "# SPDX-License-Identifier: BSD-2-Clause\n"
        "# What each signal adds to the log-odds of each class; written by \"licet train\".\n\n"
        "trained = \"liblinear L2R_LR, C 0.1, one against the rest, on %u messages; sources "
        "repeated towards one weight; signals of less than %d sources as the table has them; "
        "weights against a signal's direction left out; the fields of bulk mail and the wording "
        "believed in part\";\n",
        training->samples->len, LEAST_SOURCES);
    for (unsigned i = 0; i < G_N_ELEMENTS (learnt); i++)
        print_class (model, learnt[i], text);
    return g_string_free (g_steal_pointer (&text), FALSE);
}
