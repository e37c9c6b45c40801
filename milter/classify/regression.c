/* SPDX-License-Identifier: BSD-2-Clause */

#include "regression.h"

static void
be_silent (const char *text)
{
    (void)text;
}

double *
regression_fit (const GPtrArray *rows, const GArray *labels, unsigned features, double penalty,
                const double masses[2])
{
    double *weights = g_new0 (double, features + 1);
    int sides[] = { 1, -1 };
    double weighed[] = { masses[0], masses[1] };
    struct problem problem = { .l = (int)rows->len,
                               .n = (int)features,
                               .y = (double *)(void *)labels->data,
                               .x = (struct feature_node **)rows->pdata,
                               .bias = -1 };
    struct parameter parameter = { .solver_type = L2R_LR,
                                   .eps = 0.001,
                                   .C = penalty,
                                   .nr_weight = 2,
                                   .weight_label = sides,
                                   .weight = weighed };

    set_print_string_function (be_silent);
    struct model *found = train (&problem, &parameter);
    /* With two classes liblinear keeps the weights of the first that it met alone. */
    double sign = found->nr_class < 1 || found->label[0] == 1 ? 1 : -1;
    for (unsigned i = 0; found->nr_class == 2 && i < features; i++)
        weights[i] = sign * found->w[i];
    free_and_destroy_model (&found);
    return weights;
}
