/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MESSAGE_CASCADE_H
#define MESSAGE_CASCADE_H

#include "look.h"
#include "part.h"

/*
 * The rules of style sheets whose selectors are of several compounds or tests, matched with each
 * element as its start tag is read (so not those that count from the end), and the order in which
 * rules are laid over each other (CSS Cascade 4, 6.4). An element is first asked by its own names,
 * then whether what the selector names may stand around it, and only then test by test.
 */
typedef struct {
    GHashTable *rules; /* by the rarest name of the last compound: GPtrArray of rules */
    GArray *own;       /* by element: guint64, its names */
    GArray *names;     /* by element: guint64, the names of it and those around it */
    GArray *positions; /* by element: unsigned, among the children of its parent */
    GArray *children;  /* by element and one before all: unsigned, how many so far */
    GArray *newest;    /* the same: int, the last of them, -1 for none */
    GArray *before;    /* by element: int, the one before it of the same parent, -1 for none */
    unsigned count;    /* of rules */
    unsigned tests, looks; /* so far (cascade.c) */
    bool body;             /* has begun */
    bool exceeded;         /* more of either than are read */
} Cascade;

/* A rule that is met, and the weight of its selector. */
typedef struct {
    unsigned specificity;
    const LookRule *rule;
} CascadeRule;

enum { SPECIFICITY_TYPE = 1, SPECIFICITY_CLASS = 1 << 10, SPECIFICITY_ID = 1 << 20 };

/* False when the selector is not understood; whether one is that no background depends on, is seen when
 * an element asks for it. Copies the rule. */
bool cascade_add (Cascade *cascade, const char *selector, const LookRule *rule);
void cascade_clear (Cascade *cascade);

/* Adds to found (of CascadeRule) what is met by the element that was added to the part last, which
 * has to be called for every element in order; its name in lower case, classes and id as written,
 * NULL for none. */
void cascade_find (Cascade *cascade, const Part *part, const char *name, const char *classes,
                   const char *id, GArray *found);

/* Lays the rules found over another: by weight, among equals by order. Sorts found. */
void cascade_lay (GArray *found, LookRule *rule);

#endif
