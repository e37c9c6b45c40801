/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_REGRESSION_H
#define LICET_CLASSIFY_REGRESSION_H

#include <glib.h>
#include <linear.h>

/*
 * liblinear's L2-regularised logistic regression of two classes. rows: of struct feature_node *, each
 * ended by an index of -1, features from 1; labels: of double, +1 and -1; masses: what each sample of
 * +1 and of -1 weighs. Gives the log-odds of +1 that each feature adds, that of feature i in place
 * i - 1; all 0 where one class alone is there. Deterministic; not thread-safe. Caller frees.
 */
double *regression_fit (const GPtrArray *rows, const GArray *labels, unsigned features,
                        double penalty, const double masses[2]);

#endif
