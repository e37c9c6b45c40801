/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CLASSIFY_SAMPLES_H
#define LICET_CLASSIFY_SAMPLES_H

#include "licet/training.h"

#include "model.h"

/* A message whose class is known. Names are interned. */
typedef struct {
    GPtrArray *evidence; /* of Evidence: what the model learns from */
    bool *seen;          /* the same by row of the table of signals */
    MessageClass class;
    GBytes *bytes; /* of the message, to classify it with a model */
    const char *name, *source, *language, *kind;
} Sample;

struct Training {
    const Words *words;
    GPtrArray *samples; /* of Sample */
};

/* A model of some of the samples. */
Model *samples_learn (const GPtrArray *samples);

#endif
