/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_FOREIGN_H
#define LICET_CONSENT_FOREIGN_H

#include "csv_reader.h"
#include "licet/import.h"

/*
 * The exports of other programs, whose columns licet(1) lists. Names of columns are compared
 * without case, blanks and underscores; other columns are passed over. What an export does not say
 * (the basis, the text agreed to) is not made up.
 */
typedef struct Foreign Foreign;

/* Borrows the reader and takes its header row. MALFORMED when a column is missing, SETTINGS for
 * an unknown format or list. */
Foreign *foreign_new (CsvReader *reader, const ImportOptions *options, GError **error);
void foreign_free (Foreign *foreign);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Foreign, foreign_free)

/* The event of a row, checked, or NULL in *ret_event when it states nothing. */
bool foreign_event (Foreign *foreign, const GPtrArray *row, ConsentEvent **ret_event,
                    GError **error);

#endif
