/* SPDX-License-Identifier: BSD-2-Clause */

/* From passages to the weights of their terms, with liblinear's logistic regression. */

#include "licet/passages.h"

#include <math.h>
#include <string.h>

#include "licet/error.h"

#include "regression.h"
#include "terms.h"

/* A term of one passage alone is chance, and a common one, of more than each tenth passage, says how
 * somebody writes, not of what. LINE: letters after which a line of the file ends. */
enum { LEAST_PASSAGES = 2, MOST_SHARE = 10, LEAST_COMMON = 10, LINE = 80 };

static const double PENALTY = 1, STEP = 0.1;

/* What one term can say at most: a passage is no offer for one exclamation mark. */
static const double MOST_WEIGHT = 1.5;

typedef struct {
    bool promotion;
    unsigned trade;
    GArray *terms; /* of unsigned: numbers, from 1, sorted, each once */
} Passage;

struct Passages {
    GPtrArray *passages; /* of Passage */
    GPtrArray *names;    /* of char *: terms by number - 1 */
    GHashTable *numbers; /* by name */
    unsigned trades;
};

static void
passage_free (Passage *passage)
{
    g_array_unref (passage->terms);
    g_free (passage);
}

void
passages_free (Passages *passages)
{
    if (!passages)
        return;
    g_ptr_array_unref (passages->passages);
    g_ptr_array_unref (passages->names);
    g_hash_table_unref (passages->numbers);
    g_free (passages);
}

static unsigned
number_term (Passages *passages, const PassageTerm *term)
{
    char *name = passage_term_spell (term);
    unsigned number = GPOINTER_TO_UINT (g_hash_table_lookup (passages->numbers, name));

    if (number > 0) {
        g_free (name);
        return number;
    }
    g_ptr_array_add (passages->names, name);
    g_hash_table_insert (passages->numbers, name, GUINT_TO_POINTER (passages->names->len));
    return passages->names->len;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
    unsigned first = *(const unsigned *)a, second = *(const unsigned *)b;

    return (first > second) - (first < second);
}

/* The numbers of the terms of one text. */
typedef struct {
    Passages *passages;
    GArray *all;
} Numbering;

static void
see_term (const PassageTerm *term, gpointer data)
{
    Numbering *numbering = data;
    unsigned number = number_term (numbering->passages, term);

    g_array_append_val (numbering->all, number);
}

static void
add_passage (Passages *passages, const char *text, bool promotion)
{
    g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (unsigned));
    Numbering numbering = { passages, all };
    Passage *passage = g_new0 (Passage, 1);

    passage_terms_each (text, see_term, &numbering);
    g_array_sort (all, compare_numbers);
    *passage = (Passage){ promotion, passages->trades - 1,
                          g_array_new (FALSE, FALSE, sizeof (unsigned)) };
    for (unsigned i = 0; i < all->len; i++)
        if (i == 0 || g_array_index (all, unsigned, i) != g_array_index (all, unsigned, i - 1))
            g_array_append_val (passage->terms, g_array_index (all, unsigned, i));
    g_ptr_array_add (passages->passages, passage);
}

static bool
read_line (Passages *passages, const char *line)
{
    if (*line == '#' || *line == '\0')
        return true;
    if (g_str_has_prefix (line, "== ")) {
        passages->trades++;
        return true;
    }
    bool promotion = g_str_has_prefix (line, "+ ");
    if (passages->trades == 0 || !(promotion || g_str_has_prefix (line, "- ")))
        return false;
    add_passage (passages, line + 2, promotion);
    return true;
}

static unsigned
count_promotion (const Passages *passages)
{
    unsigned count = 0;

    for (unsigned i = 0; i < passages->passages->len; i++)
        count += ((const Passage *)passages->passages->pdata[i])->promotion;
    return count;
}

Passages *
passages_parse (const char *text, const char *name, GError **error)
{
    g_autoptr (Passages) passages = g_new0 (Passages, 1);
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

    passages->passages = g_ptr_array_new_with_free_func ((GDestroyNotify)passage_free);
    passages->names = g_ptr_array_new_with_free_func (g_free);
    passages->numbers = g_hash_table_new (g_str_hash, g_str_equal);
    for (unsigned i = 0; lines[i]; i++)
        if (!g_utf8_validate (lines[i], -1, NULL) || !read_line (passages, lines[i])) {
            g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                         "%s:%u: a line is \"== TRADE\", or below one \"- \" or \"+ \" and a "
                         "passage in UTF-8",
                         name, i + 1);
            return NULL;
        }
    unsigned promotion = count_promotion (passages);
    if (promotion == 0 || promotion == passages->passages->len) {
        g_set_error (error, LICET_ERROR, LICET_ERROR_MALFORMED,
                     "%s: there must be passages of both kinds", name);
        return NULL;
    }
    return g_steal_pointer (&passages);
}

/* What is learnt from: all passages but those of the trades of one part. */
typedef struct {
    GPtrArray *rows; /* of struct feature_node *; owns them */
    GArray *labels;  /* of double */
} Lesson;

static void
lesson_clear (Lesson *lesson)
{
    g_ptr_array_unref (lesson->rows);
    g_array_unref (lesson->labels);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lesson, lesson_clear)

static bool
is_learnt (const Passage *passage, unsigned part, unsigned parts)
{
    return parts == 0 || passage->trade % parts != part;
}

/* Of each term, by number: passages of either kind that have it, and how much it counts: the more, the
 * more it stands in one kind (the log ratio of Wang and Manning, "Baselines and Bigrams", 2012). */
typedef struct {
    unsigned service, promotion;
    double scale; /* 0: it is not learnt from */
} TermCount;

static struct feature_node *
make_row (const Passage *passage, const TermCount *counts)
{
    struct feature_node *row = g_new0 (struct feature_node, passage->terms->len + 1);
    unsigned length = 0;

    for (unsigned i = 0; i < passage->terms->len; i++) {
        unsigned number = g_array_index (passage->terms, unsigned, i);
        if (counts[number].scale > 0)
            row[length++] = (struct feature_node){ (int)number, counts[number].scale };
    }
    row[length].index = -1;
    return row;
}

static void
count_passage (const Passage *passage, TermCount *counts)
{
    for (unsigned i = 0; i < passage->terms->len; i++) {
        TermCount *count = &counts[g_array_index (passage->terms, unsigned, i)];
        if (passage->promotion)
            count->promotion++;
        else
            count->service++;
    }
}

static TermCount *
count_terms (const Passages *passages, unsigned part, unsigned parts)
{
    TermCount *counts = g_new0 (TermCount, passages->names->len + 1);
    unsigned promotion = 0, service = 0;

    for (unsigned i = 0; i < passages->passages->len; i++) {
        const Passage *passage = passages->passages->pdata[i];
        if (!is_learnt (passage, part, parts))
            continue;
        promotion += passage->promotion;
        service += !passage->promotion;
        count_passage (passage, counts);
    }
    for (unsigned i = 1; i <= passages->names->len; i++) {
        unsigned all = counts[i].promotion + counts[i].service;
        if (all >= LEAST_PASSAGES &&
            all <= MAX ((promotion + service) / MOST_SHARE, LEAST_COMMON))
            counts[i].scale = fabs (log ((counts[i].promotion + 1.0) / (promotion + 2.0)) -
                                    log ((counts[i].service + 1.0) / (service + 2.0)));
    }
    return counts;
}

static Lesson
prepare (const Passages *passages, const TermCount *counts, unsigned part, unsigned parts)
{
    Lesson lesson = { g_ptr_array_new_with_free_func (g_free),
                      g_array_new (FALSE, FALSE, sizeof (double)) };

    for (unsigned i = 0; i < passages->passages->len; i++) {
        const Passage *passage = passages->passages->pdata[i];
        double label = passage->promotion ? 1 : -1;
        if (!is_learnt (passage, part, parts))
            continue;
        g_ptr_array_add (lesson.rows, make_row (passage, counts));
        g_array_append_val (lesson.labels, label);
    }
    return lesson;
}

/* By number of the term - 1, rounded; all 0 where one kind alone is left. */
static double *
fit (const Passages *passages, unsigned part, unsigned parts)
{
    static const double masses[] = { 1, 1 };
    g_autofree TermCount *counts = count_terms (passages, part, parts);
    g_auto (Lesson) lesson = prepare (passages, counts, part, parts);
    double *weights =
        regression_fit (lesson.rows, lesson.labels, passages->names->len, PENALTY, masses);

    for (unsigned i = 0; i < passages->names->len; i++) {
        weights[i] = CLAMP (weights[i] * counts[i + 1].scale, -MOST_WEIGHT, MOST_WEIGHT);
        weights[i] = round (weights[i] / STEP) * STEP;
    }
    return weights;
}

static double
weigh (const Passage *passage, const double *weights)
{
    double sum = 0;

    for (unsigned i = 0; i < passage->terms->len; i++)
        sum += weights[g_array_index (passage->terms, unsigned, i) - 1];
    return sum;
}

static void
add_verdict (PassagesTrial *trial, bool promotion, double odds, double bound)
{
    trial->all++;
    trial->right += promotion == (odds > 0);
    trial->promotion += odds >= bound;
    trial->promotion_wrong += odds >= bound && !promotion;
    trial->service += odds <= -bound;
    trial->service_wrong += odds <= -bound && promotion;
}

PassagesTrial
passages_validate (const Passages *passages, unsigned folds, double bound)
{
    PassagesTrial trial = { 0 };

    for (unsigned part = 0; part < folds; part++) {
        g_autofree double *weights = fit (passages, part, folds);
        for (unsigned i = 0; i < passages->passages->len; i++) {
            const Passage *passage = passages->passages->pdata[i];
            if (!is_learnt (passage, part, folds))
                add_verdict (&trial, passage->promotion, weigh (passage, weights), bound);
        }
    }
    return trial;
}

/* A term and its weight, which lists are made of: the strongest promotion first. */
typedef struct {
    const char *name;
    double weight;
} Weighed;

static int
compare_weighed (gconstpointer a, gconstpointer b)
{
    const Weighed *first = a, *second = b;
    int order = (first->weight < second->weight) - (first->weight > second->weight);

    return order != 0 ? order : strcmp (first->name, second->name);
}

static GArray *
list_weighed (const Passages *passages)
{
    g_autofree double *weights = fit (passages, 0, 0);
    GArray *list = g_array_new (FALSE, FALSE, sizeof (Weighed));

    for (unsigned i = 0; i < passages->names->len; i++) {
        Weighed weighed = { passages->names->pdata[i], weights[i] };
        if (fabs (weighed.weight) > STEP / 2)
            g_array_append_val (list, weighed);
    }
    g_array_sort (list, compare_weighed);
    return list;
}

/* Terms have no comma, no quote and no backslash: they are of letters, digits and few signs. */
static void
print_list (GString *text, const GArray *list, unsigned first, unsigned end)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    unsigned column = 0;

    g_string_append_printf (text, "    { weight = %s; terms =",
                            g_ascii_formatd (number, sizeof number, "%.1f",
                                             g_array_index (list, Weighed, first).weight));
    for (unsigned i = first; i < end; i++) {
        const char *name = g_array_index (list, Weighed, i).name;
        g_string_append_printf (text, "%s%s%s", column == 0 ? "\n        \"" : " ", name,
                                i + 1 < end ? "," : "");
        column += (unsigned)g_utf8_strlen (name, -1) + 2;
        if (column > LINE || i + 1 == end) {
            g_string_append (text, i + 1 < end ? " \"" : "\"");
            column = 0;
        }
    }
    g_string_append (text, "; }");
}

char *
passages_learn (const Passages *passages, const char *language)
{
    g_autoptr (GArray) list = list_weighed (passages);
    g_autoptr (GString) text = g_string_new (NULL);

    g_string_append_printf (
        text,
        "# SPDX-License-Identifier: BSD-2-Clause\n"
        "# What each term adds to the log-odds of promotion; written by \"licet train\".\n"
        "# A \"*\" stands for any ending, \"^\" for the beginning, \"#\" for any number.\n\n"
        "language = \"%s\";\n"
        "trained = \"liblinear L2R_LR, C %g, terms by their log ratio, on %u passages of %u "
        "trades; terms of %d passages or more and of a tenth or less, rounded to "
        "%g\";\n\nweights = (\n",
        language, PENALTY, passages->passages->len, passages->trades, LEAST_PASSAGES, STEP);
    for (unsigned first = 0, end = 0; first < list->len; first = end) {
        double weight = g_array_index (list, Weighed, first).weight;
        while (end < list->len && g_array_index (list, Weighed, end).weight == weight)
            end++;
        print_list (text, list, first, end);
        g_string_append (text, end < list->len ? ",\n" : "\n");
    }
    g_string_append (text, ");\n");
    return g_string_free (g_steal_pointer (&text), FALSE);
}
