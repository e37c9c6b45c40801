/* SPDX-License-Identifier: BSD-2-Clause */

/* A linear model: for each class one weight per signal that is seen, read from a text file. */

#include "model.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "licet/conffile.h"
#include "licet/error.h"
#include "signals.h"

/* Below this no class is likely by itself. */
static const double THIN = 0.5;

Model *
model_new (void)
{
    Model *model = g_new0 (Model, 1);

    for (unsigned i = 0; i < MODEL_CLASSES; i++)
        model->weights[i] = g_new0 (double, signals_count ());
    g_atomic_ref_count_init (&model->references);
    return model;
}

Model *
model_ref (Model *model)
{
    if (model)
        g_atomic_ref_count_inc (&model->references);
    return model;
}

void
model_unref (Model *model)
{
    if (!model || !g_atomic_ref_count_dec (&model->references))
        return;
    for (unsigned i = 0; i < MODEL_CLASSES; i++)
        g_free (model->weights[i]);
    g_free (model);
}

/* "bias" and the names of the signals; a signal that is not named has no weight. */
static ConfField *
weight_fields (void)
{
    ConfField *fields = g_new0 (ConfField, signals_count () + 2);

    fields[0] = (ConfField){ "bias", CONF_NUMBER, true, 0, 0, NULL };
    for (unsigned i = 0; i < signals_count (); i++)
        fields[i + 1] = (ConfField){ signals_name (i), CONF_NUMBER, false, 0, 0, NULL };
    return fields;
}

static void
read_class (Model *model, const ConfNode *root, MessageClass class, GPtrArray *problems)
{
    const ConfNode *group = conf_child (root, message_class_word (class));
    g_autofree ConfField *fields = weight_fields ();

    if (!conf_check (group, fields, problems))
        return;
    model->bias[class] = conf_number (group, "bias", 0);
    for (unsigned i = 0; i < signals_count (); i++)
        model->weights[class][i] = conf_number (group, signals_name (i), 0);
}

Model *
model_load (const char *path, GError **error)
{
    static const ConfField fields[] = {
        { "trained", CONF_STRING, true, 0, 0, NULL },
        { "transactional", CONF_GROUP, true, 0, 0, NULL },
        { "promotional", CONF_GROUP, true, 0, 0, NULL },
        { "personal", CONF_GROUP, true, 0, 0, NULL },
        { NULL, CONF_STRING, false, 0, 0, NULL },
    };
    g_autoptr (Conffile) file = conffile_load (path, error);
    if (!file)
        return NULL;
    g_autoptr (Model) model = model_new ();
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

    if (conf_check (conffile_root (file), fields, problems))
        for (MessageClass class = CLASS_TRANSACTIONAL; class <= CLASS_PERSONAL; class ++)
            if (class != CLASS_MIXED)
                read_class (model, conffile_root (file), class, problems);
    if (!conf_finish (problems, LICET_ERROR_POLICY, error))
        return NULL;
    return g_steal_pointer (&model);
}

static bool
has_signal (const GPtrArray *evidence, const char *name)
{
    for (unsigned i = 0; i < evidence->len; i++)
        if (strcmp (((const Evidence *)evidence->pdata[i])->signal, name) == 0)
            return true;
    return false;
}

static bool
has_way_out (const GPtrArray *evidence)
{
    return has_signal (evidence, "unsubscribe") || has_signal (evidence, "link-unsubscribe");
}

/* A list whose readers answer each other, and a person who answers a newsletter, have marks of mail
 * to many too. */
static bool
goes_to_many (const GPtrArray *evidence)
{
    if (has_signal (evidence, "header-bulk") || has_signal (evidence, "header-automatic") ||
        has_signal (evidence, "from-no-reply"))
        return true;
    return has_way_out (evidence) && !has_signal (evidence, "header-discussion") &&
           !has_signal (evidence, "header-thread");
}

static bool
has_any (const GPtrArray *evidence, const char *const names[])
{
    for (; *names; names++)
        if (has_signal (evidence, *names))
            return true;
    return false;
}

/* Whether there is a word or number of business in it. */
static bool
shows_business (const GPtrArray *evidence)
{
    static const char *const names[] = { "subject-business",
                                         "subject-status",
                                         "subject-secret",
                                         "subject-reference",
                                         "business",
                                         "status",
                                         "automatic",
                                         "reference",
                                         "reference-number",
                                         "totals",
                                         "secret",
                                         "task",
                                         "long-number",
                                         "lone-code",
                                         "labels",
                                         "header-automatic",
                                         "link-account",
                                         "link-token",
                                         "amount",
                                         "wording-service",
                                         NULL };

    return has_any (evidence, names);
}

/* What became of an order or account, and more than a word of it: with its number and its total, or in
 * several ways and first. What is given for buying again says all that too. */
static bool
tells_of_order (const GPtrArray *evidence)
{
    bool numbers =
        has_signal (evidence, "reference-number") && has_signal (evidence, "total-amount");
    bool first =
        has_signal (evidence, "business-first") || has_signal (evidence, "subject-status");

    bool became = has_signal (evidence, "status") || has_signal (evidence, "subject-status");

    return !has_signal (evidence, "reward") &&
           ((numbers && became) || (first && has_signal (evidence, "states")));
}

bool
model_holds_transaction (const GPtrArray *evidence)
{
    return has_signal (evidence, "task") || tells_of_order (evidence);
}

bool
model_tells_business (const GPtrArray *evidence)
{
    static const char *const names[] = { "subject-business",
                                         "subject-status",
                                         "subject-secret",
                                         "subject-reference",
                                         "reference-number",
                                         "total-amount",
                                         "secret-code",
                                         "task",
                                         "states",
                                         "labels",
                                         NULL };

    return has_any (evidence, names);
}

bool
model_reads_as_newsletter (const GPtrArray *evidence)
{
    return has_way_out (evidence) || has_signal (evidence, "news-many") ||
           has_signal (evidence, "offers-many");
}

void
model_weigh (const Model *model, GPtrArray *evidence)
{
    for (unsigned i = 0; i < evidence->len; i++) {
        Evidence *entry = evidence->pdata[i];
        int signal = signals_find (entry->signal);
        if (signal < 0)
            continue;
        double business = model->weights[CLASS_TRANSACTIONAL][signal];
        double promotion = model->weights[CLASS_PROMOTIONAL][signal];
        entry->weight = promotion - business;
        entry->letter = model->weights[CLASS_PERSONAL][signal] - MAX (business, promotion);
    }
}

static double
value_of (const Model *model, const GPtrArray *evidence, MessageClass class)
{
    double score = model->bias[class];

    for (unsigned i = 0; i < evidence->len; i++) {
        int signal = signals_find (((const Evidence *)evidence->pdata[i])->signal);
        score += signal >= 0 ? model->weights[class][signal] : 0;
    }
    return 1 / (1 + exp (-score));
}

MessageClass
model_decide (const Model *model, const GPtrArray *evidence, bool house, double *ret_confidence,
              bool *ret_cannot_tell)
{
    double business = value_of (model, evidence, CLASS_TRANSACTIONAL);
    double promotion = value_of (model, evidence, CLASS_PROMOTIONAL);
    double letter = value_of (model, evidence, CLASS_PERSONAL);
    double sum = MAX (business + promotion + letter, DBL_MIN);
    double best = MAX (business, promotion);
    bool many = house || goes_to_many (evidence);

    bool out = has_way_out (evidence) || has_signal (evidence, "header-bulk");
    bool serves = business > promotion && has_signal (evidence, "wording-service");

    *ret_cannot_tell = (many && letter > best && best < THIN && out && !serves) ||
                       (house && business > promotion && !shows_business (evidence));
    if (letter > best && !many) {
        *ret_confidence = letter / sum;
        return CLASS_PERSONAL;
    }
    *ret_confidence = best / sum;
    return promotion >= business || *ret_cannot_tell ? CLASS_PROMOTIONAL : CLASS_TRANSACTIONAL;
}
