/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_TOOL_CONSENT_H
#define LICET_TOOL_CONSENT_H

#include <glib.h>
#include <stdbool.h>

#include "licet/consent.h"

/* What the files of `licet consent` share. */

typedef struct {
    char *config, *consent, *source, *basis, *at, *evidence;
    char *format, *list, *purpose;
    char *contacts;                /* where the counts of caps are; NULL when nobody says */
    const ConsentOptions *options; /* of the store */
    gboolean json, dry_run, resume, allow_mass_change, restore, keep_evidence;
} ConsentArguments;

/* Each takes its operands and returns an exit status. */
typedef int ConsentAction (ConsentStore *store, char **operands,
                           const ConsentArguments *arguments);

ConsentAction consent_show, consent_history_of, consent_export, consent_import_file,
    consent_erase_address, consent_print_stats;

/* --at, or the present. */
bool consent_time (const ConsentArguments *arguments, int64_t *ret_time, GError **error);

/* Everything about one person, for a request of access (GDPR art. 15). */
int consent_export_person (ConsentStore *store, const char *address,
                           const ConsentArguments *arguments);

#endif
