/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_AUDIT_FIGURES_H
#define LICET_TOOL_AUDIT_FIGURES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/audit_read.h"

/* What the report counts. Decisions of one recipient each, unless it says messages. */

typedef enum {
    FIGURE_TRANSACTIONAL,
    FIGURE_PROMOTIONAL,
    FIGURE_MIXED,
    FIGURE_PERSONAL,
    CLASSES
} FigureClass;
typedef enum {
    FIGURE_DELIVER,
    FIGURE_STRIP,
    FIGURE_DEFER,
    FIGURE_HOLD,
    FIGURE_REFUSE,
    OUTCOMES
} FigureOutcome;
enum { BUCKETS = 48 };

/* How many promotional mails a person got: 1, 2, 3 to 5, 6 to 10, more. */
enum { FREQUENCIES = 5 };
extern const unsigned figure_frequency_from[FREQUENCIES];

/* The same measures for whatever is counted. */
typedef struct {
    unsigned count;
    unsigned outcomes[OUTCOMES];
    double share; /* sum of the promotional shares */
    uint64_t bytes_removed;
    unsigned consented; /* the consent asked for was granted */
    GHashTable *people, *senders;
} Measure;

typedef struct {
    char *name, *source; /* rule: its statute; template: its sender; else NULL */
    Measure all;
    unsigned classes[2][CLASSES]; /* in the first and second half of the period */
    unsigned violated, shadow;    /* rule: how often, and how often without effect */
    unsigned elsewhere;           /* rule: violated, and mended, or another rule decided */
    GPtrArray *samples;           /* of Sample, a few records that were cut, held or refused */
} Group;

typedef struct {
    FigureOutcome outcome;
    char *when, *why; /* time and queue id; rule and its statute */
} Sample;

typedef struct {
    char *time, *record;
    uint64_t seq;
} LogEvent;

typedef struct {
    int64_t since, until; /* of the period */
    int64_t bucket_seconds;
    unsigned bucket_count;
    unsigned by_class[BUCKETS][CLASSES];
    unsigned by_outcome[BUCKETS][OUTCOMES];
    Measure all, classes[CLASSES];
    GHashTable *rules_seen; /* ids, whatever they found */
    /* Promotion that was delivered whole, each mail once for a person however often it was tried:
     * how many, and unsigned by pseudonym. */
    unsigned promotions;
    GHashTable *promoted, *mails_promoted;
    unsigned caps_violated, caps_decided[OUTCOMES]; /* rules of kind frequency-cap */
    GHashTable *messages;                           /* queue ids */
    /* A mail that waits is decided again each time that Postfix asks. The same answer for the same reason
     * counts once. */
    GHashTable *waiting;
    unsigned asked_again;
    GHashTable *rules, *territories, *senders, *templates, *bases, *failures; /* of Group */
    unsigned outcomes_recorded, failures_recorded;
    GPtrArray *events; /* of LogEvent: repairs and retention */
} Figures;

/* Two passes over the files. */
Figures *figures_new (const GPtrArray *files, const AuditFilter *filter, GError **error);
void figures_free (Figures *figures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Figures, figures_free)

/* The groups of a table by falling count, at most that many. Caller unrefs; groups are borrowed. */
GPtrArray *figures_top (GHashTable *table, unsigned most);
/* Rules by how often they decided, then by how often they were violated. */
GPtrArray *figures_deciding (GHashTable *rules);
/* Groups by what was cut, held or refused. */
GPtrArray *figures_offenders (GHashTable *table, unsigned most);
unsigned figures_offences (const Measure *measure);

/* How many people got promotion how often. */
void figures_frequencies (const Figures *figures, unsigned ret_people[FREQUENCIES]);
typedef struct {
    const char *subject; /* pseudonym */
    unsigned count;
} Promoted;
/* Who got most, of Promoted, at most that many. Caller unrefs; pseudonyms are borrowed. */
GArray *figures_most_promoted (const Figures *figures, unsigned most);
/* Whether the rule was violated or decided, at least once. */
bool figures_rule_found (const Group *group);

#endif
