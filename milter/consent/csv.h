/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LICET_CONSENT_CSV_H
#define LICET_CONSENT_CSV_H

#include "csv_reader.h"
#include "licet/consent.h"

/* The consent CSV row by row. Borrows the reader and takes its first row, the header. */
typedef struct ConsentCsv ConsentCsv;

ConsentCsv *consent_csv_new (CsvReader *reader, GError **error);
void consent_csv_free (ConsentCsv *csv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsentCsv, consent_csv_free)

/* The event of a row, checked; NULL with an error at its line. */
ConsentEvent *consent_csv_event (ConsentCsv *csv, const GPtrArray *row, GError **error);
/* How many columns a row may have. */
unsigned consent_csv_columns (void);

#endif
