/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_IMPORT_H
#define LICET_IMPORT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "licet/consent.h"

/*
 * A CSV file of any size into a store, in memory that grows with what it changes only. The file is
 * read twice: first to see what it would do, then, if nothing speaks against that, to do it, all or
 * nothing or in batches.
 *
 * Refused with file:line and column: what consent_csv_load refuses; control characters and formula
 * characters (=, +, -, @) at the beginning of free text, which a spreadsheet would run; statements
 * of more than a day after `now`; and without `restore` what undoes a suppression. An import never
 * lifts a suppression: grants of suppressed people are stored and have no effect; rows about erased
 * people are passed over.
 */
typedef struct {
    const char *path;
    const char *format;     /* a name of import_formats, or NULL for licet's own CSV */
    const char *list;       /* of a foreign file: "subscribed", "unsubscribed", "bounced",
                            "complained"; NULL: its columns say */
    const char *purpose;    /* of foreign rows; NULL: newsletter */
    const char *basis;      /* of foreign grants; NULL: not known */
    bool dry_run;           /* changes nothing, and goes on after a bad row */
    bool resume;            /* in batches, each kept: an import cut short is run again */
    bool allow_mass_change; /* although more than IMPORT_MASS_PERCENT of the known change */
    bool restore;           /* the file is the export of a store */
    int64_t now;            /* seconds since 1970 */
    /* For people who wait, and for what a dry run finds wrong; both may be NULL. */
    void (*progress) (uint64_t done, uint64_t all, void *data);
    void (*problem) (const char *text, void *data);
    void *data;
} ImportOptions;

enum { IMPORT_MASS_PERCENT = 5 };

typedef struct {
    uint64_t rows;           /* with a statement */
    uint64_t grants;         /* rows that agree to something */
    uint64_t refusals;       /* rows that withdraw or suppress */
    uint64_t fresh;          /* about addresses that the store does not know */
    uint64_t same;           /* in the store already */
    uint64_t refused;        /* bad rows; the first alone, unless it is a dry run */
    uint64_t passed_over;    /* about erased people */
    uint64_t without_effect; /* grants of suppressed people */
    uint64_t silent;         /* foreign rows that state nothing */
    uint64_t changed;        /* known addresses whose answer becomes another for some purpose */
    uint64_t to_granted;     /* of those: that become granted */
    uint64_t known;          /* addresses in the store before */
} ImportSummary;

/* MALFORMED for a bad row, LIMIT for a mass change, else as consent_load. The summary is filled as
 * far as it was counted. */
bool consent_import (ConsentStore *store, const ImportOptions *options,
                     ImportSummary *ret_summary, GError **error);

/* Names of the foreign formats, ended by NULL. */
const char *const *import_formats (void);

#endif
