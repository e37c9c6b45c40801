/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_REHEARSAL_H
#define LICET_REHEARSAL_H

#include <glib.h>
#include <stdbool.h>

#include "licet/cases.h"
#include "licet/engine.h"

/*
 * Golden cases run through the daemon's own pipeline, with the policies, words and model of an
 * engine and a store of their own. No real store, key or log is touched. Thread-safe.
 */
typedef struct {
    const PolicyCase *policy_case; /* borrowed */
    char *missed; /* what came out otherwise, a line; NULL when all is as wanted */
    Outcome outcome;
    char *rule, *reply; /* or NULL */
    int64_t until;
    char **active; /* ids of the rules that had a say */
} CaseResult;

/* What becomes of the cases when one rule is taken away. */
typedef struct {
    const char *rule, *where;  /* borrowed from the engine's policies */
    const PolicyCase *noticed; /* the first case that comes out otherwise; NULL: none does */
    unsigned tried;            /* cases in which the rule has a say */
} Mutant;

/* One CaseResult per case, in order. cases: of PolicyCase, borrowed by the result. UNAVAILABLE when
 * it takes longer than so many seconds (0: no bound). */
GPtrArray *rehearse_cases (const Engine *engine, const GPtrArray *cases, int64_t seconds,
                           GError **error);

/* One Mutant per rule of the ids, which are the policies' own texts. results: as rehearse_cases gave
 * them for the same engine; those that missed are left out. */
GPtrArray *rehearse_mutants (const Engine *engine, const GPtrArray *ids,
                             const GPtrArray *results);

/* Runs the policies' own cases, as a daemon does before it takes them: POLICY with a line
 * "file:line: …" for each that comes out otherwise, UNAVAILABLE when it takes longer than the
 * setting policy_test_seconds; 0 there runs none. */
bool rehearse_engine (const Engine *engine, GError **error);

#endif
